//! Tupu's codes, and which neutral failure is said with which of them (`wire/tupu.md` §4). The server's messages are not
//! published: the English ones are INFERRED, and `wording` of a world says others.

use super::{envelope, input_rules};
use crate::clock::Time;
use crate::exchange::{AuthError, Failure, InputError, Refusal, Reply};
use crate::providers::{CallContext, DocumentedError};
use crate::world::MessageLanguage;
use serde_json::{Map, Value, json};

const fn row(code: &'static str, zh: &'static str, en: &'static str) -> DocumentedError {
    DocumentedError {
        code,
        status: 200,
        zh,
        en,
        charged: false,
        source: "wire §4",
    }
}

/// Business errors ride on HTTP 200; where the service itself fails the status is not 200 (D1: retry on a status other
/// than 200), which one is INFERRED.
const fn failing(code: &'static str, status: u16, zh: &'static str, en: &'static str) -> DocumentedError {
    DocumentedError {
        status,
        ..row(code, zh, en)
    }
}

/// Every documented code but 0. 102 and 103 are made by clients.
pub(super) static CATALOGUE: [DocumentedError; 24] = [
    row("1", "授权失败", "authentication failed"),
    row("2", "模型信息错误", "model id error"),
    row("3", "没有上传文件", "no file to upload"),
    row("4", "API版本号错误", "api version error"),
    row("5", "API版本已弃用", "api version deprecated"),
    row("6", "secretId错误", "secretId error"),
    row("7", "任务Id错误，您的secretId不能调用该任务", "task id error"),
    row("8", "secretId状态异常", "secretId status error"),
    row("9", "尚未上传证书", "no certificate uploaded"),
    row("10", "没有callback参数", "no callback parameter"),
    row("11", "接口访问失败", "interface access failed"),
    row("12", "时间参数错误", "time parameter error"),
    row(
        "13",
        "没有配置计算任务或者都已关闭",
        "no task is configured, or all are closed",
    ),
    row("14", "文件下载错误", "file download error"),
    row("15", "参数非法", "illegal parameter"),
    row("16", "未查到数据", "no data found"),
    row("17", "并发数超出限制", "concurrency limit exceeded"),
    row("18", "正常文件过少", "too few good files"),
    row(
        "19",
        "超出单次请求的文件数量限制",
        "too many files in one request",
    ),
    row(
        "20",
        "人脸对比、活体认证的头像图片无效",
        "the face picture is invalid",
    ),
    row("21", "提交重复的语音流", "the speech stream was submitted before"),
    row(
        "22",
        "语音任务不存在，或已过期",
        "the speech task does not exist or has expired",
    ),
    failing("100", 500, "服务错误", "server error"),
    failing("101", 503, "未知错误", "unknown error"),
];

/// A refusal in Tupu's words; [`seal`](super::envelope::seal) is put around it afterwards.
pub(super) fn refuse(refusal: &Refusal, context: &CallContext) -> Reply {
    let code = match refusal {
        Refusal::Documented(own) => &own.code,
        Refusal::Neutral(failure) => neutral(failure, context),
    };
    let row = CATALOGUE
        .iter()
        .find(|row| row.code == code)
        .unwrap_or(&CATALOGUE[23]);
    let mut reply = error_reply(row, context);
    if let Refusal::Neutral(Failure::Input(error)) = refusal {
        reply.out_of_spec = input_rules::cause(error);
    }
    reply
}

/// The code of a reason that every provider knows.
fn neutral(failure: &Failure, context: &CallContext) -> &'static str {
    match failure {
        Failure::NoSuchOperation => strange_path(&context.call.path),
        Failure::TooLarge { .. } if context.operation.is_some_and(|own| own.id.starts_with("image")) => "14",
        Failure::TooLarge { .. } => "15",
        Failure::Unauthenticated(error) => unauthenticated(error),
        Failure::Input(error) => input(error),
        // No codes of their own for money and quotas: the state of the secretId is not right (INFERRED).
        Failure::KeyDisabled
        | Failure::KeyExpired
        | Failure::Arrears
        | Failure::PacksExhausted
        | Failure::QuotaExhausted => "8",
        Failure::NotPermitted => "7",
        Failure::RateLimited { .. } | Failure::TooManyConcurrent => "17",
        Failure::MethodNotAllowed => "11",
        Failure::Internal => "100",
        Failure::Overloaded | Failure::Maintenance => "101",
    }
}

/// The path's version is too old, none, or the interface is none of it.
fn strange_path(path: &str) -> &'static str {
    match path.trim_start_matches('/').split('/').next().unwrap_or_default() {
        "v1" | "v2" => "5",
        "v3" | "v3.1" => "11",
        _ => "4",
    }
}

fn unauthenticated(flaw: &AuthError) -> &'static str {
    match flaw {
        AuthError::UnknownKey | AuthError::UnknownIssuer => "6",
        AuthError::Missing("certificate") => "9",
        AuthError::Missing("timestamp")
        | AuthError::Malformed("timestamp")
        | AuthError::Skewed
        | AuthError::TooEarly
        | AuthError::Expired => "12",
        AuthError::Absent
        | AuthError::Missing(_)
        | AuthError::Malformed(_)
        | AuthError::BadSignature
        | AuthError::Unsigned(_)
        | AuthError::Replayed => "1",
    }
}

fn input(flaw: &InputError) -> &'static str {
    match flaw {
        InputError::Empty => "3",
        InputError::NotJson | InputError::Field(_) | InputError::TooLong => "15",
        InputError::NotBase64
        | InputError::PictureKind
        | InputError::PictureBroken
        | InputError::PictureSize
        | InputError::Unreachable => "14",
        InputError::NoPerson => "20",
        InputError::TooMany => "19",
    }
}

fn error_reply(row: &'static DocumentedError, context: &CallContext) -> Reply {
    let own = context.settings.wording.get(&format!("tupu/{}", row.code));
    let usual = match context.language() {
        MessageLanguage::Zh => row.zh,
        MessageLanguage::En => row.en,
    };
    let message = own.and_then(|own| own.message.as_deref()).unwrap_or(usual);
    let status = own.and_then(|own| own.status).unwrap_or(row.status);
    let number: u32 = row.code.parse().expect("codes are numbers");
    let mut reply = answered(number, message, Map::new(), context);
    reply.status = status;
    reply.code = row.code.into();
    reply
}

/// A good answer with these members.
pub(super) fn success(members: Map<String, Value>, context: &CallContext) -> Reply {
    answered(0, "success", members, context)
}

/// A good answer or a refusal.
fn answered(code: u32, message: &str, members: Map<String, Value>, context: &CallContext) -> Reply {
    let bits = xxhash_rust::xxh3::xxh3_64(context.request_id.to_string().as_bytes());
    let at = context.clock.now().plus_micros(context.skew);
    let text = inner(code, message, members, bits, at);
    let mut reply = Reply::json(200, "application/json", text);
    reply.code = if code == 0 {
        "0".into()
    } else {
        code.to_string().into()
    };
    reply
}

/// The inner text: the members that every one has, around those of its own. `bits` make the nonce, a number between 0
/// and 1; it is a string, as clients want it in synchronous replies (§3).
pub(super) fn inner(code: u32, message: &str, members: Map<String, Value>, bits: u64, at: Time) -> Vec<u8> {
    let mut inner = Map::new();
    inner.insert("code".into(), json!(code));
    inner.insert("message".into(), json!(message));
    inner.extend(members);
    let nonce = format!("0.{:016}", bits % 10_000_000_000_000_000);
    inner.insert("nonce".into(), json!(nonce));
    inner.insert("timestamp".into(), json!(at.millis()));
    envelope::inner(&Value::Object(inner))
}
