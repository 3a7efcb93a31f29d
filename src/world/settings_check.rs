//! Checks of a world's settings that the types cannot make: names, and values that must fit together.

use super::{FieldError, KnownNames, ScopeLimits, WorldSettings};
use crate::billing::PriceTier;
use crate::spelling::expected_one_of;

/// A name that is none of those known.
fn check_name<'a>(
    field: &str,
    found: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Result<(), FieldError> {
    let known: Vec<&str> = known.into_iter().collect();
    if known.contains(&found) {
        Ok(())
    } else {
        Err(FieldError::new(field, expected_one_of(found, known)))
    }
}

impl WorldSettings {
    /// Checks what the types cannot.
    ///
    /// # Errors
    /// Names the field, what was expected, and the nearest known name.
    pub fn check(&self, known: &KnownNames) -> Result<(), FieldError> {
        for (scope, limit) in &self.limits {
            let field = format!("limits.{scope}");
            check_name(&field, scope, known.scopes())?;
            check_limit(&field, limit)?;
        }
        for (operation, tiers) in &self.prices {
            let field = format!("prices.{operation}");
            check_name(&field, operation, known.operations())?;
            check_tiers(&field, tiers)?;
        }
        for operation in self.jobs.keys() {
            check_name(&format!("jobs.{operation}"), operation, known.job_operations())?;
        }
        for rule in self.strictness.keys() {
            check_name(&format!("strictness.{rule}"), rule, known.strictness())?;
        }
        self.check_wording(known)?;
        self.check_tasks(known)?;
        self.check_money(known)
    }

    fn check_wording(&self, known: &KnownNames) -> Result<(), FieldError> {
        if self.wording.is_empty() {
            return Ok(());
        }
        let rows = known.wording();
        for (row, wording) in &self.wording {
            let field = format!("wording.{row}");
            check_name(&field, row, rows.iter().map(String::as_str))?;
            if wording
                .status
                .is_some_and(|status| !(200..=599).contains(&status))
            {
                return Err(FieldError::new(format!("{field}.status"), "expected 200 to 599"));
            }
        }
        Ok(())
    }

    fn check_tasks(&self, known: &KnownNames) -> Result<(), FieldError> {
        for (provider, words) in &self.tasks {
            let field = format!("tasks.{provider}");
            check_name(&field, provider, known.task_providers())?;
            for (nth, word) in words.iter().enumerate() {
                if !known.chosen_tasks(provider).any(|task| task.is_named(word)) {
                    let names = known.chosen_tasks(provider).map(|task| task.name);
                    let expected = expected_one_of(word, names);
                    return Err(FieldError::new(format!("{field}[{nth}]"), expected));
                }
            }
        }
        Ok(())
    }

    fn check_money(&self, known: &KnownNames) -> Result<(), FieldError> {
        for (name, amount) in [
            ("balance_fen", self.balance_fen.unwrap_or(0)),
            ("granted_fen", self.granted_fen),
            ("overdraft_fen", self.overdraft_fen),
        ] {
            if !(0..=MOST_FEN).contains(&amount) {
                return Err(FieldError::new(
                    name,
                    format!("expected 0 or more, at most {MOST_FEN}"),
                ));
            }
        }
        let agreements = || known.agreements.iter().copied();
        for (nth, coupon) in self.coupons.iter().enumerate() {
            if coupon.fen > MOST_FEN.cast_unsigned() {
                let expected = format!("expected at most {MOST_FEN}");
                return Err(FieldError::new(format!("coupons[{nth}].fen"), expected));
            }
            if self.coupons[..nth].iter().any(|other| other.id == coupon.id) {
                let expected = format!("expected another name, there is a coupon {:?} already", coupon.id);
                return Err(FieldError::new(format!("coupons[{nth}].id"), expected));
            }
            if let Some(provider) = &coupon.provider {
                check_name(&format!("coupons[{nth}].provider"), provider, agreements())?;
            }
        }
        for (provider, own) in &self.subscriptions {
            let field = format!("subscriptions.{provider}");
            check_name(&field, provider, agreements())?;
            own.check()
                .map_err(|(part, expected)| FieldError::new(format!("{field}.{part}"), expected))?;
            for (nth, pack) in own.packs.iter().enumerate() {
                if pack.units.is_some_and(|units| units > MOST_FEN.cast_unsigned()) {
                    let expected = format!("expected at most {MOST_FEN}");
                    return Err(FieldError::new(format!("{field}.packs[{nth}].units"), expected));
                }
                for (place, operation) in pack.operations.iter().enumerate() {
                    let field = format!("{field}.packs[{nth}].operations[{place}]");
                    check_name(&field, operation, known.operations_of(provider))?;
                }
            }
        }
        Ok(())
    }
}

/// The most money, and the most units of a pack: sums of them stay far from what a number can hold.
const MOST_FEN: i64 = 1_000_000_000_000_000;

/// The most that one call costs, in fen: of as many calls as there can be the sum stays below what a number can hold.
const MOST_PRICE: i64 = 1_000_000_000;

fn check_limit(field: &str, limit: &ScopeLimits) -> Result<(), FieldError> {
    let Some(rate) = &limit.rate else { return Ok(()) };
    rate.interval()
        .map_err(|why| FieldError::new(format!("{field}.rate"), why))?;
    if rate.burst == Some(0) {
        return Err(FieldError::new(
            format!("{field}.rate.burst"),
            "expected 1 or more",
        ));
    }
    Ok(())
}

fn check_tiers(field: &str, tiers: &[PriceTier]) -> Result<(), FieldError> {
    let fits = |tier: &PriceTier| tier.from > 0 && (0..=MOST_PRICE).contains(&tier.fen);
    if tiers.is_empty() || !tiers.is_sorted_by(|a, b| a.from < b.from) || !tiers.iter().all(fits) {
        let expected =
            format!("expected one tier or more, `from` 1 or more and rising, `fen` 0 to {MOST_PRICE}");
        return Err(FieldError::new(field, expected));
    }
    Ok(())
}
