//! The only source of time: real, set, frozen, scaled or advanced, for the server and for each world.
//!
//! A clock is an affine map from real time to virtual time. Everything that asks for the time, waits, or
//! limits a rate goes through one, so that a fast-forwarded run and a real-time run are the same run.

mod day;
mod face;
mod rate;
mod stopwatch;
mod time;

pub use day::{Day, Month};
pub use face::{Change, Face};
pub use stopwatch::Stopwatch;
pub use time::{Time, parse_span};

use arc_swap::ArcSwapOption;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A clock that can be shared; clones show the same time.
#[derive(Clone)]
pub struct Clock {
    inner: Arc<Inner>,
}

struct Inner {
    /// The clock shown while this one has no face of its own (a world that follows the server).
    parent: Option<Clock>,
    /// Read on every call, written by the admin API.
    face: ArcSwapOption<Face>,
    changed: watch::Sender<u64>,
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

impl Clock {
    /// A clock with this face.
    pub fn new(face: Face) -> Self {
        Self::build(None, Some(face))
    }

    /// A clock that shows real time.
    pub fn real() -> Self {
        Self::new(Face::real())
    }

    /// A frozen clock at `now`, for tests that advance it by hand.
    pub fn frozen(now: Time) -> Self {
        Self::new(Face::frozen_at(now, real_now()))
    }

    /// A clock that follows this one until it is given a face of its own.
    pub fn child(&self) -> Self {
        Self::build(Some(self.clone()), None)
    }

    fn build(parent: Option<Clock>, face: Option<Face>) -> Self {
        let (changed, _) = watch::channel(0);
        Self {
            inner: Arc::new(Inner {
                parent,
                face: ArcSwapOption::from_pointee(face),
                changed,
            }),
        }
    }

    /// The virtual time now.
    pub fn now(&self) -> Time {
        self.face().at(real_now())
    }

    /// The real time now, whatever this clock shows (signature windows compare with it by default).
    pub fn real_now(&self) -> Time {
        real_now()
    }

    /// The map in force: its own, or its parent's.
    pub fn face(&self) -> Face {
        match (&*self.inner.face.load(), &self.inner.parent) {
            (Some(face), _) => **face,
            (None, Some(parent)) => parent.face(),
            (None, None) => Face::real(),
        }
    }

    /// Whether this clock has a face of its own, rather than following another.
    pub fn is_own(&self) -> bool {
        self.inner.face.load().is_some()
    }

    /// Gives the clock a face (or, with `None`, lets it follow its parent again) and wakes all sleepers.
    pub fn set(&self, face: Option<Face>) {
        self.inner.face.store(face.map(Arc::new));
        self.inner.changed.send_modify(|n| *n += 1);
    }

    /// Applies a change to the face in force now. The result is this clock's own face.
    pub fn change(&self, change: Change) -> Face {
        let face = self.face().changed(change, real_now());
        self.set(Some(face));
        face
    }

    /// Moves the clock forward to `to` (never back) and wakes whoever is due. Returns the time it then shows.
    pub fn advance_to(&self, to: Time) -> Time {
        let now = self.now();
        self.change(Change {
            now: Some(to.max(now)),
            ..Change::default()
        });
        self.now()
    }

    /// Waits for a span of virtual time.
    pub async fn sleep(&self, span: Duration) {
        self.sleep_until(self.now() + span).await;
    }

    /// Waits until the clock shows `due` or later, through every change of pace in between.
    pub async fn sleep_until(&self, due: Time) {
        loop {
            // Subscribed before looking, so that no change falls between the look and the wait.
            let mut own = self.inner.changed.subscribe();
            let mut parent = self.inner.parent.as_ref().map(|p| p.inner.changed.subscribe());
            let wait = self.face().real_wait(due, real_now());
            if wait == Some(Duration::ZERO) {
                return;
            }
            let parent_changed = async {
                match parent.as_mut() {
                    Some(changed) => drop(changed.changed().await),
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = real_pause(wait) => {}
                _ = own.changed() => {}
                () = parent_changed => {}
            }
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
pub fn linger(span: Duration) {
    std::thread::sleep(span);
}

/// Waits a span of real time whatever any clock shows: for the yielding that socket work needs.
pub async fn real_sleep(span: Duration) {
    real_pause(Some(span)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(text: &str) -> Time {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn a_sleeper_on_a_frozen_clock_wakes_when_it_is_advanced() {
        let clock = Clock::frozen(t("2026-11-01T00:00:00+08:00"));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_secs(3600)).await }
        });
        tokio::task::yield_now().await;
        clock.advance_to(t("2026-11-01T00:59:59+08:00"));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance_to(t("2026-11-01T01:00:00+08:00"));
        sleeper.await.unwrap();
    }

    #[tokio::test]
    async fn a_world_follows_the_server_until_it_has_a_clock_of_its_own() {
        let server = Clock::frozen(t("2026-11-01T00:00:00Z"));
        let world = server.child();
        server.advance_to(t("2026-11-02T00:00:00Z"));
        assert_eq!(world.now(), t("2026-11-02T00:00:00Z"));
        world.advance_to(t("2026-12-01T00:00:00Z"));
        assert_eq!(server.now(), t("2026-11-02T00:00:00Z"));
        world.set(None);
        assert_eq!(world.now(), t("2026-11-02T00:00:00Z"));
    }

    #[test]
    fn a_clock_never_advances_backwards() {
        let clock = Clock::frozen(t("2026-11-02T00:00:00Z"));
        assert_eq!(
            clock.advance_to(t("2026-11-01T00:00:00Z")),
            t("2026-11-02T00:00:00Z")
        );
    }
}
