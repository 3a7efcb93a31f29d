//! A call that is struck.

use super::Armed;
use super::armed::Hold;
use crate::clock::Time;
use crate::dice::Dice;
use crate::exchange::{Attribution, Decision, Stage as Place, Trail, Volume};
use crate::faults::{Effect, Facts, Stage};
use std::sync::Arc;
use std::time::Duration;

/// What deciding on a call takes beside the facts.
pub struct Case<'a> {
    /// The facts.
    pub facts: Facts<'a>,
    /// Dice of the world.
    pub dice: Dice,
    /// Its clock.
    pub clock: &'a crate::clock::Clock,
    /// Gives the fingerprint of the input; asked only where it matters.
    pub fingerprint: &'a dyn Fn() -> u128,
    /// Gives the work it brings; asked only where it matters.
    pub volume: &'a dyn Fn() -> Volume,
    /// What the call asks for by header.
    pub wish: Wish<'a>,
    /// The terminal effect that has been carried out already, by its fault.
    pub ended_by: Option<&'a str>,
}

/// What a call asks for by `x-understudy-fault`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish<'a> {
    /// Nothing.
    Nothing,
    /// To be spared.
    Spare,
    /// To be struck by these.
    Strike(&'a str),
}

impl<'a> Wish<'a> {
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
pub struct Strike {
    /// The fault.
    pub armed: Arc<Armed>,
    /// Virtual delay.
    pub delay: Duration,
    /// The value drawn, which shapes what chance shapes.
    pub drawn: u64,
    /// When a throttled call would be let in again.
    pub retry_after: Option<Duration>,
    pub(super) _hold: Hold,
}

impl Strike {
    /// What happens.
    pub fn effect(&self) -> &Effect {
        &self.armed.fault.effect
    }

    /// Whose the trouble of a call is that arrived then.
    pub fn attribution(&self, arrived: Time) -> Attribution {
        let fault = &self.armed.fault;
        Attribution {
            begun: fault.window.begun(arrived, self.armed.home.now()),
            ..fault.cause.clone()
        }
    }

    /// The fault's name.
    pub fn id(&self) -> &str {
        &self.armed.fault.id
    }
}

/// The stage as `explain` names it.
fn place(stage: Stage) -> Place {
    match stage {
        Stage::Arrival => Place::Arrival,
        Stage::Service => Place::Service,
        Stage::Response => Place::Response,
    }
}

/// Most decisions against a fault that are written down for one call.
const MOST_SPARED: usize = 8;

/// Writes down that a call was struck, or why not.
pub(super) fn note(trail: &mut Trail, armed: &Armed, struck: bool, because: impl FnOnce() -> String) {
    let stage = place(armed.fault.stage);
    if struck {
        let otherwise = "no such fault, or x-understudy-fault: none";
        trail.push(Decision::choose(stage, "fault", because()).otherwise(otherwise));
    } else if trail.iter().filter(|decision| decision.rule == "fault").count() < MOST_SPARED {
        trail.push(Decision::pass(stage, "fault", because()));
    }
}
