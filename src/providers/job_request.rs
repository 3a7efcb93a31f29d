//! Work that a provider takes on and does later.

use super::{CallContext, Services};
use crate::clock::Time;
use crate::exchange::Credential;
use crate::jobs::{CallbackProgress, Job, JobCharge, Milestone};
use crate::world::{ConcurrencyLimit, JobRule, JobSubmitError};
use serde_json::Value;
use std::time::Duration;

/// A job to submit. Where the world sets a duration, places or a retention, those count.
pub struct JobRequest {
    /// The vendor's id for it.
    pub id: String,
    /// The client's own id for it, where the client gives one.
    pub client_id: Option<String>,
    /// How long its work takes; of a stream, until its first report.
    pub duration: Duration,
    /// A stream reports again and again, so far apart.
    pub period: Option<Duration>,
    /// When it reports before its end.
    pub milestones: Vec<Milestone>,
    /// Whether a stream reports once more when it is closed.
    pub reports_close: bool,
    /// How long its result can be asked for once it has ended.
    pub retention: Duration,
    /// The lane in whose places it runs; the operation's own where absent.
    pub lane: Option<String>,
    /// Places of the lane it takes.
    pub weight: u32,
    /// How many places the lane has.
    pub limit: ConcurrencyLimit,
    /// Where it reports to.
    pub callback: Option<String>,
    /// When the vendor charges for it.
    pub charge: ChargeTime,
    /// What the provider keeps of it.
    pub payload: Value,
}

impl JobRequest {
    /// A job that takes so long, alone in its operation's lane of any number of places. It reports to nobody, its
    /// result is kept for a day, and the call that submits it is charged.
    pub fn new(id: impl Into<String>, duration: Duration) -> Self {
        Self {
            id: id.into(),
            client_id: None,
            duration,
            period: None,
            milestones: Vec::new(),
            reports_close: false,
            retention: Duration::from_secs(86_400),
            lane: None,
            weight: 1,
            limit: ConcurrencyLimit {
                concurrent: None,
                queues: true,
            },
            callback: None,
            charge: ChargeTime::Submission,
            payload: Value::Null,
        }
    }
}

/// When the vendor charges for a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChargeTime {
    /// With the call that submits it: the units of its reply.
    #[default]
    Submission,
    /// When it ends, and only where it succeeds: so many units.
    End(u32),
}

/// A report on a job, to be written as the vendor writes it.
pub struct JobReport<'a> {
    /// The job.
    pub job: &'a Job,
    /// Which report it is, from 0.
    pub nth: u64,
    /// Where it goes.
    pub url: &'a str,
    /// The time on the world's clock.
    pub now: Time,
    /// The private key the vendor signs with in the world, where it signs.
    pub provider_key: Option<&'a str>,
    /// What the key that submitted the job holds, where the key still exists.
    pub credential: Option<&'a Credential>,
}

impl JobReport<'_> {
    /// The name of the milestone it is about; none for the report at the end, or of a stream.
    pub fn milestone(&self) -> Option<&str> {
        self.job
            .milestone(self.nth)
            .map(|milestone| milestone.name.as_str())
    }
}

impl CallContext {
    /// Submits a job of this call's operation.
    ///
    /// # Errors
    /// When its lane has no free places and further jobs do not wait, the server holds as many jobs as it may, or there is
    /// a job of its id.
    pub fn submit(&self, request: JobRequest, services: &Services) -> Result<Job, JobSubmitError> {
        let operation = self.operation_name();
        let none = JobRule::default();
        let rule = self.settings.jobs.get(operation).unwrap_or(&none);
        let limit = ConcurrencyLimit {
            concurrent: rule.concurrent.or(request.limit.concurrent),
            ..request.limit
        };
        let duration = rule.duration.map_or(request.duration, |span| span.0);
        let charge = match request.charge {
            ChargeTime::Submission => None,
            ChargeTime::End(units) => Some(JobCharge {
                units,
                is_settled: false,
            }),
        };
        let job = Job {
            id: request.id,
            client_id: request.client_id,
            world: self.world.to_string(),
            provider: self.provider.id.to_owned(),
            operation: operation.to_owned(),
            key: self.key.to_string(),
            lane: request.lane.unwrap_or_else(|| operation.to_owned()),
            weight: request.weight,
            submitted: self.arrived,
            starts_at: self.arrived,
            due_at: self.arrived + duration,
            period: request.period,
            milestones: request.milestones,
            reports_close: request.reports_close,
            retention: rule.kept.map_or(request.retention, |span| span.0),
            job_faults: self.job_faults.clone(),
            ended: None,
            callback: request.callback.map(CallbackProgress::to),
            charge,
            payload: request.payload,
        };
        services.jobs.submit(job, limit, self.clock.clone())
    }
}
