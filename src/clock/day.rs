//! Days and months of the contracts' calendar (Asia/Shanghai).

use super::{Time, string_schema};
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Microseconds in a day.
const DAY_MICROS: i64 = 86_400_000_000;
/// UTC offset in microseconds: +08:00, without daylight saving since 1992 (`sla.md` §1.5).
const UTC_OFFSET_MICROS: i64 = 8 * 3_600_000_000;

/// A local day, counted from 1970-01-01. Written `2026-11-22`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

/// A local month, counted from January of the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Day {
    /// The local day that contains `at`.
    pub const fn from_time(at: Time) -> Self {
        Self((at.micros() + UTC_OFFSET_MICROS).div_euclid(DAY_MICROS))
    }

    /// Local midnight at the start of the day.
    pub const fn start(self) -> Time {
        Time::from_micros(self.0 * DAY_MICROS - UTC_OFFSET_MICROS)
    }

    /// The month that contains the day.
    pub fn month(self) -> Month {
        let date = self.date();
        Month(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
    }

    /// The day `days` later; earlier if `days` is negative.
    #[must_use]
    pub const fn plus(self, days: i64) -> Self {
        Self(self.0 + days)
    }

    /// Number of days from this day to `other`; negative if `other` is earlier.
    pub const fn days_until(self, other: Day) -> i64 {
        other.0 - self.0
    }

    /// The day of the week: 0 is Monday, 6 Sunday.
    pub const fn weekday(self) -> i64 {
        // 1970-01-01 was a Thursday.
        (self.0 + 3).rem_euclid(7)
    }

    /// The day of the month, from 1.
    pub fn day_of_month(self) -> i64 {
        self.month().first().days_until(self) + 1
    }

    /// The calendar year.
    pub fn year(self) -> i32 {
        self.month().0.div_euclid(12)
    }

    fn date(self) -> Date {
        self.start().civil().date()
    }

    fn from_date(date: Date) -> Self {
        super::time::from_civil(date.to_datetime(jiff::civil::Time::midnight())).day()
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let date: Result<Date, _> = text.parse();
        // The library reads many more ways to write a day.
        let day = date
            .ok()
            .map(Day::from_date)
            .filter(|day| day.to_string() == text);
        day.ok_or_else(|| format!("expected a day such as 2026-11-22, found {text:?}"))
    }
}

string_schema!(
    Day,
    "A day of the contracts' calendar (Asia/Shanghai).",
    format "date",
    "2026-11-22"
);

string_schema!(
    Month,
    "A month of the contracts' calendar (Asia/Shanghai).",
    pattern r"^\d{4}-\d{2}$",
    "2026-11"
);

impl Month {
    /// The first day of the month.
    pub fn first(self) -> Day {
        let (year, month) = (self.0.div_euclid(12), self.0.rem_euclid(12) + 1);
        Day::from_date(Date::constant(year as i16, month as i8, 1))
    }

    /// The last day of the month.
    pub fn last(self) -> Day {
        self.plus(1).first().plus(-1)
    }

    /// The month `months` later; earlier if `months` is negative.
    #[must_use]
    pub const fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    /// The given day of the month, from 1; the last day if the month is shorter.
    pub fn day(self, day_of_month: i64) -> Day {
        self.first().plus(day_of_month - 1).min(self.last())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

impl FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let day: Result<Day, _> = format!("{text}-01").parse();
        day.map(Day::month)
            .map_err(|_| format!("expected a month such as 2026-11, found {text:?}"))
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

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
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

    #[test]
    fn days_and_months_are_read_counted_and_written() {
        for text in [
            "1970-01-01",
            "2000-02-29",
            "2024-12-31",
            "2026-11-24",
            "1992-01-01",
        ] {
            let day: Day = text.parse().unwrap();
            assert_eq!(day.to_string(), text);
            assert_eq!(day.month().first().plus(day.day_of_month() - 1), day);
        }
        let day: Day = "2026-11-24".parse().unwrap();
        assert_eq!((day.weekday(), day.year(), day.day_of_month()), (1, 2026, 24));
        let month: Month = "2024-02".parse().unwrap();
        assert_eq!(
            (month.last().to_string(), month.plus(-2).to_string()),
            ("2024-02-29".into(), "2023-12".into())
        );
        assert_eq!(month.plus(12).day(30).to_string(), "2025-02-28");
        assert!("2024-02-30".parse::<Day>().is_err() && "2024-13".parse::<Month>().is_err());
    }
}
