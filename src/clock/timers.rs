//! Pending timers of the server's clock and of all clocks that follow it, ordered by due time.
//!
//! A dedicated thread wakes due sleepers in order and to the tens of microseconds; the timers of an async runtime
//! have a resolution of a millisecond. While a clock is advanced, [`Clock::advance_to`] wakes its sleepers
//! instead, instant by instant.

use super::{Clock, ClockStatus, Time, TimeMapping, real_now};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// RAII guard given to a task woken by [`Clock::advance_to`]. The clock does not move on until every guard of the
/// current instant is dropped. Empty if the clock runs by itself.
#[derive(Debug, Default)]
#[must_use = "dropping it lets an advancing clock move on"]
pub struct AdvanceGuard(#[expect(dead_code, reason = "its drop is what counts")] Option<mpsc::Sender<()>>);

/// Why a sleeper was woken.
pub(super) enum Wakeup {
    /// Its due time was reached.
    Due(AdvanceGuard),
    /// Its clock follows another clock now; the sleeper must register again.
    SourceChanged,
}

struct Sleeper {
    /// The clock it sleeps on, which may follow the clock whose queue holds it.
    owner: u64,
    wakeup: oneshot::Sender<Wakeup>,
}

/// The sleepers of one clock that has its own mapping.
struct ClockTimers {
    mapping: TimeMapping,
    sleepers: BTreeMap<(Time, u64), Sleeper>,
    /// Whether the clock is being advanced: the timer thread then wakes none of its sleepers.
    advancing: bool,
}

#[derive(Default)]
struct TimerState {
    by_clock: HashMap<u64, ClockTimers>,
    last_serial: u64,
    running: bool,
    stopped: bool,
}

/// Pending timers of a root clock and all clocks that follow it.
pub(super) struct TimerQueue {
    /// Locked while a sleeper is registered or woken, or a mapping changes.
    state: Mutex<TimerState>,
    changed: Condvar,
}

/// A registered sleeper; dropping it removes the sleeper from the queue.
pub(super) struct TimerSlot {
    timers: Arc<TimerQueue>,
    clock: u64,
    key: (Time, u64),
}

impl Drop for TimerSlot {
    fn drop(&mut self) {
        if let Some(timers) = self.timers.state().by_clock.get_mut(&self.clock) {
            timers.sleepers.remove(&self.key);
        }
    }
}

/// Stops the timer thread when the last clock that shares the queue is dropped.
pub(super) struct TimerThread(pub(super) Arc<TimerQueue>);

impl Drop for TimerThread {
    fn drop(&mut self) {
        self.0.state().stopped = true;
        self.0.changed.notify_all();
    }
}

impl TimerQueue {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    fn state(&self) -> MutexGuard<'_, TimerState> {
        self.state.lock().expect("no panic while held")
    }

    /// Registers a sleeper on `own`, in the queue of the clock whose mapping is in effect for it.
    pub(super) fn register(
        self: &Arc<Self>,
        own: &Clock,
        due: Time,
    ) -> (TimerSlot, oneshot::Receiver<Wakeup>) {
        let (wakeup, woken) = oneshot::channel();
        let mut state = self.state();
        // Read under the lock: a mapping is stored in its clock first, then passed to this queue.
        let (clock, owner) = (own.source_id(), own.inner.id);
        state.last_serial += 1;
        let key = (due, state.last_serial);
        let timers = state.by_clock.entry(clock).or_insert_with(|| ClockTimers {
            mapping: own.mapping(),
            sleepers: BTreeMap::new(),
            advancing: false,
        });
        let is_earliest = timers
            .sleepers
            .first_key_value()
            .is_none_or(|(earliest, _)| key < *earliest);
        timers.sleepers.insert(key, Sleeper { owner, wakeup });
        if !state.running {
            state.running = true;
            let queue = self.clone();
            let thread = std::thread::Builder::new().name("clock".into());
            thread
                .spawn(move || queue.run())
                .expect("the operating system provides a thread");
        } else if is_earliest {
            self.changed.notify_all();
        }
        drop(state);
        let slot = TimerSlot {
            timers: self.clone(),
            clock,
            key,
        };
        (slot, woken)
    }

    /// Replaces the mapping of a clock.
    pub(super) fn set_mapping(&self, clock: u64, mapping: TimeMapping) {
        if let Some(timers) = self.state().by_clock.get_mut(&clock) {
            timers.mapping = mapping;
        }
        self.changed.notify_all();
    }

    /// Wakes all sleepers of a clock that now follows another clock, or no longer does, so that they register again.
    pub(super) fn wake_to_reenter(&self, owner: u64) {
        for timers in self.state().by_clock.values_mut() {
            let removed = timers
                .sleepers
                .extract_if(.., |_, sleeper| sleeper.owner == owner);
            for (_, sleeper) in removed {
                drop(sleeper.wakeup.send(Wakeup::SourceChanged));
            }
        }
    }

    /// Sets the mapping of a clock and whether it is being advanced.
    pub(super) fn set_advancing(&self, clock: u64, mapping: TimeMapping, advancing: bool) {
        let mut state = self.state();
        let timers = state.by_clock.entry(clock).or_insert_with(|| ClockTimers {
            mapping,
            sleepers: BTreeMap::new(),
            advancing,
        });
        timers.mapping = mapping;
        timers.advancing = advancing;
        drop(state);
        self.changed.notify_all();
    }

    /// The earliest due time on a clock, if it is at most `until`.
    pub(super) fn next_due(&self, clock: u64, until: Time) -> Option<Time> {
        let state = self.state();
        let ((due, _), _) = state.by_clock.get(&clock)?.sleepers.first_key_value()?;
        (*due <= until).then_some(*due)
    }

    /// Wakes all sleepers of a clock that are due by `at`, in order. The channel closes when all guards are dropped.
    pub(super) fn wake_due(&self, clock: u64, at: Time) -> mpsc::Receiver<()> {
        let (guard, done) = mpsc::channel(1);
        if let Some(timers) = self.state().by_clock.get_mut(&clock) {
            while let Some(entry) = timers.sleepers.first_entry().filter(|entry| entry.key().0 <= at) {
                let wakeup = Wakeup::Due(AdvanceGuard(Some(guard.clone())));
                drop(entry.remove().wakeup.send(wakeup));
            }
        }
        done
    }

    /// Whether a clock is being advanced, and its pending timers.
    pub(super) fn status(&self, clock: u64) -> ClockStatus {
        let state = self.state();
        let timers = state.by_clock.get(&clock);
        ClockStatus {
            advancing: timers.is_some_and(|timers| timers.advancing),
            events: timers.map_or(0, |timers| timers.sleepers.len()),
            next: timers.and_then(|timers| timers.sleepers.first_key_value().map(|((due, _), _)| *due)),
        }
    }

    /// Body of the timer thread: wakes due sleepers, then waits for the next due time.
    fn run(&self) {
        let mut state = self.state();
        while !state.stopped {
            let now = real_now();
            let mut wait: Option<Duration> = None;
            for timers in state.by_clock.values_mut() {
                if let Some(until_next) = timers.wake_due(now) {
                    wait = Some(wait.map_or(until_next, |wait| wait.min(until_next)));
                }
            }
            state
                .by_clock
                .retain(|_, timers| timers.advancing || !timers.sleepers.is_empty());
            state = match wait {
                Some(wait) => {
                    let woken = self.changed.wait_timeout(state, wait);
                    woken.expect("no panic while held").0
                }
                None => self.changed.wait(state).expect("no panic while held"),
            };
        }
    }
}

impl ClockTimers {
    /// Wakes due sleepers in order. Returns the real time until the next one is due; `None` if there is none or the
    /// clock stands still.
    fn wake_due(&mut self, real: Time) -> Option<Duration> {
        if self.advancing {
            return None;
        }
        while let Some(entry) = self.sleepers.first_entry() {
            let wait = self.mapping.real_wait(entry.key().0, real);
            if wait != Some(Duration::ZERO) {
                return wait;
            }
            drop(entry.remove().wakeup.send(Wakeup::Due(AdvanceGuard::default())));
        }
        None
    }
}
