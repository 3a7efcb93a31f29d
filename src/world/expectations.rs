//! The expectations of a world, and how often each has spoken.

use super::{FieldError, KnownNames};
use crate::recognition::{Expectation, ExpectationRule, PresetVerdict, RecognitionSubject};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

/// Expectations a world may have at most.
const MOST: usize = 10_000;

/// The expectations of a world, in the order in which they were given.
#[derive(Default)]
pub struct Expectations {
    /// Read on every call that is judged, written by the admin API.
    rules: RwLock<Vec<Arc<Held>>>,
    named: AtomicU64,
}

struct Held {
    rule: ExpectationRule,
    spoken: AtomicU64,
}

/// Why an expectation is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ExpectationError {
    /// A field that cannot be carried out, and what was expected.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// There is one of that name.
    #[error("there is already an expectation {0:?}")]
    Exists(String),
    /// No more fit.
    #[error("the world has {MOST} expectations already")]
    Full,
}

impl Expectations {
    /// Adds one; it gets a name where it has none.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn add(
        &self,
        mut expectation: Expectation,
        names: &KnownNames,
    ) -> Result<Expectation, ExpectationError> {
        names.check_expectation(&expectation)?;
        if expectation.id.is_empty() {
            let nth = self.named.fetch_add(1, Ordering::Relaxed) + 1;
            expectation.id = format!("expectation-{nth}");
        }
        let rule = ExpectationRule::new(expectation.clone())
            .map_err(|(field, expected)| FieldError { field, expected })?;
        let mut rules = self.rules.write().expect("no panic while held");
        if rules
            .iter()
            .any(|held| held.rule.expectation.id == expectation.id)
        {
            return Err(ExpectationError::Exists(expectation.id));
        }
        if rules.len() >= MOST {
            return Err(ExpectationError::Full);
        }
        let spoken = AtomicU64::new(0);
        rules.push(Arc::new(Held { rule, spoken }));
        Ok(expectation)
    }

    /// All, with how often each has spoken.
    pub fn all(&self) -> Vec<(Expectation, u64)> {
        let rules = self.rules.read().expect("no panic while held");
        let shown = |held: &Arc<Held>| {
            let spoken = held.spoken.load(Ordering::Relaxed);
            (held.rule.expectation.clone(), spoken)
        };
        rules.iter().map(shown).collect()
    }

    /// Removes one; whether there was one.
    pub fn remove(&self, id: &str) -> bool {
        let mut rules = self.rules.write().expect("no panic while held");
        let before = rules.len();
        rules.retain(|held| held.rule.expectation.id != id);
        rules.len() < before
    }

    /// Removes all.
    pub fn clear(&self) {
        self.rules.write().expect("no panic while held").clear();
    }

    /// Whether any looks at perceptual hashes.
    pub fn look(&self) -> bool {
        let rules = self.rules.read().expect("no panic while held");
        rules.iter().any(|held| held.rule.has_phash())
    }

    /// What the first that fits and is not spent gives an input, and its name. `subject` is only made where there are
    /// expectations at all.
    pub fn preset_verdict<'a>(
        &self,
        subject: impl FnOnce() -> RecognitionSubject<'a>,
    ) -> Option<(String, Vec<PresetVerdict>)> {
        let rules = self.rules.read().expect("no panic while held").clone();
        if rules.is_empty() {
            return None;
        }
        let subject = subject();
        let fitting = rules.iter().filter(|held| held.rule.matches(&subject));
        fitting.into_iter().find_map(|held| {
            let nth = held.spoken.fetch_add(1, Ordering::Relaxed);
            let given = held.rule.preset_verdicts(nth).map(<[PresetVerdict]>::to_vec);
            if given.is_none() {
                held.spoken.fetch_sub(1, Ordering::Relaxed);
            }
            Some((held.rule.expectation.id.clone(), given?))
        })
    }
}
