//! The only source of time: real, set, frozen, scaled or advanced, for the server and for each world.
//!
//! A [`Clock`] maps real time to virtual time. All code that reads the time, sleeps, or limits a rate uses a
//! `Clock`, so that a fast-forwarded run behaves like a real-time run.

mod day;
mod mapping;
mod rate;
mod stopwatch;
mod string_schema;
mod time;
mod timers;

pub use day::{Day, Month};
pub use mapping::{ClockChange, TimeMapping};
pub use stopwatch::Stopwatch;
pub use time::{Time, parse_span};
pub use timers::AdvanceGuard;

pub(crate) use string_schema::string_schema;

use arc_swap::ArcSwapOption;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use timers::{TimerQueue, TimerThread, Wakeup};

/// Longest real time that [`Clock::advance_to`] waits for tasks woken at one instant. A client that does not read
/// its answer must not stop the clock.
const MAX_WORK_PER_INSTANT: Duration = Duration::from_secs(1);

/// A virtual clock; clones share its state.
#[derive(Clone)]
pub struct Clock {
    inner: Arc<Inner>,
}

struct Inner {
    /// Identifies this clock in the timer queue.
    id: u64,
    /// The clock this one follows while it has no mapping of its own (a world follows the server).
    parent: Option<Clock>,
    /// The clock's own mapping. Read on every call, written by the admin API.
    mapping: ArcSwapOption<TimeMapping>,
    /// The timer queue, shared with the parent and all its children.
    timer_thread: Arc<TimerThread>,
    /// Held while the clock is advanced.
    advance: tokio::sync::Mutex<()>,
    /// Called with the new time after the clock was set, changed or advanced.
    observer: OnceLock<Observer>,
}

/// Called with the new time of a clock.
type Observer = Box<dyn Fn(Time) + Send + Sync>;

/// The state of a clock and of its timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockStatus {
    /// Whether an advance is in progress.
    pub advancing: bool,
    /// Number of pending timers.
    pub events: usize,
    /// When the earliest pending timer is due.
    pub next: Option<Time>,
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

impl Clock {
    /// Creates a clock with this mapping.
    pub fn new(mapping: TimeMapping) -> Self {
        Self::build(None, Some(mapping))
    }

    /// Creates a clock that shows real time.
    pub fn real() -> Self {
        Self::new(TimeMapping::real())
    }

    /// Creates a clock frozen at `now`, for tests that advance it by hand.
    pub fn frozen(now: Time) -> Self {
        Self::new(TimeMapping::frozen_at(now, real_now()))
    }

    /// Creates a clock that follows this one until it gets a mapping of its own.
    pub fn child(&self) -> Self {
        Self::build(Some(self.clone()), None)
    }

    fn build(parent: Option<Clock>, mapping: Option<TimeMapping>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let timer_thread = parent.as_ref().map(|parent| parent.inner.timer_thread.clone());
        Self {
            inner: Arc::new(Inner {
                id: NEXT.fetch_add(1, Ordering::Relaxed),
                timer_thread: timer_thread.unwrap_or_else(|| Arc::new(TimerThread(TimerQueue::new()))),
                parent,
                mapping: ArcSwapOption::from_pointee(mapping),
                advance: tokio::sync::Mutex::default(),
                observer: OnceLock::new(),
            }),
        }
    }

    /// Has `observer` called with the new time whenever the clock is set, changed or advanced. The first observer stays.
    pub fn observe(&self, observer: impl Fn(Time) + Send + Sync + 'static) {
        drop(self.inner.observer.set(Box::new(observer)));
    }

    fn notify_observer(&self) {
        if let Some(observer) = self.inner.observer.get() {
            observer(self.now());
        }
    }

    /// The current virtual time.
    pub fn now(&self) -> Time {
        self.mapping().at(real_now())
    }

    /// The current real time, independent of this clock's mapping. Signature windows use it by default.
    pub fn real_now(&self) -> Time {
        real_now()
    }

    /// The mapping in effect: the clock's own, or its parent's.
    pub fn mapping(&self) -> TimeMapping {
        match (&*self.inner.mapping.load(), &self.inner.parent) {
            (Some(mapping), _) => **mapping,
            (None, Some(parent)) => parent.mapping(),
            (None, None) => TimeMapping::real(),
        }
    }

    /// Whether this clock has a mapping of its own instead of following its parent.
    pub fn has_own_mapping(&self) -> bool {
        self.inner.mapping.load().is_some()
    }

    /// Sets the clock's own mapping, or with `None` lets it follow its parent again. Takes effect at once, also for
    /// sleeping tasks.
    pub fn set(&self, mapping: Option<TimeMapping>) {
        let source_changes = self.has_own_mapping() != mapping.is_some();
        self.inner.mapping.store(mapping.map(Arc::new));
        if let Some(mapping) = mapping {
            self.timers().set_mapping(self.inner.id, mapping);
        }
        if source_changes {
            self.timers().wake_to_reenter(self.inner.id);
        }
        self.notify_observer();
    }

    /// Applies a change to the mapping in effect. The result becomes this clock's own mapping.
    pub fn change(&self, change: ClockChange) -> TimeMapping {
        let mapping = self.mapping().with_change(change, real_now());
        self.set(Some(mapping));
        mapping
    }

    /// Waits for an advance in progress, then applies `change`; `None` lets the clock follow its parent again.
    pub async fn change_after_advance(&self, change: Option<ClockChange>) {
        let _lock = self.inner.advance.lock().await;
        match change {
            Some(change) => drop(self.change(change)),
            None => self.set(None),
        }
    }

    /// Moves the clock forward to `to` (never back) and returns the new time. Timers fire in order, each at its own
    /// instant; the clock waits for the woken tasks before it moves on.
    pub async fn advance_to(&self, to: Time) -> Time {
        let _lock = self.inner.advance.lock().await;
        let id = self.inner.id;
        let before = self.change(ClockChange::default());
        let start = before.at(real_now());
        let target = to.max(start);
        let freeze_at = |now: Time| {
            let mapping = TimeMapping::frozen_at(now, real_now());
            self.inner.mapping.store(Some(Arc::new(mapping)));
            self.timers().set_advancing(id, mapping, true);
        };
        freeze_at(start);
        while let Some(due) = self.timers().next_due(id, target) {
            freeze_at(due.max(start));
            let mut done = self.timers().wake_due(id, due);
            tokio::select! {
                _ = done.recv() => {}
                () = real_sleep(MAX_WORK_PER_INSTANT) => {}
            }
        }
        let after = ClockChange {
            now: Some(target),
            ..ClockChange::default()
        };
        let mapping = before.with_change(after, real_now());
        self.inner.mapping.store(Some(Arc::new(mapping)));
        self.timers().set_advancing(id, mapping, false);
        self.notify_observer();
        target
    }

    /// Whether the clock is being advanced, and which timers are pending.
    pub fn status(&self) -> ClockStatus {
        self.timers().status(self.source_id())
    }

    /// Sleeps for a span of virtual time.
    pub async fn sleep(&self, span: Duration) -> AdvanceGuard {
        self.sleep_until(self.now() + span).await
    }

    /// Sleeps until virtual time `due`, through every change of the mapping. The caller holds the returned guard until
    /// the work due at that instant is done, so that an advancing clock waits for it.
    pub async fn sleep_until(&self, due: Time) -> AdvanceGuard {
        self.sleep_until_after(AdvanceGuard::default(), due).await
    }

    /// As [`sleep`](Self::sleep), for a caller that already holds a guard. The guard is released once the next timer is
    /// registered, so that an advancing clock does not skip it.
    pub async fn sleep_after(&self, guard: AdvanceGuard, span: Duration) -> AdvanceGuard {
        self.sleep_until_after(guard, self.now() + span).await
    }

    /// As [`sleep_until`](Self::sleep_until), for a caller that already holds a guard.
    pub async fn sleep_until_after(&self, mut guard: AdvanceGuard, due: Time) -> AdvanceGuard {
        loop {
            if self.now() >= due {
                return guard;
            }
            let (_slot, wakeup) = self.timers().register(self, due);
            guard = AdvanceGuard::default();
            if let Ok(Wakeup::Due(next_guard)) = wakeup.await {
                return next_guard;
            }
        }
    }

    fn timers(&self) -> &Arc<TimerQueue> {
        &self.inner.timer_thread.0
    }

    /// The id of the clock whose mapping is in effect for this one.
    fn source_id(&self) -> u64 {
        match &self.inner.parent {
            Some(parent) if !self.has_own_mapping() => parent.source_id(),
            Some(_) | None => self.inner.id,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the Clock")]
fn real_now() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Time::from_micros(i64::try_from(since.unwrap_or_default().as_micros()).unwrap_or(i64::MAX))
}

/// Blocks this thread for a span of real time. Only for dedicated threads that batch work.
#[expect(clippy::disallowed_methods, reason = "this is the Clock")]
pub fn blocking_sleep(span: Duration) {
    std::thread::sleep(span);
}

/// Sleeps for a span of real time, independent of any clock: for pauses in socket work.
#[expect(clippy::disallowed_methods, reason = "this is the Clock")]
pub async fn real_sleep(span: Duration) {
    tokio::time::sleep(span).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    fn t(text: &str) -> Time {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn a_sleeper_on_a_frozen_clock_wakes_when_it_is_advanced() {
        let clock = Clock::frozen(t("2026-11-01T00:00:00+08:00"));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { drop(clock.sleep(Duration::from_secs(3600)).await) }
        });
        tokio::task::yield_now().await;
        clock.advance_to(t("2026-11-01T00:59:59+08:00")).await;
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance_to(t("2026-11-01T01:00:00+08:00")).await;
        sleeper.await.unwrap();
    }

    #[tokio::test]
    async fn a_world_follows_the_server_until_it_has_a_clock_of_its_own() {
        let server = Clock::frozen(t("2026-11-01T00:00:00Z"));
        let world = server.child();
        server.advance_to(t("2026-11-02T00:00:00Z")).await;
        assert_eq!(world.now(), t("2026-11-02T00:00:00Z"));
        world.advance_to(t("2026-12-01T00:00:00Z")).await;
        assert_eq!(server.now(), t("2026-11-02T00:00:00Z"));
        world.set(None);
        assert_eq!(world.now(), t("2026-11-02T00:00:00Z"));
    }

    #[tokio::test]
    async fn a_clock_never_advances_backwards() {
        let clock = Clock::frozen(t("2026-11-02T00:00:00Z"));
        assert_eq!(
            clock.advance_to(t("2026-11-01T00:00:00Z")).await,
            t("2026-11-02T00:00:00Z")
        );
    }

    #[tokio::test]
    async fn ten_thousand_events_in_a_month_happen_in_order_each_at_its_own_instant() {
        let start = t("2026-11-01T00:00:00+08:00");
        let server = Clock::frozen(start);
        let worlds = [server.child(), server.child(), server.clone()];
        let happened = Arc::new(Mutex::new(Vec::new()));
        let dice = |n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) % (31 * 86_400_000_000);
        for n in 0..10_000u64 {
            let (clock, happened) = (worlds[n as usize % 3].clone(), happened.clone());
            tokio::spawn(async move {
                let due = start + Duration::from_micros(dice(n + 1));
                let _turn = clock.sleep_until(due).await;
                // Work that yields must still be done before the clock goes on.
                tokio::task::yield_now().await;
                happened.lock().unwrap().push((due, clock.now()));
            });
        }
        while server.status().events < 10_000 {
            tokio::task::yield_now().await;
        }
        server.advance_to(start + Duration::from_secs(31 * 86_400)).await;
        let happened = happened.lock().unwrap();
        assert_eq!(happened.len(), 10_000);
        assert!(happened.iter().all(|(due, now)| due == now));
        assert!(happened.is_sorted());
        assert_eq!(server.status().events, 0);
    }

    #[tokio::test]
    async fn an_event_that_leads_to_another_on_the_way_has_both_happen() {
        let start = t("2026-11-01T00:00:00+08:00");
        let clock = Clock::frozen(start);
        let steps = tokio::spawn({
            let clock = clock.clone();
            async move {
                for _ in 0..5 {
                    drop(clock.sleep(Duration::from_secs(60)).await);
                }
                clock.now()
            }
        });
        tokio::task::yield_now().await;
        clock.advance_to(start + Duration::from_secs(3600)).await;
        assert_eq!(steps.await.unwrap(), start + Duration::from_secs(300));
    }

    #[tokio::test]
    async fn sleepers_follow_every_change_of_pace_and_of_clock() {
        let start = t("2026-11-01T00:00:00+08:00");
        let server = Clock::frozen(start);
        let world = server.child();
        let sleeper = tokio::spawn({
            let world = world.clone();
            async move { drop(world.sleep(Duration::from_secs(3600)).await) }
        });
        tokio::task::yield_now().await;
        world.change(ClockChange::default());
        server.advance_to(start + Duration::from_secs(7200)).await;
        assert!(!sleeper.is_finished());
        // An hour in a few milliseconds.
        world.change(ClockChange {
            scale: Some(1e6),
            frozen: Some(false),
            ..ClockChange::default()
        });
        sleeper.await.unwrap();
    }
}
