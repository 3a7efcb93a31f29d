//! The error budget of a mean over buckets: what is spent, how fast, and when a breach became certain.

use super::error_rate::{common_denominator, sum};
use super::{Contract, Cycle, ErrorRate, Ratio, ratio, whole};
use num_bigint::BigInt;
use num_traits::Zero;
use std::collections::BTreeMap;

/// Error rates of a cycle's buckets, those that are not 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BurnRates {
    /// By bucket, from 0.
    pub by_bucket: BTreeMap<u64, ErrorRate>,
    /// Requests by bucket, for budgets of requests.
    pub volumes: BTreeMap<u64, RequestVolume>,
    /// Buckets of the cycle.
    pub buckets: u64,
    /// Buckets that have passed.
    pub elapsed: u64,
}

/// Requests of some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestVolume {
    /// Requests.
    pub requests: u64,
    /// Failures.
    pub failures: u64,
}

/// A pair of windows that raise an alert together.
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
    /// Whether it does.
    pub fires: bool,
}

/// Severity, windows in buckets, and the percent of the budget that is spent in the longer one at the factor.
const ALERTS: [(&str, u64, u64, u32); 3] = [("page", 12, 1, 2), ("page", 72, 6, 5), ("ticket", 864, 72, 10)];

impl BurnRates {
    /// Rates of a cycle of which so many buckets have passed.
    pub fn new(cycle: &Cycle, elapsed: u64) -> Self {
        Self {
            buckets: cycle.buckets().unsigned_abs(),
            elapsed,
            ..Self::default()
        }
    }

    /// Sum of rates in a range of buckets.
    fn sum(&self, from: u64, to: u64) -> Ratio {
        sum(self.by_bucket.range(from..to).map(|(_, rate)| (*rate, 1)))
    }

    /// What has been spent.
    pub fn spent(&self) -> Ratio {
        self.sum(0, self.elapsed)
    }

    /// What may be spent in all.
    pub fn allowed(&self, contract: &Contract) -> Ratio {
        allowance(contract) * whole(self.buckets)
    }

    /// After how many buckets the promise could not be kept any more, by all rates that are known.
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

    /// How many times as fast as allowed the budget burns within a window, up to now.
    pub fn burn(&self, contract: &Contract, window: u64) -> Option<Ratio> {
        let width = window.min(self.elapsed);
        (width > 0).then(|| self.burn_over(contract, window, width))
    }

    fn burn_over(&self, contract: &Contract, window: u64, width: u64) -> Ratio {
        let sum = self.sum(self.elapsed.saturating_sub(window), self.elapsed);
        sum / whole(width) / allowance(contract)
    }

    /// Requests of the last so many buckets, up to now.
    pub fn volume(&self, window: u64) -> RequestVolume {
        // The bucket that is not over yet counts too: its requests have been made.
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

    /// The same as [`burn`](Self::burn), of requests instead of time.
    pub fn burn_of_requests(&self, contract: &Contract, window: u64) -> Option<Ratio> {
        let own = self.volume(window);
        (own.requests > 0).then(|| ratio(own.failures, own.requests) / allowance(contract))
    }

    /// The alerts of the SRE workbook, scaled to the cycle.
    pub fn alerts(&self, contract: &Contract) -> Vec<BurnAlert> {
        self.alerts_by(|window| self.burn_over(contract, window, window))
    }

    /// The same, of requests instead of time.
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

/// The share that may fail.
fn allowance(contract: &Contract) -> Ratio {
    whole(1) - ratio(contract.commitment.unwrap_or(0), 10_000)
}
