//! Every fault there is.

use super::installed::InstalledFault;
use super::recorder::TapeRecorder;
use crate::clock::{Clock, Time};
use crate::faults::{
    Effect, Fault, FaultSet, FaultSpec, FaultSpecError, InjectionPoint, Tape, ValidationContext,
};
use arc_swap::ArcSwap;
use lru::LruCache;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

/// Faults there may be at most.
const MOST_FAULTS: usize = 10_000;

/// Inputs whose attempts are remembered: each fault counts how often it met each. The least recently met is
/// forgotten, and counted from 1 again.
pub(super) const MOST_ATTEMPTS: usize = 131_072;

/// What holds for all faults.
#[derive(Clone, Debug, Default)]
pub struct BoardSettings {
    /// How long a fault lives that does not say; none: it must say.
    pub ttl: Option<Duration>,
    /// Do calls get the fault they ask for by header?
    pub by_header: bool,
    /// The faults there are at the start and after a reset.
    pub first: Vec<FaultSpec>,
}

/// Every fault there is.
pub struct FaultRegistry {
    settings: BoardSettings,
    clock: Clock,
    /// Read on every call, replaced whole.
    pub(super) set: ArcSwap<FaultSet<Arc<InstalledFault>>>,
    /// Held while the set is replaced; with the number of faults there have been.
    changes: Mutex<u64>,
    changed: watch::Sender<u64>,
    pub(super) attempts: Mutex<LruCache<u128, u64>>,
    /// The tape.
    pub recorder: TapeRecorder,
}

impl FaultRegistry {
    /// A board with no fault on it, on the server's clock.
    pub fn new(settings: BoardSettings, clock: Clock) -> Self {
        Self {
            settings,
            clock,
            set: ArcSwap::from_pointee(FaultSet::new(Vec::new())),
            changes: Mutex::default(),
            changed: watch::Sender::new(0),
            attempts: Mutex::new(LruCache::unbounded()),
            recorder: TapeRecorder::default(),
        }
    }

    /// Whether no fault is for this moment: all a healthy call asks.
    pub fn has_none(&self, point: InjectionPoint) -> bool {
        self.set.load().has_none(point)
    }

    /// Whether good answers must be remembered, for a fault to give them again.
    pub fn keeps_answers(&self) -> bool {
        self.set.load().keeps_answers()
    }

    /// All faults, by id.
    pub fn all(&self) -> Vec<Arc<InstalledFault>> {
        self.set.load().all().to_vec()
    }

    /// One fault.
    pub fn get(&self, id: &str) -> Option<Arc<InstalledFault>> {
        self.set.load().get(id).cloned()
    }

    /// Whether calls get the fault they ask for by header.
    pub fn obeys_headers(&self) -> bool {
        self.settings.by_header
    }

    /// The faults there are at the start and after a reset.
    pub fn first(&self) -> &[FaultSpec] {
        &self.settings.first
    }

    /// Adds faults, in place of those with the same names; of `instead`, where given, those that fit it go.
    /// All or nothing. `clock_of` gives a world's clock.
    ///
    /// # Errors
    /// Which of them, counted from 0, cannot be carried out, and why. Nothing changes then.
    pub fn put(
        &self,
        specs: Vec<FaultSpec>,
        known: &ValidationContext,
        clock_of: &dyn Fn(&str) -> Option<Clock>,
        instead: Option<&dyn Fn(&InstalledFault) -> bool>,
    ) -> Result<Vec<Arc<InstalledFault>>, (usize, FaultSpecError)> {
        let mut serial = self.changes.lock().expect("no panic while held");
        let old = self.set.load_full();
        let mut made: Vec<Arc<InstalledFault>> = Vec::new();
        for (nth, spec) in specs.into_iter().enumerate() {
            *serial += 1;
            let home = spec.matching.world.as_deref().and_then(clock_of);
            let home = home.unwrap_or_else(|| self.clock.clone());
            let name = format!("fault-{}", *serial);
            let fault =
                Fault::new(spec, &name, known, home.now(), self.settings.ttl).map_err(|flaw| (nth, flaw))?;
            if made.iter().any(|other| other.fault.id == fault.id) {
                return Err((
                    nth,
                    FaultSpecError::new(
                        "id",
                        format!("expected a name used once, found {:?} again", fault.id),
                    ),
                ));
            }
            made.push(Arc::new(InstalledFault::new(fault, home, *serial)));
        }
        let stays = |one: &&Arc<InstalledFault>| {
            !made.iter().any(|new| new.fault.id == one.fault.id) && !instead.is_some_and(|fits| fits(one))
        };
        let (kept, gone): (Vec<_>, Vec<_>) = old.all().iter().partition(stays);
        if kept.len() + made.len() > MOST_FAULTS {
            return Err((
                0,
                FaultSpecError::new("id", format!("expected at most {MOST_FAULTS} faults in all")),
            ));
        }
        let all = kept.into_iter().chain(&made).cloned().collect();
        self.set.store(Arc::new(FaultSet::new(all)));
        for one in gone {
            one.stop();
        }
        self.changed.send_modify(|n| *n += 1);
        Ok(made)
    }

    /// Removes the faults that fit. Says how many.
    pub fn remove(&self, fits: &dyn Fn(&InstalledFault) -> bool) -> usize {
        let before = self.all().len();
        let nothing = ValidationContext::default();
        let removed = self.put(Vec::new(), &nothing, &|_| None, Some(fits));
        debug_assert!(removed.is_ok(), "nothing that is new can be wrong");
        before - self.all().len()
    }

    /// The kill switch: no fault strikes any more, and whoever is held is let go. Gives the number of faults and
    /// of calls.
    pub fn halt(&self) -> (usize, u32) {
        let all = self.set.load_full();
        self.recorder.play(None);
        let (mut faults, mut calls) = (0, 0);
        for one in all.all().iter().filter(|one| !one.is_stopped()) {
            faults += 1;
            calls += one.stop();
        }
        self.changed.send_modify(|n| *n += 1);
        (faults, calls)
    }

    /// Carries out the decisions of a tape from now on, in place of all faults.
    ///
    /// # Errors
    /// Which of its faults, counted from 0, cannot be carried out, and why.
    pub fn play(
        &self,
        tape: Tape,
        known: &ValidationContext,
        clock_of: &dyn Fn(&str) -> Option<Clock>,
    ) -> Result<(), (usize, FaultSpecError)> {
        self.put(tape.faults.clone(), known, clock_of, Some(&|_| true))?;
        self.recorder.play(Some(tape));
        Ok(())
    }

    /// Draws again from now on.
    pub fn stop_playing(&self) {
        self.recorder.play(None);
    }

    /// Whether an outage of everything is in force, and when that may change.
    pub fn outage(&self) -> (bool, Option<Time>) {
        let now = self.clock.now();
        let set = self.set.load_full();
        let meant = |one: &&Arc<InstalledFault>| {
            let fault = &one.fault;
            let all =
                fault.scope.is_everything() && fault.draw.share().is_some_and(|share| share.value() >= 1.0);
            matches!(fault.effect, Effect::Outage {}) && all && !one.is_stopped()
        };
        let meant: Vec<_> = set.all().iter().filter(meant).collect();
        let on = meant
            .iter()
            .any(|one| one.fault.window.strength(now, now) == Some(1.0));
        (
            on,
            meant
                .iter()
                .filter_map(|one| one.fault.window.next_change(now))
                .min(),
        )
    }

    /// Tells of every change of the set.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}
