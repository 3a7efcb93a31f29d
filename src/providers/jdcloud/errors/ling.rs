//! The business errors of the Ling services, matting and composing alike (`wire/jdcloud.md` §3.4).

use super::super::envelope::EnvelopeKind;
use super::ErrorTable;
use crate::exchange::{Failure, InputError, Reply};
use crate::imaging::PictureFormat;
use crate::providers::{CallContext, DocumentedError};
use serde_json::json;

/// Largest picture: 2M, read as 2·2^20 (INFERRED, `wire/jdcloud.md` §7.4).
pub(in crate::providers::jdcloud) const MOST_BYTES: usize = 2 << 20;

/// Checks a picture that comes as it is, in this order: whether it is there, its size, its kind.
///
/// # Errors
/// What is wrong with it.
pub(in crate::providers::jdcloud) fn check(
    picture: &[u8],
    is_taken: impl FnOnce(PictureFormat) -> bool,
) -> Result<(), Failure> {
    if picture.is_empty() {
        return Err(Failure::Input(InputError::Empty));
    }
    if picture.len() > MOST_BYTES {
        return Err(Failure::TooLarge {
            limit: MOST_BYTES as u64,
        });
    }
    let is_taken = PictureFormat::detect(picture).is_some_and(is_taken);
    is_taken
        .then_some(())
        .ok_or(Failure::Input(InputError::PictureKind))
}

/// A business error of any service.
pub(in crate::providers::jdcloud) const fn business(code: &'static str, en: &'static str) -> DocumentedError {
    // `sla.md` J15: everything answered is charged.
    DocumentedError {
        code,
        status: 200,
        zh: "",
        en,
        charged: true,
        source: "§3.4",
    }
}

/// The business errors.
pub(in crate::providers::jdcloud) static LING: [DocumentedError; 5] = [
    business("12001", "illegal params"),
    business("12005", "fail to process image"),
    business("12007", "invalid image type, only jpg, jpeg are allowed"),
    business("12009", "file too large"),
    business("12010", "Internal Error"),
];

/// A service of Ling.
pub(in crate::providers::jdcloud) struct LingService {
    /// Errors of its neighbours, which may be rehearsed at it too.
    pub further: &'static [DocumentedError],
}

impl ErrorTable for LingService {
    fn envelope(&self) -> EnvelopeKind {
        EnvelopeKind::Ling
    }

    fn too_large(&self) -> &'static str {
        "12009"
    }

    fn input(&self, flaw: &InputError) -> &'static str {
        match flaw {
            InputError::PictureKind => "12007",
            InputError::PictureSize
            | InputError::PictureBroken
            | InputError::Unreachable
            | InputError::NoPerson => "12005",
            InputError::Empty
            | InputError::NotJson
            | InputError::NotBase64
            | InputError::Field(_)
            | InputError::TooMany
            | InputError::TooLong => "12001",
        }
    }

    fn internal(&self) -> Option<&'static str> {
        Some("12010")
    }

    fn business(&self, code: &str, context: &CallContext) -> Reply {
        let (status, message) = code_and_message(code, self.further);
        let request_id = context.request_id.hyphenated();
        let result = json!({"status": status, "message": message, "requestId": request_id});
        EnvelopeKind::Ling.served(&result, status.to_string(), context)
    }
}

/// The number and message of a business code, of Ling or of these rows; of what is unknown, those of an internal error.
/// Where operations share a number, its row is prefixed with the operation.
pub(in crate::providers::jdcloud) fn code_and_message(
    code: &str,
    further: &[DocumentedError],
) -> (u32, &'static str) {
    let row = LING
        .iter()
        .chain(further)
        .find(|row| row.code == code)
        .unwrap_or(&LING[4]);
    let digits = row.code.rsplit(':').next().unwrap_or(row.code);
    let status = digits.trim_end_matches("-bytes").parse();
    (status.expect("business codes are numbers"), row.en)
}
