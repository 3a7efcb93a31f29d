//! Work that a provider takes on and does later.

use super::CallContext;
use crate::jobs::{CallbackProgress, Job};
use crate::world::{ConcurrencyLimit, JobRule, JobsFullError};
use serde_json::Value;
use std::time::Duration;

/// A job to submit; where the world sets nothing else, it goes as the provider says here.
pub struct JobRequest {
    /// Its name.
    pub id: String,
    /// How long it takes; of a stream, until its first report.
    pub duration: Duration,
    /// A stream reports again and again, so far apart.
    pub period: Option<Duration>,
    /// Reports before the one at its end, evenly spread over its work.
    pub early_reports: u32,
    /// Whether a stream reports once more when it is closed.
    pub reports_close: bool,
    /// How long its result can be asked for.
    pub retention: Duration,
    /// How many of its operation run at once.
    pub lanes: ConcurrencyLimit,
    /// Where it reports to.
    pub callback: Option<String>,
    /// What the provider keeps of it.
    pub payload: Value,
}

impl CallContext {
    /// Submits a job of this call's operation.
    ///
    /// # Errors
    /// When as many run as may, and further ones do not wait.
    pub fn submit(&self, request: JobRequest) -> Result<Job, JobsFullError> {
        let none = JobRule::default();
        let rule = self.settings.jobs.get(self.operation).unwrap_or(&none);
        let lanes = ConcurrencyLimit {
            concurrent: rule.concurrent.or(request.lanes.concurrent),
            ..request.lanes
        };
        let duration = rule.duration.map_or(request.duration, |span| span.0);
        let provider = self.operation.split('/').next().unwrap_or_default();
        let job = Job {
            id: request.id,
            world: self.world.to_string(),
            provider: provider.to_owned(),
            operation: self.operation.to_owned(),
            key: self.key.to_string(),
            submitted: self.arrived,
            starts_at: self.arrived,
            due_at: self.arrived + duration,
            period: request.period,
            early_reports: request.early_reports,
            reports_close: request.reports_close,
            retention: rule.kept.map_or(request.retention, |span| span.0),
            job_faults: self.job_faults.clone(),
            ended: None,
            callback: request.callback.map(CallbackProgress::to),
            payload: request.payload,
        };
        self.jobs.submit(job, lanes, self.clock.clone())
    }
}
