//! Measures how long the server's own work takes, in real time.

use std::time::{Duration, Instant};

/// Measures the server's own work in real time; emulated vendor latency uses a `Clock` instead.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    #[expect(clippy::disallowed_methods, reason = "this is the Clock's room")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Real time since [`start`](Self::start).
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
