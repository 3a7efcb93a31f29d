//! Prices by monthly tier.

use serde::{Deserialize, Serialize};

/// A price that holds from the `from`-th unit of a month on.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct PriceTier {
    /// First unit of the month at this price, counted from 1.
    pub from: u64,
    /// Price of a unit in fen.
    pub fen: i64,
}

/// The fee, in fen, of `units` more after `used` in the same month. Tiers are marginal: the price of each unit depends
/// on its own position in the month (INFERRED in `wire/jdcloud.md` §5, where the text leaves it open).
pub fn fee(tiers: &[PriceTier], used: u64, units: u64) -> i64 {
    let price = |nth: u64| {
        tiers
            .iter()
            .rev()
            .find(|tier| nth >= tier.from)
            .map_or(0, |tier| tier.fen)
    };
    (1..=units).map(|more| price(used + more)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIERS: [PriceTier; 3] = [
        PriceTier { from: 1, fen: 8 },
        PriceTier { from: 3001, fen: 6 },
        PriceTier { from: 10_001, fen: 5 },
    ];

    #[test]
    fn each_unit_costs_what_its_place_in_the_month_costs() {
        assert_eq!(fee(&TIERS, 0, 1), 8);
        assert_eq!(fee(&TIERS, 2999, 1), 8);
        assert_eq!(fee(&TIERS, 3000, 1), 6);
        assert_eq!(fee(&TIERS, 2999, 2), 14);
        assert_eq!(fee(&TIERS, 10_000, 1), 5);
        assert_eq!(fee(&TIERS, 0, 12_000), 3000 * 8 + 7000 * 6 + 2000 * 5);
        assert_eq!(fee(&[], 5, 3), 0);
    }
}
