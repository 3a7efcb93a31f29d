//! What a world has used: charged units by operation and period, and money.

use crate::billing::{PriceTier, fee};
use crate::clock::{Day, Month, Time};
use crate::store::DayUsage;
use crate::world::Period;
use std::collections::HashMap;

/// Charged units and fees of a world. Rebuilt from the ledger's roll-ups at the start.
#[derive(Debug, Default)]
pub struct Meters {
    by_operation: HashMap<String, Used>,
    spent_fen: i64,
}

/// Charged units of one operation.
#[derive(Debug, Default)]
struct Used {
    days: HashMap<Day, u64>,
    months: HashMap<Month, u64>,
    total: u64,
}

impl Meters {
    /// Adds what the ledger remembers.
    pub fn recall(&mut self, usage: &DayUsage) {
        let operation = format!("{}/{}", usage.provider, usage.operation);
        self.count(&operation, usage.day, usage.sums.units.cast_unsigned());
        self.spent_fen += usage.sums.fee_fen;
    }

    /// Charges units at an instant. Returns the fee in fen.
    pub fn charge(&mut self, operation: &str, at: Time, units: u64, tiers: &[PriceTier]) -> i64 {
        let fee = fee(tiers, self.month(operation, at), units);
        self.count(operation, at.day(), units);
        self.spent_fen += fee;
        fee
    }

    /// What one unit more would cost now.
    pub fn next_fee(&self, operation: &str, at: Time, tiers: &[PriceTier]) -> i64 {
        fee(tiers, self.month(operation, at), 1)
    }

    /// Charged units of all operations a scope covers, in the period an instant lies in.
    pub fn used(&self, scope: &str, period: Period, at: Time) -> u64 {
        let own = |used: &Used| match period {
            Period::Day => used.days.get(&at.day()).copied(),
            Period::Month => used.months.get(&at.day().month()).copied(),
            Period::Total => Some(used.total),
        };
        let covered = self.by_operation.iter().filter(|(op, _)| covers(scope, op));
        covered.filter_map(|(_, used)| own(used)).sum()
    }

    /// Fees so far, in fen.
    pub fn spent_fen(&self) -> i64 {
        self.spent_fen
    }

    fn month(&self, operation: &str, at: Time) -> u64 {
        let used = self.by_operation.get(operation);
        used.and_then(|used| used.months.get(&at.day().month()).copied())
            .unwrap_or(0)
    }

    fn count(&mut self, operation: &str, day: Day, units: u64) {
        let used = match self.by_operation.get_mut(operation) {
            Some(used) => used,
            None => self.by_operation.entry(operation.to_owned()).or_default(),
        };
        *used.days.entry(day).or_default() += units;
        *used.months.entry(day.month()).or_default() += units;
        used.total += units;
    }
}

/// Whether a scope (`*`, a provider, an operation) covers an operation.
pub fn covers(scope: &str, operation: &str) -> bool {
    scope == "*" || scope == operation || operation.split('/').next() == Some(scope)
}
