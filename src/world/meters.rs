//! What a world has used: charged units by operation and period, and money.

use crate::billing::{PriceTier, fee};
use crate::clock::Time;
use crate::store::DayUsage;
use crate::world::Period;
use std::collections::HashMap;

/// Charged units and fees of a world. Rebuilt from the ledger's roll-ups at the start.
#[derive(Debug, Default)]
pub struct Meters {
    days: HashMap<(String, String), u64>,
    months: HashMap<(String, String), u64>,
    totals: HashMap<String, u64>,
    spent_fen: i64,
}

impl Meters {
    /// Adds what the ledger remembers.
    pub fn recall(&mut self, usage: &DayUsage) {
        let operation = format!("{}/{}", usage.provider, usage.operation);
        self.count(&operation, &usage.day, usage.sums.units.cast_unsigned());
        self.spent_fen += usage.sums.fee_fen;
    }

    /// Charges units at an instant. Returns the fee in fen.
    pub fn charge(&mut self, operation: &str, at: Time, units: u64, tiers: &[PriceTier]) -> i64 {
        let day = at.local_date();
        let fee = fee(tiers, self.month(operation, &day), units);
        self.count(operation, &day, units);
        self.spent_fen += fee;
        fee
    }

    /// What one unit more would cost now.
    pub fn next_fee(&self, operation: &str, at: Time, tiers: &[PriceTier]) -> i64 {
        fee(tiers, self.month(operation, &at.local_date()), 1)
    }

    /// Charged units of all operations a scope covers, in the period an instant lies in.
    pub fn used(&self, scope: &str, period: Period, at: Time) -> u64 {
        let day = at.local_date();
        let sum = |map: &HashMap<(String, String), u64>, when: &str| {
            map.iter()
                .filter(|((op, span), _)| covers(scope, op) && span == when)
                .map(|(_, n)| n)
                .sum()
        };
        match period {
            Period::Day => sum(&self.days, &day),
            Period::Month => sum(&self.months, month_of(&day)),
            Period::Total => self
                .totals
                .iter()
                .filter(|(op, _)| covers(scope, op))
                .map(|(_, n)| n)
                .sum(),
        }
    }

    /// Fees so far, in fen.
    pub fn spent_fen(&self) -> i64 {
        self.spent_fen
    }

    fn month(&self, operation: &str, day: &str) -> u64 {
        let key = (operation.to_owned(), month_of(day).to_owned());
        self.months.get(&key).copied().unwrap_or(0)
    }

    fn count(&mut self, operation: &str, day: &str, units: u64) {
        let month = month_of(day).to_owned();
        *self
            .days
            .entry((operation.to_owned(), day.to_owned()))
            .or_default() += units;
        *self.months.entry((operation.to_owned(), month)).or_default() += units;
        *self.totals.entry(operation.to_owned()).or_default() += units;
    }
}

fn month_of(day: &str) -> &str {
    day.get(..7).unwrap_or(day)
}

/// Whether a scope (`*`, a provider, an operation) covers an operation.
pub fn covers(scope: &str, operation: &str) -> bool {
    scope == "*" || scope == operation || operation.split('/').next() == Some(scope)
}
