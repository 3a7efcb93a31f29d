//! The map from real to virtual time.

use super::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const PPM: i128 = 1_000_000;

/// `virtual = anchor_virtual + (real - anchor_real) × scale`, or `anchor_virtual` while frozen. Kept in the
/// store, so that a restarted server goes on in its own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeMapping {
    anchor_real: i64,
    anchor_virtual: i64,
    /// Virtual microseconds in one real second.
    scale_ppm: u64,
    frozen: bool,
}

/// What an administrator asks of a clock; absent fields stay as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClockChange {
    /// Set the time.
    pub now: Option<Time>,
    /// Virtual seconds in a real second; 0.001 to 1,000,000.
    pub scale: Option<f64>,
    /// Stop or start.
    pub frozen: Option<bool>,
}

impl TimeMapping {
    /// Real time.
    pub const fn real() -> Self {
        Self {
            anchor_real: 0,
            anchor_virtual: 0,
            scale_ppm: 1_000_000,
            frozen: false,
        }
    }

    /// Standing still at `now`.
    pub fn frozen_at(now: Time, real: Time) -> Self {
        Self {
            frozen: true,
            ..Self::starting_at(now, real)
        }
    }

    /// Running at real pace from `now`.
    pub fn starting_at(now: Time, real: Time) -> Self {
        Self {
            anchor_real: real.micros(),
            anchor_virtual: now.micros(),
            ..Self::real()
        }
    }

    /// The virtual time at a real instant.
    pub fn at(&self, real: Time) -> Time {
        if self.frozen {
            return Time::from_micros(self.anchor_virtual);
        }
        let gone = i128::from(real.micros() - self.anchor_real) * i128::from(self.scale_ppm) / PPM;
        Time::from_micros(
            self.anchor_virtual
                .saturating_add(i64::try_from(gone).unwrap_or(i64::MAX)),
        )
    }

    /// How long `due` is away in real time: zero if reached, `None` while frozen before it.
    pub fn real_wait(&self, due: Time, real: Time) -> Option<Duration> {
        let ahead = due.micros() - self.at(real).micros();
        if ahead <= 0 {
            return Some(Duration::ZERO);
        }
        if self.frozen || self.scale_ppm == 0 {
            return None;
        }
        // Rounded up: waking a microsecond early would only mean waiting again.
        let wait = (i128::from(ahead) * PPM + i128::from(self.scale_ppm) - 1) / i128::from(self.scale_ppm);
        Some(Duration::from_micros(u64::try_from(wait).unwrap_or(u64::MAX)))
    }

    /// The face after a change made at a real instant; the time shown is continuous unless it is set.
    pub fn changed(&self, change: ClockChange, real: Time) -> Self {
        Self {
            anchor_real: real.micros(),
            anchor_virtual: change.now.unwrap_or_else(|| self.at(real)).micros(),
            scale_ppm: change.scale.map_or(self.scale_ppm, scale_ppm),
            frozen: change.frozen.unwrap_or(self.frozen),
        }
    }

    /// Virtual seconds in a real second.
    pub fn scale(&self) -> f64 {
        self.scale_ppm as f64 / 1e6
    }

    /// Whether the clock stands still.
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }
}

/// The scale as virtual microseconds a real second, within 0.001 to 1,000,000.
fn scale_ppm(scale: f64) -> u64 {
    (scale.clamp(0.001, 1e6) * 1e6).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_scale_60_a_30_second_wait_takes_half_a_second() {
        let real = Time::from_micros(1_000_000_000);
        let mapping = TimeMapping::real().changed(
            ClockChange {
                scale: Some(60.0),
                ..ClockChange::default()
            },
            real,
        );
        let due = mapping.at(real) + Duration::from_secs(30);
        assert_eq!(mapping.real_wait(due, real), Some(Duration::from_millis(500)));
    }

    #[test]
    fn a_change_of_pace_does_not_jump() {
        let real = Time::from_micros(5_000_000);
        let mapping = TimeMapping::real().changed(
            ClockChange {
                scale: Some(3600.0),
                ..ClockChange::default()
            },
            real,
        );
        assert_eq!(mapping.at(real), real);
        assert_eq!(
            mapping.at(real + Duration::from_secs(1)),
            real + Duration::from_secs(3600)
        );
    }
}
