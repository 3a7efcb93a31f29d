//! What a world has bought of a provider, and the coupons it holds: data, as settings give it.

use crate::clock::Day;
use serde::{Deserialize, Serialize};

/// What a world has bought of a provider.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct Subscription {
    /// The day of application, where the first cycle begins with it (000 2.7.1, 001 2.7.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied_on: Option<Day>,
    /// The service is free: nothing is charged, nothing is compensated.
    pub free: bool,
    /// Terms and prepaid packs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub packs: Vec<PrepaidPack>,
    /// What becomes of calls that no pack covers any more.
    pub beyond: OveragePolicy,
}

/// What becomes of calls that no pack covers any more.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum OveragePolicy {
    /// The vendor's refusal.
    #[default]
    Refuse,
    /// They are charged by the price list.
    Charge,
}

/// A term that was bought, with the calls that were paid with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrepaidPack {
    /// Its name.
    pub id: String,
    /// Its first day.
    pub start: Day,
    /// How many months it lasts; or else `until`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<i32>,
    /// Its last day; or else `months`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// Units it pays for; all where absent. 0 for a term whose calls are charged by the price list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<u64>,
    /// Operations it is for, `provider/operation`; all of the provider where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<String>,
    /// Its price, in fen.
    #[serde(default)]
    pub price_fen: u64,
    /// The part of the price that coupons paid, in fen.
    #[serde(default)]
    pub coupon_fen: u64,
    /// When it was bought; on its first day where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bought_on: Option<Day>,
}

/// Money that can only be spent on calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Coupon {
    /// Its name.
    pub id: String,
    /// The provider whose calls it pays for; all where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Its worth, in fen.
    pub fen: u64,
    /// Its first day; it was always good where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// Its last day; it stays good where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

/// Months a term may last at most.
const MOST_MONTHS: i32 = 1200;

impl PrepaidPack {
    /// Its last day: the one before the corresponding day, or the month's end where there is none.
    pub fn last(&self) -> Day {
        let Some(months) = self.months else {
            return self.until.unwrap_or(self.start);
        };
        let corresponding = self.start.month().plus(months).day(self.start.day_of_month());
        let is_missing = corresponding.day_of_month() != self.start.day_of_month();
        corresponding.plus(if is_missing { 0 } else { -1 })
    }

    /// Its name in [`Payment::drawn`](super::Payment::drawn).
    pub fn pot(&self, provider: &str) -> String {
        format!("pack:{provider}:{}", self.id)
    }

    /// When it was bought.
    pub fn bought(&self) -> Day {
        self.bought_on.unwrap_or(self.start)
    }

    /// Whether it pays for calls at all.
    pub fn pays(&self) -> bool {
        self.units != Some(0)
    }

    /// Whether it is for an operation.
    pub fn is_for(&self, operation: &str) -> bool {
        self.operations.is_empty() || self.operations.iter().any(|own| own == operation)
    }

    /// Whether it is good on a day.
    pub fn holds(&self, day: Day) -> bool {
        (self.start..=self.last()).contains(&day)
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        match (self.months, self.until) {
            (Some(months), None) if (1..=MOST_MONTHS).contains(&months) => {}
            (None, Some(until)) if until >= self.start => {}
            (Some(_), None) => return Err((".months", format!("expected 1 to {MOST_MONTHS}"))),
            (None, Some(_)) => return Err((".until", "expected a day that is not before start".to_owned())),
            (Some(_), Some(_)) | (None, None) => {
                return Err(("", "expected either months or until".to_owned()));
            }
        }
        let is_near = |day: Day| (1992..=9000).contains(&day.year());
        let days = [(".start", Some(self.start)), (".until", self.until)];
        for (field, day) in days {
            if day.is_some_and(|day| !is_near(day)) {
                return Err((field, "expected a day from 1992 to 9000".to_owned()));
            }
        }
        if self.coupon_fen > self.price_fen {
            return Err((".coupon_fen", "expected at most price_fen".to_owned()));
        }
        Ok(())
    }
}

impl Subscription {
    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The field within it, and what was expected.
    pub fn check(&self) -> Result<(), (String, String)> {
        for (nth, pack) in self.packs.iter().enumerate() {
            pack.check()
                .map_err(|(field, expected)| (format!("packs[{nth}]{field}"), expected))?;
            if self.packs[..nth].iter().any(|other| other.id == pack.id) {
                let expected = format!("expected another name, there is a pack {:?} already", pack.id);
                return Err((format!("packs[{nth}].id"), expected));
            }
        }
        Ok(())
    }
}

impl Coupon {
    /// Its name in [`Payment::drawn`](super::Payment::drawn).
    pub fn pot(&self) -> String {
        format!("coupon:{}", self.id)
    }

    /// Whether it pays for a provider's calls of a day.
    pub fn holds(&self, provider: &str, day: Day) -> bool {
        self.provider.as_deref().is_none_or(|own| own == provider)
            && self.from.is_none_or(|from| from <= day)
            && self.until.is_none_or(|until| day <= until)
    }
}
