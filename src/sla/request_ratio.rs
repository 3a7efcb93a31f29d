//! Availability as a ratio of sums over the cycle (000 2.7, 001 2.7).

use super::clauses::{ExclusionReading, FailureReading, LateReading, ZeroRequestsReading};
use super::{Ratio, ReadingPolicy, ratio, whole};
use crate::exchange::ServiceCounts;
use std::collections::BTreeMap;

/// Requests of a cycle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CycleRequests {
    /// All of them, those with a cause included.
    pub counts: RequestCounts,
    /// Excluded requests by cause; causes are disjoint.
    pub excluded: BTreeMap<String, RequestCounts>,
}

/// Counts of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestCounts {
    /// All requests.
    pub sent: u128,
    /// Requests without a response.
    pub no_response: u128,
    /// Requests answered with 5XX.
    pub http_5xx: u128,
}

impl RequestCounts {
    /// Counts of calls. A late answer is no response to a client that has given up (J6). A client that left before the
    /// deadline did not see a failure.
    pub fn from_counts(counts: &ServiceCounts, policy: &ReadingPolicy) -> Self {
        let late = counts.late + counts.late_4xx + counts.late_5xx;
        let is_answer = policy.is(LateReading::Answered);
        Self {
            sent: u128::from(counts.calls()),
            no_response: u128::from(counts.silent + counts.undelivered + if is_answer { 0 } else { late }),
            http_5xx: u128::from(counts.status_5xx + if is_answer { counts.late_5xx } else { 0 }),
        }
    }

    /// Adds other counts.
    pub fn add(&mut self, other: RequestCounts) {
        self.sent += other.sent;
        self.no_response += other.no_response;
        self.http_5xx += other.http_5xx;
    }

    /// The number of failures in a reading.
    pub fn failed(&self, policy: &ReadingPolicy) -> u128 {
        let also = if policy.is(FailureReading::NoResponseOr5xx) {
            self.http_5xx
        } else {
            0
        };
        self.no_response + also
    }
}

/// The requests that count, after exclusion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedRequests {
    /// Requests.
    pub requests: u128,
    /// Failures.
    pub failures: u128,
}

impl CycleRequests {
    /// Adds calls of one cause, or of none.
    pub fn count(&mut self, counts: RequestCounts, cause: Option<&str>) {
        self.counts.add(counts);
        if let Some(code) = cause {
            self.excluded.entry(code.to_owned()).or_default().add(counts);
        }
    }

    /// Adds the requests of another part of the cycle.
    pub fn add(&mut self, other: &CycleRequests) {
        self.counts.add(other.counts);
        for (code, counts) in &other.excluded {
            self.excluded.entry(code.clone()).or_default().add(*counts);
        }
    }

    /// The requests that count in a reading (J5, J8).
    pub fn counted(&self, policy: &ReadingPolicy) -> CountedRequests {
        let left_out =
            |count: &dyn Fn(&RequestCounts) -> u128| self.excluded.values().map(count).sum::<u128>();
        let failures = left_out(&|counts| counts.failed(policy));
        let requests = match policy.get() {
            Some(ExclusionReading::NumeratorOnly) => 0,
            Some(ExclusionReading::WindowBoth) => left_out(&|counts| counts.sent),
            Some(ExclusionReading::FailedBoth) | None => failures,
        };
        CountedRequests {
            requests: self.counts.sent.saturating_sub(requests),
            failures: self.counts.failed(policy).saturating_sub(failures),
        }
    }
}

impl CountedRequests {
    /// The availability; `None` where it is undefined (J9).
    pub fn availability(&self, policy: &ReadingPolicy) -> Option<Ratio> {
        if self.requests == 0 {
            return (!policy.is(ZeroRequestsReading::Undefined)).then(|| whole(1));
        }
        Some(whole(1) - ratio(self.failures, self.requests))
    }
}
