//! Which of the matching calls are affected.

use super::{FaultSpec, FaultSpecError, Proportion};
use serde::{Deserialize, Serialize};

/// What the random draw for a share of calls is keyed by.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum SamplingKey {
    /// The input's fingerprint and how many times it was seen: the same calls are affected in any order.
    #[default]
    Content,
    /// The fault's count of matching calls.
    Ordinal,
}

impl SamplingKey {
    /// Whether the key is the default, `content`.
    pub fn is_content(&self) -> bool {
        *self == Self::Content
    }
}

/// Which of the matching calls are affected. Counts start at 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SamplingRule {
    /// A share of calls, chosen by a keyed hash.
    Share(Proportion, SamplingKey),
    /// Every n-th matching call.
    Every(u64),
    /// The first n matching calls.
    First(u64),
    /// An inclusive range of matching calls.
    Requests(u64, u64),
}

/// The result of a sampling rule for one call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SamplingDecision {
    /// Whether the call is affected.
    pub is_selected: bool,
    /// Calls whose draw (one of 2^64 values) is below this are affected; `None` if the rule draws nothing.
    pub threshold: Option<u128>,
}

impl SamplingRule {
    /// Builds the rule from a specification.
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
            return parse_range(range);
        }
        let toxicity = spec.toxicity.unwrap_or(1.0);
        let share = Proportion::new(toxicity);
        let share = share
            .ok_or_else(|| FaultSpecError::new("toxicity", format!("expected 0 to 1, found {toxicity}")))?;
        Ok(Self::Share(share, spec.by))
    }

    /// Whether the rule selects calls at random.
    pub fn is_random(&self) -> bool {
        matches!(self, Self::Share(share, _) if share.value() > 0.0 && share.value() < 1.0)
    }

    /// Whether the rule selects by the count of matching calls instead of their content.
    pub fn is_count_based(&self) -> bool {
        !matches!(self, Self::Share(_, SamplingKey::Content))
    }

    /// The configured share, if the rule has one.
    pub fn share(&self) -> Option<Proportion> {
        match self {
            Self::Share(share, _) => Some(*share),
            Self::Every(_) | Self::First(_) | Self::Requests(..) => None,
        }
    }

    /// Decides whether the `nth` matching call is affected. `strength` scales a share while a window ramps up;
    /// `draw` returns the call's random value and is called only if needed.
    pub fn decide(&self, nth: u64, strength: f64, draw: impl FnOnce() -> u64) -> SamplingDecision {
        let counted = |is_selected| SamplingDecision {
            is_selected,
            threshold: None,
        };
        match *self {
            Self::Every(every) => counted(nth.is_multiple_of(every)),
            Self::First(first) => counted(nth <= first),
            Self::Requests(from, to) => counted((from..=to).contains(&nth)),
            Self::Share(share, _) => {
                let threshold = share.times(strength).draw_threshold();
                let is_selected =
                    threshold > u128::from(u64::MAX) || (threshold > 0 && u128::from(draw()) < threshold);
                SamplingDecision {
                    is_selected,
                    threshold: Some(threshold),
                }
            }
        }
    }
}

fn parse_range(range: &str) -> Result<SamplingRule, FaultSpecError> {
    let invalid = || {
        FaultSpecError::new(
            "requests",
            format!("expected a range counted from 1, such as 100..200, found {range:?}"),
        )
    };
    let (from, to) = range.split_once("..").ok_or_else(invalid)?;
    let end = to.trim_start_matches('=').trim();
    let from: u64 = from.trim().parse().map_err(|_| invalid())?;
    let to: u64 = if end.is_empty() {
        u64::MAX
    } else {
        end.parse().map_err(|_| invalid())?
    };
    if from == 0 || to < from {
        Err(invalid())
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
            prop_assert!(!share(0.0).decide(nth, 1.0, || value(seed, nth)).is_selected);
            prop_assert!(share(1.0).decide(nth, 1.0, || value(seed, nth)).is_selected);
        }

        #[test]
        fn a_higher_share_selects_every_call_that_a_lower_one_does(seed: u64, nth: u64, low in 0.0..=1.0f64, more in 0.0..=1.0f64) {
            let high = low + (1.0 - low) * more;
            let is_selected = |toxicity| share(toxicity).decide(nth, 1.0, || value(seed, nth)).is_selected;
            prop_assert!(!is_selected(low) || is_selected(high));
        }

        #[test]
        fn of_ten_thousand_calls_the_share_is_selected_within_the_interval(seed in 0u64..(1 << 53)) {
            for toxicity in [0.001, 0.05, 0.3, 0.9] {
                let selected = (0..10_000).filter(|nth| share(toxicity).decide(*nth, 1.0, || value(seed, *nth)).is_selected).count();
                // Five standard deviations: over all seeds ever tried, one in a million may lie outside.
                let spread = 5.0 * (10_000.0 * toxicity * (1.0 - toxicity)).sqrt();
                prop_assert!((selected as f64 - 10_000.0 * toxicity).abs() <= spread.max(12.0), "{toxicity}: {selected}");
            }
        }
    }

    #[test]
    fn the_ends_of_the_range_are_exact() {
        let half = share(0.5);
        assert!(half.decide(1, 1.0, || (1 << 63) - 1).is_selected);
        assert!(!half.decide(1, 1.0, || 1 << 63).is_selected);
        assert!(share(1.0).decide(1, 1.0, || u64::MAX).is_selected);
        assert!(!share(f64::MIN_POSITIVE).decide(1, 1.0, || 0).is_selected);
        assert!(!half.decide(1, 0.0, || 0).is_selected);
    }

    #[test]
    fn counts_begin_with_one_and_ranges_include_both_ends() {
        let spec = |text: &str| serde_json::from_str::<FaultSpec>(text).unwrap();
        let selected = |text: &str| {
            let rule = SamplingRule::new(&spec(text)).unwrap();
            (1..=12)
                .filter(|nth| rule.decide(*nth, 1.0, || 0).is_selected)
                .collect::<Vec<u64>>()
        };
        assert_eq!(selected(r#"{"effect": {}, "every": 5}"#), [5, 10]);
        assert_eq!(selected(r#"{"effect": {}, "first": 3}"#), [1, 2, 3]);
        assert_eq!(selected(r#"{"effect": {}, "requests": "4..6"}"#), [4, 5, 6]);
        assert_eq!(selected(r#"{"effect": {}, "requests": "11.."}"#), [11, 12]);
    }
}
