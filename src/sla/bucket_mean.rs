//! Availability as the mean of five-minute error rates over a fixed denominator (002 三.2.1, 003 SLA 2.1).

use super::clauses::{
    ExcludedInValidReading, ReceivedNoResponseReading, SpecViolationInValidReading, UndeliveredReading,
    ValidReading, ZeroBucketReading,
};
use super::error_rate::sum;
use super::{Contract, ContractCause, Cycle, ErrorRate, ExclusionScope, Ratio, ReadingPolicy, whole};
use crate::exchange::{Party, ServiceCounts};
use std::collections::BTreeMap;

/// Buckets with equal counts, wherever in the cycle they lie.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct BucketRun {
    /// The number of buckets.
    pub buckets: u64,
    /// Valid requests of each bucket.
    pub valid: u64,
    /// Errors of each bucket that were received.
    pub http_5xx: u64,
    /// Errors of each bucket that were never received.
    pub undelivered: u64,
    /// Errors of each bucket by cause.
    pub excluded: BTreeMap<String, CauseErrors>,
}

/// Errors of one cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CauseErrors {
    /// Errors that were received.
    pub http_5xx: u64,
    /// Errors that were never received.
    pub undelivered: u64,
}

/// The traffic of a cycle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CycleTraffic {
    /// Runs of buckets.
    pub runs: Vec<BucketRun>,
    /// Valid requests of every bucket that is in no run.
    pub background_valid: u64,
}

/// One of the two availabilities of a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AvailabilityKind {
    /// The one the provider publishes.
    Published,
    /// The one that decides on compensation.
    Compensable,
}

impl ContractCause {
    /// Whether an availability excludes an error of this cause.
    pub fn is_left_out(&self, view: AvailabilityKind, policy: &ReadingPolicy) -> bool {
        match self.leaves {
            ExclusionScope::Availability | ExclusionScope::OutOfSpec => true,
            ExclusionScope::Compensation => view == AvailabilityKind::Compensable,
            ExclusionScope::AvailabilityIf(setting, reading) => policy.reading(setting) == reading,
        }
    }

    /// Whether a request excluded for this cause is no valid request either.
    fn leaves_valid(&self, policy: &ReadingPolicy) -> bool {
        let spec = self.leaves == ExclusionScope::OutOfSpec && policy.is(SpecViolationInValidReading::Drop);
        spec || policy.is(ExcludedInValidReading::Drop)
    }
}

impl BucketRun {
    /// One bucket without a call.
    pub fn empty() -> Self {
        Self {
            buckets: 1,
            ..Self::default()
        }
    }

    /// One bucket with the calls of one responsible party, in a reading (T1, K2).
    pub fn from_counts(counts: &ServiceCounts, party: Option<Party>, policy: &ReadingPolicy) -> Self {
        let refused = counts.status_4xx + counts.late_4xx;
        let in_valid = if policy.is(ValidReading::ReceivedNon4xx) {
            0
        } else {
            refused
        };
        let silent = if policy.is(ReceivedNoResponseReading::NotError) {
            0
        } else {
            counts.silent
        };
        Self {
            buckets: 1,
            valid: counts.calls() - counts.undelivered - refused + in_valid,
            http_5xx: counts.status_5xx + counts.late_5xx + silent,
            undelivered: if party == Some(Party::Provider) {
                counts.undelivered
            } else {
                0
            },
            excluded: BTreeMap::new(),
        }
    }

    /// The errors of each bucket.
    pub fn errors(&self) -> CauseErrors {
        CauseErrors {
            http_5xx: self.http_5xx,
            undelivered: self.undelivered,
        }
    }

    /// Attributes the errors to a cause.
    #[must_use]
    pub fn caused(self, code: Option<&str>) -> Self {
        let errors = self.errors();
        let excluded = code.filter(|_| errors != CauseErrors::default());
        Self {
            excluded: excluded
                .map(|code| (code.to_owned(), errors))
                .into_iter()
                .collect(),
            ..self
        }
    }

    /// Adds other requests of the same bucket.
    pub fn add(&mut self, other: &BucketRun) {
        self.valid += other.valid;
        self.http_5xx += other.http_5xx;
        self.undelivered += other.undelivered;
        for (code, errors) in &other.excluded {
            let own = self.excluded.entry(code.clone()).or_default();
            own.http_5xx += errors.http_5xx;
            own.undelivered += errors.undelivered;
        }
    }

    /// The error rate of each bucket.
    pub fn error_rate(
        &self,
        contract: &Contract,
        view: AvailabilityKind,
        policy: &ReadingPolicy,
    ) -> ErrorRate {
        let (mut received, mut undelivered, mut valid) = (self.http_5xx, self.undelivered, self.valid);
        for (code, errors) in &self.excluded {
            let Some(cause) = contract
                .cause(code)
                .filter(|cause| cause.is_left_out(view, policy))
            else {
                continue;
            };
            received = received.saturating_sub(errors.http_5xx);
            undelivered = undelivered.saturating_sub(errors.undelivered);
            if cause.leaves_valid(policy) {
                valid = valid.saturating_sub(errors.http_5xx);
            }
        }
        let errors = received + undelivered;
        rate(errors, valid, undelivered, policy.get())
    }
}

/// Errors over valid requests (K1). Undelivered errors are no valid requests, so the rate may exceed 1, or divide by 0.
fn rate(errors: u64, valid: u64, undelivered: u64, reading: Option<UndeliveredReading>) -> ErrorRate {
    let of = if reading == Some(UndeliveredReading::AddToValid) {
        valid + undelivered
    } else {
        valid
    };
    if errors == 0 {
        return ErrorRate::NONE;
    }
    if of == 0 || errors > of && reading != Some(UndeliveredReading::Unclamped) {
        return ErrorRate::ALL;
    }
    ErrorRate { errors, of }
}

impl CycleTraffic {
    /// The traffic of buckets; those with equal counts become one run.
    pub fn from_buckets(buckets: impl IntoIterator<Item = BucketRun>) -> Self {
        let mut equal: BTreeMap<BucketRun, u64> = BTreeMap::new();
        for run in buckets {
            let (buckets, one) = (run.buckets, BucketRun { buckets: 1, ..run });
            *equal.entry(one).or_default() += buckets;
        }
        let runs = equal
            .into_iter()
            .map(|(run, buckets)| BucketRun { buckets, ..run });
        Self {
            runs: runs.collect(),
            background_valid: 0,
        }
    }

    /// The sum of the error rates of all buckets.
    pub fn sum_of_rates(&self, contract: &Contract, view: AvailabilityKind, policy: &ReadingPolicy) -> Ratio {
        let rates = self.runs.iter();
        sum(rates.map(|run| (run.error_rate(contract, view, policy), run.buckets)))
    }

    /// The number of buckets to divide by: all, unless a reading skips those without traffic.
    pub fn denominator(&self, cycle: &Cycle, policy: &ReadingPolicy) -> u64 {
        let all = cycle.buckets().unsigned_abs();
        if !policy.is(ZeroBucketReading::Skip) {
            return all;
        }
        let busy = self.runs.iter().filter(|run| run.valid + run.undelivered > 0);
        let busy = busy.map(|run| run.buckets).sum::<u64>();
        let in_runs = self.runs.iter().map(|run| run.buckets).sum::<u64>();
        busy + if self.background_valid > 0 {
            all.saturating_sub(in_runs)
        } else {
            0
        }
    }

    /// The availability; `None` where nothing was measured.
    pub fn availability(&self, sum: &Ratio, denominator: u64) -> Option<Ratio> {
        (denominator > 0).then(|| whole(1) - sum / whole(denominator))
    }
}
