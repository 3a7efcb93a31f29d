//! Five-minute sums of the ledger.

use crate::clock::Time;
use crate::exchange::{LedgerEntry, Outcome};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Identifies a roll-up row. Ordered like the table's primary key, so that a batch is written in key order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RollupKey {
    /// The world.
    pub world: Arc<str>,
    /// The provider.
    pub provider: Cow<'static, str>,
    /// The operation.
    pub operation: Cow<'static, str>,
    /// The start of the five minutes in which calls arrived.
    pub bucket: Time,
}

/// Sums over some calls. Outcome classes are fields, so that every reading of a contract finds its counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Rollup {
    /// All calls.
    pub calls: i64,
    /// By outcome.
    pub answered: i64,
    /// By outcome.
    pub no_response: i64,
    /// By outcome.
    pub abandoned: i64,
    /// By outcome.
    pub reset_before_read: i64,
    /// By outcome.
    pub reset_after_read: i64,
    /// By outcome.
    pub truncated: i64,
    /// By outcome.
    pub refused_connection: i64,
    /// By outcome.
    pub late: i64,
    /// By outcome.
    pub broken: i64,
    /// Answered with a 4XX status other than 429.
    pub status_4xx: i64,
    /// Answered with 429.
    pub status_429: i64,
    /// Answered with a 5XX status.
    pub status_5xx: i64,
    /// Billable units.
    pub units: i64,
    /// Units that packs paid for.
    pub pack_units: i64,
    /// Fees, in fen.
    pub fee_fen: i64,
    /// The part of the fees paid by coupons.
    pub coupon_fen: i64,
    /// The part paid by granted money.
    pub granted_fen: i64,
    /// The part that is owed.
    pub owed_fen: i64,
    /// Bytes of request bodies.
    pub bytes_in: i64,
    /// Bytes of reply bodies.
    pub bytes_out: i64,
    /// Our own work, in real microseconds.
    #[serde(rename = "own_us")]
    pub processing_us: i64,
    /// Injected delay, in virtual microseconds.
    #[serde(rename = "injected_us")]
    pub injected_delay_us: i64,
}

impl Rollup {
    /// Adds one call.
    pub fn add(&mut self, entry: &LedgerEntry) {
        if let Some(count) = self.outcome_mut(entry.outcome) {
            *count += 1;
            self.calls += 1;
        }
        match entry.client_status {
            Some(429) => self.status_429 += 1,
            Some(400..=499) => self.status_4xx += 1,
            Some(500..=599) => self.status_5xx += 1,
            Some(_) | None => {}
        }
        self.units += i64::from(entry.units);
        self.pack_units += i64::from(entry.paid.pack_units);
        self.fee_fen += entry.fee_fen;
        self.coupon_fen += entry.paid.coupon_fen;
        self.granted_fen += entry.paid.granted_fen;
        self.owed_fen += entry.paid.owed_fen;
        self.bytes_in += entry.bytes_in.cast_signed();
        self.bytes_out += entry.bytes_out.cast_signed();
        self.processing_us += entry.processing_us.cast_signed();
        self.injected_delay_us += entry.injected_delay_us.cast_signed();
    }

    /// The count of an outcome; none for a row that is no call.
    fn outcome_mut(&mut self, outcome: Outcome) -> Option<&mut i64> {
        Some(match outcome {
            Outcome::Answered => &mut self.answered,
            Outcome::NoResponse => &mut self.no_response,
            Outcome::Abandoned => &mut self.abandoned,
            Outcome::ResetBeforeRead => &mut self.reset_before_read,
            Outcome::ResetAfterRead => &mut self.reset_after_read,
            Outcome::Truncated => &mut self.truncated,
            Outcome::RefusedConnection => &mut self.refused_connection,
            Outcome::Late => &mut self.late,
            Outcome::Broken => &mut self.broken,
            Outcome::DeferredCharge => return None,
        })
    }

    /// The sums in the order of [`COLUMNS`].
    pub(super) fn values(&self) -> [i64; COLUMNS.len()] {
        [
            self.calls,
            self.answered,
            self.no_response,
            self.abandoned,
            self.reset_before_read,
            self.reset_after_read,
            self.truncated,
            self.refused_connection,
            self.late,
            self.broken,
            self.status_4xx,
            self.status_429,
            self.status_5xx,
            self.units,
            self.pack_units,
            self.fee_fen,
            self.coupon_fen,
            self.granted_fen,
            self.owed_fen,
            self.bytes_in,
            self.bytes_out,
            self.processing_us,
            self.injected_delay_us,
        ]
    }

    /// Reads what [`values`](Self::values) gave.
    pub(super) fn from_values(v: [i64; COLUMNS.len()]) -> Self {
        let [
            calls,
            answered,
            no_response,
            abandoned,
            reset_before_read,
            reset_after_read,
            truncated,
            refused_connection,
            late,
            broken,
            status_4xx,
            status_429,
            status_5xx,
            units,
            pack_units,
            fee_fen,
            coupon_fen,
            granted_fen,
            owed_fen,
            bytes_in,
            bytes_out,
            processing_us,
            injected_delay_us,
        ] = v;
        Self {
            calls,
            answered,
            no_response,
            abandoned,
            reset_before_read,
            reset_after_read,
            truncated,
            refused_connection,
            late,
            broken,
            status_4xx,
            status_429,
            status_5xx,
            units,
            pack_units,
            fee_fen,
            coupon_fen,
            granted_fen,
            owed_fen,
            bytes_in,
            bytes_out,
            processing_us,
            injected_delay_us,
        }
    }
}

/// The columns of the roll-up table that hold sums.
pub(super) const COLUMNS: [&str; 23] = [
    "calls",
    "answered",
    "no_response",
    "abandoned",
    "reset_before_read",
    "reset_after_read",
    "truncated",
    "refused_connection",
    "late",
    "broken",
    "status_4xx",
    "status_429",
    "status_5xx",
    "units",
    "pack_units",
    "fee_fen",
    "coupon_fen",
    "granted_fen",
    "owed_fen",
    "bytes_in",
    "bytes_out",
    "own_us",
    "injected_us",
];

/// The sums of a batch, by key.
pub(super) fn sum(batch: &[Arc<LedgerEntry>]) -> BTreeMap<RollupKey, Rollup> {
    let mut sums: BTreeMap<RollupKey, Rollup> = BTreeMap::new();
    for entry in batch {
        let key = RollupKey {
            world: entry.world.clone(),
            provider: entry.provider.clone(),
            operation: entry.operation.clone(),
            bucket: entry.arrived.bucket(),
        };
        sums.entry(key).or_default().add(entry);
    }
    sums
}
