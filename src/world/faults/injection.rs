//! A call that is struck.

use super::InstalledFault;
use super::installed::FaultHold;
use crate::clock::Time;
use crate::dice::Dice;
use crate::exchange::{Attribution, Decision, DecisionLog, PipelineStage, Workload};
use crate::faults::{CallFacts, Effect, FaultStage};
use std::sync::Arc;
use std::time::Duration;

/// What deciding on a call takes beside the facts.
pub struct FaultContext<'a> {
    /// The facts.
    pub facts: CallFacts<'a>,
    /// Dice of the world.
    pub dice: Dice,
    /// Its clock.
    pub clock: &'a crate::clock::Clock,
    /// Gives the fingerprint of the input; asked only where it matters.
    pub fingerprint: &'a dyn Fn() -> u128,
    /// Gives the work it brings; asked only where it matters.
    pub workload: &'a dyn Fn() -> Workload,
    /// What the call asks for by header.
    pub wish: FaultOverride<'a>,
    /// The terminal effect that has been carried out already, by its fault.
    pub ended_by: Option<&'a str>,
}

/// What a call asks for by `x-understudy-fault`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultOverride<'a> {
    /// Nothing.
    Nothing,
    /// To be spared.
    Spare,
    /// To be struck by these.
    Strike(&'a str),
}

impl<'a> FaultOverride<'a> {
    /// Reads the header's value.
    pub fn of(value: Option<&'a str>) -> Self {
        match value.map(str::trim) {
            None | Some("") => Self::Nothing,
            Some("none") => Self::Spare,
            Some(ids) => Self::Strike(ids),
        }
    }

    /// The faults it asks for.
    pub(super) fn ids(self) -> impl Iterator<Item = &'a str> {
        let ids = match self {
            Self::Strike(ids) => ids,
            Self::Nothing | Self::Spare => "",
        };
        ids.split(',').map(str::trim).filter(|id| !id.is_empty())
    }
}

/// A call that is struck by a fault.
#[derive(Debug)]
pub struct Injection {
    /// The fault.
    pub installed: Arc<InstalledFault>,
    /// Virtual delay.
    pub delay: Duration,
    /// The value drawn, which shapes what chance shapes.
    pub drawn: u64,
    /// When a throttled call would be let in again.
    pub retry_after: Option<Duration>,
    pub(super) _hold: FaultHold,
}

impl Injection {
    /// What happens.
    pub fn effect(&self) -> &Effect {
        &self.installed.fault.effect
    }

    /// Whose the trouble of a call is that arrived then.
    pub fn attribution(&self, arrived: Time) -> Attribution {
        let fault = &self.installed.fault;
        Attribution {
            begun: fault.window.begun(arrived, self.installed.home.now()),
            ..fault.cause.clone()
        }
    }

    /// The fault's name.
    pub fn id(&self) -> &str {
        &self.installed.fault.id
    }
}

/// The stage as `explain` names it.
fn place(stage: FaultStage) -> PipelineStage {
    match stage {
        FaultStage::Arrival => PipelineStage::Arrival,
        FaultStage::Service => PipelineStage::Service,
        FaultStage::Response => PipelineStage::Response,
    }
}

/// Most decisions against a fault that are written down for one call.
const MOST_SPARED: usize = 8;

/// Writes down that a call was struck, or why not.
pub(super) fn note(
    decisions: &mut DecisionLog,
    installed: &InstalledFault,
    struck: bool,
    because: impl FnOnce() -> String,
) {
    let stage = place(installed.fault.stage);
    if struck {
        let otherwise = "no such fault, or x-understudy-fault: none";
        decisions.push(Decision::choose(stage, "fault", because()).otherwise(otherwise));
    } else if decisions
        .iter()
        .filter(|decision| decision.rule == "fault")
        .count()
        < MOST_SPARED
    {
        decisions.push(Decision::pass(stage, "fault", because()));
    }
}
