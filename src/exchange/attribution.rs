//! The responsible party and the cause of what went wrong with a call, for the SLA (`contract/sla.md` §1, §3).

use crate::clock::Time;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Whose a fault is.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The provider's own.
    #[default]
    Provider,
    /// The caller's.
    Client,
    /// A network's between them.
    Carrier,
    /// Somebody else's.
    ThirdParty,
}

impl Party {
    /// The name used in JSON and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Party::Provider => "provider",
            Party::Client => "client",
            Party::Carrier => "carrier",
            Party::ThirdParty => "third_party",
        }
    }
}

/// The responsible party and cause of what went wrong with a call. These are facts; a statement decides later what they
/// are worth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attribution {
    /// The fault that decided.
    pub fault: Arc<str>,
    /// The party that is responsible in truth.
    pub party: Party,
    /// The contract's code for it in truth; none where the contract leaves nothing out for it.
    pub cause: Option<String>,
    /// The code the provider claims, where it differs from the truth.
    pub asserted: Option<String>,
    /// The notice that announced it, with the instant it was sent.
    pub notice: Option<(String, Time)>,
    /// Start of the fault's window: a notice sent before it came in advance.
    pub begun: Time,
}
