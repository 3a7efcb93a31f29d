//! Days and months of the contracts' calendar (Asia/Shanghai).

use super::Time;
use jiff::civil::Date;
use serde::{Serialize, Serializer};
use std::fmt;

/// A local day in microseconds, and how far local midnight is ahead of UTC midnight: +08:00 without daylight
/// saving since 1992 (`sla.md` §1.5).
const DAY: i64 = 86_400_000_000;
const AHEAD: i64 = 8 * 3_600_000_000;

/// A local day, counted from 1970-01-01. Written `2026-11-22`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

/// A local month, counted from January of the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Day {
    /// The day an instant lies in.
    pub const fn of(at: Time) -> Self {
        Self((at.micros() + AHEAD).div_euclid(DAY))
    }

    /// Its local midnight.
    pub const fn start(self) -> Time {
        Time::from_micros(self.0 * DAY - AHEAD)
    }

    /// The month it lies in.
    pub fn month(self) -> Month {
        let date = self.date();
        Month(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
    }

    fn date(self) -> Date {
        self.start().civil().date()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_local_day_begins_at_sixteen_hundred_utc() {
        let midnight: Time = "2025-03-31T16:00:00Z".parse().unwrap();
        let before = midnight - Duration::from_micros(1);
        assert_eq!(midnight.day().to_string(), "2025-04-01");
        assert_eq!(before.day().to_string(), "2025-03-31");
        assert_eq!(midnight.day().start(), midnight);
        assert_ne!(midnight.day().month(), before.day().month());
        assert_eq!(Time::from_micros(-1).day().to_string(), "1970-01-01");
    }
}
