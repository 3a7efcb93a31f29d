//! What the providers served here know, as far as faults must fit it.

use crate::exchange::TaskNames;

/// A provider's facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderFacts {
    /// Its id.
    pub id: &'static str,
    /// Ids of its operations, without the provider's.
    pub operations: Vec<&'static str>,
    /// Codes of the causes its contract knows.
    pub causes: Vec<&'static str>,
    /// Codes of the errors it documents.
    pub errors: Vec<&'static str>,
    /// Whether its answers carry a signature.
    pub signs_answers: bool,
    /// Whether it has asynchronous work and callbacks.
    pub has_jobs: bool,
    /// What it can recognise.
    pub tasks: &'static [TaskNames],
}

/// Every provider served here, and every world there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidationContext {
    /// The providers.
    pub providers: Vec<ProviderFacts>,
    /// Names of the worlds.
    pub worlds: Vec<String>,
}

impl ValidationContext {
    /// The providers a fault can strike: the one it names, or all.
    pub fn struck<'a>(&'a self, provider: Option<&'a str>) -> impl Iterator<Item = &'a ProviderFacts> {
        let fits = move |one: &&ProviderFacts| provider.is_none_or(|id| id == one.id);
        self.providers.iter().filter(fits)
    }

    /// Their ids.
    pub fn provider_ids(&self) -> impl Iterator<Item = &'static str> {
        self.providers.iter().map(|provider| provider.id)
    }
}
