//! What may be set for one world. Nothing is limited unless it is set here.

use crate::billing::{Coupon, PaymentSources, PriceTier, Subscription};
use crate::clock::parse_span;
use crate::faults::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// Settings of a world.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct WorldSettings {
    /// Seed of this world's dice; by default drawn from the server's seed and the world's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Language of the vendors' messages, where a vendor documents several.
    pub language: MessageLanguage,
    /// Limits by scope: `*` (everything), a provider (`jdcloud-matting`) or an operation
    /// (`jdcloud-matting/cutout`). All that fit a call apply.
    pub limits: BTreeMap<String, ScopeLimits>,
    /// Cash paid into the account, in fen, spent by charged calls; unlimited where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance_fen: Option<i64>,
    /// Money granted to the account, in fen; it is spent before cash, and no cash where an agreement asks for cash.
    #[serde(skip_serializing_if = "is_zero")]
    pub granted_fen: i64,
    /// How far the account may go into debt before it is in arrears, in fen.
    #[serde(skip_serializing_if = "is_zero")]
    pub overdraft_fen: i64,
    /// Coupons, spent before money.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<Coupon>,
    /// What was bought of each provider: terms, packs, the day of application.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub subscriptions: BTreeMap<String, Subscription>,
    /// Prices by operation, in place of the published ones.
    pub prices: BTreeMap<String, Vec<PriceTier>>,
    /// How strictly a rule of the provider's is taken, by the rule's name (`jdcloud-matting.portrait`).
    pub strictness: BTreeMap<String, Strictness>,
    /// Keep request and reply bodies in the journal.
    pub capture: bool,
    /// A whole answer later than this is booked as `late`; `60s` where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_deadline: Option<Span>,
    /// How far the timestamp of a signature may be off; the vendor's own window where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature_window: Option<Span>,
    /// Refuse a nonce that a key used within this span; nonces may repeat where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay_window: Option<Span>,
    /// Tasks that may be asked for, by provider; the provider's own list where absent.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tasks: BTreeMap<String, Vec<String>>,
    /// How long jobs of an operation take and how many run at once, by operation; the provider's own where absent.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub jobs: BTreeMap<String, JobRule>,
    /// Other words or another HTTP status for a row of an error catalogue, by provider and code (`tupu/17`).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub wording: BTreeMap<String, MessageSettings>,
    /// Do not obey `x-understudy-refusal: <code>` on calls.
    pub ignore_rehearsals: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// How asynchronous work of an operation goes.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct JobRule {
    /// How long a job takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
    /// Jobs at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrent: Option<u32>,
    /// How long a result can be asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<Span>,
}

/// Other words for a row of an error catalogue.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct MessageSettings {
    /// The message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// Language of a vendor's messages.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum MessageLanguage {
    /// Chinese, what the services speak.
    #[default]
    Zh,
    /// English, as in the vendors' English documents.
    En,
}

/// What happens when a rule is broken.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Strictness {
    /// The vendor's error.
    #[default]
    Strict,
    /// The call is served, with a less reliable result.
    Degrade,
}

/// Limits of one scope.
// The published schemas keep its earlier name.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[schemars(rename = "RateOrQuota")]
#[schema(as = RateOrQuota)]
#[serde(default, deny_unknown_fields)]
pub struct ScopeLimits {
    /// Calls in a span, for each key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<RateLimit>,
    /// Calls at once, for the world.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    /// Charged calls in a period, for the world.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<QuotaLimit>,
}

/// So many calls in a span, evenly refilled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Calls in the span.
    pub calls: u32,
    /// The span, `1s` where absent.
    #[serde(default = "one_second")]
    pub per: String,
    /// Calls that may come at once; `calls` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
}

fn one_second() -> String {
    "1s".into()
}

impl RateLimit {
    /// The span between two calls.
    ///
    /// # Errors
    /// Says what was expected when the span is none, or no call fits into it.
    pub fn interval(&self) -> Result<Duration, String> {
        let per = parse_span(&self.per)?;
        let interval = per.checked_div(self.calls).ok_or("expected calls of 1 or more")?;
        if interval.is_zero() {
            Err("expected a rate of at most one call a nanosecond".into())
        } else {
            Ok(interval)
        }
    }
}

/// So many charged calls in a period of the world's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaLimit {
    /// Calls in the period.
    pub calls: u64,
    /// The period.
    #[serde(default)]
    pub per: QuotaPeriod,
}

/// A period of the local calendar (Asia/Shanghai).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum QuotaPeriod {
    /// Local midnight to local midnight.
    #[default]
    Day,
    /// A natural month.
    Month,
    /// For ever.
    Total,
}

impl WorldSettings {
    /// Whether the world says how calls are paid: a balance, granted money, coupons or subscriptions. Else every call is
    /// paid, whatever it costs.
    pub fn has_payment_rules(&self) -> bool {
        self.balance_fen.is_some()
            || self.granted_fen > 0
            || !self.coupons.is_empty()
            || !self.subscriptions.is_empty()
    }

    /// What calls of an operation are paid with.
    pub fn payment_sources(&self, operation: &str) -> PaymentSources<'_> {
        let provider = operation.split('/').next().unwrap_or_default();
        PaymentSources {
            subscription: self.subscriptions.get(provider),
            coupons: &self.coupons,
            granted_fen: self.granted_fen,
            balance_fen: self.balance_fen,
            overdraft_fen: self.overdraft_fen,
        }
    }

    /// A whole answer later than this is booked as `late`.
    pub fn response_deadline(&self) -> Duration {
        self.response_deadline
            .map_or(Duration::from_secs(60), |span| span.0)
    }

    /// How strictly a rule is taken; as `usual` where it is not set.
    pub fn strictness(&self, rule: &str, usual: Strictness) -> Strictness {
        self.strictness.get(rule).copied().unwrap_or(usual)
    }
}
