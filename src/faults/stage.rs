//! Where on a call's road a fault strikes, and when that is decided.

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
pub enum FaultStage {
    /// Before anything of the provider's runs.
    Arrival,
    /// Once the call is let in, in place of the answer or around it.
    Service,
    /// Once there is an answer, on its way out.
    Response,
}

impl FaultStage {
    /// The name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            FaultStage::Arrival => "arrival",
            FaultStage::Service => "service",
            FaultStage::Response => "response",
        }
    }
}

/// When a fault is decided: at its stage, or before the body is read where the head of a request tells enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InjectionPoint {
    /// Before the body is read.
    BeforeReading,
    /// At a stage.
    At(FaultStage),
}

impl InjectionPoint {
    /// How many there are.
    pub(super) const COUNT: usize = 4;

    /// Its place among them.
    pub(super) fn place(self) -> usize {
        match self {
            InjectionPoint::BeforeReading => 0,
            InjectionPoint::At(stage) => stage as usize + 1,
        }
    }
}
