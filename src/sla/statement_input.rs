//! The figures of a cycle that an agreement's formula takes.

use super::clauses::PackAttributionReading;
use super::{Cycle, CycleFees, CycleRequests, CycleTraffic, Ratio, ReadingPolicy, ratio, whole};
use crate::clock::Day;
use num_traits::Zero;

/// A cycle and the term it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CyclePlacement {
    /// The cycle.
    pub cycle: Cycle,
    /// All cycles of the term.
    pub term: Vec<Cycle>,
    /// The months of the term; 0 where there is none.
    pub months: i32,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeasuredTraffic {
    /// Requests, for a ratio of sums.
    Requests(CycleRequests),
    /// Buckets, for a mean of their rates.
    Traffic(CycleTraffic),
    /// Requests and failures, for information.
    Plain {
        /// Requests.
        sent: u128,
        /// Failures.
        failed: u128,
    },
}

/// The price of a pack bought for a term, in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackPrice {
    /// The price.
    pub price: u128,
    /// The part paid by coupons.
    pub coupon: u128,
    /// When it was bought.
    pub bought: Day,
}

/// What was charged, in fen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CycleBill {
    /// Charges of the cycle, coupons included.
    pub gross: u128,
    /// The part paid by coupons.
    pub coupon: u128,
    /// The cash paid so far, where more is due.
    pub cash_paid: Option<u128>,
    /// Whether the service is free.
    pub is_free: bool,
    /// Packs bought for the term.
    pub packs: Vec<PackPrice>,
}

/// The figures of a cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementInput {
    /// The cycle; `None` where nothing depends on it.
    pub place: Option<CyclePlacement>,
    /// What was measured.
    pub measured: MeasuredTraffic,
    /// What was charged.
    pub bill: CycleBill,
}

impl CyclePlacement {
    /// A cycle that is a whole term.
    pub fn alone(cycle: Cycle) -> Self {
        Self {
            cycle,
            term: vec![cycle],
            months: 0,
        }
    }
}

impl CycleBill {
    /// The fees of a cycle in a reading: the price of a pack belongs to the cycle of the purchase, or to all by their
    /// days (K7).
    pub fn fees(&self, place: Option<&CyclePlacement>, policy: &ReadingPolicy) -> CycleFees {
        let mut fees = CycleFees {
            gross: whole(self.gross),
            coupon: whole(self.coupon),
            cash_paid: self.cash_paid.map(whole),
            is_free: self.is_free,
        };
        for pack in &self.packs {
            let part = place.map_or_else(Ratio::zero, |place| pack.part(place, policy));
            fees.gross += whole(pack.price) * &part;
            fees.coupon += whole(pack.coupon) * &part;
            // A pack is paid when it is bought.
            if let Some(paid) = &mut fees.cash_paid {
                *paid += (whole(pack.price) - whole(pack.coupon)) * &part;
            }
        }
        fees
    }
}

impl PackPrice {
    fn part(&self, place: &CyclePlacement, policy: &ReadingPolicy) -> Ratio {
        if policy.is(PackAttributionReading::DaysProrata) {
            let days: i64 = place.term.iter().map(Cycle::days).sum();
            ratio(place.cycle.days(), days)
        } else {
            whole(i64::from(place.cycle.holds(self.bought)))
        }
    }
}
