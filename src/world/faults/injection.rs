//! The injection of a fault into a call, and what a decision about it depends on.

use super::InstalledFault;
use super::installed::FaultHold;
use crate::clock::Time;
use crate::dice::Dice;
use crate::exchange::{Attribution, Decision, DecisionLog, PipelineStage, Workload};
use crate::faults::{CallFacts, Effect, FaultStage};
use std::sync::Arc;
use std::time::Duration;

/// Everything a fault decision about a call depends on.
pub struct FaultContext<'a> {
    /// The facts conditions are matched against.
    pub facts: CallFacts<'a>,
    /// The world's dice.
    pub dice: Dice,
    /// The world's clock.
    pub clock: &'a crate::clock::Clock,
    /// Computes the fingerprint of the input; called only if needed.
    pub fingerprint: &'a dyn Fn() -> u128,
    /// Computes the work of the call; called only if needed.
    pub workload: &'a dyn Fn() -> Workload,
    /// What the call requests by header.
    pub fault_override: FaultOverride<'a>,
    /// Id of the fault whose terminal effect was already applied.
    pub ended_by: Option<&'a str>,
}

/// The request in the header `x-understudy-fault`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultOverride<'a> {
    /// No request: faults are sampled as usual.
    Nothing,
    /// No fault may affect the call.
    Spare,
    /// These faults, comma-separated, must affect the call.
    Inject(&'a str),
}

impl<'a> FaultOverride<'a> {
    /// Parses the header's value.
    pub fn from_header(value: Option<&'a str>) -> Self {
        match value.map(str::trim) {
            None | Some("") => Self::Nothing,
            Some("none") => Self::Spare,
            Some(ids) => Self::Inject(ids),
        }
    }

    /// Ids of the requested faults.
    pub(super) fn ids(self) -> impl Iterator<Item = &'a str> {
        let ids = match self {
            Self::Inject(ids) => ids,
            Self::Nothing | Self::Spare => "",
        };
        ids.split(',').map(str::trim).filter(|id| !id.is_empty())
    }
}

/// The decision that a fault affects a call.
#[derive(Debug)]
pub struct Injection {
    /// The fault with its counters.
    pub installed: Arc<InstalledFault>,
    /// Delay in virtual time.
    pub delay: Duration,
    /// The random value drawn for the call; it also determines randomised effects.
    pub drawn: u64,
    /// For a throttle: how long until a call would be admitted again.
    pub retry_after: Option<Duration>,
    pub(super) _hold: FaultHold,
}

impl Injection {
    /// What happens to the call.
    pub fn effect(&self) -> &Effect {
        &self.installed.fault.effect
    }

    /// Cause and responsible party for a call that arrived at `arrived`.
    pub fn attribution(&self, arrived: Time) -> Attribution {
        let fault = &self.installed.fault;
        Attribution {
            begun: fault.window.occurrence_start(arrived, self.installed.clock.now()),
            ..fault.attribution.clone()
        }
    }

    /// The fault's id.
    pub fn id(&self) -> &str {
        &self.installed.fault.id
    }
}

/// The stage that `explain` reports for a fault stage.
fn pipeline_stage(stage: FaultStage) -> PipelineStage {
    match stage {
        FaultStage::Arrival => PipelineStage::Arrival,
        FaultStage::Service => PipelineStage::Service,
        FaultStage::Response => PipelineStage::Response,
    }
}

/// Maximum number of negative fault decisions logged for one call.
const MAX_NEGATIVE: usize = 8;

/// Logs that a fault affects a call, or why it does not.
pub(super) fn log_decision(
    decisions: &mut DecisionLog,
    installed: &InstalledFault,
    is_injected: bool,
    because: impl FnOnce() -> String,
) {
    let stage = pipeline_stage(installed.fault.stage);
    if is_injected {
        let otherwise = "no such fault, or x-understudy-fault: none";
        decisions.push(Decision::choose(stage, "fault", because()).otherwise(otherwise));
    } else if decisions
        .iter()
        .filter(|decision| decision.rule == "fault")
        .count()
        < MAX_NEGATIVE
    {
        decisions.push(Decision::pass(stage, "fault", because()));
    }
}
