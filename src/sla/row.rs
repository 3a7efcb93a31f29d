//! Rows of a ledger as an agreement reads them, and their sums.

use super::clauses::ExclusionReading;
use super::{AvailabilityKind, BucketRun, Contract, Cycle, CycleRequests, ReadingPolicy, RequestCounts};
use crate::clock::Time;
use crate::exchange::{Party, ServiceCounts};
use std::collections::BTreeMap;

/// The facts of a call that an agreement asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlaRow {
    /// When the client sent it.
    pub sent: Time,
    /// When the provider received it; `None` where it never did.
    pub received: Option<Time>,
    /// The HTTP status, where the client got one.
    pub status: Option<u16>,
    /// Whether there was a response.
    pub responded: bool,
    /// The code of its cause, where it has one.
    pub cause: Option<String>,
    /// The party responsible for its failure.
    pub party: Option<Party>,
}

/// How a ratio of requests reads a row.
#[expect(
    clippy::struct_excessive_bools,
    reason = "answers to questions that are independent"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RatioReading {
    /// Whether it lies in the cycle.
    pub in_cycle: bool,
    /// Whether it is one of the requests.
    pub in_denominator: bool,
    /// Whether it is a failure, before exclusion.
    pub error: bool,
    /// Whether it counts as one.
    pub counts: bool,
}

/// How a mean over buckets reads a row.
#[expect(
    clippy::struct_excessive_bools,
    reason = "answers to questions that are independent"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BucketReading {
    /// Start of its bucket, where it lies in the cycle.
    pub bucket: Option<Time>,
    /// Whether it is a valid request.
    pub valid: bool,
    /// Whether it is an error, before exclusion.
    pub error: bool,
    /// Whether it counts as one in the published availability.
    pub published: bool,
    /// Whether it counts as one in the compensable availability.
    pub compensable: bool,
}

impl SlaRow {
    /// The counts the ledger keeps of the call.
    fn counts(&self) -> ServiceCounts {
        let mut own = ServiceCounts::default();
        let class = match (self.received, self.status.unwrap_or(0)) {
            (None, _) => &mut own.undelivered,
            (Some(_), 500..) => &mut own.status_5xx,
            (Some(_), _) if !self.responded => &mut own.silent,
            (Some(_), 400..) => &mut own.status_4xx,
            (Some(_), _) => &mut own.served,
        };
        *class = 1;
        own
    }

    fn requests(&self, policy: &ReadingPolicy) -> RequestCounts {
        RequestCounts::from_counts(&self.counts(), policy)
    }

    fn run(&self, policy: &ReadingPolicy) -> BucketRun {
        BucketRun::from_counts(&self.counts(), self.party, policy)
    }

    /// Reads the row for a ratio of requests, at the time it was sent (000 2.7).
    pub fn by_ratio(&self, contract: &Contract, cycle: &Cycle, policy: &ReadingPolicy) -> RatioReading {
        if !cycle.holds(self.sent.day()) {
            return RatioReading::default();
        }
        let error = self.requests(policy).failed(policy) > 0;
        let is_left_out = self.known_cause(contract).is_some();
        let out_of_denominator = match policy.get() {
            Some(ExclusionReading::NumeratorOnly) => false,
            Some(ExclusionReading::WindowBoth) => is_left_out,
            Some(ExclusionReading::FailedBoth) | None => is_left_out && error,
        };
        RatioReading {
            in_cycle: true,
            in_denominator: !out_of_denominator,
            error,
            counts: error && !is_left_out,
        }
    }

    /// Reads the row for a mean over buckets, at the time it was received, or else sent (003 SLA 1).
    pub fn by_bucket(&self, contract: &Contract, cycle: &Cycle, policy: &ReadingPolicy) -> BucketReading {
        let at = self.received.unwrap_or(self.sent);
        if !cycle.holds(at.day()) {
            return BucketReading::default();
        }
        let run = self.run(policy);
        let error = run.http_5xx + run.undelivered > 0;
        let left_out = |view| {
            let cause = self.known_cause(contract).and_then(|code| contract.cause(code));
            cause.is_some_and(|cause| cause.is_left_out(view, policy))
        };
        BucketReading {
            bucket: Some(at.bucket()),
            valid: run.valid > 0,
            error,
            published: error && !left_out(AvailabilityKind::Published),
            compensable: error && !left_out(AvailabilityKind::Compensable),
        }
    }

    fn known_cause(&self, contract: &Contract) -> Option<&str> {
        self.cause
            .as_deref()
            .filter(|code| contract.cause(code).is_some())
    }
}

/// Sums up the rows of a cycle for a ratio of requests.
pub fn requests(
    rows: &[SlaRow],
    contract: &Contract,
    cycle: &Cycle,
    policy: &ReadingPolicy,
) -> CycleRequests {
    let mut all = CycleRequests::default();
    for row in rows.iter().filter(|row| cycle.holds(row.sent.day())) {
        all.count(row.requests(policy), row.known_cause(contract));
    }
    all
}

/// Sums up the rows of a cycle by bucket, for a mean over buckets.
pub fn buckets(
    rows: &[SlaRow],
    contract: &Contract,
    cycle: &Cycle,
    policy: &ReadingPolicy,
) -> BTreeMap<Time, BucketRun> {
    let mut all: BTreeMap<Time, BucketRun> = BTreeMap::new();
    for row in rows {
        let reading = row.by_bucket(contract, cycle, policy);
        let Some(bucket) = reading.bucket else { continue };
        let own = row.run(policy).caused(row.known_cause(contract));
        all.entry(bucket).or_insert_with(BucketRun::empty).add(&own);
    }
    all
}
