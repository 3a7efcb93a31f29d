//! Pays for calls: from packs first, then coupons, granted money, cash, and at last as a debt.

use super::{Coupon, OveragePolicy, Subscription};
use crate::clock::Day;
use std::collections::HashMap;

/// The means an account has to pay with.
#[derive(Clone, Copy, Debug)]
pub struct PaymentSources<'a> {
    /// What was bought of the provider.
    pub subscription: Option<&'a Subscription>,
    /// Coupons.
    pub coupons: &'a [Coupon],
    /// All granted money, spent or not, in fen.
    pub granted_fen: i64,
    /// All cash, spent or not, in fen; unlimited where absent.
    pub balance_fen: Option<i64>,
    /// The most the account may owe, in fen.
    pub overdraft_fen: i64,
}

/// The units to pay for.
#[derive(Clone, Copy, Debug)]
pub struct UnitsDue<'a> {
    /// `provider/operation`.
    pub operation: &'a str,
    /// The day of the calls.
    pub day: Day,
    /// Units.
    pub units: u64,
}

/// How units are paid for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payment {
    /// Units that packs paid for.
    pub pack_units: u64,
    /// The price of the other units, in fen.
    pub fee_fen: i64,
    /// The part of it paid by coupons.
    pub coupon_fen: i64,
    /// The part paid by granted money.
    pub granted_fen: i64,
    /// The part paid in cash.
    pub cash_fen: i64,
    /// The part that is owed.
    pub owed_fen: i64,
    /// The packs and coupons that are used, with units of packs and fen of coupons.
    pub drawn: Vec<(String, i64)>,
}

/// Why units cannot be paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentError {
    /// Every pack is used up or over, and the account relies on packs alone.
    PacksExhausted,
    /// There is not enough money.
    Arrears {
        /// What is left to pay with, in fen; it includes the debt that may be made.
        left: i64,
        /// What would have to be paid, in fen.
        due: i64,
    },
}

/// What an account has spent so far.
#[derive(Clone, Debug, Default)]
pub struct Wallet {
    drawn: HashMap<String, i64>,
    granted_fen: i64,
    /// All that was due in cash, paid or owed: money that comes later pays debts first.
    due_fen: i64,
}

impl Wallet {
    /// How much of a pack or coupon is used, by its name in [`Payment::drawn`].
    pub fn drawn(&self, name: &str) -> i64 {
        self.drawn.get(name).copied().unwrap_or(0)
    }

    /// Granted money spent, in fen.
    pub fn granted_fen(&self) -> i64 {
        self.granted_fen
    }

    /// The debt of an account that had this much cash, in fen.
    pub fn debt_fen(&self, balance_fen: Option<i64>) -> i64 {
        balance_fen.map_or(0, |balance| (self.due_fen - balance).max(0))
    }

    /// The cash that is left of this much, in fen.
    pub fn cash_left_fen(&self, balance_fen: i64) -> i64 {
        (balance_fen - self.due_fen).max(0)
    }

    /// Adds what was used of a pack or coupon before a restart.
    pub fn restore_drawdown(&mut self, name: &str, amount: i64) {
        *self.drawn.entry(name.to_owned()).or_default() += amount;
    }

    /// Adds money spent before a restart.
    pub fn restore(&mut self, granted_fen: i64, due_fen: i64) {
        self.granted_fen += granted_fen;
        self.due_fen += due_fen;
    }

    /// How units would be paid for; `price` gives the price of a number of units.
    pub fn quote(
        &self,
        demand: &UnitsDue<'_>,
        sources: &PaymentSources<'_>,
        price: impl Fn(u64) -> i64,
    ) -> Payment {
        let mut payment = Payment::default();
        if demand.units > 0 {
            self.draw_packs(demand, sources, &mut payment);
        }
        if sources.subscription.is_some_and(|own| own.free) {
            return payment;
        }
        payment.fee_fen = price(demand.units - payment.pack_units);
        self.draw_coupons(demand, sources, &mut payment);
        let mut due = payment.fee_fen - payment.coupon_fen;
        payment.granted_fen = due.min((sources.granted_fen - self.granted_fen).max(0));
        due -= payment.granted_fen;
        let cash = sources
            .balance_fen
            .map_or(due, |balance| self.cash_left_fen(balance));
        payment.cash_fen = due.min(cash);
        payment.owed_fen = due - payment.cash_fen;
        payment
    }

    fn draw_packs(&self, demand: &UnitsDue<'_>, sources: &PaymentSources<'_>, payment: &mut Payment) {
        let packs = sources.subscription.into_iter().flat_map(|own| &own.packs);
        let good =
            packs.filter(|pack| pack.pays() && pack.is_for(demand.operation) && pack.holds(demand.day));
        let mut good: Vec<_> = good.collect();
        good.sort_by_key(|pack| (pack.last(), pack.start));
        for pack in good {
            let name = pack.pot(provider(demand.operation));
            let wanted = demand.units - payment.pack_units;
            let left = pack.units.map_or(wanted, |units| {
                units.saturating_sub(self.drawn(&name).max(0).cast_unsigned())
            });
            payment.draw(name, wanted.min(left));
            payment.pack_units += wanted.min(left);
        }
    }

    fn draw_coupons(&self, demand: &UnitsDue<'_>, sources: &PaymentSources<'_>, payment: &mut Payment) {
        let good = sources
            .coupons
            .iter()
            .filter(|coupon| coupon.holds(provider(demand.operation), demand.day));
        let mut good: Vec<_> = good.collect();
        // Coupons that end first are used first; those without an end, last.
        good.sort_by_key(|coupon| (coupon.until.is_none(), coupon.until, coupon.from));
        for coupon in good {
            let name = coupon.pot();
            let due = payment.fee_fen - payment.coupon_fen;
            let left = coupon.fen.cast_signed().saturating_sub(self.drawn(&name)).max(0);
            let part = due.min(left);
            payment.draw(name, part.cast_unsigned());
            payment.coupon_fen += part;
        }
    }

    /// Checks whether a payment may be made.
    ///
    /// # Errors
    /// Why it may not.
    pub fn allow(
        &self,
        payment: &Payment,
        demand: &UnitsDue<'_>,
        sources: &PaymentSources<'_>,
    ) -> Result<(), PaymentError> {
        let relies_on_packs = sources.subscription.is_some_and(|own| {
            let mut packs = own.packs.iter();
            own.beyond == OveragePolicy::Refuse
                && packs.any(|pack| pack.pays() && pack.is_for(demand.operation))
        });
        if relies_on_packs && payment.pack_units < demand.units {
            return Err(PaymentError::PacksExhausted);
        }
        let credit = sources.overdraft_fen - self.debt_fen(sources.balance_fen);
        if payment.owed_fen > credit.max(0) {
            return Err(PaymentError::Arrears {
                left: payment.fee_fen - payment.owed_fen + credit,
                due: payment.fee_fen,
            });
        }
        Ok(())
    }

    /// Makes a payment.
    pub fn pay(&mut self, payment: &Payment) {
        self.change(payment, 1);
    }

    /// Takes a payment back.
    pub fn take_back(&mut self, payment: &Payment) {
        self.change(payment, -1);
    }

    fn change(&mut self, payment: &Payment, sign: i64) {
        for (name, amount) in &payment.drawn {
            *self.drawn.entry(name.clone()).or_default() += sign * amount;
        }
        self.granted_fen += sign * payment.granted_fen;
        self.due_fen += sign * (payment.cash_fen + payment.owed_fen);
    }
}

impl Payment {
    fn draw(&mut self, name: String, amount: u64) {
        if amount > 0 {
            self.drawn.push((name, amount.cast_signed()));
        }
    }
}

fn provider(operation: &str) -> &str {
    operation.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::PrepaidPack;
    use proptest::prelude::*;

    const DAY: &str = "2026-11-22";

    fn pack(id: &str, units: u64, until: &str) -> PrepaidPack {
        PrepaidPack {
            id: id.to_owned(),
            start: "2026-11-01".parse().unwrap(),
            months: None,
            until: Some(until.parse().unwrap()),
            units: Some(units),
            operations: Vec::new(),
            price_fen: 0,
            coupon_fen: 0,
            bought_on: None,
        }
    }

    fn coupon(id: &str, fen: u64, until: Option<&str>) -> Coupon {
        Coupon {
            id: id.to_owned(),
            provider: None,
            fen,
            from: None,
            until: until.map(|day| day.parse().unwrap()),
        }
    }

    fn demand(units: u64) -> UnitsDue<'static> {
        UnitsDue {
            operation: "acme/do",
            day: DAY.parse().unwrap(),
            units,
        }
    }

    #[test]
    fn packs_then_coupons_then_granted_money_then_cash_then_debt_and_all_of_it_can_be_taken_back() {
        let own = Subscription {
            packs: vec![
                pack("late", 2, "2026-12-31"),
                pack("soon", 1, "2026-11-30"),
                pack("over", 9, "2026-11-21"),
            ],
            beyond: OveragePolicy::Charge,
            ..Subscription::default()
        };
        let coupons = [
            coupon("ever", 5, None),
            coupon("soon", 4, Some("2026-11-22")),
            coupon("over", 9, Some("2026-11-21")),
        ];
        let sources = PaymentSources {
            subscription: Some(&own),
            coupons: &coupons,
            granted_fen: 6,
            balance_fen: Some(10),
            overdraft_fen: 20,
        };
        let mut wallet = Wallet::default();
        let paid = wallet.quote(&demand(8), &sources, |units| 10 * units.cast_signed());
        let drawn = [
            ("pack:acme:soon", 1),
            ("pack:acme:late", 2),
            ("coupon:soon", 4),
            ("coupon:ever", 5),
        ];
        assert_eq!(paid.drawn, drawn.map(|(name, amount)| (name.to_owned(), amount)));
        assert_eq!((paid.pack_units, paid.fee_fen, paid.coupon_fen), (3, 50, 9));
        assert_eq!((paid.granted_fen, paid.cash_fen, paid.owed_fen), (6, 10, 25));
        assert_eq!(
            wallet.allow(&paid, &demand(8), &sources),
            Err(PaymentError::Arrears { left: 45, due: 50 })
        );
        let sources = PaymentSources {
            overdraft_fen: 25,
            ..sources
        };
        assert_eq!(wallet.allow(&paid, &demand(8), &sources), Ok(()));
        wallet.pay(&paid);
        let next = wallet.quote(&demand(1), &sources, |units| 10 * units.cast_signed());
        assert_eq!((next.owed_fen, next.drawn.len()), (10, 0));
        assert_eq!(
            wallet.allow(&next, &demand(1), &sources),
            Err(PaymentError::Arrears { left: 0, due: 10 })
        );
        wallet.take_back(&paid);
        assert_eq!(
            wallet.quote(&demand(8), &sources, |units| 10 * units.cast_signed()),
            paid
        );
    }

    #[test]
    fn who_relies_on_packs_is_refused_when_they_are_used_up_or_over() {
        let mut own = Subscription {
            packs: vec![pack("one", 1, "2026-11-30")],
            ..Subscription::default()
        };
        let mut wallet = Wallet::default();
        let try_one = |own: &Subscription, wallet: &Wallet| {
            let sources = PaymentSources {
                subscription: Some(own),
                coupons: &[],
                granted_fen: 0,
                balance_fen: None,
                overdraft_fen: 0,
            };
            let payment = wallet.quote(&demand(1), &sources, |units| 8 * units.cast_signed());
            wallet.allow(&payment, &demand(1), &sources).map(|()| payment)
        };
        let first = try_one(&own, &wallet).unwrap();
        assert_eq!((first.pack_units, first.fee_fen), (1, 0));
        wallet.pay(&first);
        assert_eq!(try_one(&own, &wallet), Err(PaymentError::PacksExhausted));
        own.beyond = OveragePolicy::Charge;
        assert_eq!(try_one(&own, &wallet).unwrap().cash_fen, 8);
        own.packs[0].operations = vec!["acme/other".to_owned()];
        own.beyond = OveragePolicy::Refuse;
        assert!(try_one(&own, &wallet).is_ok());
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_fee_pots_are_never_overdrawn_and_taking_back_leaves_no_trace(
            calls in prop::collection::vec((1_u64..5, 0_i64..20), 1..40),
            (units, coupon) in (0_u64..30, 0_u64..120),
            (granted, balance, overdraft) in (0_i64..120, prop::option::of(0_i64..200), 0_i64..60),
            refuse in any::<bool>(),
        ) {
            let own = Subscription {
                packs: vec![pack("p", units, "2026-11-30")],
                beyond: if refuse { OveragePolicy::Refuse } else { OveragePolicy::Charge },
                ..Subscription::default()
            };
            let coupons = [self::coupon("c", coupon, None)];
            let sources = PaymentSources { subscription: Some(&own), coupons: &coupons, granted_fen: granted, balance_fen: balance, overdraft_fen: overdraft };
            let mut wallet = Wallet::default();
            let (mut paid, mut in_packs) = (Payment::default(), 0);
            for (wanted, price) in calls {
                let demand = demand(wanted);
                let payment = wallet.quote(&demand, &sources, |units| price * units.cast_signed());
                let parts = payment.coupon_fen + payment.granted_fen + payment.cash_fen + payment.owed_fen;
                prop_assert_eq!(parts, payment.fee_fen);
                prop_assert_eq!(payment.fee_fen, price * (wanted - payment.pack_units).cast_signed());
                // A hold that is taken back leaves no trace.
                let before = wallet.clone();
                wallet.pay(&payment);
                wallet.take_back(&payment);
                prop_assert_eq!(wallet.quote(&demand, &sources, |units| price * units.cast_signed()), before.quote(&demand, &sources, |units| price * units.cast_signed()));
                if wallet.allow(&payment, &demand, &sources).is_err() {
                    continue;
                }
                wallet.pay(&payment);
                in_packs += payment.pack_units;
                paid.coupon_fen += payment.coupon_fen;
                paid.granted_fen += payment.granted_fen;
                paid.cash_fen += payment.cash_fen;
                paid.owed_fen += payment.owed_fen;
            }
            prop_assert!(in_packs <= units && paid.coupon_fen <= coupon.cast_signed());
            prop_assert!(paid.granted_fen <= granted && paid.owed_fen <= overdraft);
            prop_assert!(balance.is_none_or(|balance| paid.cash_fen <= balance));
            prop_assert_eq!(wallet.debt_fen(balance), paid.owed_fen);
        }
    }
}
