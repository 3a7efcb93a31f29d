//! What a world has used: charged units by operation and period, and what was paid for them.

use crate::billing::{Payment, PriceTier, UnitsDue, Wallet, fee};
use crate::clock::{Day, Month, Time};
use crate::store::{DayUsage, PurchaseDrawdown};
use crate::world::{QuotaPeriod, WorldSettings};
use std::collections::HashMap;

/// Charged units and payments of a world. Rebuilt from the ledger's roll-ups at the start.
#[derive(Debug, Default)]
pub struct UsageCounters {
    by_operation: HashMap<String, Used>,
    wallet: Wallet,
    spent_fen: i64,
}

/// Charged units of one operation.
#[derive(Debug, Default)]
struct Used {
    days: HashMap<Day, u64>,
    months: HashMap<Month, u64>,
    /// Units of a month that were priced: not those that packs paid for.
    priced: HashMap<Month, u64>,
    total: u64,
}

/// Units to be charged.
#[derive(Clone, Copy, Debug)]
pub struct BillableUsage<'a> {
    /// `provider/operation`.
    pub operation: &'a str,
    /// Prices of the operation.
    pub tiers: &'a [PriceTier],
    /// When the call came.
    pub at: Time,
    /// Units.
    pub units: u64,
}

impl BillableUsage<'_> {
    /// What is to be paid for.
    pub fn demand(&self) -> UnitsDue<'_> {
        UnitsDue {
            operation: self.operation,
            day: self.at.day(),
            units: self.units,
        }
    }
}

impl UsageCounters {
    /// Adds what the ledger remembers.
    pub fn restore(&mut self, usage: &DayUsage) {
        let operation = format!("{}/{}", usage.provider, usage.operation);
        let sums = &usage.sums;
        self.count(&operation, usage.day, sums.units, sums.pack_units);
        self.spent_fen += sums.fee_fen;
        self.wallet.restore(
            sums.granted_fen,
            sums.fee_fen - sums.coupon_fen - sums.granted_fen,
        );
    }

    /// Adds what was drawn on a pack or coupon.
    pub fn restore_drawdown(&mut self, drawn: &PurchaseDrawdown) {
        self.wallet.restore_drawdown(&drawn.name, drawn.amount);
    }

    /// How units would be paid now.
    pub fn quote(&self, charge: &BillableUsage<'_>, settings: &WorldSettings) -> Payment {
        let used = self.by_operation.get(charge.operation);
        let month = charge.at.day().month();
        let priced = used
            .and_then(|used| used.priced.get(&month).copied())
            .unwrap_or(0);
        let sources = settings.payment_sources(charge.operation);
        let price = |units| fee(charge.tiers, priced, units);
        self.wallet.quote(&charge.demand(), &sources, price)
    }

    /// Charges units.
    pub fn charge(&mut self, charge: &BillableUsage<'_>, settings: &WorldSettings) -> Payment {
        let payment = self.quote(charge, settings);
        self.wallet.pay(&payment);
        self.spent_fen += payment.fee_fen;
        let (units, pack_units) = (charge.units.cast_signed(), payment.pack_units.cast_signed());
        self.count(charge.operation, charge.at.day(), units, pack_units);
        payment
    }

    /// Charged units of all operations a scope covers, in the period an instant lies in.
    pub fn used(&self, scope: &str, period: QuotaPeriod, at: Time) -> u64 {
        let own = |used: &Used| match period {
            QuotaPeriod::Day => used.days.get(&at.day()).copied(),
            QuotaPeriod::Month => used.months.get(&at.day().month()).copied(),
            QuotaPeriod::Total => Some(used.total),
        };
        let covered = self.by_operation.iter().filter(|(op, _)| covers(scope, op));
        covered.filter_map(|(_, used)| own(used)).sum()
    }

    /// Fees so far, in fen, whatever paid them.
    pub fn spent_fen(&self) -> i64 {
        self.spent_fen
    }

    /// What has been paid, payments held for calls in flight included.
    pub fn wallet(&self) -> &Wallet {
        &self.wallet
    }

    pub(super) fn wallet_mut(&mut self) -> &mut Wallet {
        &mut self.wallet
    }

    fn count(&mut self, operation: &str, day: Day, units: i64, pack_units: i64) {
        let used = match self.by_operation.get_mut(operation) {
            Some(used) => used,
            None => self.by_operation.entry(operation.to_owned()).or_default(),
        };
        let all = units.cast_unsigned();
        *used.days.entry(day).or_default() += all;
        *used.months.entry(day.month()).or_default() += all;
        *used.priced.entry(day.month()).or_default() += (units - pack_units).cast_unsigned();
        used.total += all;
    }
}

/// Whether a scope (`*`, a provider, an operation) covers an operation.
pub fn covers(scope: &str, operation: &str) -> bool {
    scope == "*" || scope == operation || operation.split('/').next() == Some(scope)
}
