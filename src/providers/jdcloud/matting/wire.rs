//! Errors as documented, and which neutral failure is said with which of them.

use super::super::auth::{Family, family};
use super::super::envelope::{self, Envelope};
use super::super::gateway;
use super::super::system::{GATEWAY, SYSTEM};
use crate::exchange::{AuthFlaw, Call, Failure, InputFlaw, Reply};
use crate::providers::{CatalogueRow, Desk, Operation};
use serde_json::{Value, json};

pub(super) const CUTOUT: &str = "cutout";
pub(super) const SELFIE: &str = "selfie-seg";
pub(super) const PARSING: &str = "human-parsing";

/// Largest picture of all three operations: 2M, read as 2·2^20 (INFERRED, `wire/jdcloud.md` §7.4).
pub(super) const MOST_BYTES: usize = 2 << 20;

const fn business(code: &'static str, en: &'static str) -> CatalogueRow {
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

/// Business codes. Where two operations share a number, the row is prefixed with the operation.
static BUSINESS: [CatalogueRow; 18] = [
    business("12001", "illegal params"),
    business("12005", "fail to process image"),
    business("12007", "invalid image type, only jpg, jpeg are allowed"),
    business("12009", "file too large"),
    business("12010", "Internal Error"),
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
pub(super) static CATALOGUE: [CatalogueRow; BUSINESS.len() + SYSTEM.len() + GATEWAY.len()] = {
    let mut all = [BUSINESS[0]; BUSINESS.len() + SYSTEM.len() + GATEWAY.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < BUSINESS.len() {
            BUSINESS[at]
        } else if at < BUSINESS.len() + SYSTEM.len() {
            SYSTEM[at - BUSINESS.len()]
        } else {
            GATEWAY[at - BUSINESS.len() - SYSTEM.len()]
        };
        at += 1;
    }
    all
};

/// Says a failure in JD Cloud's words.
pub(super) fn refuse(operation: Option<&Operation>, call: &Call, failure: &Failure, desk: &Desk) -> Reply {
    let Some(operation) = operation else {
        return gateway::error("NOT_FOUND", None, desk);
    };
    let speaker = Speaker {
        operation: operation.id,
        family: family(call),
        desk,
    };
    match failure {
        Failure::Unauthenticated(flaw) => speaker.unauthenticated(flaw),
        Failure::KeyDisabled => speaker.either("HTTP_FORBIDDEN", "10050"),
        Failure::NotPermitted => speaker.either("HTTP_FORBIDDEN", "10048"),
        Failure::KeyExpired => speaker.either("UNAUTHENTICATED", "10048"),
        Failure::RateLimited { .. } => speaker.either("RATE_LIMIT_EXCEEDED", "10043"),
        Failure::TooManyConcurrent => speaker.either("RATE_LIMIT_EXCEEDED", "10044"),
        // No document names packs that are used up; the words for used-up calls are INFERRED.
        Failure::QuotaExhausted | Failure::PacksExhausted => speaker.either("QUOTA_EXCEEDED", "10040"),
        // §3.5 leaves the choice between 429 and 10010; the text of 10010 is about money, so it is taken.
        Failure::Arrears => speaker.envelope().system("10010", desk),
        Failure::Overloaded => speaker.envelope().system("10020", desk),
        Failure::NoSuchOperation | Failure::MethodNotAllowed => gateway::error("NOT_FOUND", None, desk),
        Failure::TooLarge { .. } => speaker.business(too_large(operation.id)),
        Failure::Input(flaw) => speaker.business(input_code(operation.id, flaw)),
        // No document names maintenance; the gateway's 503 and the platform's "busy" are INFERRED.
        Failure::Maintenance => speaker.either("UNAVAILABLE", "10020"),
        Failure::Internal => match operation.id {
            CUTOUT => speaker.business("12010"),
            _ => speaker.envelope().system("11010", desk),
        },
        Failure::Catalogue(code) => speaker.catalogue(code),
    }
}

fn too_large(operation: &str) -> &'static str {
    match operation {
        SELFIE => "1004",
        PARSING => "human-parsing:12004-bytes",
        _ => "12009",
    }
}

fn input_code(operation: &str, flaw: &InputFlaw) -> &'static str {
    let [cutout, selfie, parsing] = match flaw {
        InputFlaw::NotJson => ["12001", "1002", "human-parsing:12002"],
        InputFlaw::NotBase64 => ["12001", "1003", "human-parsing:12002"],
        InputFlaw::PictureSize => ["12005", "1004", "human-parsing:12004"],
        InputFlaw::PictureKind => ["12007", "1005", "human-parsing:12003"],
        InputFlaw::PictureBroken | InputFlaw::Unreachable => ["12005", "1005", "human-parsing:12003"],
        InputFlaw::NoPerson => ["12005", "1006", "human-parsing:12005"],
        InputFlaw::Empty
        | InputFlaw::Field(_)
        | InputFlaw::TooMany
        | InputFlaw::TooLong
        | InputFlaw::UnknownTask
        | InputFlaw::NoTask
        | InputFlaw::NotFound
        | InputFlaw::Duplicate
        | InputFlaw::Callback => ["12001", "1001", "human-parsing:12002"],
    };
    match operation {
        SELFIE => selfie,
        PARSING => parsing,
        _ => cutout,
    }
}

struct Speaker<'a> {
    operation: &'a str,
    family: Family,
    desk: &'a Desk,
}

impl Speaker<'_> {
    fn envelope(&self) -> Envelope {
        if self.operation == CUTOUT {
            Envelope::Ling
        } else {
            Envelope::Jdai
        }
    }

    /// The gateway's words for access keys, the system code for app keys.
    fn either(&self, gateway_code: &str, system_code: &str) -> Reply {
        match self.family {
            Family::AccessKey => gateway::error(gateway_code, None, self.desk),
            Family::AppKey => self.envelope().system(system_code, self.desk),
        }
    }

    fn unauthenticated(&self, flaw: &AuthFlaw) -> Reply {
        match self.family {
            Family::AccessKey => self.gateway_flaw(flaw),
            Family::AppKey => {
                let code = match flaw {
                    AuthFlaw::Absent => "10004",
                    AuthFlaw::UnknownKey => "10001",
                    AuthFlaw::Missing("sign") => "10042",
                    AuthFlaw::Missing(_) => "10041",
                    AuthFlaw::Malformed(_) => "10046",
                    AuthFlaw::Skewed | AuthFlaw::Replayed => "10045",
                    AuthFlaw::BadSignature | AuthFlaw::Unsigned(_) => "10047",
                };
                self.envelope().system(code, self.desk)
            }
        }
    }

    /// §3.5: the one recorded message, and its pattern for other headers; the rest is INFERRED.
    fn gateway_flaw(&self, flaw: &AuthFlaw) -> Reply {
        let access = |message: String| gateway::error("ACCESS_ERROR", Some(&message), self.desk);
        match flaw {
            AuthFlaw::Absent => access("lack of header authorization[gw]".into()),
            AuthFlaw::Missing(name) => access(format!("lack of header {name}[gw]")),
            AuthFlaw::Malformed(part) => access(format!("illegal {part} of header authorization[gw]")),
            AuthFlaw::Unsigned(name) => access(format!("header {name} is not signed[gw]")),
            AuthFlaw::UnknownKey | AuthFlaw::BadSignature | AuthFlaw::Skewed | AuthFlaw::Replayed => {
                gateway::error("UNAUTHENTICATED", None, self.desk)
            }
        }
    }

    /// A row of the catalogue by its code, whichever part it stands in.
    fn catalogue(&self, code: &str) -> Reply {
        if gateway::knows(code) {
            gateway::error(code, None, self.desk)
        } else if envelope::knows(code) {
            self.envelope().system(code, self.desk)
        } else {
            self.business(code)
        }
    }

    /// A business failure: the service answered, so the envelope says 10000 and the result says why.
    fn business(&self, code: &str) -> Reply {
        let row = BUSINESS
            .iter()
            .find(|row| row.code == code)
            .unwrap_or(&BUSINESS[4]);
        let digits = row.code.rsplit(':').next().unwrap_or(row.code);
        let status: u32 = digits
            .trim_end_matches("-bytes")
            .parse()
            .expect("business codes are numbers");
        let result = failed(self.operation, status, row.en, self.desk);
        self.envelope().served(&result, status.to_string(), self.desk)
    }
}

/// The result of a business failure; each operation names its fields in its own way (§3.1, §1.4).
fn failed(operation: &str, status: u32, message: &str, desk: &Desk) -> Value {
    match operation {
        SELFIE => json!({"status": status, "message": message, "used_time": desk.elapsed_ms()}),
        PARSING => json!({
            "status": status,
            "message": message,
            "request_id": desk.request_id.hyphenated(),
            "used_time": desk.elapsed_ms(),
        }),
        _ => json!({"status": status, "message": message, "requestId": desk.request_id.hyphenated()}),
    }
}
