//! An installed fault with its counters.

use super::injection::FaultContext;
use crate::clock::{Clock, Time};
use crate::faults::{Effect, Fault, FaultCounts, HasFault, LatencyModel, PerSpan, Receipt};
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

type Bucket = RateLimiter<NotKeyed, InMemoryState, Clock, NoOpMiddleware<Time>>;

/// An installed fault, with the counters of the calls it matched and affected.
pub struct InstalledFault {
    /// The validated fault.
    pub fault: Fault,
    /// The clock that counts its life: its world's, or the server's.
    pub clock: Clock,
    /// Distinguishes it from earlier faults with the same id.
    pub(super) serial: u64,
    pub(super) matched: AtomicU64,
    injected: AtomicU64,
    spared: AtomicU64,
    forced: AtomicU64,
    active: AtomicU32,
    /// Set when the fault is halted, replaced or removed, which releases all calls it holds.
    stopped: watch::Sender<bool>,
    /// Rate limiters of a throttle by world, as each world has its own clock.
    buckets: Mutex<HashMap<String, Arc<Bucket>>>,
    /// By world: when each server of a [`LatencyModel::Physics`] is free again.
    servers: Mutex<HashMap<String, Vec<Time>>>,
}

impl std::fmt::Debug for InstalledFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InstalledFault({})", self.fault.id)
    }
}

impl HasFault for Arc<InstalledFault> {
    fn fault(&self) -> &Fault {
        &self.fault
    }
}

/// The counter an affected or spared call goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InjectionKind {
    Injected,
    Spared,
    Forced,
}

/// Whether a fault is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FaultState {
    /// The fault is in force.
    Active,
    /// The fault is outside its window.
    Waiting,
    /// The fault's life is over.
    Over,
    /// The fault was switched off by `halt`.
    Halted,
}

impl InstalledFault {
    pub(super) fn new(fault: Fault, clock: Clock, serial: u64) -> Self {
        Self {
            fault,
            clock,
            serial,
            matched: AtomicU64::new(0),
            injected: AtomicU64::new(0),
            spared: AtomicU64::new(0),
            forced: AtomicU64::new(0),
            active: AtomicU32::new(0),
            stopped: watch::Sender::new(false),
            buckets: Mutex::default(),
            servers: Mutex::default(),
        }
    }

    /// Counts and observed rate so far.
    pub fn receipt(&self) -> Receipt {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let configured = self.fault.sampling.share().map(crate::faults::Proportion::value);
        let configured = configured.filter(|_| self.fault.spec.window.ramp.is_none());
        // A throttle refuses calls by rate, not at random.
        let configured = configured.filter(|_| !matches!(self.fault.effect, Effect::Throttle { .. }));
        let counts = FaultCounts {
            matched: read(&self.matched),
            injected: read(&self.injected),
            spared: read(&self.spared),
            forced: read(&self.forced),
            active: self.active.load(Ordering::Relaxed),
        };
        Receipt::new(counts, configured)
    }

    /// Whether the fault is in force now.
    pub fn state(&self) -> FaultState {
        let now = self.clock.now();
        if *self.stopped.borrow() {
            FaultState::Halted
        } else if self.fault.window.is_over(now) {
            FaultState::Over
        } else if self.fault.window.strength(now, now).is_some() {
            FaultState::Active
        } else {
            FaultState::Waiting
        }
    }

    /// Switches the fault off and releases the calls it holds. Returns their number.
    pub(super) fn stop(&self) -> u32 {
        self.stopped.send_replace(true);
        self.active.load(Ordering::Relaxed)
    }

    /// Whether the fault is switched off.
    pub fn is_stopped(&self) -> bool {
        *self.stopped.borrow()
    }

    /// Waits until the fault is switched off.
    pub async fn stopped(&self) {
        drop(self.stopped.subscribe().wait_for(|stopped| *stopped).await);
    }

    pub(super) fn count(&self, kind: InjectionKind) {
        let counter = match kind {
            InjectionKind::Injected => &self.injected,
            InjectionKind::Spared => &self.spared,
            InjectionKind::Forced => &self.forced,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a call as affected until the returned hold is dropped; `None` if `at_once` calls are affected already.
    pub(super) fn hold(self: &Arc<Self>) -> Option<FaultHold> {
        let max = self.fault.spec.at_once.unwrap_or(u32::MAX);
        let taken = self
            .active
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| {
                (now < max).then_some(now + 1)
            });
        taken.ok().map(|_| FaultHold(self.clone()))
    }

    /// The delay of a call by a latency effect, with the wait for a free server of a queueing model; zero for other
    /// effects.
    pub(super) fn delay(&self, context: &FaultContext<'_>, key: &[&[u8]]) -> Duration {
        let Some(latency) = &self.fault.latency else {
            return Duration::ZERO;
        };
        let service = latency.sample(context.dice, key, context.workload);
        let LatencyModel::Physics(_, _, _, servers) = latency else {
            return service;
        };
        let arrived = context.facts.arrived;
        let mut all = self.servers.lock().expect("no panic while held");
        let free_at = all
            .entry(context.facts.world.to_owned())
            .or_insert_with(|| vec![arrived; *servers as usize]);
        let earliest = free_at.iter_mut().min().expect("there is at least one server");
        *earliest = (*earliest).max(arrived) + service;
        earliest.since(arrived)
    }

    /// Asks the rate limiter of a throttle.
    ///
    /// # Errors
    /// The time until a call would be admitted again.
    pub(super) fn throttle(
        &self,
        world: &str,
        clock: &Clock,
        rate: PerSpan,
        burst: Option<u32>,
    ) -> Result<(), Duration> {
        let mut all = self.buckets.lock().expect("no panic while held");
        let bucket = all.entry(world.to_owned()).or_insert_with(|| {
            let period = (rate.span / rate.count).max(Duration::from_nanos(1));
            let burst = NonZeroU32::new(burst.unwrap_or(rate.count)).unwrap_or(NonZeroU32::MIN);
            let quota = Quota::with_period(period)
                .expect("a period above zero")
                .allow_burst(burst);
            Arc::new(RateLimiter::direct_with_clock(quota, clock.clone()))
        });
        bucket.check().map_err(|until| until.wait_time_from(clock.now()))
    }
}

/// Counts a call as affected by a fault until dropped.
#[derive(Debug)]
pub struct FaultHold(Arc<InstalledFault>);

impl Drop for FaultHold {
    fn drop(&mut self) {
        self.0.active.fetch_sub(1, Ordering::AcqRel);
    }
}
