//! Error rates of buckets, and sums of many of them.

use super::{Ratio, ratio};
use num_bigint::BigInt;
use num_integer::gcd;
use num_traits::{One, Zero};
use std::collections::BTreeMap;

/// Errors over requests of one bucket; `of` is above 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorRate {
    /// Errors.
    pub errors: u64,
    /// Requests.
    pub of: u64,
}

impl ErrorRate {
    /// No errors.
    pub const NONE: Self = Self { errors: 0, of: 1 };
    /// Nothing but errors.
    pub const ALL: Self = Self { errors: 1, of: 1 };

    /// The rate as a fraction.
    pub fn to_ratio(self) -> Ratio {
        ratio(self.errors, self.of)
    }

    /// The numerator over a common denominator.
    pub fn scaled(self, common: &BigInt) -> BigInt {
        common / self.of * self.errors
    }
}

/// The least common multiple of the denominators.
pub fn common_denominator(rates: impl IntoIterator<Item = ErrorRate>) -> BigInt {
    let mut common = BigInt::one();
    for rate in rates {
        let rest = u64::try_from(&common % rate.of).unwrap_or(0);
        common *= rate.of / gcd(rest, rate.of);
    }
    common
}

/// The sum of rates, each with how often it occurs. Errors are added by denominator, and brought to a common denominator
/// once: adding thousands of reduced fractions one after the other takes minutes.
pub fn sum(rates: impl IntoIterator<Item = (ErrorRate, u64)>) -> Ratio {
    let mut by_denominator: BTreeMap<u64, BigInt> = BTreeMap::new();
    for (rate, times) in rates.into_iter().filter(|(rate, _)| rate.errors > 0) {
        *by_denominator.entry(rate.of).or_default() += BigInt::from(rate.errors) * times;
    }
    let denominators = by_denominator.keys().map(|of| ErrorRate { errors: 0, of: *of });
    let common = common_denominator(denominators);
    let parts = by_denominator.iter().map(|(of, errors)| &common / of * errors);
    let total = parts.fold(BigInt::zero(), |sum, part| sum + part);
    ratio(total, common)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_sum_is_what_adding_one_by_one_gives(rates in prop::collection::vec((0_u64..50, 1_u64..50, 1_u64..9), 0..40)) {
            let rates: Vec<_> = rates.into_iter().map(|(errors, of, times)| (ErrorRate { errors, of }, times)).collect();
            let naive = rates
                .iter()
                .fold(Ratio::zero(), |sum, (rate, times)| sum + rate.to_ratio() * super::super::whole(*times));
            prop_assert_eq!(sum(rates.clone()), naive);
            let common = common_denominator(rates.iter().map(|(rate, _)| *rate));
            for (rate, _) in rates {
                prop_assert_eq!(ratio(rate.scaled(&common), common.clone()), rate.to_ratio());
            }
        }
    }
}
