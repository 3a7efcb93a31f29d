//! Facts about providers and worlds that fault specifications are validated against.

use crate::exchange::TaskNames;

/// A provider's facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderFacts {
    /// The provider's id.
    pub id: &'static str,
    /// Ids of its operations, without the provider prefix.
    pub operations: Vec<&'static str>,
    /// Codes of the causes listed in its contract.
    pub causes: Vec<&'static str>,
    /// Codes of the errors it documents.
    pub errors: Vec<&'static str>,
    /// Whether its answers carry a signature.
    pub signs_answers: bool,
    /// Whether it has asynchronous jobs and callbacks.
    pub has_jobs: bool,
    /// What it can recognise.
    pub tasks: &'static [TaskNames],
}

/// All providers served here and all existing worlds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidationContext {
    /// The providers served here.
    pub providers: Vec<ProviderFacts>,
    /// Names of the existing worlds.
    pub worlds: Vec<String>,
}

impl ValidationContext {
    /// The providers a fault can affect: the named one, or all if `provider` is `None`.
    pub fn providers_in_scope<'a>(
        &'a self,
        provider: Option<&'a str>,
    ) -> impl Iterator<Item = &'a ProviderFacts> {
        let is_in_scope = move |one: &&ProviderFacts| provider.is_none_or(|id| id == one.id);
        self.providers.iter().filter(is_in_scope)
    }

    /// Their ids.
    pub fn provider_ids(&self) -> impl Iterator<Item = &'static str> {
        self.providers.iter().map(|provider| provider.id)
    }
}
