//! The two envelopes: Ling with an integer `code`, jdai with a string `code` and `charge` (`wire/jdcloud.md`
//! §3.1, §3.2).

use super::system::SYSTEM;
use crate::exchange::Reply;
use crate::providers::{CatalogueRow, Desk};
use crate::world::Language;
use serde_json::{Value, json};
use std::borrow::Cow;

/// Which envelope an operation speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Envelope {
    /// Integer `code`, `requestId` in the result.
    Ling,
    /// String `code`, with `charge` and what remains.
    Jdai,
}

impl Envelope {
    /// An answer of the service itself: code 10000 around a result. `code` is the service's own status.
    pub(super) fn served(self, result: &Value, code: impl Into<Cow<'static, str>>, desk: &Desk) -> Reply {
        let row = row("10000");
        let mut reply = self.wrap(row, Some(result), desk);
        reply.code = code.into();
        reply.units = 1;
        reply
    }

    /// A refusal of the platform around the service: a system code and no result. Not charged.
    pub(super) fn system(self, code: &str, desk: &Desk) -> Reply {
        self.wrap(row(code), None, desk)
    }

    fn wrap(self, row: &'static CatalogueRow, result: Option<&Value>, desk: &Desk) -> Reply {
        let msg = match desk.language() {
            Language::Zh => row.zh,
            Language::En => row.en,
        };
        let number: u32 = row.code.parse().expect("system codes are numbers");
        let charge = result.is_some() && desk.remaining.is_some();
        let mut body = match self {
            Envelope::Ling => json!({"code": number, "msg": msg}),
            Envelope::Jdai => json!({
                "code": row.code,
                "charge": charge,
                "remain": desk.remaining.unwrap_or(0),
                "remainTimes": desk.remaining.map_or(json!(-1), |left| json!(left)),
                "remainSeconds": -1,
                "msg": if charge && desk.language() == Language::Zh { "查询成功,扣费" } else { msg },
            }),
        };
        if let Some(result) = result {
            body["result"] = result.clone();
        }
        let kind = match self {
            Envelope::Ling => "application/json",
            Envelope::Jdai => "application/json;charset=utf-8",
        };
        Reply {
            code: Cow::Borrowed(row.code),
            ..Reply::json(row.status, kind, body.to_string().into_bytes())
        }
    }
}

/// Whether a code is a system code.
pub(super) fn knows(code: &str) -> bool {
    SYSTEM.iter().any(|row| row.code == code && row.code != "10000")
}

fn row(code: &str) -> &'static CatalogueRow {
    SYSTEM
        .iter()
        .find(|row| row.code == code)
        .expect("the codes named in this folder are in the table")
}
