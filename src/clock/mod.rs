//! The only source of time: real, set, frozen, scaled or advanced, for the server and for each world.
//!
//! A clock is an affine map from real time to virtual time. Everything that asks for the time, waits, or
//! limits a rate goes through one, so that a fast-forwarded run and a real-time run are the same run.

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
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use timers::{TimerQueue, TimerThread, Wakeup};

/// While a clock is advanced, whoever was woken may work so long, in real time, before it goes on without them:
/// a client that does not read its answer must not hold the clock.
const PATIENCE: Duration = Duration::from_secs(1);

/// A clock that can be shared; clones show the same time.
#[derive(Clone)]
pub struct Clock {
    inner: Arc<Inner>,
}

struct Inner {
    /// Names this clock in the agenda.
    id: u64,
    /// The clock shown while this one has no face of its own (a world that follows the server).
    parent: Option<Clock>,
    /// Read on every call, written by the admin API.
    mapping: ArcSwapOption<TimeMapping>,
    /// Shared with the parent and its other children.
    keeper: Arc<TimerThread>,
    /// Held while the clock is advanced.
    advance: tokio::sync::Mutex<()>,
}

/// What a clock is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockStatus {
    /// Whether it is being advanced and events are still processed.
    pub advancing: bool,
    /// Events that lie ahead.
    pub events: usize,
    /// When the next of them is due.
    pub next: Option<Time>,
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

impl Clock {
    /// A clock with this face.
    pub fn new(mapping: TimeMapping) -> Self {
        Self::build(None, Some(mapping))
    }

    /// A clock that shows real time.
    pub fn real() -> Self {
        Self::new(TimeMapping::real())
    }

    /// A frozen clock at `now`, for tests that advance it by hand.
    pub fn frozen(now: Time) -> Self {
        Self::new(TimeMapping::frozen_at(now, real_now()))
    }

    /// A clock that follows this one until it is given a face of its own.
    pub fn child(&self) -> Self {
        Self::build(Some(self.clone()), None)
    }

    fn build(parent: Option<Clock>, mapping: Option<TimeMapping>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let keeper = parent.as_ref().map(|parent| parent.inner.keeper.clone());
        Self {
            inner: Arc::new(Inner {
                id: NEXT.fetch_add(1, Ordering::Relaxed),
                keeper: keeper.unwrap_or_else(|| Arc::new(TimerThread(TimerQueue::new()))),
                parent,
                mapping: ArcSwapOption::from_pointee(mapping),
                advance: tokio::sync::Mutex::default(),
            }),
        }
    }

    /// The virtual time now.
    pub fn now(&self) -> Time {
        self.mapping().at(real_now())
    }

    /// The real time now, whatever this clock shows (signature windows compare with it by default).
    pub fn real_now(&self) -> Time {
        real_now()
    }

    /// The map in force: its own, or its parent's.
    pub fn mapping(&self) -> TimeMapping {
        match (&*self.inner.mapping.load(), &self.inner.parent) {
            (Some(mapping), _) => **mapping,
            (None, Some(parent)) => parent.mapping(),
            (None, None) => TimeMapping::real(),
        }
    }

    /// Whether this clock has a face of its own, rather than following another.
    pub fn is_own(&self) -> bool {
        self.inner.mapping.load().is_some()
    }

    /// Gives the clock a face (or, with `None`, lets it follow its parent again). Sleepers go by it at once.
    pub fn set(&self, mapping: Option<TimeMapping>) {
        let moves = self.is_own() != mapping.is_some();
        self.inner.mapping.store(mapping.map(Arc::new));
        if let Some(mapping) = mapping {
            self.timers().turn(self.inner.id, mapping);
        }
        if moves {
            self.timers().moved(self.inner.id);
        }
    }

    /// Applies a change to the face in force now. The result is this clock's own face.
    pub fn change(&self, change: ClockChange) -> TimeMapping {
        let mapping = self.mapping().changed(change, real_now());
        self.set(Some(mapping));
        mapping
    }

    /// As [`change`](Self::change), after an advance that is under way.
    pub async fn change_in_turn(&self, change: Option<ClockChange>) {
        let _turn = self.inner.advance.lock().await;
        match change {
            Some(change) => drop(self.change(change)),
            None => self.set(None),
        }
    }

    /// Moves the clock forward to `to` (never back). Whatever is due on the way happens in its order, each at
    /// its own instant, and is done before the clock goes on. Returns the time it then shows.
    pub async fn advance_to(&self, to: Time) -> Time {
        let _turn = self.inner.advance.lock().await;
        let id = self.inner.id;
        let before = self.change(ClockChange::default());
        let start = before.at(real_now());
        let target = to.max(start);
        let hold = |now: Time| {
            let mapping = TimeMapping::frozen_at(now, real_now());
            self.inner.mapping.store(Some(Arc::new(mapping)));
            self.timers().hold(id, mapping, true);
        };
        hold(start);
        while let Some(due) = self.timers().next(id, target) {
            hold(due.max(start));
            let mut done = self.timers().ring(id, due);
            tokio::select! {
                _ = done.recv() => {}
                () = real_pause(Some(PATIENCE)) => {}
            }
        }
        let after = ClockChange {
            now: Some(target),
            ..ClockChange::default()
        };
        let mapping = before.changed(after, real_now());
        self.inner.mapping.store(Some(Arc::new(mapping)));
        self.timers().hold(id, mapping, false);
        target
    }

    /// What the clock is doing, and what lies ahead.
    pub fn pending(&self) -> ClockStatus {
        let (events, advancing, next) = self.timers().state(self.source());
        ClockStatus {
            advancing,
            events,
            next,
        }
    }

    /// Waits for a span of virtual time.
    pub async fn sleep(&self, span: Duration) -> AdvanceGuard {
        self.sleep_until(self.now() + span).await
    }

    /// Waits until the clock shows `due` or later, through every change of pace in between. What is given is to
    /// be held until the work due then is done, so that an advancing clock waits for it.
    pub async fn sleep_until(&self, due: Time) -> AdvanceGuard {
        self.sleep_until_after(AdvanceGuard::default(), due).await
    }

    /// As [`sleep`](Self::sleep), for whoever holds a turn: it is let go once the next wait is on the agenda, so
    /// that an advancing clock goes from the one to the other.
    pub async fn sleep_after(&self, held: AdvanceGuard, span: Duration) -> AdvanceGuard {
        self.sleep_until_after(held, self.now() + span).await
    }

    /// As [`sleep_until`](Self::sleep_until), for whoever holds a turn.
    pub async fn sleep_until_after(&self, mut held: AdvanceGuard, due: Time) -> AdvanceGuard {
        loop {
            if self.now() >= due {
                return held;
            }
            let (_place, ring) = self.timers().enter(self, due);
            held = AdvanceGuard::default();
            if let Ok(Wakeup::Due(turn)) = ring.await {
                return turn;
            }
        }
    }

    fn timers(&self) -> &Arc<TimerQueue> {
        &self.inner.keeper.0
    }

    /// The clock whose face this one shows.
    fn source(&self) -> u64 {
        match &self.inner.parent {
            Some(parent) if !self.is_own() => parent.source(),
            Some(_) | None => self.inner.id,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the Clock")]
fn real_now() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Time::from_micros(i64::try_from(since.unwrap_or_default().as_micros()).unwrap_or(i64::MAX))
}

#[expect(clippy::disallowed_methods, reason = "this is the Clock")]
async fn real_pause(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}

/// Blocks this thread for a span of real time: only for threads of our own that batch work.
#[expect(clippy::disallowed_methods, reason = "this is the Clock")]
pub fn blocking_sleep(span: Duration) {
    std::thread::sleep(span);
}

/// Waits a span of real time whatever any clock shows: for the yielding that socket work needs.
pub async fn real_sleep(span: Duration) {
    real_pause(Some(span)).await;
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
        while server.pending().events < 10_000 {
            tokio::task::yield_now().await;
        }
        server.advance_to(start + Duration::from_secs(31 * 86_400)).await;
        let happened = happened.lock().unwrap();
        assert_eq!(happened.len(), 10_000);
        assert!(happened.iter().all(|(due, now)| due == now));
        assert!(happened.is_sorted());
        assert_eq!(server.pending().events, 0);
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
