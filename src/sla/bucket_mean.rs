//! Availability as the mean of five-minute error rates over a fixed denominator (002 三.2.1, 003 SLA 2.1).

use super::{Cause, Contract, Cycle, Leaves, Policy, Ratio, ratio, whole};
use num_traits::Zero;
use std::collections::BTreeMap;

/// A run of buckets with equal counts. Where it lies does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Buckets in it.
    pub buckets: u64,
    /// Requests received, in each.
    pub valid: u64,
    /// Received ones that are errors, in each.
    pub http_5xx: u64,
    /// Errors that were never received, in each.
    pub undelivered: u64,
    /// Errors by cause, in each.
    pub excluded: BTreeMap<String, Errors>,
}

/// Errors of one cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    /// Received ones.
    pub http_5xx: u64,
    /// Never received ones.
    pub undelivered: u64,
}

/// The traffic of a cycle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Runs of buckets.
    pub runs: Vec<Run>,
    /// Valid requests in every bucket of no run.
    pub background_valid: u64,
}

/// Which availability is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// What the provider publishes.
    Published,
    /// What compensation goes by.
    Compensable,
}

impl Cause {
    /// Whether an error of this cause is left out.
    pub fn is_left_out(&self, view: View, policy: &Policy) -> bool {
        match self.leaves {
            Leaves::Availability | Leaves::OutOfSpec => true,
            Leaves::Compensation => view == View::Compensable,
            Leaves::AvailabilityIf(setting, reading) => policy.is(setting, reading),
        }
    }

    /// Whether a request left out for it leaves the valid ones too.
    fn leaves_valid(&self, policy: &Policy) -> bool {
        let spec = self.leaves == Leaves::OutOfSpec && policy.is("spec_violation_in_valid", "drop");
        spec || policy.is("excluded_in_valid", "drop")
    }
}

impl Run {
    /// Adds the requests of another part of the same bucket.
    pub fn add(&mut self, other: &Run) {
        self.valid += other.valid;
        self.http_5xx += other.http_5xx;
        self.undelivered += other.undelivered;
        for (code, errors) in &other.excluded {
            let own = self.excluded.entry(code.clone()).or_default();
            own.http_5xx += errors.http_5xx;
            own.undelivered += errors.undelivered;
        }
    }

    /// The error rate of each of its buckets.
    pub fn error_rate(&self, contract: &Contract, view: View, policy: &Policy) -> Ratio {
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
        rate(errors, valid, undelivered, policy.reading("undelivered"))
    }
}

/// Errors over valid requests (K1): undelivered errors are not valid, so it may pass 1, or have no value.
fn rate(errors: u64, valid: u64, undelivered: u64, reading: &str) -> Ratio {
    let valid = if reading == "add_to_valid" {
        valid + undelivered
    } else {
        valid
    };
    if errors == 0 {
        return Ratio::zero();
    }
    if valid == 0 {
        return whole(1);
    }
    let rate = ratio(errors, valid);
    if reading == "unclamped" {
        rate
    } else {
        rate.min(whole(1))
    }
}

impl Traffic {
    /// Sum of the error rates of all buckets.
    pub fn sum_of_rates(&self, contract: &Contract, view: View, policy: &Policy) -> Ratio {
        let rates = self
            .runs
            .iter()
            .map(|run| run.error_rate(contract, view, policy) * whole(run.buckets));
        rates.fold(Ratio::zero(), |sum, rate| sum + rate)
    }

    /// Buckets of the denominator: all, unless empty ones are skipped.
    pub fn denominator(&self, cycle: &Cycle, policy: &Policy) -> u64 {
        let all = cycle.buckets().unsigned_abs();
        if !policy.is("zero_bucket", "skip") {
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

    /// The availability; none where nothing was measured.
    pub fn availability(&self, sum: &Ratio, denominator: u64) -> Option<Ratio> {
        (denominator > 0).then(|| whole(1) - sum / whole(denominator))
    }
}
