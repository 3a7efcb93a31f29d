//! The business errors of the Ling services, matting and composing alike (`wire/jdcloud.md` §3.4).

use super::envelope::Envelope;
use super::refusal::Service;
use crate::exchange::{Failure, InputFlaw, Reply};
use crate::imaging::Kind;
use crate::providers::{CatalogueRow, Desk};
use serde_json::json;

/// Largest picture: 2M, read as 2·2^20 (INFERRED, `wire/jdcloud.md` §7.4).
pub(super) const MOST_BYTES: usize = 2 << 20;

/// Checks a picture that comes as it is, in this order: whether it is there, its size, its kind.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(picture: &[u8], is_taken: impl FnOnce(Kind) -> bool) -> Result<(), Failure> {
    if picture.is_empty() {
        return Err(Failure::Input(InputFlaw::Empty));
    }
    if picture.len() > MOST_BYTES {
        return Err(Failure::TooLarge {
            limit: MOST_BYTES as u64,
        });
    }
    let is_taken = Kind::of(picture).is_some_and(is_taken);
    is_taken
        .then_some(())
        .ok_or(Failure::Input(InputFlaw::PictureKind))
}

/// A business error of any service.
pub(super) const fn business(code: &'static str, en: &'static str) -> CatalogueRow {
    // `sla.md` J15: everything answered is charged.
    CatalogueRow {
        code,
        status: 200,
        zh: "",
        en,
        charged: true,
        source: "§3.4",
    }
}

/// The business errors.
pub(super) static LING: [CatalogueRow; 5] = [
    business("12001", "illegal params"),
    business("12005", "fail to process image"),
    business("12007", "invalid image type, only jpg, jpeg are allowed"),
    business("12009", "file too large"),
    business("12010", "Internal Error"),
];

/// A service of Ling.
pub(super) struct Ling {
    /// Errors of its neighbours, which may be rehearsed at it too.
    pub further: &'static [CatalogueRow],
}

impl Service for Ling {
    fn envelope(&self) -> Envelope {
        Envelope::Ling
    }

    fn too_large(&self) -> &'static str {
        "12009"
    }

    fn input(&self, flaw: &InputFlaw) -> &'static str {
        match flaw {
            InputFlaw::PictureKind => "12007",
            InputFlaw::PictureSize
            | InputFlaw::PictureBroken
            | InputFlaw::Unreachable
            | InputFlaw::NoPerson => "12005",
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
            | InputFlaw::Callback => "12001",
        }
    }

    fn internal(&self) -> Option<&'static str> {
        Some("12010")
    }

    fn business(&self, code: &str, desk: &Desk) -> Reply {
        let (status, message) = spoken(code, self.further);
        let request_id = desk.request_id.hyphenated();
        let result = json!({"status": status, "message": message, "requestId": request_id});
        Envelope::Ling.served(&result, status.to_string(), desk)
    }
}

/// The number and message of a business code, of Ling or of these rows; of what is unknown, those of an internal error.
/// Where operations share a number, its row is prefixed with the operation.
pub(super) fn spoken(code: &str, further: &[CatalogueRow]) -> (u32, &'static str) {
    let row = LING
        .iter()
        .chain(further)
        .find(|row| row.code == code)
        .unwrap_or(&LING[4]);
    let digits = row.code.rsplit(':').next().unwrap_or(row.code);
    let status = digits.trim_end_matches("-bytes").parse();
    (status.expect("business codes are numbers"), row.en)
}
