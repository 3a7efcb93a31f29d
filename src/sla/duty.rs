//! Duties beside availability: notices, fault tickets, billing logs, liability.

use super::claim::workdays;
use super::{NoticeLead, ReadingPolicy, UnknownYearError, WorkdayCalendar};
use crate::clock::{Day, Time};
use std::time::Duration;

/// A change and when it was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeNotice {
    /// When it was sent, which is when it takes effect (002 三.5).
    pub sent: Time,
    /// When the change begins.
    pub effective: Time,
}

impl ChangeNotice {
    /// The last day on which it may be sent, where that is a matter of days.
    ///
    /// # Errors
    /// When nothing is known of a year.
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
                let full = policy.is("notice", "full_workday_between");
                Ok(Some(if full { previous.plus(-1) } else { previous }))
            }
        }
    }

    /// Whether it came in time.
    ///
    /// # Errors
    /// When nothing is known of a year.
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

/// A fault that was reported (002 三.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultTicket {
    /// When it was registered.
    pub registered: Time,
    /// When an engineer was in contact.
    pub contacted: Option<Time>,
    /// When it was solved.
    pub resolved: Option<Time>,
}

/// Until contact.
const RESPONSE: Duration = Duration::from_secs(2 * 3600);
/// Until it is solved.
const RESOLUTION: Duration = Duration::from_secs(24 * 3600);

impl FaultTicket {
    /// When contact is due.
    pub fn response_due(&self) -> Time {
        self.registered + RESPONSE
    }

    /// When the solution is due; unknown before contact, where the span begins with it (T7).
    pub fn resolution_due(&self, policy: &ReadingPolicy) -> Option<Time> {
        let from_contact = policy.is("resolve_clock", "from_contact");
        let start = if from_contact {
            self.contacted
        } else {
            Some(self.registered)
        };
        start.map(|start| start + RESOLUTION)
    }

    /// `met`, `missed` or `pending`; exactly on the due instant is met.
    pub fn state(due: Option<Time>, done: Option<Time>, now: Time) -> &'static str {
        match (due, done) {
            (Some(due), Some(done)) if done <= due => "met",
            (Some(_), Some(_)) => "missed",
            (Some(due), None) if now > due => "missed",
            (Some(_) | None, None) | (None, Some(_)) => "pending",
        }
    }
}

/// The last day on which a billing log of a day must be kept: the same day a year later (000 2.9).
pub fn keep_through(billed: Day) -> Day {
    billed.month().plus(12).day(billed.day_of_month())
}

/// The smaller of what was paid and what was consumed in six months, and of what is claimed (003 7.4, 11.16; K9).
pub fn liability(paid: &[u128], consumed: &[u128], claimed: u128) -> (u128, u128, u128) {
    let (paid, consumed) = (paid.iter().sum::<u128>(), consumed.iter().sum::<u128>());
    (paid, consumed, paid.min(consumed).min(claimed))
}
