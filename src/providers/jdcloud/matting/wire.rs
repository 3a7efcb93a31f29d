//! Errors as documented, and which neutral failure is said with which of them.

use super::super::envelope::EnvelopeKind;
use super::super::errors::ling::{LING, LingService, business, code_and_message};
use super::super::errors::tables::{GATEWAY, SYSTEM, joined};
use super::super::errors::{self, ErrorTable};
use crate::exchange::{InputError, Refusal, Reply};
use crate::providers::{CallContext, DocumentedError};
use serde_json::{Value, json};

pub(super) const SELFIE: &str = "selfie-seg";
pub(super) const PARSING: &str = "human-parsing";

/// Business codes of the NeuHub operations. Where two operations share a number, the row is prefixed with the operation.
static NEUHUB: [DocumentedError; 13] = [
    business("1001", "parameter error"),
    business("1002", "not valid json string"),
    business("1003", "base64 image flow failed"),
    business("1004", "incorrect image size"),
    business("1005", "not valid image format"),
    business("1006", "only portrait image is allowed"),
    business("1007", "time out"),
    business("1008", "only post method is allowed"),
    business("human-parsing:12002", "not enough param"),
    business("human-parsing:12003", "image type error"),
    business(
        "human-parsing:12004",
        "image size must be between 256X256 and 4096X4096",
    ),
    business("human-parsing:12004-bytes", "image size exceeds 2M"),
    business("human-parsing:12005", "image has no person"),
];

/// Every documented error: of the services, of the platform, of the gateway.
pub(super) static CATALOGUE: [DocumentedError; LING.len() + NEUHUB.len() + SYSTEM.len() + GATEWAY.len()] =
    joined(&[&LING, &NEUHUB, &SYSTEM, &GATEWAY]);

/// A refusal in JD Cloud's words.
pub(super) fn refuse(refusal: &Refusal, context: &CallContext) -> Reply {
    let service: Option<&dyn ErrorTable> = match context.operation.map(|operation| operation.id) {
        None => None,
        Some(SELFIE) => Some(&Selfie),
        Some(PARSING) => Some(&Parsing),
        Some(_) => Some(&LingService { further: &NEUHUB }),
    };
    errors::refuse(service, refusal, context)
}

/// Selfie segmentation.
struct Selfie;

/// Human parsing.
struct Parsing;

impl ErrorTable for Selfie {
    fn envelope(&self) -> EnvelopeKind {
        EnvelopeKind::Jdai
    }

    fn too_large(&self) -> &'static str {
        "1004"
    }

    fn input(&self, flaw: &InputError) -> &'static str {
        match flaw {
            InputError::NotJson => "1002",
            InputError::NotBase64 => "1003",
            InputError::PictureSize => "1004",
            InputError::PictureKind | InputError::PictureBroken | InputError::Unreachable => "1005",
            InputError::NoPerson => "1006",
            InputError::Empty | InputError::Field(_) | InputError::TooMany | InputError::TooLong => "1001",
        }
    }

    fn internal(&self) -> Option<&'static str> {
        None
    }

    fn business(&self, code: &str, context: &CallContext) -> Reply {
        let (status, message) = code_and_message(code, &NEUHUB);
        let result = json!({"status": status, "message": message, "used_time": context.elapsed_ms()});
        business_reply(&result, status, context)
    }
}

impl ErrorTable for Parsing {
    fn envelope(&self) -> EnvelopeKind {
        EnvelopeKind::Jdai
    }

    fn too_large(&self) -> &'static str {
        "human-parsing:12004-bytes"
    }

    fn input(&self, flaw: &InputError) -> &'static str {
        match flaw {
            InputError::PictureSize => "human-parsing:12004",
            InputError::PictureKind | InputError::PictureBroken | InputError::Unreachable => {
                "human-parsing:12003"
            }
            InputError::NoPerson => "human-parsing:12005",
            InputError::Empty
            | InputError::NotJson
            | InputError::NotBase64
            | InputError::Field(_)
            | InputError::TooMany
            | InputError::TooLong => "human-parsing:12002",
        }
    }

    fn internal(&self) -> Option<&'static str> {
        None
    }

    fn business(&self, code: &str, context: &CallContext) -> Reply {
        let (status, message) = code_and_message(code, &NEUHUB);
        let result = json!({
            "status": status,
            "message": message,
            "request_id": context.request_id.hyphenated(),
            "used_time": context.elapsed_ms(),
        });
        business_reply(&result, status, context)
    }
}

fn business_reply(result: &Value, status: u32, context: &CallContext) -> Reply {
    EnvelopeKind::Jdai.served(result, status.to_string(), context)
}
