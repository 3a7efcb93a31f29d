//! From an availability to money: commitment, tier, fee base, cap, one rounding.

use super::clauses::{CapReading, CompareReading, FeeBaseReading, MoneyRoundingReading};
use super::fraction::{round_half_even, round_half_up};
use super::{CapBasis, CompensationTier, Contract, Ratio, ReadingPolicy, ratio, whole};
use num_bigint::BigInt;
use num_traits::Zero;

/// Fees of a cycle, in fen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CycleFees {
    /// Charges of the cycle, coupons included.
    pub gross: Ratio,
    /// The part that coupons paid.
    pub coupon: Ratio,
    /// The cash paid so far, where more is due.
    pub cash_paid: Option<Ratio>,
    /// Whether the service is free.
    pub is_free: bool,
}

/// Why a cycle compensates nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoCompensation {
    /// The agreement promises no service level.
    NoSla,
    /// Nothing was measured.
    UndefinedAvailability,
    /// The commitment was kept.
    CommitmentMet,
    /// The agreement gives no compensation.
    NoCompensationClause,
    /// The service was free.
    FreeService,
    /// There was no fee in the cycle.
    NoFeeInCycle,
    /// Nothing was paid in cash.
    NothingPaidInCash,
}

impl NoCompensation {
    /// The reason for people.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::NoSla => "the agreement promises no service level",
            Self::UndefinedAvailability => "nothing was measured",
            Self::CommitmentMet => "the commitment was kept",
            Self::NoCompensationClause => "the agreement gives no compensation",
            Self::FreeService => "the service was free",
            Self::NoFeeInCycle => "there was no fee in the cycle",
            Self::NothingPaidInCash => "nothing was paid in cash",
        }
    }
}

/// The settlement of a cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Whether the promise was kept; `None` where nothing is promised or nothing was measured.
    pub met: Option<bool>,
    /// The row of the table of compensations that applies.
    pub tier: Option<&'static CompensationTier>,
    /// The rate times the base, in fen.
    pub raw: Ratio,
    /// The cap, in fen, where the agreement has one.
    pub cap: Option<Ratio>,
    /// The compensation, in whole fen.
    pub amount: BigInt,
    /// Why nothing is compensated.
    pub reason: Option<NoCompensation>,
}

impl CycleFees {
    /// The fee that the rate applies to.
    pub fn base(&self, policy: &ReadingPolicy) -> Ratio {
        if policy.is(FeeBaseReading::Cash) {
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

/// An availability, rounded for comparison as a reading says.
fn compared(availability: &Ratio, policy: &ReadingPolicy) -> Ratio {
    let hundredths = availability * whole(10_000);
    match policy.get() {
        Some(CompareReading::Round2) => ratio(round_half_up(&hundredths), 10_000),
        Some(CompareReading::Trunc2) => ratio(hundredths.floor().to_integer(), 10_000),
        Some(CompareReading::Exact) | None => availability.clone(),
    }
}

/// Whether an availability keeps the promise.
pub fn is_met(contract: &Contract, availability: &Ratio, policy: &ReadingPolicy) -> Option<bool> {
    let promised = contract.commitment?;
    Some(compared(availability, policy) >= ratio(promised, 10_000))
}

/// The share of the error budget that is used.
pub fn budget_used(contract: &Contract, availability: &Ratio) -> Option<Ratio> {
    let promised = contract.commitment?;
    Some((whole(1) - availability) / (whole(1) - ratio(promised, 10_000)))
}

fn whole_fen(exact: &Ratio, policy: &ReadingPolicy) -> BigInt {
    match policy.get() {
        Some(MoneyRoundingReading::Floor) => exact.floor().to_integer(),
        Some(MoneyRoundingReading::HalfEven) => round_half_even(exact),
        Some(MoneyRoundingReading::HalfUp) | None => round_half_up(exact),
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
        return nothing(NoCompensation::NoSla);
    }
    let Some(availability) = availability else {
        return nothing(NoCompensation::UndefinedAvailability);
    };
    if met == Some(true) {
        return nothing(NoCompensation::CommitmentMet);
    }
    let value = compared(availability, policy);
    let mut rows = contract.tiers.iter();
    let Some(tier) = rows
        .find(|tier| value >= ratio(tier.from, 10_000))
        .or(contract.tiers.last())
    else {
        return nothing(NoCompensation::NoCompensationClause);
    };
    if fees.is_free {
        return Settlement {
            tier: Some(tier),
            ..nothing(NoCompensation::FreeService)
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
        Some(NoCompensation::NoFeeInCycle)
    } else {
        cap.as_ref()
            .is_some_and(Ratio::is_zero)
            .then_some(NoCompensation::NothingPaidInCash)
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

/// The cash that a cap goes by: the one the agreement names, unless a reading says otherwise (J12).
pub(super) fn cash_of(own: CapBasis, policy: &ReadingPolicy) -> CapBasis {
    match policy.get() {
        Some(CapReading::CashPaid) => CapBasis::Paid,
        Some(CapReading::CashPayable) => CapBasis::Payable,
        Some(CapReading::OwnWords) | None => own,
    }
}

impl Settlement {
    /// Whether the cap lowers the compensation.
    pub fn cap_binds(&self) -> bool {
        self.cap.as_ref().is_some_and(|cap| self.raw > *cap)
    }

    /// The percentage of the fee that is compensated.
    pub fn percent(&self) -> u32 {
        self.tier.map_or(0, |tier| tier.percent)
    }
}
