//! Policies: which reading of each ambiguous clause is in force (`contract/sla.md` §2).

use super::clauses::{ClauseReading, is_known};
use crate::spelling::expected_one_of;
use serde_json::Value;
use std::collections::BTreeMap;

/// An ambiguity of an agreement, and its readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct AmbiguousClause {
    /// Its name within the contract's family.
    pub name: &'static str,
    /// Its number among the ambiguities of the agreements, `J5`, as comments in the source cite it.
    pub source: &'static str,
    /// Its readings, the default first.
    pub readings: &'static [&'static str],
}

impl AmbiguousClause {
    /// Rounding before a comparison.
    pub const COMPARE: Self = Self::new("compare", "A3", &["exact", "round2", "trunc2"]);
    /// Rounding to the fen.
    pub const MONEY_ROUNDING: Self = Self::new("money_rounding", "A3", &["half_up", "floor", "half_even"]);
    /// When a claim's window opens.
    pub const CLAIM_OPEN: Self = Self::new(
        "claim_open",
        "J19",
        &["day_after_nth", "on_nth", "next_workday_after_nth"],
    );
    /// A last day on a day off.
    pub const CLAIM_ROLL: Self = Self::new("claim_roll", "J21", &["none", "next_workday"]);
    /// What a working day is.
    pub const WORKDAY: Self = Self::new("workday", "J22", &["cn", "mon_fri"]);
    /// Errors that were never received.
    pub const UNDELIVERED: Self = Self::new("undelivered", "K1", &["clamped", "unclamped", "add_to_valid"]);
    /// Buckets without traffic.
    pub const ZERO_BUCKET: Self = Self::new("zero_bucket", "§1.5", &["zero_rate", "skip"]);

    /// An ambiguous clause with its readings, the default first.
    ///
    /// # Panics
    /// When the engines do not know the clause or a reading; in a constant the program does not compile.
    pub const fn new(name: &'static str, source: &'static str, readings: &'static [&'static str]) -> Self {
        let mut at = 0;
        while at < readings.len() {
            assert!(
                is_known(name, readings[at]),
                "no engine knows this clause with this reading"
            );
            at += 1;
        }
        Self {
            name,
            source,
            readings,
        }
    }
}

/// The reading in force of every ambiguous clause of a contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadingPolicy {
    chosen: BTreeMap<&'static str, &'static str>,
}

impl ReadingPolicy {
    /// The default readings of a contract.
    pub fn defaults(settings: &[AmbiguousClause]) -> Self {
        let chosen = settings.iter().map(|setting| (setting.name, setting.readings[0]));
        Self {
            chosen: chosen.collect(),
        }
    }

    /// The default readings, changed as a JSON object says.
    ///
    /// # Errors
    /// Names a clause that the contract does not have, or a reading that the clause does not have, and the known ones.
    pub fn read(settings: &[AmbiguousClause], asked: &Value) -> Result<Self, String> {
        let mut policy = Self::defaults(settings);
        let none = serde_json::Map::new();
        let asked = match asked {
            Value::Null => &none,
            Value::Object(asked) => asked,
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                return Err("policy: expected an object".to_owned());
            }
        };
        for (name, reading) in asked {
            policy.choose(settings, name, reading)?;
        }
        Ok(policy)
    }

    fn choose(&mut self, settings: &[AmbiguousClause], name: &str, reading: &Value) -> Result<(), String> {
        let Some(setting) = settings.iter().find(|setting| setting.name == name) else {
            let all = settings.iter().map(|setting| setting.name);
            let expected = expected_one_of(name, all);
            return Err(format!("policy.{name}: no such setting, {expected}"));
        };
        // `null` is the contract's own reading, where it stands for one.
        if reading.is_null() {
            return Ok(());
        }
        let found = setting
            .readings
            .iter()
            .find(|one| reading.as_str() == Some(**one));
        let found = found.ok_or_else(|| {
            let found = reading
                .as_str()
                .map_or_else(|| reading.to_string(), str::to_owned);
            let expected = expected_one_of(&found, setting.readings.iter().copied());
            format!("policy.{name}: {expected}")
        })?;
        self.chosen.insert(setting.name, found);
        Ok(())
    }

    /// Whether this reading of its clause is in force.
    pub fn is<R: ClauseReading>(&self, reading: R) -> bool {
        self.reading(R::CLAUSE) == reading.name()
    }

    /// The reading of a clause that is in force; `None` where the contract has no such clause.
    pub fn get<R: ClauseReading>(&self) -> Option<R> {
        let name = self.reading(R::CLAUSE);
        R::ALL.iter().copied().find(|reading| reading.name() == name)
    }

    /// The name of the reading of a clause; empty where the contract has no such clause.
    pub fn reading(&self, name: &str) -> &'static str {
        self.chosen.get(name).copied().unwrap_or_default()
    }

    /// The policy with another reading of one clause.
    #[must_use]
    pub fn with(&self, setting: &AmbiguousClause, reading: &'static str) -> Self {
        let mut policy = self.clone();
        policy.chosen.insert(setting.name, reading);
        policy
    }

    /// Every clause with its reading, by name.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.chosen.iter().map(|(name, reading)| (*name, *reading))
    }
}
