//! Readings of ambiguous clauses: each is a named setting with its default (`contract/sla.md` §2).

use crate::spelling::expected_one_of;
use serde_json::Value;
use std::collections::BTreeMap;

/// An ambiguity of an agreement, and its readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct AmbiguousClause {
    /// Its name within the contract's family.
    pub name: &'static str,
    /// Where it stands in `contract/sla.md` §2.
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

    /// An ambiguity with its readings, the default first.
    pub const fn new(name: &'static str, source: &'static str, readings: &'static [&'static str]) -> Self {
        Self {
            name,
            source,
            readings,
        }
    }
}

/// One reading of every setting of a contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadingPolicy {
    chosen: BTreeMap<&'static str, &'static str>,
}

impl ReadingPolicy {
    /// The defaults.
    pub fn defaults(settings: &[AmbiguousClause]) -> Self {
        let chosen = settings.iter().map(|setting| (setting.name, setting.readings[0]));
        Self {
            chosen: chosen.collect(),
        }
    }

    /// The defaults, with the readings a JSON object names.
    ///
    /// # Errors
    /// The setting that is unknown, or whose reading is.
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

    /// Whether a setting has a reading.
    pub fn is(&self, name: &str, reading: &str) -> bool {
        self.reading(name) == reading
    }

    /// The reading of a setting; empty where the contract has no such setting.
    pub fn reading(&self, name: &str) -> &'static str {
        self.chosen.get(name).copied().unwrap_or_default()
    }

    /// The same with another reading of one setting.
    #[must_use]
    pub fn with(&self, setting: &AmbiguousClause, reading: &'static str) -> Self {
        let mut policy = self.clone();
        policy.chosen.insert(setting.name, reading);
        policy
    }

    /// All settings with their readings, by name.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.chosen.iter().map(|(name, reading)| (*name, *reading))
    }
}
