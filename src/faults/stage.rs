//! At which stage of the request pipeline an effect is applied, and when that is decided.

use serde::{Deserialize, Serialize};

/// The stage of the request pipeline at which an effect is applied. Effects are applied in this order.
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
    /// Before any code of the provider runs.
    Arrival,
    /// After the call is admitted, instead of the answer or around it.
    Service,
    /// After the answer is made, while it is sent.
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

/// When a fault is decided: at its stage, or before the body is read if the request head suffices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InjectionPoint {
    /// Before the request body is read.
    BeforeReading,
    /// At a stage of the pipeline.
    At(FaultStage),
}

impl InjectionPoint {
    /// Number of injection points.
    pub(super) const COUNT: usize = 4;

    /// Position among all injection points, below [`COUNT`](Self::COUNT).
    pub(super) fn index(self) -> usize {
        match self {
            InjectionPoint::BeforeReading => 0,
            InjectionPoint::At(stage) => stage as usize + 1,
        }
    }
}
