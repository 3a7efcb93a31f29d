//! Working days of mainland China, and of plain weeks.

use crate::clock::{Day, Month};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The rule that says which days are working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workdays<'a> {
    /// As the State Council sets them, year by year.
    Chinese(&'a WorkdayCalendar),
    /// Monday to Friday.
    Weekdays,
}

/// The years the State Council has set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkdayCalendar {
    years: BTreeMap<i32, Year>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Year {
    holidays: BTreeSet<Day>,
    makeup: BTreeSet<Day>,
}

#[derive(Deserialize)]
struct File {
    years: BTreeMap<String, FileYear>,
}

#[derive(Deserialize)]
struct FileYear {
    weekday_holidays: Vec<String>,
    makeup_workdays: Vec<String>,
}

/// The calendar does not know a year. The working days of a year are published in the year before, and are never guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("calendar_unknown_year")]
pub struct UnknownYearError(pub i32);

/// A file is no calendar: the file, and why.
#[derive(Debug, thiserror::Error)]
#[error("calendar {0}: {1}")]
pub struct CalendarError(PathBuf, String);

impl WorkdayCalendar {
    /// The built-in calendar: 2019 to 2026.
    ///
    /// # Panics
    /// Never: the file is read by a test.
    pub fn built_in() -> Self {
        let text = include_str!("../../fixtures/calendar/cn_workdays.json");
        Self::read(text).expect("the built-in calendar is good")
    }

    /// The built-in calendar, with the years of a file if one is given.
    ///
    /// # Errors
    /// When the file cannot be read, or is no calendar.
    pub fn with(file: Option<&Path>) -> Result<Self, CalendarError> {
        let mut all = Self::built_in();
        if let Some(file) = file {
            let wrong = |why: String| CalendarError(file.to_owned(), why);
            let text = std::fs::read_to_string(file).map_err(|why| wrong(why.to_string()))?;
            all.extend(Self::read(&text).map_err(wrong)?);
        }
        Ok(all)
    }

    /// Reads a calendar from JSON.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(text: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(text).map_err(|why| why.to_string())?;
        let mut years = BTreeMap::new();
        for (name, year) in file.years {
            let number = name
                .parse()
                .map_err(|_| format!("expected a year, found {name:?}"))?;
            let days = |days: Vec<String>| days.iter().map(|day| day.parse()).collect::<Result<_, String>>();
            let year = Year {
                holidays: days(year.weekday_holidays)?,
                makeup: days(year.makeup_workdays)?,
            };
            years.insert(number, year);
        }
        Ok(Self { years })
    }

    /// Adds the years of another calendar, which replace known ones.
    pub fn extend(&mut self, other: WorkdayCalendar) {
        self.years.extend(other.years);
    }
}

impl Workdays<'_> {
    /// Whether a day is a working day.
    ///
    /// # Errors
    /// When the calendar does not know its year.
    pub fn is_workday(self, day: Day) -> Result<bool, UnknownYearError> {
        let is_weekday = day.weekday() < 5;
        match self {
            Self::Weekdays => Ok(is_weekday),
            Self::Chinese(calendar) => {
                let year = calendar
                    .years
                    .get(&day.year())
                    .ok_or(UnknownYearError(day.year()))?;
                Ok(year.makeup.contains(&day) || is_weekday && !year.holidays.contains(&day))
            }
        }
    }

    /// The first working day after a day.
    ///
    /// # Errors
    /// When it may lie in a year the calendar does not know.
    pub fn next(self, day: Day) -> Result<Day, UnknownYearError> {
        self.walk(day, 1)
    }

    /// The last working day before a day.
    ///
    /// # Errors
    /// When it may lie in a year the calendar does not know.
    pub fn previous(self, day: Day) -> Result<Day, UnknownYearError> {
        self.walk(day, -1)
    }

    /// The `nth` working day of a month, from 1.
    ///
    /// # Errors
    /// When the calendar does not know its year.
    pub fn nth_of(self, month: Month, nth: u32) -> Result<Day, UnknownYearError> {
        let mut day = month.first().plus(-1);
        for _ in 0..nth {
            day = self.next(day)?;
        }
        Ok(day)
    }

    fn walk(self, day: Day, step: i64) -> Result<Day, UnknownYearError> {
        let mut day = day.plus(step);
        while !self.is_workday(day)? {
            day = day.plus(step);
        }
        Ok(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sunday_can_be_the_third_working_day() {
        let calendar = WorkdayCalendar::built_in();
        let nth = |workdays: Workdays<'_>| {
            workdays
                .nth_of("2019-02".parse().unwrap(), 3)
                .unwrap()
                .to_string()
        };
        assert_eq!(nth(Workdays::Chinese(&calendar)), "2019-02-03");
        assert_eq!(nth(Workdays::Weekdays), "2019-02-05");
        let beyond = Workdays::Chinese(&calendar).nth_of("2027-01".parse().unwrap(), 3);
        assert_eq!(beyond, Err(UnknownYearError(2027)));
        assert_eq!(calendar.years.len(), 8);
    }
}
