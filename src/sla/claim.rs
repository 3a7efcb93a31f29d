//! When compensation can be claimed (000 2.10.2, 001 2.10.2, 003 SLA 3.2).

use super::clauses::{
    ClaimAnchorReading, ClaimCloseReading, ClaimOpenReading, ClaimRollReading, WorkdayReading,
};
use super::{ClaimRule, ReadingPolicy, UnknownYearError, WorkdayCalendar, Workdays};
use crate::clock::{Day, Month, Time};

/// The window of a claim. Days that depend on a calendar that is not published yet are `None`, never guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimWindow {
    /// The working day after which the window opens.
    pub nth_workday: Option<Day>,
    /// The first day.
    pub opens: Option<Day>,
    /// The last day, to its end.
    pub closes: Day,
}

/// The facts a claim is decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimFacts {
    /// When the claim was submitted.
    pub submitted: Time,
    /// Whether the promise was broken.
    pub breached: bool,
    /// Whether the service was free.
    pub free: bool,
    /// Whether the month was compensated before.
    pub already_granted: bool,
}

/// The decision on a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimDecision {
    /// The claim is granted.
    Accepted,
    /// The promise was kept.
    CommitmentMet,
    /// The service was free.
    FreeService,
    /// The working days that open the window are not published.
    CalendarUnknownYear,
    /// The window has not opened.
    TooEarly,
    /// The window has closed.
    TooLate,
    /// The month was compensated before.
    AlreadyGranted,
}

impl ClaimDecision {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::CommitmentMet => "commitment_met",
            Self::FreeService => "free_service",
            Self::CalendarUnknownYear => "calendar_unknown_year",
            Self::TooEarly => "too_early",
            Self::TooLate => "too_late",
            Self::AlreadyGranted => "already_granted",
        }
    }
}

/// The rule for working days in a policy.
pub fn workdays<'a>(calendar: &'a WorkdayCalendar, policy: &ReadingPolicy) -> Workdays<'a> {
    if policy.is(WorkdayReading::MonFri) {
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
        calendar: &WorkdayCalendar,
        policy: &ReadingPolicy,
    ) -> Self {
        let days = workdays(calendar, policy);
        let nth = days.nth_of(month.plus(1), rule.workday);
        let opens = nth.and_then(|nth| match policy.get() {
            Some(ClaimOpenReading::OnNth) => Ok(nth),
            Some(ClaimOpenReading::NextWorkdayAfterNth) => days.next(nth),
            Some(ClaimOpenReading::DayAfterNth) | None => Ok(nth.plus(1)),
        });
        let closes = closes(*rule, month, cycle_end, policy);
        Self {
            nth_workday: nth.ok(),
            opens: opens.ok(),
            closes: rolled(closes, days, policy).unwrap_or(closes),
        }
    }

    /// The first instant of the window.
    pub fn opens_at(&self) -> Option<Time> {
        self.opens.map(Day::start)
    }

    /// The first instant after the window.
    pub fn closes_before(&self) -> Time {
        self.closes.plus(1).start()
    }

    /// The number of days the window is open.
    pub fn days_open(&self) -> Option<i64> {
        self.opens.map(|opens| opens.days_until(self.closes) + 1)
    }

    /// Decides on a claim. Where several reasons refuse it, the first of this order is given.
    pub fn decide(&self, claim: &ClaimFacts) -> ClaimDecision {
        if claim.free {
            return ClaimDecision::FreeService;
        }
        if !claim.breached {
            return ClaimDecision::CommitmentMet;
        }
        let Some(opens) = self.opens_at() else {
            return ClaimDecision::CalendarUnknownYear;
        };
        if claim.submitted < opens {
            ClaimDecision::TooEarly
        } else if claim.submitted >= self.closes_before() {
            ClaimDecision::TooLate
        } else if claim.already_granted {
            ClaimDecision::AlreadyGranted
        } else {
            ClaimDecision::Accepted
        }
    }
}

/// The last day: at the end of a month, as in the agreement's example, or on the day with the same number so many months
/// later, as the Civil Code of China counts months (J20, K12, K13).
fn closes(rule: ClaimRule, month: Month, cycle_end: Option<Day>, policy: &ReadingPolicy) -> Day {
    if !policy.is(ClaimCloseReading::CorrespondingDay) {
        return month.plus(rule.months).last();
    }
    let by_cycle = cycle_end.filter(|_| policy.is(ClaimAnchorReading::CycleEnd));
    let anchor = by_cycle.unwrap_or_else(|| month.last());
    anchor.month().plus(rule.months).day(anchor.day_of_month())
}

/// Moves a last day that is a day off to the next working day, where a reading says so (J21).
fn rolled(day: Day, days: Workdays<'_>, policy: &ReadingPolicy) -> Result<Day, UnknownYearError> {
    if policy.is(ClaimRollReading::NextWorkday) && !days.is_workday(day)? {
        return days.next(day);
    }
    Ok(day)
}
