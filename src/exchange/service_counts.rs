//! Counts of calls by class, grouped by the attribution that SLA contracts ask for.

use super::{LedgerEntry, Outcome, Party};
use crate::clock::Time;

/// The part of a call's attribution that SLA contracts group by: cause, claimed cause, responsible party, notice.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttributionKey {
    /// The contract's code for it in truth; empty where there is none.
    pub cause: String,
    /// The code the provider claims, where it differs; else empty.
    pub asserted: String,
    /// The responsible party; none for calls that no fault affected.
    pub party: Option<Party>,
    /// When it was announced, where it was.
    pub noticed: Option<Time>,
    /// When its window began, where it was announced.
    pub begun: Option<Time>,
}

/// Counts of calls. Each call is in one class; those we broke are in none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceCounts {
    /// Answered, neither 4XX nor 5XX; also answers that were cut short (J7).
    pub served: u64,
    /// Answered with 4XX.
    pub status_4xx: u64,
    /// Answered with 5XX.
    pub status_5xx: u64,
    /// Answered after the deadline, neither 4XX nor 5XX.
    pub late: u64,
    /// Answered with 4XX after the deadline.
    pub late_4xx: u64,
    /// Answered with 5XX after the deadline.
    pub late_5xx: u64,
    /// Received, and never answered.
    pub silent: u64,
    /// Never received.
    pub undelivered: u64,
    /// Left by the client before an answer was due.
    pub abandoned: u64,
    /// Charges, in fen.
    pub fee_fen: i64,
    /// The part of them paid by coupons.
    pub coupon_fen: i64,
    /// The part paid by granted money.
    pub granted_fen: i64,
    /// The part that is owed.
    pub owed_fen: i64,
}

/// Counts of five minutes for one attribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceBucket {
    /// Start of the five minutes, by arrival.
    pub bucket: Time,
    /// The attribution.
    pub trouble: AttributionKey,
    /// How many.
    pub counts: ServiceCounts,
}

/// Names of the counts, in the order of [`ServiceCounts::values`].
pub const SERVICE_COUNTS: [&str; 13] = [
    "served",
    "status_4xx",
    "status_5xx",
    "late",
    "late_4xx",
    "late_5xx",
    "silent",
    "undelivered",
    "abandoned",
    "fee_fen",
    "coupon_fen",
    "granted_fen",
    "owed_fen",
];

impl AttributionKey {
    /// The key of a call's attribution.
    pub fn from_entry(entry: &LedgerEntry) -> Self {
        let Some(why) = entry.attribution.as_deref() else {
            return Self::default();
        };
        let noticed = why.notice.as_ref().map(|(_, sent)| *sent);
        Self {
            cause: why.cause.clone().unwrap_or_default(),
            asserted: why.asserted.clone().unwrap_or_default(),
            party: Some(why.party),
            noticed,
            begun: noticed.map(|_| why.begun),
        }
    }
}

impl ServiceCounts {
    /// Counts of one call; none of one that we broke.
    pub fn from_entry(entry: &LedgerEntry) -> Self {
        if entry.outcome == Outcome::Broken {
            return Self::default();
        }
        let mut own = Self {
            fee_fen: entry.fee_fen,
            coupon_fen: entry.paid.coupon_fen,
            granted_fen: entry.paid.granted_fen,
            owed_fen: entry.paid.owed_fen,
            ..Self::default()
        };
        own.add_one(entry.client_status, entry.outcome);
        own
    }

    /// Counts one more call, by its status and outcome.
    pub fn add_one(&mut self, status: Option<u16>, outcome: Outcome) {
        let count = match (status.unwrap_or(0), outcome) {
            (_, Outcome::Broken | Outcome::DeferredCharge) => return,
            (_, Outcome::NoResponse | Outcome::ResetAfterRead) => &mut self.silent,
            (_, Outcome::ResetBeforeRead | Outcome::RefusedConnection) => &mut self.undelivered,
            (_, Outcome::Abandoned) => &mut self.abandoned,
            (400..=499, Outcome::Late) => &mut self.late_4xx,
            (500..=599, Outcome::Late) => &mut self.late_5xx,
            (_, Outcome::Late) => &mut self.late,
            (400..=499, Outcome::Answered | Outcome::Truncated) => &mut self.status_4xx,
            (500..=599, Outcome::Answered | Outcome::Truncated) => &mut self.status_5xx,
            (_, Outcome::Answered | Outcome::Truncated) => &mut self.served,
        };
        *count += 1;
    }

    /// Adds others.
    pub fn add(&mut self, other: &ServiceCounts) {
        let sums = self.values().into_iter().zip(other.values()).map(|(a, b)| a + b);
        let mut values = [0; SERVICE_COUNTS.len()];
        values.iter_mut().zip(sums).for_each(|(value, sum)| *value = sum);
        *self = Self::from_values(values);
    }

    /// All calls.
    pub fn calls(&self) -> u64 {
        let answered =
            self.served + self.status_4xx + self.status_5xx + self.late + self.late_4xx + self.late_5xx;
        answered + self.silent + self.undelivered + self.abandoned
    }

    /// The counts in the order of [`SERVICE_COUNTS`].
    pub fn values(&self) -> [i64; SERVICE_COUNTS.len()] {
        let count = u64::cast_signed;
        [
            count(self.served),
            count(self.status_4xx),
            count(self.status_5xx),
            count(self.late),
            count(self.late_4xx),
            count(self.late_5xx),
            count(self.silent),
            count(self.undelivered),
            count(self.abandoned),
            self.fee_fen,
            self.coupon_fen,
            self.granted_fen,
            self.owed_fen,
        ]
    }

    /// Reads what [`values`](Self::values) gave.
    pub fn from_values(values: [i64; SERVICE_COUNTS.len()]) -> Self {
        let [
            served,
            status_4xx,
            status_5xx,
            late,
            late_4xx,
            late_5xx,
            silent,
            undelivered,
            abandoned,
            fee_fen,
            coupon_fen,
            granted_fen,
            owed_fen,
        ] = values;
        let count = i64::cast_unsigned;
        Self {
            served: count(served),
            status_4xx: count(status_4xx),
            status_5xx: count(status_5xx),
            late: count(late),
            late_4xx: count(late_4xx),
            late_5xx: count(late_5xx),
            silent: count(silent),
            undelivered: count(undelivered),
            abandoned: count(abandoned),
            fee_fen,
            coupon_fen,
            granted_fen,
            owed_fen,
        }
    }
}
