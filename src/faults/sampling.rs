//! Which of the matching calls are struck.

use super::{FaultSpec, FaultSpecError, Proportion};
use serde::{Deserialize, Serialize};

/// What a share of calls is drawn by.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum SamplingKey {
    /// The input's fingerprint and how many times it came: equal calls are struck alike in any order.
    #[default]
    Content,
    /// The fault's own count of matching calls.
    Ordinal,
}

impl SamplingKey {
    /// Whether it is the default.
    pub fn is_content(&self) -> bool {
        *self == Self::Content
    }
}

/// Which of the matching calls are struck. Counts begin with 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SamplingRule {
    /// A share of them, by a keyed hash.
    Share(Proportion, SamplingKey),
    /// Every so-manieth.
    Every(u64),
    /// The first so many.
    First(u64),
    /// From the one to the other, both included.
    Requests(u64, u64),
}

/// How a draw went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SamplingDecision {
    /// Whether the call is struck.
    pub struck: bool,
    /// The values drawn below this are struck, of 2^64; none where nothing was drawn.
    pub below: Option<u128>,
}

impl SamplingRule {
    /// The draw a user asks for.
    ///
    /// # Errors
    /// Names the field and what was expected.
    pub(super) fn new(spec: &FaultSpec) -> Result<Self, FaultSpecError> {
        let asked = [
            ("toxicity", spec.toxicity.is_some()),
            ("every", spec.every.is_some()),
            ("first", spec.first.is_some()),
            ("requests", spec.requests.is_some()),
        ];
        let asked: Vec<&str> = asked
            .iter()
            .filter(|(_, is)| *is)
            .map(|(name, _)| *name)
            .collect();
        if let [_, second, ..] = asked[..] {
            let expected = format!(
                "expected only one of toxicity, every, first, requests, found {}",
                asked.join(" and ")
            );
            return Err(FaultSpecError::new(second, expected));
        }
        if let Some(every) = spec.every {
            return if every == 0 {
                Err(FaultSpecError::new("every", "expected 1 or more"))
            } else {
                Ok(Self::Every(every))
            };
        }
        if let Some(first) = spec.first {
            return Ok(Self::First(first));
        }
        if let Some(range) = &spec.requests {
            return requests(range);
        }
        let toxicity = spec.toxicity.unwrap_or(1.0);
        let share = Proportion::new(toxicity);
        let share = share
            .ok_or_else(|| FaultSpecError::new("toxicity", format!("expected 0 to 1, found {toxicity}")))?;
        Ok(Self::Share(share, spec.by))
    }

    /// Whether chance has a say.
    pub fn is_chance(&self) -> bool {
        matches!(self, Self::Share(share, _) if share.value() > 0.0 && share.value() < 1.0)
    }

    /// Whether it goes by the count of matching calls, and not by their content.
    pub fn is_counted(&self) -> bool {
        !matches!(self, Self::Share(_, SamplingKey::Content))
    }

    /// The share it is set to, where it is one.
    pub fn share(&self) -> Option<Proportion> {
        match self {
            Self::Share(share, _) => Some(*share),
            Self::Every(_) | Self::First(_) | Self::Requests(..) => None,
        }
    }

    /// Whether the `nth` matching call is struck. `strength` lowers a share while a window ramps up; `drawn`
    /// gives the call's value among 2^64, and is asked only where it matters.
    pub fn toss(&self, nth: u64, strength: f64, drawn: impl FnOnce() -> u64) -> SamplingDecision {
        let counted = |struck| SamplingDecision { struck, below: None };
        match *self {
            Self::Every(every) => counted(nth.is_multiple_of(every)),
            Self::First(first) => counted(nth <= first),
            Self::Requests(from, to) => counted((from..=to).contains(&nth)),
            Self::Share(share, _) => {
                let below = share.times(strength).of_draws();
                let struck = below > u128::from(u64::MAX) || (below > 0 && u128::from(drawn()) < below);
                SamplingDecision {
                    struck,
                    below: Some(below),
                }
            }
        }
    }
}

fn requests(range: &str) -> Result<SamplingRule, FaultSpecError> {
    let flaw = || {
        FaultSpecError::new(
            "requests",
            format!("expected a range counted from 1, such as 100..200, found {range:?}"),
        )
    };
    let (from, to) = range.split_once("..").ok_or_else(flaw)?;
    let end = to.trim_start_matches('=').trim();
    let from: u64 = from.trim().parse().map_err(|_| flaw())?;
    let to: u64 = if end.is_empty() {
        u64::MAX
    } else {
        end.parse().map_err(|_| flaw())?
    };
    if from == 0 || to < from {
        Err(flaw())
    } else {
        Ok(SamplingRule::Requests(from, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;
    use proptest::prelude::*;

    fn share(toxicity: f64) -> SamplingRule {
        SamplingRule::new(&FaultSpec {
            toxicity: Some(toxicity),
            ..FaultSpec::default()
        })
        .unwrap()
    }

    fn value(seed: u64, nth: u64) -> u64 {
        (Dice::new(seed).draw(&[b"fault", b"id", &nth.to_le_bytes()]) >> 64) as u64
    }

    proptest! {
        #[test]
        fn none_is_never_and_all_is_always(seed in 0u64..(1 << 53), nth: u64) {
            prop_assert!(!share(0.0).toss(nth, 1.0, || value(seed, nth)).struck);
            prop_assert!(share(1.0).toss(nth, 1.0, || value(seed, nth)).struck);
        }

        #[test]
        fn a_higher_share_strikes_whatever_a_lower_one_does(seed: u64, nth: u64, low in 0.0..=1.0f64, more in 0.0..=1.0f64) {
            let high = low + (1.0 - low) * more;
            let struck = |toxicity| share(toxicity).toss(nth, 1.0, || value(seed, nth)).struck;
            prop_assert!(!struck(low) || struck(high));
        }

        #[test]
        fn of_ten_thousand_calls_the_share_is_struck_within_the_interval(seed in 0u64..(1 << 53)) {
            for toxicity in [0.001, 0.05, 0.3, 0.9] {
                let struck = (0..10_000).filter(|nth| share(toxicity).toss(*nth, 1.0, || value(seed, *nth)).struck).count();
                // Five standard deviations: over all seeds ever tried, one in a million may lie outside.
                let spread = 5.0 * (10_000.0 * toxicity * (1.0 - toxicity)).sqrt();
                prop_assert!((struck as f64 - 10_000.0 * toxicity).abs() <= spread.max(12.0), "{toxicity}: {struck}");
            }
        }
    }

    #[test]
    fn the_ends_of_the_range_are_exact() {
        let half = share(0.5);
        assert!(half.toss(1, 1.0, || (1 << 63) - 1).struck);
        assert!(!half.toss(1, 1.0, || 1 << 63).struck);
        assert!(share(1.0).toss(1, 1.0, || u64::MAX).struck);
        assert!(!share(f64::MIN_POSITIVE).toss(1, 1.0, || 0).struck);
        assert!(!half.toss(1, 0.0, || 0).struck);
    }

    #[test]
    fn counts_begin_with_one_and_ranges_include_both_ends() {
        let spec = |text: &str| serde_json::from_str::<FaultSpec>(text).unwrap();
        let struck = |text: &str| {
            let draw = SamplingRule::new(&spec(text)).unwrap();
            (1..=12)
                .filter(|nth| draw.toss(*nth, 1.0, || 0).struck)
                .collect::<Vec<u64>>()
        };
        assert_eq!(struck(r#"{"effect": {}, "every": 5}"#), [5, 10]);
        assert_eq!(struck(r#"{"effect": {}, "first": 3}"#), [1, 2, 3]);
        assert_eq!(struck(r#"{"effect": {}, "requests": "4..6"}"#), [4, 5, 6]);
        assert_eq!(struck(r#"{"effect": {}, "requests": "11.."}"#), [11, 12]);
    }
}
