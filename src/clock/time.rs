//! An instant in microseconds since 1970, and its text formats.

use super::{Day, string_schema};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::Duration;

/// An instant in virtual or real time: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// The last instant a clock can show: the start of the year 9999 in UTC.
    pub const LAST: Self = Self(253_370_764_800_000_000);

    /// The instant `micros` microseconds after 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The span from `earlier` to this instant; zero if `earlier` is later.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_micros(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    /// The span between two instants, in either order.
    pub fn abs_diff(self, other: Time) -> Duration {
        Duration::from_micros(self.0.abs_diff(other.0))
    }

    /// The instant `micros` microseconds later; earlier if `micros` is negative.
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Time {
        Time(self.0.saturating_add(micros))
    }

    /// Start of the five-minute bucket that contains this instant (`sla.md` §1.5: aligned to epoch and midnight).
    pub const fn bucket(self) -> Time {
        const FIVE_MINUTES: i64 = 300_000_000;
        Time(self.0.div_euclid(FIVE_MINUTES) * FIVE_MINUTES)
    }

    /// Local midnight (Asia/Shanghai) of the first day of this instant's month.
    pub fn month_start(self) -> Time {
        from_civil(
            self.civil()
                .date()
                .first_of_month()
                .to_datetime(jiff::civil::Time::midnight()),
        )
    }

    /// The local day (Asia/Shanghai) that contains this instant.
    pub const fn day(self) -> Day {
        Day::from_time(self)
    }

    /// The HTTP `Date` format, `Sun, 22 Nov 2026 03:51:00 GMT`.
    pub fn http_date(self) -> String {
        let since = Duration::from_micros(u64::try_from(self.0).unwrap_or(0));
        // The crate rejects years beyond 9999.
        let since = since.min(Duration::from_secs(253_402_300_799));
        httpdate::fmt_http_date(std::time::SystemTime::UNIX_EPOCH + since)
    }

    /// Parses `YYYYMMDDTHHMMSSZ`, the format of request signatures.
    pub fn from_basic(text: &str) -> Option<Time> {
        let digits = |from: usize, to: usize| -> Option<i16> {
            let part = text.get(from..to)?;
            part.bytes()
                .all(|b| b.is_ascii_digit())
                .then(|| part.parse().ok())?
        };
        if text.len() != 16 || text.as_bytes()[8] != b'T' || text.as_bytes()[15] != b'Z' {
            return None;
        }
        let two = |at: usize| digits(at, at + 2).and_then(|n| i8::try_from(n).ok());
        let civil = DateTime::new(digits(0, 4)?, two(4)?, two(6)?, two(9)?, two(11)?, two(13)?, 0).ok()?;
        let stamp = TimeZone::UTC.to_timestamp(civil).ok()?;
        Some(Time(stamp.as_microsecond()))
    }

    /// Local date and time (Asia/Shanghai), `2026-11-22 12:00:00`.
    pub fn local_text(self) -> String {
        self.to_string()[..19].replace('T', " ")
    }

    /// Parses the format that [`local_text`](Self::local_text) writes.
    pub fn from_local_text(text: &str) -> Option<Time> {
        let civil: DateTime = text.trim().parse().ok()?;
        Some(from_civil(civil))
    }

    fn stamp(self) -> Timestamp {
        let nearest = if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        Timestamp::from_microsecond(self.0).unwrap_or(nearest)
    }

    pub(super) fn civil(self) -> DateTime {
        shanghai().to_datetime(self.stamp())
    }
}

/// The time zone of all contracts: +08:00, without daylight saving since 1992 (`sla.md` §1.5).
fn shanghai() -> Offset {
    Offset::constant(8)
}

pub(super) fn from_civil(civil: DateTime) -> Time {
    let stamp = shanghai().to_timestamp(civil).unwrap_or(Timestamp::UNIX_EPOCH);
    Time(stamp.as_microsecond())
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil();
        let (date, clock) = (civil.date(), civil.time());
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}+08:00",
            date.year(),
            date.month(),
            date.day(),
            clock.hour(),
            clock.minute(),
            clock.second(),
            clock.subsec_nanosecond() / 1000
        )
    }
}

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let stamp: Timestamp = text.trim().parse().map_err(|_| {
            format!("expected an instant with its offset, such as 2026-12-01T00:00:00+08:00, found {text:?}")
        })?;
        Ok(Time(stamp.as_microsecond()))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

string_schema!(
    Time,
    "An instant with its offset.",
    format "date-time",
    "2026-12-01T00:00:00+08:00"
);

impl Add<Duration> for Time {
    type Output = Time;

    fn add(self, span: Duration) -> Time {
        Time(
            self.0
                .saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)),
        )
    }
}

impl Sub<Duration> for Time {
    type Output = Time;

    fn sub(self, span: Duration) -> Time {
        Time(
            self.0
                .saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)),
        )
    }
}

/// Parses a duration such as `700ms`, `5m` or `31d`.
///
/// # Errors
/// Says what was expected if `text` is not a duration.
pub fn parse_span(text: &str) -> Result<Duration, String> {
    if text.contains('M') {
        let minutes = text.replace('M', "m");
        return Err(format!(
            "expected a span such as 700ms, 5m or 31d, found {text:?}, in months; did you mean {minutes:?}?"
        ));
    }
    humantime::parse_duration(text.trim())
        .map_err(|why| format!("expected a span such as 700ms, 5m or 31d, found {text:?} ({why})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_midnight_is_sixteen_hundred_utc() {
        let t: Time = "2025-03-31T16:00:00Z".parse().unwrap();
        assert_eq!(t.month_start(), t);
        assert_eq!(t.to_string(), "2025-04-01T00:00:00.000000+08:00");
    }

    #[test]
    fn buckets_align_with_local_midnight() {
        let midnight: Time = "2026-11-22T00:00:00+08:00".parse().unwrap();
        assert_eq!(midnight.bucket(), midnight);
        assert_eq!((midnight + Duration::from_secs(299)).bucket(), midnight);
        assert_eq!(Time::from_micros(-1).bucket().micros(), -300_000_000);
    }

    #[test]
    fn the_signature_form_reads_and_the_http_form_writes() {
        let t = Time::from_basic("20190214T104514Z").unwrap();
        assert_eq!(t.http_date(), "Thu, 14 Feb 2019 10:45:14 GMT");
        assert_eq!(Time::from_basic("2019-02-14"), None);
        assert!("yesterday".parse::<Time>().is_err());
    }
}
