//! Where on a call's road a fault strikes.

use serde::{Deserialize, Serialize};

/// Where on a call's road a fault strikes. Faults are composed in this order.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Before anything of the provider's runs.
    Arrival,
    /// Once the call is let in, in place of the answer or around it.
    Service,
    /// Once there is an answer, on its way out.
    Response,
}

impl Stage {
    /// All, in order.
    pub const ALL: [Stage; 3] = [Stage::Arrival, Stage::Service, Stage::Response];

    /// The name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Arrival => "arrival",
            Stage::Service => "service",
            Stage::Response => "response",
        }
    }
}
