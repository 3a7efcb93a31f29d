//! From an availability to money: commitment, tier, fee base, cap, one rounding.

use super::fraction::{round_half_even, round_half_up};
use super::{CapBasis, CompensationTier, Contract, Ratio, ReadingPolicy, ratio, whole};
use num_bigint::BigInt;
use num_traits::Zero;

/// Fees of a cycle, in fen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CycleFees {
    /// Charges of the cycle, coupons included.
    pub gross: Ratio,
    /// The part paid by coupons.
    pub coupon: Ratio,
    /// Cash paid so far, where it is not all that is due.
    pub cash_paid: Option<Ratio>,
    /// Whether the service is free.
    pub is_free: bool,
}

/// What came of a cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Whether the promise was kept; none where nothing is promised, or nothing was measured.
    pub met: Option<bool>,
    /// The row of the table.
    pub tier: Option<&'static CompensationTier>,
    /// Rate times base, in fen.
    pub raw: Ratio,
    /// The cap, in fen, where it has a say.
    pub cap: Option<Ratio>,
    /// What is compensated, in whole fen.
    pub amount: BigInt,
    /// Why nothing is.
    pub reason: Option<&'static str>,
}

impl CycleFees {
    /// What a rate is applied to.
    pub fn base(&self, policy: &ReadingPolicy) -> Ratio {
        if policy.is("fee_base", "cash") {
            &self.gross - &self.coupon
        } else {
            self.gross.clone()
        }
    }

    fn cash(&self, which: CapBasis) -> Ratio {
        let payable = &self.gross - &self.coupon;
        match which {
            CapBasis::Payable => payable,
            CapBasis::Paid => self.cash_paid.clone().unwrap_or(payable),
        }
    }
}

/// An availability as it is compared.
fn compared(availability: &Ratio, policy: &ReadingPolicy) -> Ratio {
    let hundredths = availability * whole(10_000);
    match policy.reading("compare") {
        "round2" => ratio(round_half_up(&hundredths), 10_000),
        "trunc2" => ratio(hundredths.floor().to_integer(), 10_000),
        _ => availability.clone(),
    }
}

/// Whether an availability keeps the promise.
pub fn is_met(contract: &Contract, availability: &Ratio, policy: &ReadingPolicy) -> Option<bool> {
    let promised = contract.commitment?;
    Some(compared(availability, policy) >= ratio(promised, 10_000))
}

/// Share of the allowed failures that was used.
pub fn budget_used(contract: &Contract, availability: &Ratio) -> Option<Ratio> {
    let promised = contract.commitment?;
    Some((whole(1) - availability) / (whole(1) - ratio(promised, 10_000)))
}

fn whole_fen(exact: &Ratio, policy: &ReadingPolicy) -> BigInt {
    match policy.reading("money_rounding") {
        "floor" => exact.floor().to_integer(),
        "half_even" => round_half_even(exact),
        _ => round_half_up(exact),
    }
}

/// Settles a cycle.
pub fn settle(
    contract: &Contract,
    availability: Option<&Ratio>,
    fees: &CycleFees,
    policy: &ReadingPolicy,
) -> Settlement {
    let met = availability.and_then(|availability| is_met(contract, availability, policy));
    let nothing = |reason| Settlement {
        met,
        tier: None,
        raw: Ratio::zero(),
        cap: None,
        amount: BigInt::zero(),
        reason: Some(reason),
    };
    if contract.commitment.is_none() {
        return nothing("no_sla");
    }
    let Some(availability) = availability else {
        return nothing("undefined_availability");
    };
    if met == Some(true) {
        return nothing("commitment_met");
    }
    let value = compared(availability, policy);
    let mut rows = contract.tiers.iter();
    let Some(tier) = rows
        .find(|tier| value >= ratio(tier.from, 10_000))
        .or(contract.tiers.last())
    else {
        return nothing("no_compensation_clause");
    };
    if fees.is_free {
        return Settlement {
            tier: Some(tier),
            ..nothing("free_service")
        };
    }
    let base = fees.base(policy);
    let raw = &base * ratio(tier.percent, 100);
    let cap = contract
        .cap
        .map(|cap| fees.cash(cash_of(cap.cash, policy)) * ratio(cap.percent, 100));
    let exact = cap
        .as_ref()
        .map_or_else(|| raw.clone(), |cap| raw.clone().min(cap.clone()));
    let reason = if base.is_zero() {
        Some("no_fee_in_cycle")
    } else {
        cap.as_ref()
            .is_some_and(Ratio::is_zero)
            .then_some("nothing_paid_in_cash")
    };
    Settlement {
        met,
        tier: Some(tier),
        amount: whole_fen(&exact, policy),
        raw,
        cap,
        reason,
    }
}

/// The cash a cap goes by: the agreement's own words, unless a reading says otherwise (J12).
pub(super) fn cash_of(own: CapBasis, policy: &ReadingPolicy) -> CapBasis {
    match policy.reading("cap") {
        "cash_paid" => CapBasis::Paid,
        "cash_payable" => CapBasis::Payable,
        _ => own,
    }
}

impl Settlement {
    /// Whether the cap is below what the rate gives.
    pub fn cap_binds(&self) -> bool {
        self.cap.as_ref().is_some_and(|cap| self.raw > *cap)
    }

    /// Percent of the fee.
    pub fn percent(&self) -> u32 {
        self.tier.map_or(0, |tier| tier.percent)
    }
}
