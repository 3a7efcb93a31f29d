//! The two envelopes: Ling with an integer `code`, jdai with a string `code` and `charge` (`wire/jdcloud.md`
//! §3.1, §3.2).

use super::errors::tables::{SUCCESS, SYSTEM};
use crate::exchange::Reply;
use crate::providers::{CallContext, DocumentedError};
use crate::world::MessageLanguage;
use serde::Serialize;
use std::borrow::Cow;

/// Which envelope an operation speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EnvelopeKind {
    /// Integer `code`, `requestId` in the result.
    Ling,
    /// String `code`, with `charge` and what remains.
    Jdai,
}

#[derive(Serialize)]
struct Ling<'a, R> {
    code: u32,
    msg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<R>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Jdai<'a, R> {
    code: &'a str,
    charge: bool,
    remain: u64,
    /// -1 where nothing bounds the calls.
    remain_times: i64,
    remain_seconds: i64,
    msg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<R>,
}

impl EnvelopeKind {
    /// An answer of the service itself: code 10000 around a result. `code` is the service's own status.
    pub(super) fn served(
        self,
        result: &impl Serialize,
        code: impl Into<Cow<'static, str>>,
        context: &CallContext,
    ) -> Reply {
        let mut reply = self.wrap(&SUCCESS, Some(result), context);
        reply.code = code.into();
        reply.units = 1;
        reply
    }

    /// A refusal of the platform around the service: a system code and no result. Not charged.
    pub(super) fn system(self, code: &str, context: &CallContext) -> Reply {
        self.wrap(row(code), None::<()>, context)
    }

    fn wrap(
        self,
        row: &'static DocumentedError,
        result: Option<impl Serialize>,
        context: &CallContext,
    ) -> Reply {
        let msg = match context.language() {
            MessageLanguage::Zh => row.zh,
            MessageLanguage::En => row.en,
        };
        let (kind, body) = match self {
            EnvelopeKind::Ling => {
                let code = row.code.parse().expect("system codes are numbers");
                let body = serde_json::to_vec(&Ling { code, msg, result });
                ("application/json", body)
            }
            EnvelopeKind::Jdai => {
                let charge = result.is_some() && context.remaining.is_some();
                let body = serde_json::to_vec(&Jdai {
                    code: row.code,
                    charge,
                    remain: context.remaining.unwrap_or(0),
                    remain_times: context.remaining.map_or(-1, u64::cast_signed),
                    remain_seconds: -1,
                    msg: if charge && context.language() == MessageLanguage::Zh {
                        "查询成功,扣费"
                    } else {
                        msg
                    },
                    result,
                });
                ("application/json;charset=utf-8", body)
            }
        };
        Reply {
            code: Cow::Borrowed(row.code),
            ..Reply::json(row.status, kind, body.expect("plain data is written as JSON"))
        }
    }
}

/// Whether a code is a system code.
pub(super) fn knows(code: &str) -> bool {
    SYSTEM.iter().any(|row| row.code == code)
}

fn row(code: &str) -> &'static DocumentedError {
    SYSTEM
        .iter()
        .find(|row| row.code == code)
        .expect("the codes named in this folder are in the table")
}
