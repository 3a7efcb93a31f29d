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
            if amount < 0 {
                return Err(FieldError::new(name, "expected 0 or more"));
            }
        }
        let agreements = || known.agreements.iter().copied();
        for (nth, coupon) in self.coupons.iter().enumerate() {
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
                for (place, operation) in pack.operations.iter().enumerate() {
                    let field = format!("{field}.packs[{nth}].operations[{place}]");
                    check_name(&field, operation, known.operations_of(provider))?;
                }
            }
        }
        Ok(())
    }
}

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
    if !tiers.is_sorted_by(|a, b| a.from < b.from) || tiers.iter().any(|tier| tier.fen < 0) {
        return Err(FieldError::new(
            field,
            "expected rising `from` and no price below 0",
        ));
    }
    Ok(())
}
