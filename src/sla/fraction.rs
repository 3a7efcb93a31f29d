//! Exact numbers: written, compared and rounded without a float.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use serde_json::{Value, json};

/// An exact number.
pub type Ratio = BigRational;

/// `num / den`, with `den` above 0.
pub fn ratio(num: impl Into<BigInt>, den: impl Into<BigInt>) -> Ratio {
    Ratio::new(num.into(), den.into())
}

/// A whole number.
pub fn whole(number: impl Into<BigInt>) -> Ratio {
    Ratio::from_integer(number.into())
}

/// A number as JSON in lowest terms, with strings because its parts may exceed 2^53.
pub fn to_json(number: &Ratio) -> Value {
    json!({"num": number.numer().to_string(), "den": number.denom().to_string()})
}

/// A number as JSON, or `null`.
pub fn or_null(number: Option<&Ratio>) -> Value {
    number.map_or(Value::Null, to_json)
}

/// A share as percent, rounded down (towards minus infinity) to some decimals.
pub fn percent_floor(share: &Ratio, decimals: u32) -> String {
    let scaled = (share * whole(100) * whole(power(decimals))).floor();
    decimal(scaled.numer(), decimals)
}

/// A share as percent, rounded half up to some decimals; `None` where it is below 0.
pub fn percent_half_up(share: &Ratio, decimals: u32) -> Option<String> {
    if share.is_negative() {
        return None;
    }
    let scaled = round_half_up(&(share * whole(100) * whole(power(decimals))));
    Some(decimal(&scaled, decimals))
}

/// The nearest whole number, the greater of two that are as near.
pub fn round_half_up(number: &Ratio) -> BigInt {
    (number + ratio(1, 2)).floor().to_integer()
}

/// The nearest whole number, the even one of two that are as near.
pub fn round_half_even(number: &Ratio) -> BigInt {
    let below = number.floor().to_integer();
    let rest = number - whole(below.clone());
    let half = ratio(1, 2);
    let is_odd = !(&below % BigInt::from(2)).is_zero();
    if rest > half || (rest == half && is_odd) {
        below + BigInt::one()
    } else {
        below
    }
}

fn power(decimals: u32) -> BigInt {
    BigInt::from(10).pow(decimals)
}

/// A whole number of units of the last decimal, with its point.
pub fn decimal(units: &BigInt, decimals: u32) -> String {
    let sign = if units.is_negative() { "-" } else { "" };
    let digits = format!(
        "{:0>width$}",
        units.abs().to_string(),
        width = decimals as usize + 1
    );
    let (before, after) = digits.split_at(digits.len() - decimals as usize);
    format!("{sign}{before}.{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_never_rounded_across_a_threshold() {
        let nearly = ratio(989_996, 1_000_000);
        assert_eq!(percent_floor(&nearly, 4), "98.9996");
        assert_eq!(percent_half_up(&nearly, 2).as_deref(), Some("99.00"));
        assert_eq!(percent_floor(&ratio(-1, 3), 4), "-33.3334");
        assert_eq!(percent_half_up(&ratio(-1, 3), 2), None);
        assert_eq!(percent_floor(&ratio(1, 1000), 4), "0.1000");
    }

    #[test]
    fn halves_go_up_or_to_the_even_one() {
        for (half, up, even) in [(1, 1, 0), (3, 2, 2), (5, 3, 2), (-1, 0, 0)] {
            assert_eq!(round_half_up(&ratio(half, 2)), BigInt::from(up));
            assert_eq!(round_half_even(&ratio(half, 2)), BigInt::from(even));
        }
    }
}
