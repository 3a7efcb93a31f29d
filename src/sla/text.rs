//! Writes numbers, money and shares for people, without a float.

use super::{Ratio, percent_floor, ratio, whole};
use num_bigint::BigInt;
use num_traits::Signed;

/// A whole number with its thousands apart.
pub fn grouped(number: impl std::fmt::Display) -> String {
    let digits = number.to_string();
    let (sign, digits) = digits
        .strip_prefix('-')
        .map_or(("", digits.as_str()), |rest| ("-", rest));
    let mut all = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            all.push(',');
        }
        all.push(digit);
    }
    all
}

/// Whole fen as yuan, `¥1,234.50`.
pub fn yuan(fen: &BigInt) -> String {
    let (whole_yuan, rest) = (fen.abs() / 100, fen.abs() % 100);
    let sign = if fen.is_negative() { "-" } else { "" };
    format!("{sign}¥{}.{rest:0>2}", grouped(whole_yuan))
}

/// An exact amount of fen as yuan, with four decimals more than a fen has where it is no whole one; what is left then
/// is cut off.
pub fn exact_yuan(fen: &Ratio) -> String {
    if fen.is_integer() {
        return yuan(fen.numer());
    }
    let scaled = fen * whole(10_000);
    let cut = scaled.floor().to_integer();
    let (fen, rest): (BigInt, BigInt) = (&cut / 10_000, &cut % 10_000);
    let text = format!("{}{:0>4}", yuan(&fen), rest.abs());
    if scaled.is_integer() {
        text.trim_end_matches('0').to_owned()
    } else {
        format!("{text}…")
    }
}

/// A share as percent with four decimals, never rounded up.
pub fn percent(share: &Ratio) -> String {
    format!("{} %", percent_floor(share, 4))
}

/// Ten-thousandths as percent with two decimals.
pub fn promised(ten_thousandths: u32) -> String {
    format!("{} %", percent_floor(&ratio(ten_thousandths, 10_000), 2))
}

/// A sum with six decimals, and the fraction where it is short.
pub(super) fn sum_to_text(sum: &Ratio) -> String {
    let decimals = percent_floor(&(sum / whole(100)), 6);
    let fraction = format!("{}/{}", sum.numer(), sum.denom());
    if sum.is_integer() {
        sum.numer().to_string()
    } else if fraction.len() <= 24 {
        format!("{decimals} ({fraction})")
    } else {
        format!("{decimals}…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_in_yuan_without_a_float() {
        for (fen, text) in [
            (0, "¥0.00"),
            (5, "¥0.05"),
            (123_450, "¥1,234.50"),
            (-7, "-¥0.07"),
            (100_000_000, "¥1,000,000.00"),
        ] {
            assert_eq!(yuan(&BigInt::from(fen)), text);
        }
        assert_eq!(exact_yuan(&ratio(2_812_500, 23)), "¥1,222.826086…");
        assert_eq!(exact_yuan(&ratio(7236, 10)), "¥7.236");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(sum_to_text(&ratio(2628, 25)), "105.120000 (2628/25)");
    }
}
