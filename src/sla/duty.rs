//! Duties other than availability: notices of changes, fault tickets, retention of billing logs, liability.

use super::claim::workdays;
use super::clauses::{NoticeReading, ResolveClockReading};
use super::{NoticeLead, ReadingPolicy, UnknownYearError, WorkdayCalendar};
use crate::clock::{Day, Time};
use serde::Serialize;
use std::time::Duration;

/// A change of the service or of its terms, and the notice that announced it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeNotice {
    /// When the notice was sent, which is when it counts as given (002 三.5).
    pub sent: Time,
    /// When the change itself begins.
    pub effective: Time,
}

impl ChangeNotice {
    /// The last day on which the notice may be sent; `None` where any time before the change will do.
    ///
    /// # Errors
    /// When the calendar does not know a year.
    pub fn latest(
        &self,
        lead: NoticeLead,
        calendar: &WorkdayCalendar,
        policy: &ReadingPolicy,
    ) -> Result<Option<Day>, UnknownYearError> {
        let day = self.effective.day();
        match lead {
            NoticeLead::BeforeStart => Ok(None),
            NoticeLead::Days(days) => Ok(Some(day.plus(-days))),
            NoticeLead::Workday => {
                let previous = workdays(calendar, policy).previous(day)?;
                // A full working day between, or any time on the one before (T6).
                let full = policy.is(NoticeReading::FullWorkdayBetween);
                Ok(Some(if full { previous.plus(-1) } else { previous }))
            }
        }
    }

    /// Whether the notice was sent in time.
    ///
    /// # Errors
    /// When the calendar does not know a year.
    pub fn is_in_time(
        &self,
        lead: NoticeLead,
        calendar: &WorkdayCalendar,
        policy: &ReadingPolicy,
    ) -> Result<bool, UnknownYearError> {
        Ok(match self.latest(lead, calendar, policy)? {
            Some(latest) => self.sent.day() <= latest,
            None => self.sent < self.effective,
        })
    }
}

/// Whether something due was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    /// It was done in time.
    Met,
    /// It was not done in time.
    Missed,
    /// It can still be done in time.
    Pending,
}

/// A fault that was reported (002 三.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultTicket {
    /// When it was registered.
    pub registered: Time,
    /// When an engineer was in contact.
    pub contacted: Option<Time>,
    /// When it was resolved.
    pub resolved: Option<Time>,
}

/// How soon a reported fault is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FaultTicketRule {
    /// Hours until an engineer must be in contact.
    pub contact_hours: u32,
    /// Hours until the fault must be resolved.
    #[serde(rename = "solve_hours")]
    pub resolve_hours: u32,
}

impl FaultTicket {
    /// When an engineer must be in contact.
    pub fn response_due(&self, rule: FaultTicketRule) -> Time {
        self.registered + hours(rule.contact_hours)
    }

    /// When the fault must be resolved; unknown before contact, where a reading counts from it (T7).
    pub fn resolution_due(&self, rule: FaultTicketRule, policy: &ReadingPolicy) -> Option<Time> {
        let from_contact = policy.is(ResolveClockReading::FromContact);
        let start = if from_contact {
            self.contacted
        } else {
            Some(self.registered)
        };
        start.map(|start| start + hours(rule.resolve_hours))
    }

    /// Whether something due was done in time; exactly on the due instant is in time.
    pub fn state(due: Option<Time>, done: Option<Time>, now: Time) -> TicketState {
        match (due, done) {
            (Some(due), Some(done)) if done <= due => TicketState::Met,
            (Some(_), Some(_)) => TicketState::Missed,
            (Some(due), None) if now > due => TicketState::Missed,
            (Some(_) | None, None) | (None, Some(_)) => TicketState::Pending,
        }
    }
}

fn hours(number: u32) -> Duration {
    Duration::from_secs(u64::from(number) * 3600)
}

/// The last day on which a billing log of a day must be kept: the same day so many months later, or the last of a
/// month that has no such day.
pub fn keep_through(billed: Day, months: i32) -> Day {
    billed.month().plus(months).day(billed.day_of_month())
}

/// The caps of a liability, in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiabilityCap {
    /// What was paid in the months that count.
    pub paid: u128,
    /// What was consumed in the months that count.
    pub consumed: u128,
    /// What is claimed, as far as neither cap is below it.
    pub applied: u128,
}

/// Caps what is claimed at the smaller of what was paid and what was consumed in the months that count (K9).
pub fn liability(paid: &[u128], consumed: &[u128], claimed: u128) -> LiabilityCap {
    let (paid, consumed) = (paid.iter().sum::<u128>(), consumed.iter().sum::<u128>());
    LiabilityCap {
        paid,
        consumed,
        applied: paid.min(consumed).min(claimed),
    }
}
