//! Errors as documented, and which neutral failure is said with which of them.

use super::super::envelope::Envelope;
use super::super::ling::{LING, Ling, business, spoken};
use super::super::refusal::{self, Service};
use super::super::system::{GATEWAY, SYSTEM, joined};
use crate::exchange::{Call, Failure, InputFlaw, Reply};
use crate::providers::{CatalogueRow, Desk, Operation};
use serde_json::{Value, json};

pub(super) const CUTOUT: &str = "cutout";
pub(super) const SELFIE: &str = "selfie-seg";
pub(super) const PARSING: &str = "human-parsing";

/// Business codes of the NeuHub operations. Where two operations share a number, the row is prefixed with the operation.
static NEUHUB: [CatalogueRow; 13] = [
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
pub(super) static CATALOGUE: [CatalogueRow; LING.len() + NEUHUB.len() + SYSTEM.len() + GATEWAY.len()] =
    joined(&[&LING, &NEUHUB, &SYSTEM, &GATEWAY]);

/// Says a failure in JD Cloud's words.
pub(super) fn refuse(operation: Option<&Operation>, call: &Call, failure: &Failure, desk: &Desk) -> Reply {
    let service: Option<&dyn Service> = match operation.map(|operation| operation.id) {
        None => None,
        Some(SELFIE) => Some(&Selfie),
        Some(PARSING) => Some(&Parsing),
        Some(_) => Some(&Ling { further: &NEUHUB }),
    };
    refusal::refuse(service, call, failure, desk)
}

/// Selfie segmentation.
struct Selfie;

/// Human parsing.
struct Parsing;

impl Service for Selfie {
    fn envelope(&self) -> Envelope {
        Envelope::Jdai
    }

    fn too_large(&self) -> &'static str {
        "1004"
    }

    fn input(&self, flaw: &InputFlaw) -> &'static str {
        match flaw {
            InputFlaw::NotJson => "1002",
            InputFlaw::NotBase64 => "1003",
            InputFlaw::PictureSize => "1004",
            InputFlaw::PictureKind | InputFlaw::PictureBroken | InputFlaw::Unreachable => "1005",
            InputFlaw::NoPerson => "1006",
            InputFlaw::Empty
            | InputFlaw::Field(_)
            | InputFlaw::TooMany
            | InputFlaw::TooLong
            | InputFlaw::UnknownTask
            | InputFlaw::NoTask
            | InputFlaw::NotFound
            | InputFlaw::Duplicate
            | InputFlaw::Callback => "1001",
        }
    }

    fn internal(&self) -> Option<&'static str> {
        None
    }

    fn business(&self, code: &str, desk: &Desk) -> Reply {
        let (status, message) = spoken(code, &NEUHUB);
        let result = json!({"status": status, "message": message, "used_time": desk.elapsed_ms()});
        said(&result, status, desk)
    }
}

impl Service for Parsing {
    fn envelope(&self) -> Envelope {
        Envelope::Jdai
    }

    fn too_large(&self) -> &'static str {
        "human-parsing:12004-bytes"
    }

    fn input(&self, flaw: &InputFlaw) -> &'static str {
        match flaw {
            InputFlaw::PictureSize => "human-parsing:12004",
            InputFlaw::PictureKind | InputFlaw::PictureBroken | InputFlaw::Unreachable => {
                "human-parsing:12003"
            }
            InputFlaw::NoPerson => "human-parsing:12005",
            InputFlaw::Empty
            | InputFlaw::NotJson
            | InputFlaw::NotBase64
            | InputFlaw::Field(_)
            | InputFlaw::TooMany
            | InputFlaw::TooLong
            | InputFlaw::UnknownTask
            | InputFlaw::NoTask
            | InputFlaw::NotFound
            | InputFlaw::Duplicate
            | InputFlaw::Callback => "human-parsing:12002",
        }
    }

    fn internal(&self) -> Option<&'static str> {
        None
    }

    fn business(&self, code: &str, desk: &Desk) -> Reply {
        let (status, message) = spoken(code, &NEUHUB);
        let result = json!({
            "status": status,
            "message": message,
            "request_id": desk.request_id.hyphenated(),
            "used_time": desk.elapsed_ms(),
        });
        said(&result, status, desk)
    }
}

fn said(result: &Value, status: u32, desk: &Desk) -> Reply {
    Envelope::Jdai.served(result, status.to_string(), desk)
}
