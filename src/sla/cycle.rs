//! Accounting periods: natural months, the months of a term, packages.

use super::ReadingPolicy;
use crate::clock::{Day, Month};

/// Five-minute buckets of a day.
pub const BUCKETS_OF_DAY: i64 = 288;

/// An accounting period, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Its place in its term, from 1.
    pub index: usize,
    /// Its first day.
    pub start: Day,
    /// Its last day.
    pub end: Day,
}

impl Cycle {
    /// A natural month; from the day of application where that lies in it.
    pub fn of_month(month: Month, applied_on: Option<Day>) -> Self {
        let start = applied_on
            .filter(|day| day.month() == month)
            .unwrap_or_else(|| month.first());
        Self {
            index: 1,
            start,
            end: month.last(),
        }
    }

    /// The validity of a package.
    pub const fn of_package(start: Day, end: Day) -> Self {
        Self { index: 1, start, end }
    }

    /// The cycles of a term that opens on a day and lasts so many months (003 SLA 1).
    pub fn of_term(start: Day, months: i32, policy: &ReadingPolicy) -> Vec<Self> {
        Self::of_span(start, term_end(start, months, policy))
    }

    /// The natural months of a span, its first and last cut to it.
    pub fn of_span(start: Day, end: Day) -> Vec<Self> {
        let mut all = Vec::new();
        let mut month = start.month();
        while month.first() <= end {
            all.push(Self {
                index: all.len() + 1,
                start: month.first().max(start),
                end: month.last().min(end),
            });
            month = month.plus(1);
        }
        all
    }

    /// Its days.
    pub const fn days(&self) -> i64 {
        self.start.days_until(self.end) + 1
    }

    /// Its five-minute buckets: whole days, so that the denominator never shrinks.
    pub const fn buckets(&self) -> i64 {
        self.days() * BUCKETS_OF_DAY
    }

    /// The month it is settled for.
    pub fn month(&self) -> Month {
        self.start.month()
    }

    /// Whether it is less than a natural month.
    pub fn is_partial(&self) -> bool {
        (self.start, self.end) != (self.month().first(), self.month().last())
    }

    /// Whether a day lies in it.
    pub fn holds(&self, day: Day) -> bool {
        (self.start..=self.end).contains(&day)
    }
}

/// The day before the corresponding day; where there is none, the month's end (K11).
fn term_end(start: Day, months: i32, policy: &ReadingPolicy) -> Day {
    let month = start.month().plus(months);
    let corresponding = month.day(start.day_of_month());
    let is_missing = corresponding.day_of_month() != start.day_of_month();
    if is_missing && !policy.is("term_end_missing_day", "clamp_minus_one") {
        corresponding
    } else {
        corresponding.plus(-1)
    }
}
