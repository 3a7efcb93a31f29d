//! The API gateway's own errors and headers (`wire/jdcloud.md` §3.5).

use super::auth::{AuthMethod, auth_method};
use super::errors::tables::GATEWAY;
use crate::exchange::Reply;
use crate::providers::{CallContext, DocumentedError};
use crate::world::MessageLanguage;
use serde_json::json;
use std::borrow::Cow;

/// A gateway error by its string code, with another message where the table's does not say enough.
pub(super) fn error(code: &str, message: Option<&str>, context: &CallContext) -> Reply {
    let row = row(code);
    let message = message.unwrap_or(match context.language() {
        MessageLanguage::Zh if !row.zh.is_empty() => row.zh,
        MessageLanguage::Zh | MessageLanguage::En => row.en,
    });
    let name = row.code.strip_suffix("_CONFLICT").unwrap_or(row.code);
    let body = json!({
        "requestId": context.request_id.to_string(),
        "error": {"status": name, "code": row.status, "message": message},
    });
    Reply {
        code: Cow::Borrowed(row.code),
        ..Reply::json(
            row.status,
            "application/json; charset=utf-8",
            body.to_string().into_bytes(),
        )
    }
}

/// Whether a code is one of the gateway's.
pub(super) fn knows(code: &str) -> bool {
    GATEWAY.iter().any(|row| row.code == code)
}

fn row(code: &str) -> &'static DocumentedError {
    GATEWAY
        .iter()
        .find(|row| row.code == code)
        .expect("the codes named in this folder are in the table")
}

/// Headers the gateways add: those of the AK/SK gateway, or of the older appkey one.
pub(super) fn headers(mut reply: Reply, context: &CallContext) -> Reply {
    match auth_method(&context.call) {
        AuthMethod::AccessKey => {
            let elapsed = context.elapsed_ms();
            reply.push_header("x-jdcloud-request-id", context.request_id.to_string());
            reply.push_header("x-jdcloud-upstream-latency", elapsed.to_string());
            reply.push_header("x-jdcloud-proxy-latency", "0");
            reply.push_header("via", "jd-gateway/1.0.1");
        }
        AuthMethod::AppKey => {
            reply.push_header("server", "nginx/1.16.1");
            reply.push_header("vary", "Accept-Encoding");
        }
    }
    reply
}
