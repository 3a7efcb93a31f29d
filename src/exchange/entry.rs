//! The durable row of one call: facts, not verdicts. Whether a 5XX counts as a failure is the contract's
//! business, not the ledger's.

use super::{Attribution, RequestId};
use crate::clock::Time;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// How a call ended on the wire.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The whole answer was handed to the network.
    Answered,
    /// The call was read and nothing was ever sent.
    NoResponse,
    /// The client left before the answer was complete: what is true of a call of which nothing else is known.
    #[default]
    Abandoned,
    /// The connection was reset before the call was read.
    ResetBeforeRead,
    /// The connection was reset after the call was read.
    ResetAfterRead,
    /// Part of the answer was sent, then the connection ended.
    Truncated,
    /// The connection was refused.
    RefusedConnection,
    /// The whole answer was sent, after the contract's deadline.
    Late,
    /// We broke: never charged, never in an SLA.
    Broken,
    /// No call: what the end of a job costs, where the vendor charges then.
    DeferredCharge,
}

impl Outcome {
    /// What it becomes once the deadline for an answer is past: an answer is late, and a client that leaves then
    /// was not answered (`contract/sla.md` J6).
    #[must_use]
    pub fn past_deadline(self) -> Self {
        match self {
            Outcome::Answered => Outcome::Late,
            Outcome::Abandoned => Outcome::NoResponse,
            Outcome::NoResponse
            | Outcome::ResetBeforeRead
            | Outcome::ResetAfterRead
            | Outcome::Truncated
            | Outcome::RefusedConnection
            | Outcome::Late
            | Outcome::Broken
            | Outcome::DeferredCharge => self,
        }
    }

    /// Whether the call is charged: a definite failure is not (`contract/sla.md` J15).
    pub fn is_charged(self) -> bool {
        match self {
            Outcome::Answered
            | Outcome::Late
            | Outcome::Truncated
            | Outcome::Abandoned
            | Outcome::DeferredCharge => true,
            Outcome::NoResponse
            | Outcome::ResetBeforeRead
            | Outcome::ResetAfterRead
            | Outcome::RefusedConnection
            | Outcome::Broken => false,
        }
    }

    /// The outcome of a name.
    pub fn of_name(name: &str) -> Self {
        const ALL: [Outcome; 10] = [
            Outcome::Answered,
            Outcome::NoResponse,
            Outcome::Abandoned,
            Outcome::ResetBeforeRead,
            Outcome::ResetAfterRead,
            Outcome::Truncated,
            Outcome::RefusedConnection,
            Outcome::Late,
            Outcome::Broken,
            Outcome::DeferredCharge,
        ];
        ALL.into_iter().find(|one| one.name() == name).unwrap_or_default()
    }

    /// The name used in JSON and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Answered => "answered",
            Outcome::NoResponse => "no_response",
            Outcome::Abandoned => "abandoned",
            Outcome::ResetBeforeRead => "reset_before_read",
            Outcome::ResetAfterRead => "reset_after_read",
            Outcome::Truncated => "truncated",
            Outcome::RefusedConnection => "refused_connection",
            Outcome::Late => "late",
            Outcome::Broken => "broken",
            Outcome::DeferredCharge => "deferred_charge",
        }
    }
}

/// How a call was paid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentSplit {
    /// Units that packs paid for; they cost no fee.
    pub pack_units: u32,
    /// The part of the fee paid by coupons, in fen.
    pub coupon_fen: i64,
    /// The part paid by granted money, in fen.
    pub granted_fen: i64,
    /// The part that is owed, in fen.
    pub owed_fen: i64,
    /// Packs and coupons that were drawn on, with how much: `pack:kling:p1`, `coupon:c1`.
    pub drawn: Vec<(String, i64)>,
}

/// One row of the ledger. No picture, text or audio is in it, only the content's hash.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LedgerEntry {
    /// The call's name.
    pub request_id: RequestId,
    /// Whose call it was.
    pub world: Arc<str>,
    /// The emulated product, or `none` for a path nobody serves.
    pub provider: Cow<'static, str>,
    /// The operation within the provider.
    pub operation: Cow<'static, str>,
    /// The credential it claimed, known or not; empty where it claimed none.
    pub key: String,
    /// Virtual time of arrival.
    pub arrived: Time,
    /// Virtual time at which the last byte was handed over, or the call ended otherwise.
    pub ended: Time,
    /// Real time of arrival.
    pub arrived_real: Time,
    /// Our own work on the call in real microseconds, waits left out.
    pub processing_us: u64,
    /// Injected delay in virtual microseconds.
    pub injected_delay_us: u64,
    /// Bytes of request body.
    pub bytes_in: u64,
    /// Bytes of reply body.
    pub bytes_out: u64,
    /// The client's view: the HTTP status that was sent, where one was.
    pub client_status: Option<u16>,
    /// The provider's view: the HTTP status of the answer it made, whether or not that was delivered.
    pub provider_status: Option<u16>,
    /// The vendor's own code.
    pub code: Cow<'static, str>,
    /// How it ended on the wire.
    pub outcome: Outcome,
    /// Billable units.
    pub units: u32,
    /// What it cost, in fen.
    pub fee_fen: i64,
    /// How it was paid.
    pub paid: PaymentSplit,
    /// The first 32 hexadecimal digits of the SHA-256 of the body.
    pub content: u128,
    /// The responsible party and cause, where a fault or a broken input rule affected it.
    pub attribution: Option<Box<Attribution>>,
}
