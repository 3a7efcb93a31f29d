//! When compensation can be claimed (000 2.10.2, 001 2.10.2, 003 SLA 3.2).

use super::{ClaimRule, ReadingPolicy, UnknownYearError, WorkdayCalendar, Workdays};
use crate::clock::{Day, Month, Time};

/// The window of a claim. What depends on a calendar that is not published yet is unknown, never guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimWindow {
    /// The working day after which it opens.
    pub nth_workday: Option<Day>,
    /// Its first day.
    pub opens: Option<Day>,
    /// Its last day, to its end.
    pub closes: Day,
}

/// What becomes of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimOutcome {
    /// When it came.
    pub submitted: Time,
    /// Whether the promise was broken.
    pub breached: bool,
    /// Whether the service was free.
    pub free: bool,
    /// Whether the month was compensated before.
    pub already_granted: bool,
}

/// The working days a policy goes by.
pub fn workdays<'a>(calendar: &'a WorkdayCalendar, policy: &ReadingPolicy) -> Workdays<'a> {
    if policy.is("workday", "mon_fri") {
        Workdays::Weekdays
    } else {
        Workdays::Chinese(calendar)
    }
}

impl ClaimWindow {
    /// The window for a month, or for a cycle of it that ends on a day.
    pub fn new(
        rule: &ClaimRule,
        month: Month,
        cycle_end: Option<Day>,
        (calendar, policy): (&WorkdayCalendar, &ReadingPolicy),
    ) -> Self {
        let days = workdays(calendar, policy);
        let nth = days.nth_of(month.plus(1), rule.workday);
        let opens = nth.and_then(|nth| match policy.reading("claim_open") {
            "on_nth" => Ok(nth),
            "next_workday_after_nth" => days.next(nth),
            _ => Ok(nth.plus(1)),
        });
        let closes = closes(*rule, month, cycle_end, policy);
        Self {
            nth_workday: nth.ok(),
            opens: opens.ok(),
            closes: rolled(closes, days, policy).unwrap_or(closes),
        }
    }

    /// Its first instant.
    pub fn opens_at(&self) -> Option<Time> {
        self.opens.map(Day::start)
    }

    /// The first instant after it.
    pub fn closes_before(&self) -> Time {
        self.closes.plus(1).start()
    }

    /// How many days it is open.
    pub fn days_open(&self) -> Option<i64> {
        self.opens.map(|opens| opens.days_until(self.closes) + 1)
    }

    /// What becomes of a claim, in the order in which it is looked at.
    pub fn decide(&self, claim: &ClaimOutcome) -> &'static str {
        if claim.free {
            return "free_service";
        }
        if !claim.breached {
            return "commitment_met";
        }
        let Some(opens) = self.opens_at() else {
            return "calendar_unknown_year";
        };
        if claim.submitted < opens {
            "too_early"
        } else if claim.submitted >= self.closes_before() {
            "too_late"
        } else if claim.already_granted {
            "already_granted"
        } else {
            "accepted"
        }
    }
}

/// The last day by the agreement's example, or by the corresponding day of the civil code (J20, K12, K13).
fn closes(rule: ClaimRule, month: Month, cycle_end: Option<Day>, policy: &ReadingPolicy) -> Day {
    if !policy.is("claim_close", "corresponding_day") {
        return month.plus(rule.months).last();
    }
    let by_cycle = cycle_end.filter(|_| policy.is("claim_anchor", "cycle_end"));
    let anchor = by_cycle.unwrap_or_else(|| month.last());
    anchor.month().plus(rule.months).day(anchor.day_of_month())
}

/// A last day on a day off moves to the next working day, where a reading says so (J21).
fn rolled(day: Day, days: Workdays<'_>, policy: &ReadingPolicy) -> Result<Day, UnknownYearError> {
    if policy.is("claim_roll", "next_workday") && !days.is_workday(day)? {
        return days.next(day);
    }
    Ok(day)
}
