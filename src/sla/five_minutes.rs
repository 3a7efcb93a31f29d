//! The figures of each five minutes of a cycle, whatever the formula: for charts, incidents and budgets.

use super::clauses::TierOnReading;
use super::{AvailabilityKind, AvailabilityMeasure, ErrorRate, ExclusionRules};
use crate::clock::Time;
use crate::exchange::ServiceBucket;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a bucket is.
pub const FIVE_MINUTES: Duration = Duration::from_secs(300);

/// Five minutes that had calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiveMinutes {
    /// Requests that count.
    pub requests: u64,
    /// Failures that count.
    pub failures: u64,
    /// Failures that are excluded for their cause.
    pub excluded: u64,
    /// The rate of failures.
    pub rate: ErrorRate,
}

impl FiveMinutes {
    fn new(requests: u64, failures: u64, excluded: u64, rate: ErrorRate) -> Self {
        Self {
            requests,
            failures,
            excluded,
            rate,
        }
    }
}

impl ExclusionRules<'_> {
    /// The figures of the five minutes of a cycle that had calls, by the availability that decides.
    pub fn five_minutes(&self, rows: &[ServiceBucket]) -> BTreeMap<Time, FiveMinutes> {
        match self.contract.measure {
            AvailabilityMeasure::BucketMean => self.by_mean(rows),
            AvailabilityMeasure::RequestRatio | AvailabilityMeasure::Informative => self.by_ratio(rows),
        }
    }

    fn by_mean(&self, rows: &[ServiceBucket]) -> BTreeMap<Time, FiveMinutes> {
        let view = if self.policy.is(TierOnReading::Published) {
            AvailabilityKind::Published
        } else {
            AvailabilityKind::Compensable
        };
        let figures = self.buckets(rows).into_iter().map(|(start, run)| {
            let left_out = run.excluded.iter().filter(|(code, _)| {
                let cause = self.contract.cause(code);
                cause.is_some_and(|cause| cause.is_left_out(view, self.policy))
            });
            let excluded = left_out
                .map(|(_, errors)| errors.http_5xx + errors.undelivered)
                .sum();
            let failures = run.http_5xx + run.undelivered - excluded;
            let rate = run.error_rate(self.contract, view, self.policy);
            (start, FiveMinutes::new(run.valid, failures, excluded, rate))
        });
        figures.collect()
    }

    fn by_ratio(&self, rows: &[ServiceBucket]) -> BTreeMap<Time, FiveMinutes> {
        let small = |count: u128| u64::try_from(count).unwrap_or(u64::MAX);
        let figures = rows.chunk_by(|a, b| a.bucket == b.bucket).map(|rows| {
            let own = self.requests(rows);
            let counted = own.counted(self.policy);
            let (requests, failures) = (small(counted.requests), small(counted.failures));
            let excluded = small(own.counts.failed(self.policy)) - failures;
            let rate = match (failures, requests) {
                (0, _) => ErrorRate::NONE,
                (_, 0) => ErrorRate::ALL,
                (errors, of) => ErrorRate { errors, of },
            };
            (
                rows[0].bucket,
                FiveMinutes::new(requests, failures, excluded, rate),
            )
        });
        figures.collect()
    }
}
