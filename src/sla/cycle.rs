//! Cycles, the accounting periods of an agreement: natural months, the months of a term, packages.

use super::ReadingPolicy;
use super::clauses::TermEndMissingDayReading;
use crate::clock::{Day, Month};

/// The number of five-minute buckets in a day.
pub const BUCKETS_OF_DAY: i64 = 288;

/// An accounting period, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The position in its term, from 1.
    pub index: usize,
    /// The first day.
    pub start: Day,
    /// The last day.
    pub end: Day,
}

impl Cycle {
    /// A natural month, cut to the day of application where that lies in it.
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

    /// The cycles of a term that begins on a day and lasts `months` months (003 SLA 1).
    pub fn of_term(start: Day, months: i32, policy: &ReadingPolicy) -> Vec<Self> {
        Self::of_span(start, term_end(start, months, policy))
    }

    /// The natural months of a span of days, the first and the last cut to it.
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

    /// The number of days.
    pub const fn days(&self) -> i64 {
        self.start.days_until(self.end) + 1
    }

    /// The number of five-minute buckets: of whole days, so that the denominator never shrinks.
    pub const fn buckets(&self) -> i64 {
        self.days() * BUCKETS_OF_DAY
    }

    /// The month the cycle is settled for.
    pub fn month(&self) -> Month {
        self.start.month()
    }

    /// Whether the cycle is less than a natural month.
    pub fn is_partial(&self) -> bool {
        (self.start, self.end) != (self.month().first(), self.month().last())
    }

    /// Whether a day lies in the cycle.
    pub fn holds(&self, day: Day) -> bool {
        (self.start..=self.end).contains(&day)
    }
}

/// The last day of a term: the day before the corresponding day, or the month's end where that does not exist (K11).
fn term_end(start: Day, months: i32, policy: &ReadingPolicy) -> Day {
    let month = start.month().plus(months);
    let corresponding = month.day(start.day_of_month());
    let is_missing = corresponding.day_of_month() != start.day_of_month();
    if is_missing && !policy.is(TermEndMissingDayReading::ClampMinusOne) {
        corresponding
    } else {
        corresponding.plus(-1)
    }
}
