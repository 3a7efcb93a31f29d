//! Jobs as earlier versions wrote them: read, never written.

use super::job::{Job, JobCharge, JobEnd};
use super::{CallbackProgress, JobFaults, Milestone};
use crate::clock::Time;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// A job in the store, of this version or of one before it.
#[derive(Deserialize)]
pub(super) struct StoredJob {
    id: String,
    client_id: Option<String>,
    world: String,
    provider: String,
    operation: String,
    key: String,
    lane: Option<String>,
    weight: Option<u32>,
    submitted: Time,
    #[serde(alias = "starts")]
    starts_at: Time,
    #[serde(alias = "due")]
    due_at: Time,
    period: Option<Duration>,
    #[serde(default)]
    milestones: Vec<Milestone>,
    /// Before milestones: the number of reports that are evenly spread over the work.
    #[serde(default)]
    early_reports: u32,
    #[serde(default)]
    reports_close: bool,
    #[serde(alias = "kept")]
    retention: Duration,
    #[serde(default, alias = "fate")]
    job_faults: JobFaults,
    ended: Option<(Time, JobEnd)>,
    callback: Option<CallbackProgress>,
    charge: Option<JobCharge>,
    #[serde(alias = "memo")]
    payload: Value,
}

impl From<StoredJob> for Job {
    fn from(stored: StoredJob) -> Self {
        let milestones = if stored.milestones.is_empty() {
            Milestone::evenly(stored.early_reports)
        } else {
            stored.milestones
        };
        Self {
            lane: stored.lane.unwrap_or_else(|| stored.operation.clone()),
            id: stored.id,
            client_id: stored.client_id,
            world: stored.world,
            provider: stored.provider,
            operation: stored.operation,
            key: stored.key,
            weight: stored.weight.unwrap_or(1),
            submitted: stored.submitted,
            starts_at: stored.starts_at,
            due_at: stored.due_at,
            period: stored.period,
            milestones,
            reports_close: stored.reports_close,
            retention: stored.retention,
            job_faults: stored.job_faults,
            ended: stored.ended,
            callback: stored.callback,
            charge: stored.charge,
            payload: stored.payload,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As version 0.1.0 wrote it before lanes, weights and milestones.
    const OLD: &str = r#"{"id":"j","world":"w","provider":"p","operation":"p/o","key":"k","submitted":"2026-11-22T12:00:00+08:00","starts":"2026-11-22T12:00:05+08:00","due":"2026-11-22T12:00:10+08:00","period":null,"early_reports":4,"reports_close":false,"kept":{"secs":7200,"nanos":0},"fate":{"is_stuck":false,"failure":null,"drops_callbacks":false,"doubles_callbacks":true,"callback_delay":{"secs":0,"nanos":0}},"ended":null,"callback":{"url":"http://127.0.0.1/","next":2,"copies":0,"failed_tries":0,"again":null,"delivered":2,"given_up":0,"last":"200"},"memo":{"a":1}}"#;

    #[test]
    fn a_job_of_an_earlier_version_goes_on_where_it_was() {
        let job: Job = serde_json::from_str(OLD).unwrap();
        assert_eq!((job.lane.as_str(), job.weight), ("p/o", 1));
        assert_eq!(job.milestones.len(), 4);
        assert!(job.job_faults.doubles_callbacks);
        let third: Time = "2026-11-22T12:00:08+08:00".parse().unwrap();
        assert_eq!(job.next_report(), Some((third, 2)));
        let again: Job = serde_json::from_str(&serde_json::to_string(&job).unwrap()).unwrap();
        assert_eq!(again, job);
    }
}
