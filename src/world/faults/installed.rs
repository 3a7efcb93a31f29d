//! A fault with its counters.

use crate::clock::{Clock, Time};
use crate::dice::Dice;
use crate::exchange::Workload;
use crate::faults::{Effect, Fault, HasFault, LatencyModel, PerSpan, Receipt};
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

/// A fault in force or waiting for it, with what it has done so far.
pub struct InstalledFault {
    /// The fault.
    pub fault: Fault,
    /// The clock its life is counted on: its world's, or the server's.
    pub home: Clock,
    /// Tells it from others that had its name.
    pub(super) serial: u64,
    pub(super) matched: AtomicU64,
    injected: AtomicU64,
    spared: AtomicU64,
    forced: AtomicU64,
    active: AtomicU32,
    /// Set when it is halted, replaced or removed: whoever it holds is let go.
    over: watch::Sender<bool>,
    /// By world: each has its own time.
    buckets: Mutex<HashMap<String, Arc<Bucket>>>,
    /// By world: when each server of a latency by physics is free again.
    servers: Mutex<HashMap<String, Vec<Time>>>,
}

impl std::fmt::Debug for InstalledFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Armed({})", self.fault.id)
    }
}

impl HasFault for Arc<InstalledFault> {
    fn fault(&self) -> &Fault {
        &self.fault
    }
}

/// How a struck call is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InjectionCount {
    Injected,
    Spared,
    Forced,
}

/// What became of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FaultState {
    /// In force.
    Active,
    /// Outside its window.
    Waiting,
    /// Its life is over.
    Over,
    /// Switched off by `halt`.
    Halted,
}

impl InstalledFault {
    pub(super) fn new(fault: Fault, home: Clock, serial: u64) -> Self {
        Self {
            fault,
            home,
            serial,
            matched: AtomicU64::new(0),
            injected: AtomicU64::new(0),
            spared: AtomicU64::new(0),
            forced: AtomicU64::new(0),
            active: AtomicU32::new(0),
            over: watch::Sender::new(false),
            buckets: Mutex::default(),
            servers: Mutex::default(),
        }
    }

    /// What it has done so far.
    pub fn receipt(&self) -> Receipt {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let counts = (read(&self.injected), read(&self.spared), read(&self.forced));
        let configured = self.fault.draw.share().map(crate::faults::Proportion::value);
        let configured = configured.filter(|_| self.fault.spec.window.ramp.is_none());
        // Of a throttle, what is refused is no matter of chance.
        let configured = configured.filter(|_| !matches!(self.fault.effect, Effect::Throttle { .. }));
        Receipt::new(
            read(&self.matched),
            counts,
            self.active.load(Ordering::Relaxed),
            configured,
        )
    }

    /// What became of it.
    pub fn state(&self) -> FaultState {
        let now = self.home.now();
        if *self.over.borrow() {
            FaultState::Halted
        } else if self.fault.window.is_over(now) {
            FaultState::Over
        } else if self.fault.window.strength(now, now).is_some() {
            FaultState::Active
        } else {
            FaultState::Waiting
        }
    }

    /// Switches it off and lets go whoever it holds. Says how many those are.
    pub(super) fn stop(&self) -> u32 {
        self.over.send_replace(true);
        self.active.load(Ordering::Relaxed)
    }

    /// Whether it is switched off.
    pub fn is_stopped(&self) -> bool {
        *self.over.borrow()
    }

    /// Waits until it is switched off.
    pub async fn stopped(&self) {
        drop(self.over.subscribe().wait_for(|over| *over).await);
    }

    pub(super) fn count(&self, how: InjectionCount) {
        let count = match how {
            InjectionCount::Injected => &self.injected,
            InjectionCount::Spared => &self.spared,
            InjectionCount::Forced => &self.forced,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes a call into its hands, unless it holds as many as it may.
    pub(super) fn hold(self: &Arc<Self>) -> Option<FaultHold> {
        let most = self.fault.spec.at_once.unwrap_or(u32::MAX);
        let taken = self
            .active
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| {
                (now < most).then_some(now + 1)
            });
        taken.ok().map(|_| FaultHold(self.clone()))
    }

    /// How long the call is delayed, where the effect is a latency; by physics, with the wait for a server.
    pub(super) fn delay(
        &self,
        dice: Dice,
        key: &[&[u8]],
        world: (&str, Time),
        workload: &dyn Fn() -> Workload,
    ) -> Duration {
        let Some(law) = &self.fault.law else {
            return Duration::ZERO;
        };
        let service = law.sample(dice, key, workload);
        let LatencyModel::Physics(_, _, _, servers) = law else {
            return service;
        };
        let (world, arrived) = world;
        let mut all = self.servers.lock().expect("no panic while held");
        let free = all
            .entry(world.to_owned())
            .or_insert_with(|| vec![arrived; *servers as usize]);
        let first = free.iter_mut().min().expect("there is a server or more");
        // After a clock was set back, no server is busy far ahead of any work it had.
        *first = (*first).max(arrived) + service;
        first.since(arrived)
    }

    /// Whether a throttle lets a call through; how long until it would, where not.
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

/// A call in a fault's hands; it leaves them when this is dropped.
#[derive(Debug)]
pub struct FaultHold(Arc<InstalledFault>);

impl Drop for FaultHold {
    fn drop(&mut self) {
        self.0.active.fetch_sub(1, Ordering::AcqRel);
    }
}
