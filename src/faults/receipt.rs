//! What a fault has done so far.

use serde::Serialize;

/// An interval of shares.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ConfidenceInterval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// What a fault has done so far, against what it is set to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Receipt {
    /// Calls it was for while it was in force.
    pub matched: u64,
    /// Those that met its effect.
    pub injected: u64,
    /// Those struck that another fault, or the cap on calls at once, kept from its effect.
    pub spared: u64,
    /// Calls that asked for it by header, which count nowhere else.
    pub forced: u64,
    /// Calls in its hands now.
    pub active: u32,
    /// Struck calls as a share of matched ones; none before the first.
    pub rate: Option<f64>,
    /// The 95 % interval (Wilson) of the true share, judged by `rate`.
    pub interval95: Option<ConfidenceInterval>,
    /// The share it is set to, where it is set to one.
    pub configured: Option<f64>,
    /// Whether the share it is set to lies in the interval.
    pub consistent: Option<bool>,
}

impl Receipt {
    /// A receipt of these counts.
    pub fn new(
        matched: u64,
        (injected, spared, forced): (u64, u64, u64),
        active: u32,
        configured: Option<f64>,
    ) -> Self {
        let struck = injected + spared;
        let interval95 =
            (matched > 0).then(|| ConfidenceInterval::wilson(struck, matched, 1.959_963_984_540_054));
        Self {
            matched,
            injected,
            spared,
            forced,
            active,
            rate: (matched > 0).then(|| struck as f64 / matched as f64),
            interval95,
            configured,
            consistent: interval95
                .zip(configured)
                .map(|(own, set)| own.low <= set && set <= own.high),
        }
    }
}

impl ConfidenceInterval {
    /// Wilson's score interval for `hits` of `all`, `z` standard deviations to each side.
    pub fn wilson(hits: u64, all: u64, z: f64) -> Self {
        let (n, p) = (all as f64, hits as f64 / all as f64);
        let centre = p + z * z / (2.0 * n);
        let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z * z / n;
        // At the ends rounding must not exclude what is certain.
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

    #[test]
    fn a_receipt_judges_the_share_it_was_set_to() {
        assert_eq!(
            Receipt::new(1000, (290, 5, 2), 0, Some(0.3)).consistent,
            Some(true)
        );
        assert_eq!(
            Receipt::new(1000, (390, 0, 0), 0, Some(0.3)).consistent,
            Some(false)
        );
        assert_eq!(Receipt::new(0, (0, 0, 0), 0, Some(0.3)).rate, None);
    }
}
