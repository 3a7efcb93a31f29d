//! Counts of the calls a fault matched and affected, compared with its configured share.

use serde::Serialize;

/// A confidence interval of a share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ConfidenceInterval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

/// Counts of the calls a fault matched and affected, compared with its configured share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Receipt {
    /// Calls that matched while the fault was in force.
    pub matched: u64,
    /// Matching calls to which the effect was applied.
    pub injected: u64,
    /// Sampled calls that were not affected, because of another fault or the limit on concurrent calls.
    pub spared: u64,
    /// Calls that requested the fault by header; not included in the other counts.
    pub forced: u64,
    /// Affected calls in progress.
    pub active: u32,
    /// Sampled calls (`injected` and `spared`) as a share of matched ones; `null` before the first.
    pub rate: Option<f64>,
    /// The 95 % Wilson interval of the true share, estimated from `rate`.
    pub interval95: Option<ConfidenceInterval>,
    /// The configured share, if the fault samples by share.
    pub configured: Option<f64>,
    /// Whether the configured share lies in the interval.
    pub consistent: Option<bool>,
}

/// The counters a [`Receipt`] is computed from; see its fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "Receipt documents the same fields")]
pub struct FaultCounts {
    pub matched: u64,
    pub injected: u64,
    pub spared: u64,
    pub forced: u64,
    pub active: u32,
}

impl Receipt {
    /// Computes rate and interval from the counts of a fault.
    pub fn new(counts: FaultCounts, configured: Option<f64>) -> Self {
        let FaultCounts {
            matched,
            injected,
            spared,
            forced,
            active,
        } = counts;
        let sampled = injected + spared;
        let interval95 =
            (matched > 0).then(|| ConfidenceInterval::wilson(sampled, matched, 1.959_963_984_540_054));
        Self {
            matched,
            injected,
            spared,
            forced,
            active,
            rate: (matched > 0).then(|| sampled as f64 / matched as f64),
            interval95,
            configured,
            consistent: interval95
                .zip(configured)
                .map(|(own, set)| own.low <= set && set <= own.high),
        }
    }
}

impl ConfidenceInterval {
    /// Wilson score interval for `hits` out of `all`, `z` standard deviations to each side.
    pub fn wilson(hits: u64, all: u64, z: f64) -> Self {
        let (n, p) = (all as f64, hits as f64 / all as f64);
        let centre = p + z * z / (2.0 * n);
        let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z * z / n;
        // At 0 and 1, rounding must not exclude the observed share.
        Self {
            low: if hits == 0 { 0.0 } else { (centre - spread) / scale },
            high: if hits == all {
                1.0
            } else {
                (centre + spread) / scale
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_wilsons() {
        // Newcombe 1998, table I: 81 of 263.
        let interval = ConfidenceInterval::wilson(81, 263, 1.959_963_984_540_054);
        assert!(
            (interval.low - 0.2553).abs() < 5e-5 && (interval.high - 0.3662).abs() < 5e-5,
            "{interval:?}"
        );
        assert!(ConfidenceInterval::wilson(0, 20, 1.96).low <= 0.0);
        assert!(ConfidenceInterval::wilson(20, 20, 1.96).high >= 1.0);
    }

    fn receipt([matched, injected, spared, forced]: [u64; 4]) -> Receipt {
        let counts = FaultCounts {
            matched,
            injected,
            spared,
            forced,
            active: 0,
        };
        Receipt::new(counts, Some(0.3))
    }

    #[test]
    fn a_receipt_judges_the_configured_share() {
        assert_eq!(receipt([1000, 290, 5, 2]).consistent, Some(true));
        assert_eq!(receipt([1000, 390, 0, 0]).consistent, Some(false));
        assert_eq!(receipt([0, 0, 0, 0]).rate, None);
    }
}
