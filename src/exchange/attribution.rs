//! Whose the trouble of a call is, and what it will be called in the SLA (`contract/sla.md` §1, §3).

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

/// Why a call went as it did, where a fault struck it. Facts: what they are worth is decided when a statement
/// is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attribution {
    /// The fault that decided.
    pub fault: Arc<str>,
    /// Whose it is in truth.
    pub party: Party,
    /// The contract's code for it in truth; none where the contract leaves nothing out for it.
    pub cause: Option<String>,
    /// The code the provider claims, where it differs from the truth.
    pub asserted: Option<String>,
    /// The notice that announced it, with the instant it was sent.
    pub notice: Option<(String, Time)>,
    /// Start of the window in which it struck: a notice sent before it was in advance.
    pub begun: Time,
}
