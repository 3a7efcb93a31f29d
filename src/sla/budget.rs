//! The error budget of a cycle: how much is spent, how fast, and when a breach became certain.

use super::error_rate::{common_denominator, sum};
use super::{Contract, Cycle, ErrorRate, Ratio, ratio, whole};
use num_bigint::BigInt;
use num_traits::Zero;
use std::collections::BTreeMap;

/// The error rates of a cycle's buckets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BurnRates {
    /// Rates other than 0, by the bucket's index from 0.
    pub by_bucket: BTreeMap<u64, ErrorRate>,
    /// Requests by the bucket's index, for budgets of requests.
    pub volumes: BTreeMap<u64, RequestVolume>,
    /// The number of buckets in the cycle.
    pub buckets: u64,
    /// The number of buckets that have passed.
    pub elapsed: u64,
}

/// Requests of a span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestVolume {
    /// Requests.
    pub requests: u64,
    /// Failures.
    pub failures: u64,
}

/// An alert that fires when the budget burns too fast in two windows at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BurnAlert {
    /// `page` or `ticket`.
    pub severity: &'static str,
    /// The longer window, in buckets.
    pub long: u64,
    /// The shorter window, in buckets.
    pub short: u64,
    /// The burn rate above which it fires.
    pub factor: Ratio,
    /// Whether it fires.
    pub fires: bool,
}

/// Severity, windows in buckets, and the percent of the budget that is spent in the longer one at the factor.
const ALERTS: [(&str, u64, u64, u32); 3] = [("page", 12, 1, 2), ("page", 72, 6, 5), ("ticket", 864, 72, 10)];

impl BurnRates {
    /// No rates yet, of a cycle of which `elapsed` buckets have passed.
    pub fn new(cycle: &Cycle, elapsed: u64) -> Self {
        Self {
            buckets: cycle.buckets().unsigned_abs(),
            elapsed,
            ..Self::default()
        }
    }

    /// The sum of the rates of buckets `from..to`.
    fn sum(&self, from: u64, to: u64) -> Ratio {
        sum(self.by_bucket.range(from..to).map(|(_, rate)| (*rate, 1)))
    }

    /// The part of the budget that is spent, in buckets of nothing but errors.
    pub fn spent(&self) -> Ratio {
        self.sum(0, self.elapsed)
    }

    /// The whole budget, in buckets of nothing but errors.
    pub fn allowed(&self, contract: &Contract) -> Ratio {
        allowance(contract) * whole(self.buckets)
    }

    /// The number of buckets after which the promise could not be kept any more.
    pub fn breached_after(&self, contract: &Contract) -> Option<u64> {
        let common = common_denominator(self.by_bucket.values().copied());
        let allowed = self.allowed(contract) * whole(common.clone());
        let mut spent = BigInt::zero();
        for (bucket, rate) in &self.by_bucket {
            spent += rate.scaled(&common);
            if whole(spent.clone()) > allowed {
                return Some(bucket + 1);
            }
        }
        None
    }

    /// The burn rate within the last `window` buckets: 1 spends the budget exactly.
    pub fn burn(&self, contract: &Contract, window: u64) -> Option<Ratio> {
        let width = window.min(self.elapsed);
        (width > 0).then(|| self.burn_over(contract, window, width))
    }

    fn burn_over(&self, contract: &Contract, window: u64, width: u64) -> Ratio {
        let sum = self.sum(self.elapsed.saturating_sub(window), self.elapsed);
        sum / whole(width) / allowance(contract)
    }

    /// The requests of the last `window` buckets.
    pub fn volume(&self, window: u64) -> RequestVolume {
        // The present bucket counts too: its requests have been made.
        let mut all = RequestVolume::default();
        for own in self
            .volumes
            .range(self.elapsed.saturating_sub(window)..)
            .map(|(_, own)| own)
        {
            all.requests += own.requests;
            all.failures += own.failures;
        }
        all
    }

    /// The burn rate of a budget of requests within the last `window` buckets.
    pub fn burn_of_requests(&self, contract: &Contract, window: u64) -> Option<Ratio> {
        let own = self.volume(window);
        (own.requests > 0).then(|| ratio(own.failures, own.requests) / allowance(contract))
    }

    /// The alerts of the SRE workbook, scaled to the cycle.
    pub fn alerts(&self, contract: &Contract) -> Vec<BurnAlert> {
        self.alerts_by(|window| self.burn_over(contract, window, window))
    }

    /// The alerts of a budget of requests.
    pub fn alerts_of_requests(&self, contract: &Contract) -> Vec<BurnAlert> {
        self.alerts_by(|window| self.burn_of_requests(contract, window).unwrap_or_default())
    }

    fn alerts_by(&self, burn: impl Fn(u64) -> Ratio) -> Vec<BurnAlert> {
        let alert = |(severity, long, short, percent): (&'static str, u64, u64, u32)| {
            let factor = ratio(percent, 100) * ratio(self.buckets, long);
            BurnAlert {
                severity,
                long,
                short,
                fires: burn(long) > factor && burn(short) > factor,
                factor,
            }
        };
        ALERTS.into_iter().map(alert).collect()
    }
}

/// The share that may fail without breaking the promise.
fn allowance(contract: &Contract) -> Ratio {
    whole(1) - ratio(contract.commitment.unwrap_or(0), 10_000)
}
