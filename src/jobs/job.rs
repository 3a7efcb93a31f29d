//! A job: facts from which its state at any instant follows.

use super::stored::StoredJob;
use super::{CallbackProgress, JobFaults, LanePlace, Milestone};
use crate::clock::Time;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

/// An asynchronous task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "StoredJob")]
pub struct Job {
    /// Its name, as the vendor gives it out.
    pub id: String,
    /// The client's own name for it, where the client gave one.
    pub client_id: Option<String>,
    /// The world it is of.
    pub world: String,
    /// The provider that does it.
    pub provider: String,
    /// The operation that submitted it.
    pub operation: String,
    /// The key that submitted it.
    pub key: String,
    /// The lane in whose places it runs: an operation, or what several operations share.
    pub lane: String,
    /// Places of the lane it takes.
    pub weight: u32,
    /// When it was submitted.
    pub submitted: Time,
    /// When its work begins: later than it was submitted where others come first.
    pub starts_at: Time,
    /// When its work is done; of a stream, when it first reports.
    pub due_at: Time,
    /// A stream reports again and again, so far apart, until it is closed.
    pub period: Option<Duration>,
    /// When it reports before its end, in their order.
    pub milestones: Vec<Milestone>,
    /// Whether a stream reports once more when it is closed.
    pub reports_close: bool,
    /// How long its result can be asked for once it has ended.
    pub retention: Duration,
    /// What faults make of it.
    pub job_faults: JobFaults,
    /// How it ended before its time, where it did.
    pub ended: Option<(Time, JobEnd)>,
    /// Its callbacks, where it has any.
    pub callback: Option<CallbackProgress>,
    /// What its end is charged, where the vendor charges then rather than at the submission.
    pub charge: Option<JobCharge>,
    /// What the provider keeps of it: its result above all.
    pub payload: Value,
}

/// What the end of a job is charged. A job that fails is not charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobCharge {
    /// Billable units of the operation that submitted it.
    pub units: u32,
    /// Whether the charge was made.
    pub is_settled: bool,
}

/// How a job ends before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobEnd {
    /// With its result.
    Completed,
    /// Without one, and why.
    Failed(String),
    /// The client closed it.
    Closed,
}

/// What a job is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Others come first.
    Queued,
    /// Under way; also a stream that is open.
    Running,
    /// Done, with a result.
    Succeeded,
    /// Over without a result, and why.
    Failed(String),
    /// Closed by the client.
    Closed,
}

impl Job {
    /// What it is doing at an instant.
    pub fn state(&self, now: Time) -> JobState {
        match &self.ended {
            Some((at, end)) if *at <= now => match end {
                JobEnd::Completed => JobState::Succeeded,
                JobEnd::Failed(why) => JobState::Failed(why.clone()),
                JobEnd::Closed => JobState::Closed,
            },
            Some(_) | None => self.by_time(now),
        }
    }

    fn by_time(&self, now: Time) -> JobState {
        if now < self.starts_at {
            JobState::Queued
        } else if now < self.due_at || self.job_faults.is_stuck || self.period.is_some() {
            JobState::Running
        } else {
            match &self.job_faults.failure {
                Some(why) => JobState::Failed(why.clone()),
                None => JobState::Succeeded,
            }
        }
    }

    /// When it ends, where that is known.
    pub fn end(&self) -> Option<Time> {
        match &self.ended {
            Some((at, _)) => Some(*at),
            None => (!self.job_faults.is_stuck && self.period.is_none()).then_some(self.due_at),
        }
    }

    /// Whether it holds a place among those that run at once.
    pub fn is_open(&self, now: Time) -> bool {
        self.end().is_none_or(|end| end > now)
    }

    /// Whether nobody can ask for it any more and nothing is left to send.
    pub fn is_over(&self, now: Time) -> bool {
        let forgotten = self.end().is_some_and(|end| end + self.retention <= now);
        forgotten && self.next_report().is_none() && self.open_charge().is_none()
    }

    /// When its next report is due, and which it is.
    pub fn next_report(&self) -> Option<(Time, u64)> {
        let callback = self
            .callback
            .as_ref()
            .filter(|_| !self.job_faults.drops_callbacks)?;
        let nth = callback.next;
        let due_at = match self.period {
            Some(_) if self.job_faults.is_stuck => None,
            Some(period) => {
                let waits = u32::try_from(nth).unwrap_or(u32::MAX);
                let due_at = self.due_at + period.saturating_mul(waits);
                // What a stream has to say until it is closed is sent; nothing after, but that it is closed.
                match &self.ended {
                    Some((at, _)) if due_at > *at => Some(*at).filter(|_| self.is_farewell(nth)),
                    Some(_) | None => Some(due_at),
                }
            }
            None if matches!(self.ended, Some((_, JobEnd::Closed))) => None,
            None => self.milestone_or_end(nth),
        };
        let due_at = due_at? + self.job_faults.callback_delay;
        Some((callback.again.map_or(due_at, |again| again.max(due_at)), nth))
    }

    /// When a report of a job that is no stream is due: at its milestones while it works, the last when it ends.
    fn milestone_or_end(&self, nth: u64) -> Option<Time> {
        let count = self.milestones.len() as u64;
        if let Some(milestone) = self.milestone(nth) {
            let due = milestone.instant(self.submitted, self.starts_at, self.due_at);
            return Some(self.end().map_or(due, |end| end.min(due)));
        }
        (nth == count).then(|| self.end()).flatten()
    }

    /// The milestone that a report is about; none for the report at the end.
    pub fn milestone(&self, nth: u64) -> Option<&Milestone> {
        self.milestones.get(usize::try_from(nth).ok()?)
    }

    /// What it takes of its lane.
    pub fn lane_place(&self) -> LanePlace {
        LanePlace {
            starts_at: self.starts_at,
            ends_at: self.end(),
            weight: self.weight,
        }
    }

    /// When its end is to be charged, and how much: once, and only where it succeeds.
    pub fn open_charge(&self) -> Option<(Time, u32)> {
        let charge = self.charge.as_ref().filter(|charge| !charge.is_settled)?;
        let end = self.end()?;
        (self.state(end) == JobState::Succeeded).then_some((end, charge.units))
    }

    /// Whether a report of a stream is the one that it is closed.
    pub fn is_farewell(&self, nth: u64) -> bool {
        let (Some(period), Some((at, _)), true) = (self.period, &self.ended, self.reports_close) else {
            return false;
        };
        let slices = if *at < self.due_at {
            0
        } else {
            at.since(self.due_at).as_micros() / period.as_micros().max(1) + 1
        };
        u128::from(nth) == slices
    }

    /// How many copies of each report are sent.
    pub fn copies(&self) -> u32 {
        if self.job_faults.doubles_callbacks { 2 } else { 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::RetryPolicy;
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_micros(seconds * 1_000_000)
    }

    fn job() -> Job {
        Job {
            id: "j".into(),
            client_id: None,
            lane: "o".into(),
            weight: 1,
            charge: None,
            world: "w".into(),
            provider: "p".into(),
            operation: "o".into(),
            key: "k".into(),
            submitted: at(0),
            starts_at: at(5),
            due_at: at(10),
            period: None,
            milestones: Vec::new(),
            reports_close: false,
            retention: Duration::from_secs(100),
            job_faults: JobFaults::default(),
            ended: None,
            callback: Some(CallbackProgress::to("http://127.0.0.1/".into())),
            payload: Value::Null,
        }
    }

    #[test]
    fn a_state_follows_from_the_clock_alone() {
        let job = job();
        let states = [0, 5, 10].map(|s| job.state(at(s)));
        assert_eq!(states, [JobState::Queued, JobState::Running, JobState::Succeeded]);
        assert_eq!(job.next_report(), Some((at(10), 0)));
        assert!(!job.is_over(at(1000)), "its callback is still to be sent");
    }

    #[test]
    fn a_report_is_tried_with_growing_waits_and_then_given_up() {
        let mut job = job();
        let retries = RetryPolicy {
            most: 2,
            backoff: Duration::from_secs(10),
        };
        let mut tries = Vec::new();
        while let Some((due_at, _)) = job.next_report() {
            tries.push(due_at);
            let callback = job.callback.as_mut().unwrap();
            callback.record_attempt(Ok(503), due_at, retries, 1);
        }
        assert_eq!(tries, [at(10), at(20), at(40)]);
        assert_eq!(job.callback.as_ref().unwrap().given_up, 1);
        assert!(job.is_over(at(110)));
    }

    #[test]
    fn faults_hold_fail_drop_double_and_delay() {
        let with = |job_faults: JobFaults| Job { job_faults, ..job() };
        let stuck = with(JobFaults {
            is_stuck: true,
            ..JobFaults::default()
        });
        assert_eq!(
            (stuck.state(at(1000)), stuck.next_report()),
            (JobState::Running, None)
        );
        let failing = with(JobFaults {
            failure: Some("no".into()),
            ..JobFaults::default()
        });
        assert_eq!(failing.state(at(10)), JobState::Failed("no".into()));
        let dropping = with(JobFaults {
            drops_callbacks: true,
            ..JobFaults::default()
        });
        assert_eq!(dropping.next_report(), None);
        let late = with(JobFaults {
            callback_delay: Duration::from_secs(7),
            ..JobFaults::default()
        });
        assert_eq!(late.next_report(), Some((at(17), 0)));
        let mut double = with(JobFaults {
            doubles_callbacks: true,
            ..JobFaults::default()
        });
        let retries = RetryPolicy {
            most: 0,
            backoff: Duration::ZERO,
        };
        let mut sent = 0;
        while let Some((due_at, _)) = double.next_report() {
            sent += 1;
            let copies = double.copies();
            double
                .callback
                .as_mut()
                .unwrap()
                .record_attempt(Ok(200), due_at, retries, copies);
        }
        assert_eq!(sent, 2);
    }

    #[test]
    fn a_stream_reports_until_it_is_closed() {
        let mut job = Job {
            period: Some(Duration::from_secs(10)),
            ..job()
        };
        let retries = RetryPolicy {
            most: 0,
            backoff: Duration::ZERO,
        };
        job.callback
            .as_mut()
            .unwrap()
            .record_attempt(Ok(200), at(10), retries, 1);
        assert_eq!(job.next_report(), Some((at(20), 1)));
        assert_eq!(job.state(at(500)), JobState::Running);
        job.ended = Some((at(15), JobEnd::Closed));
        assert_eq!(job.next_report(), None);
        assert_eq!(job.state(at(500)), JobState::Closed);
    }

    #[test]
    fn a_stream_that_says_so_reports_once_more_when_it_is_closed() {
        for (closed, slices) in [(3, 0), (10, 1), (15, 1), (20, 2), (39, 3)] {
            let mut job = Job {
                period: Some(Duration::from_secs(10)),
                reports_close: true,
                ended: Some((at(closed), JobEnd::Closed)),
                ..job()
            };
            let mut dues = Vec::new();
            while let Some((due_at, nth)) = job.next_report() {
                assert_eq!(job.is_farewell(nth), nth == slices);
                dues.push(due_at);
                job.callback.as_mut().unwrap().next += 1;
            }
            assert_eq!(dues.len() as u64, slices + 1, "closed at {closed}");
            assert_eq!(dues.last(), Some(&at(closed)));
        }
    }

    #[test]
    fn early_reports_are_spread_over_the_work_and_the_last_comes_at_its_end() {
        let mut job = Job {
            milestones: Milestone::evenly(4),
            ..job()
        };
        let mut dues = Vec::new();
        while let Some((due_at, _)) = job.next_report() {
            dues.push(due_at);
            job.callback.as_mut().unwrap().next += 1;
        }
        assert_eq!(dues, [6, 7, 8, 9, 10].map(at));
        job.callback.as_mut().unwrap().next = 1;
        job.ended = Some((at(6), JobEnd::Closed));
        assert_eq!(job.next_report(), None);
    }

    #[test]
    fn milestones_are_told_by_name_and_the_end_comes_after_them() {
        let mut job = Job {
            milestones: vec![
                Milestone::at_submission("submitted"),
                Milestone::at_work("processing", 0, 1),
            ],
            ..job()
        };
        let mut reports = Vec::new();
        while let Some((due, nth)) = job.next_report() {
            reports.push((due, job.milestone(nth).map(|own| own.name.clone())));
            job.callback.as_mut().unwrap().next += 1;
        }
        let expected = [(0, Some("submitted")), (5, Some("processing")), (10, None)];
        assert_eq!(
            reports,
            expected.map(|(s, name)| (at(s), name.map(str::to_owned)))
        );
    }

    #[test]
    fn an_end_is_charged_once_and_only_where_it_succeeds() {
        let charge = JobCharge {
            units: 3,
            is_settled: false,
        };
        let mut job = Job {
            charge: Some(charge.clone()),
            ..job()
        };
        assert_eq!(job.open_charge(), Some((at(10), 3)));
        job.ended = Some((at(7), JobEnd::Failed("no".into())));
        assert_eq!(job.open_charge(), None);
        job.ended = Some((at(7), JobEnd::Completed));
        assert_eq!(job.open_charge(), Some((at(7), 3)));
        job.charge = Some(JobCharge {
            is_settled: true,
            ..charge
        });
        assert_eq!(job.open_charge(), None);
    }

    #[test]
    fn a_user_ends_a_stuck_job() {
        let mut job = job();
        job.job_faults.is_stuck = true;
        job.ended = Some((at(50), JobEnd::Failed("by hand".into())));
        assert_eq!(job.state(at(50)), JobState::Failed("by hand".into()));
        assert_eq!(job.next_report(), Some((at(50), 0)));
    }
}
