//! The affine mapping from real to virtual time.

use super::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const PPM: i128 = 1_000_000;

/// Maps real to virtual time: `virtual = anchor_virtual + (real - anchor_real) × scale`, or `anchor_virtual`
/// while frozen. Persisted in the store, so that a restarted server continues in its virtual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeMapping {
    anchor_real: i64,
    anchor_virtual: i64,
    /// Virtual microseconds per real second.
    scale_ppm: u64,
    frozen: bool,
}

/// A requested change to a clock; absent fields stay unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClockChange {
    /// Sets the virtual time.
    pub now: Option<Time>,
    /// Sets the number of virtual seconds per real second; 0.001 to 1,000,000.
    pub scale: Option<f64>,
    /// Stops or starts the clock.
    pub frozen: Option<bool>,
}

impl TimeMapping {
    /// The identity mapping: virtual time is real time.
    pub const fn real() -> Self {
        Self {
            anchor_real: 0,
            anchor_virtual: 0,
            scale_ppm: 1_000_000,
            frozen: false,
        }
    }

    /// A mapping frozen at `now`.
    pub fn frozen_at(now: Time, real: Time) -> Self {
        Self {
            frozen: true,
            ..Self::starting_at(now, real)
        }
    }

    /// A mapping that starts at `now` and runs at real speed.
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
        let elapsed = i128::from(real.micros() - self.anchor_real) * i128::from(self.scale_ppm) / PPM;
        Time::from_micros(
            self.anchor_virtual
                .saturating_add(i64::try_from(elapsed).unwrap_or(i64::MAX)),
        )
    }

    /// Real time until the virtual time `due`: zero if it has passed, `None` if the clock is frozen before it.
    pub fn real_wait(&self, due: Time, real: Time) -> Option<Duration> {
        let ahead = due.micros() - self.at(real).micros();
        if ahead <= 0 {
            return Some(Duration::ZERO);
        }
        if self.frozen || self.scale_ppm == 0 {
            return None;
        }
        // Rounds up: a sleeper woken a microsecond early would have to wait again.
        let wait = (i128::from(ahead) * PPM + i128::from(self.scale_ppm) - 1) / i128::from(self.scale_ppm);
        Some(Duration::from_micros(u64::try_from(wait).unwrap_or(u64::MAX)))
    }

    /// The mapping after `change` is applied at the real instant `real`. Virtual time does not jump unless `change`
    /// sets it.
    pub fn with_change(&self, change: ClockChange, real: Time) -> Self {
        Self {
            anchor_real: real.micros(),
            anchor_virtual: change.now.unwrap_or_else(|| self.at(real)).micros(),
            scale_ppm: change.scale.map_or(self.scale_ppm, scale_ppm),
            frozen: change.frozen.unwrap_or(self.frozen),
        }
    }

    /// Virtual seconds per real second.
    pub fn scale(&self) -> f64 {
        self.scale_ppm as f64 / 1e6
    }

    /// Whether virtual time stands still.
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }
}

/// Converts a scale, clamped to 0.001..=1,000,000, to virtual microseconds per real second.
fn scale_ppm(scale: f64) -> u64 {
    (scale.clamp(0.001, 1e6) * 1e6).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_scale_60_a_30_second_wait_takes_half_a_second() {
        let real = Time::from_micros(1_000_000_000);
        let mapping = TimeMapping::real().with_change(
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
    fn a_scale_change_does_not_jump() {
        let real = Time::from_micros(5_000_000);
        let mapping = TimeMapping::real().with_change(
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
