//! What is known of a provider beforehand: facts, each with where it stands.

use super::Operation;
use crate::exchange::{SettableNames, Vendor};
use crate::sla::{Contract, ContractTerm};
use serde::Serialize;

/// The facts of a provider.
#[derive(Debug)]
pub struct ProviderSpec {
    /// Its id, `jdcloud-matting`.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The company whose credentials it takes.
    pub vendor: &'static Vendor,
    /// Hosts, or ends of hosts, that belong to it.
    pub hosts: &'static [&'static str],
    /// Beginnings of paths that belong to it.
    pub prefixes: &'static [&'static str],
    /// Its APIs.
    pub operations: &'static [Operation],
    /// Every error it documents.
    pub catalogue: &'static [DocumentedError],
    /// Limits it documents.
    pub limits: &'static [ContractTerm],
    /// Its agreements.
    pub contract: &'static Contract,
    /// Parameters and form fields a client makes anew for each request: they do not tell one input from another.
    pub volatile: &'static [&'static str],
    /// Whether its answers carry a signature.
    pub signs_answers: bool,
    /// Whether it has asynchronous work, with callbacks.
    pub has_jobs: bool,
    /// Names that settings of worlds, expectations and faults may use for it.
    pub settable: &'static SettableNames,
}

/// One documented error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DocumentedError {
    /// The vendor's code, as text; where several operations use one code, prefixed with the operation.
    pub code: &'static str,
    /// HTTP status it comes with.
    pub status: u16,
    /// Chinese message, where one is documented.
    pub zh: &'static str,
    /// English message.
    pub en: &'static str,
    /// Whether the contract charges the call that gets it.
    pub charged: bool,
    /// Where it is documented: a section, `§3.3`, of the notes on the vendor's documents that this was written from.
    pub source: &'static str,
}

impl ProviderSpec {
    /// The least there is to know of a provider; the other fields are empty.
    pub const fn new(
        id: &'static str,
        title: &'static str,
        vendor: &'static Vendor,
        contract: &'static Contract,
        operations: &'static [Operation],
    ) -> Self {
        Self {
            id,
            title,
            vendor,
            hosts: &[],
            prefixes: &[],
            operations,
            catalogue: &[],
            limits: &[],
            contract,
            volatile: &[],
            signs_answers: false,
            has_jobs: false,
            settable: &SettableNames::NONE,
        }
    }

    /// Length of the longest registered host, or end of a host, that `host` ends with; 0 if none matches.
    pub fn host_suffix_match_len(&self, host: &str) -> usize {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let own = self.hosts.iter().filter(|own| {
            name.len() >= own.len()
                && name.is_char_boundary(name.len() - own.len())
                && name[name.len() - own.len()..].eq_ignore_ascii_case(own)
        });
        own.map(|own| own.len()).max().unwrap_or(0)
    }
}
