//! The registry of installed faults.

use super::installed::InstalledFault;
use super::recorder::TapeRecorder;
use crate::clock::{Clock, Time};
use crate::faults::{
    Effect, Fault, FaultSet, FaultSpec, FaultSpecError, InjectionPoint, Tape, ValidationContext,
};
use crate::world::{Event, Events};
use arc_swap::ArcSwap;
use lru::LruCache;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

/// Maximum number of installed faults.
const MAX_FAULTS: usize = 10_000;

/// Number of (fault, input) pairs whose attempts are counted. The least recently used is dropped and then counted
/// from 1 again.
pub(super) const MAX_ATTEMPTS: usize = 131_072;

/// Settings of the fault registry.
#[derive(Clone, Debug, Default)]
pub struct FaultRegistrySettings {
    /// Lifetime of faults without a `ttl`; with `None`, every fault must have one.
    pub ttl: Option<Duration>,
    /// Whether calls may request faults by header.
    pub by_header: bool,
    /// The faults installed at the start and after a reset.
    pub initial: Vec<FaultSpec>,
}

/// All installed faults.
pub struct FaultRegistry {
    settings: FaultRegistrySettings,
    clock: Clock,
    events: Events,
    /// Read on every call, replaced whole.
    pub(super) set: ArcSwap<FaultSet<Arc<InstalledFault>>>,
    /// Serial number of the last installed fault. Locked while the set is replaced.
    last_serial: Mutex<u64>,
    changed: watch::Sender<u64>,
    pub(super) attempts: Mutex<LruCache<u128, u64>>,
    /// Records and replays decisions.
    pub recorder: TapeRecorder,
}

impl FaultRegistry {
    /// Creates an empty registry. `clock` is the server's clock.
    pub fn new(settings: FaultRegistrySettings, clock: Clock, events: Events) -> Self {
        Self {
            settings,
            clock,
            events,
            set: ArcSwap::from_pointee(FaultSet::new(Vec::new())),
            last_serial: Mutex::default(),
            changed: watch::Sender::new(0),
            attempts: Mutex::new(LruCache::unbounded()),
            recorder: TapeRecorder::default(),
        }
    }

    /// Whether no fault is decided at this point; the only check for a call if no fault is installed.
    pub fn has_none(&self, point: InjectionPoint) -> bool {
        self.set.load().has_none(point)
    }

    /// Whether successful answers must be kept, so that a fault can replay them.
    pub fn keeps_answers(&self) -> bool {
        self.set.load().keeps_answers()
    }

    /// All faults, ordered by id.
    pub fn all(&self) -> Vec<Arc<InstalledFault>> {
        self.set.load().all().to_vec()
    }

    /// Looks up a fault by id.
    pub fn get(&self, id: &str) -> Option<Arc<InstalledFault>> {
        self.set.load().get(id).cloned()
    }

    /// Whether calls may request faults by header.
    pub fn allows_header_override(&self) -> bool {
        self.settings.by_header
    }

    /// The faults installed at the start and after a reset.
    pub fn initial(&self) -> &[FaultSpec] {
        &self.settings.initial
    }

    /// Installs faults, all or none, replacing those with the same ids and those that `removing` selects. `clock_of`
    /// looks up a world's clock.
    ///
    /// # Errors
    /// The index of the invalid specification and the reason. Nothing changes in that case.
    pub fn replace(
        &self,
        specs: Vec<FaultSpec>,
        context: &ValidationContext,
        clock_of: &dyn Fn(&str) -> Option<Clock>,
        removing: Option<&dyn Fn(&InstalledFault) -> bool>,
    ) -> Result<Vec<Arc<InstalledFault>>, (usize, FaultSpecError)> {
        let mut serial = self.last_serial.lock().expect("no panic while held");
        let old = self.set.load_full();
        let mut new: Vec<Arc<InstalledFault>> = Vec::new();
        for (nth, spec) in specs.into_iter().enumerate() {
            *serial += 1;
            let clock = spec.matching.world.as_deref().and_then(clock_of);
            let clock = clock.unwrap_or_else(|| self.clock.clone());
            let name = format!("fault-{}", *serial);
            let fault = Fault::new(spec, &name, context, clock.now(), self.settings.ttl)
                .map_err(|error| (nth, error))?;
            if new.iter().any(|other| other.fault.id == fault.id) {
                return Err((
                    nth,
                    FaultSpecError::new(
                        "id",
                        format!("expected a name used once, found {:?} again", fault.id),
                    ),
                ));
            }
            new.push(Arc::new(InstalledFault::new(fault, clock, *serial)));
        }
        let stays = |one: &&Arc<InstalledFault>| {
            !new.iter().any(|new| new.fault.id == one.fault.id)
                && !removing.is_some_and(|selects| selects(one))
        };
        let (kept, removed): (Vec<_>, Vec<_>) = old.all().iter().partition(stays);
        if kept.len() + new.len() > MAX_FAULTS {
            return Err((
                0,
                FaultSpecError::new("id", format!("expected at most {MAX_FAULTS} faults in all")),
            ));
        }
        let all = kept.into_iter().chain(&new).cloned().collect();
        self.set.store(Arc::new(FaultSet::new(all)));
        for one in removed {
            one.stop();
        }
        self.notify();
        Ok(new)
    }

    /// Removes the faults that `selects` accepts and returns their number.
    pub fn remove(&self, selects: &dyn Fn(&InstalledFault) -> bool) -> usize {
        let before = self.all().len();
        let context = ValidationContext::default();
        let removed = self.replace(Vec::new(), &context, &|_| None, Some(selects));
        debug_assert!(
            removed.is_ok(),
            "without new faults no specification can be invalid"
        );
        before - self.all().len()
    }

    /// The kill switch: stops all faults and releases all calls they hold. Returns the number of stopped faults and of
    /// released calls.
    pub fn halt(&self) -> (usize, u32) {
        let all = self.set.load_full();
        self.recorder.play(None);
        let (mut faults, mut calls) = (0, 0);
        for one in all.all().iter().filter(|one| !one.is_stopped()) {
            faults += 1;
            calls += one.stop();
        }
        self.notify();
        (faults, calls)
    }

    fn notify(&self) {
        self.changed.send_modify(|n| *n += 1);
        self.events.publish(|| Event::Faults);
    }

    /// Replaces all faults by those of a tape and replays its decisions.
    ///
    /// # Errors
    /// The index of the invalid fault on the tape and the reason.
    pub fn play(
        &self,
        tape: Tape,
        context: &ValidationContext,
        clock_of: &dyn Fn(&str) -> Option<Clock>,
    ) -> Result<(), (usize, FaultSpecError)> {
        self.replace(tape.faults.clone(), context, clock_of, Some(&|_| true))?;
        self.recorder.play(Some(tape));
        Ok(())
    }

    /// Stops the replay: faults are sampled again.
    pub fn stop_playing(&self) {
        self.recorder.play(None);
    }

    /// Whether an outage of all worlds is in force, and when that may change.
    pub fn outage(&self) -> (bool, Option<Time>) {
        let now = self.clock.now();
        let set = self.set.load_full();
        let is_full_outage = |one: &&Arc<InstalledFault>| {
            let fault = &one.fault;
            let all = fault.scope.is_everything()
                && fault.sampling.share().is_some_and(|share| share.value() >= 1.0);
            matches!(fault.effect, Effect::Outage {}) && all && !one.is_stopped()
        };
        let outages: Vec<_> = set.all().iter().filter(is_full_outage).collect();
        let is_in_force = outages
            .iter()
            .any(|one| one.fault.window.strength(now, now) == Some(1.0));
        (
            is_in_force,
            outages
                .iter()
                .filter_map(|one| one.fault.window.next_change(now))
                .min(),
        )
    }

    /// A channel that is notified of every change of the set.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}
