//! What is taken on and done later: submitted, reported, asked for, closed (`wire/tupu.md` §1.4, §3.4, §3.5, §3.7).

use super::super::{envelope, errors};
use super::field;
use super::result::RecognitionResult;
use crate::exchange::{Decision, Failure, PipelineStage, Refusal, Reply};
use crate::forms::Form;
use crate::jobs::{Job, JobEnd, JobState, Milestone};
use crate::providers::{Answer, CallContext, ChargeTime, JobReport, JobRequest, Services};
use crate::world::{ConcurrencyLimit, JobHandle};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long a result can be asked for (D1: 2 hours).
const KEPT: Duration = Duration::from_secs(2 * 3600);
/// How long a job takes where the world does not say (INFERRED; nothing is published).
const DURATION: Duration = Duration::from_secs(2);

/// Lanes of files and texts: further ones queue (D1).
const QUEUED: ConcurrencyLimit = ConcurrencyLimit::queueing(30);
/// Lanes of streams: further ones are refused with code 17 (D1).
pub(super) const REFUSED: ConcurrencyLimit = ConcurrencyLimit::refusing(30);

/// What is kept of a job.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct JobPayload {
    /// Members every report begins with: the job's id, and what the client wants to hear again.
    pub echo: Map<String, Value>,
    /// What was found.
    pub result: Map<String, Value>,
    /// What of it is called back, where that is less.
    pub called_back: Option<Map<String, Value>>,
    /// What reports before the last one say, in their order.
    #[serde(default)]
    pub early: Vec<Map<String, Value>>,
    /// Whether each report says which slice of a stream it is about.
    pub is_sliced: bool,
}

/// A job to take on.
pub(super) struct JobSubmission {
    /// What was found; its members are the job's result.
    pub found: RecognitionResult,
    /// Members that reports begin with, beside the job's id.
    pub echo: Map<String, Value>,
    /// What is called back, where that is less than the result.
    pub called_back: Option<Map<String, Value>>,
    /// What reports before the last one say, in their order.
    pub early: Vec<Map<String, Value>>,
    /// Whether a stream reports once more when it is closed.
    pub reports_close: bool,
    /// Whether each report says which slice of a stream it is about.
    pub is_sliced: bool,
    /// The name of its id: `requestId`, `videoId`.
    pub id_name: &'static str,
    pub callback: Option<String>,
    /// A stream reports so far apart.
    pub period: Option<Duration>,
    pub limit: ConcurrencyLimit,
}

/// Where a call wants to be called back, where that is possible at all.
pub(super) fn callback(
    form: &Form,
    name: &'static str,
    services: &Services,
) -> Result<Option<String>, Refusal> {
    let url = form.text(name).filter(|url| !url.is_empty());
    url.map(|url| checked(&url, services)).transpose()
}

/// An address that may be called back; else code 10.
pub(super) fn checked(url: &str, services: &Services) -> Result<String, Refusal> {
    let fits = services.outbound.check(url);
    fits.map(|()| url.to_owned())
        .map_err(|_| Refusal::documented("10"))
}

/// An id as the vendor draws them: 24 hexadecimal digits, or with hyphens of 32.
pub(super) fn fresh_id(nth: usize, has_hyphens: bool, context: &CallContext) -> String {
    let seed = format!("{}/{nth}", context.request_id);
    let bits = xxhash_rust::xxh3::xxh3_128(seed.as_bytes());
    if has_hyphens {
        uuid::Builder::from_random_bytes(bits.to_be_bytes())
            .into_uuid()
            .to_string()
    } else {
        format!("{:024x}", bits >> 32)
    }
}

impl JobSubmission {
    /// A job with what was found: reported as it is, once, to nobody; further ones wait for their turn.
    pub(super) fn new(found: RecognitionResult, id_name: &'static str) -> Self {
        Self {
            found,
            echo: Map::new(),
            called_back: None,
            early: Vec::new(),
            reports_close: false,
            is_sliced: false,
            id_name,
            callback: None,
            period: None,
            limit: QUEUED,
        }
    }

    /// Takes the job on under this id. What was found comes back without the members, which the job keeps.
    pub(super) fn submit(
        self,
        id: String,
        context: &CallContext,
        services: &Services,
    ) -> Result<(Job, RecognitionResult), Refusal> {
        let (mut found, mut echo) = (self.found, self.echo);
        echo.insert(self.id_name.into(), json!(id));
        let payload = JobPayload {
            echo,
            result: std::mem::take(&mut found.members),
            called_back: self.called_back,
            early: self.early,
            is_sliced: self.is_sliced,
        };
        let request = JobRequest {
            id,
            duration: self.period.unwrap_or(DURATION),
            period: self.period,
            client_id: None,
            milestones: Milestone::evenly(
                u32::try_from(payload.early.len()).expect("a report a frame, of 500 at most"),
            ),
            reports_close: self.reports_close,
            retention: KEPT,
            lane: None,
            weight: 1,
            limit: self.limit,
            charge: ChargeTime::Submission,
            callback: self.callback,
            payload: serde_json::to_value(payload).expect("a payload can be written as JSON"),
        };
        let job = context.submit(request, services);
        let job = job.map_err(|_| Failure::TooManyConcurrent)?;
        let when = format!(
            "job {} starts {} and is due {}",
            job.id, job.starts_at, job.due_at
        );
        let note = Decision::choose(PipelineStage::Answer, "job", when);
        found.notes.push(note.otherwise("jobs of the world's settings"));
        Ok((job, found))
    }

    /// Takes the job on, and says so.
    pub(super) fn reply(
        self,
        has_hyphens: bool,
        context: &CallContext,
        services: &Services,
    ) -> Result<Reply, Refusal> {
        let id_name = self.id_name;
        let (job, mut found) = self.submit(fresh_id(0, has_hyphens, context), context, services)?;
        found.members.insert(id_name.into(), json!(job.id));
        Ok(found.reply(context))
    }
}

/// The body of a report of a job, sealed.
pub(in super::super) fn callback_body(report: &JobReport<'_>) -> Vec<u8> {
    let (job, nth, now) = (report.job, report.nth, report.now);
    let payload: JobPayload = serde_json::from_value(job.payload.clone()).unwrap_or_default();
    let mut members = payload.echo;
    let early = usize::try_from(nth).ok().and_then(|nth| payload.early.get(nth));
    let bits = xxhash_rust::xxh3::xxh3_64_with_seed(job.id.as_bytes(), nth);
    let inner = if let Some(early) = early {
        members.extend(early.clone());
        errors::inner(0, "success", members, bits, now)
    } else if let JobState::Failed(why) = job.state(now) {
        errors::inner(101, &why, members, bits, now)
    } else if job.is_farewell(nth) {
        // The word is INFERRED; only that an end is reported is known.
        members.insert("status".into(), json!("closed"));
        errors::inner(0, "success", members, bits, now)
    } else {
        let mut result = payload.called_back.unwrap_or(payload.result);
        if payload.is_sliced {
            slice(&mut result, job, nth);
        }
        members.extend(result);
        errors::inner(0, "success", members, bits, now)
    };
    envelope::seal(&inner, report.provider_key)
}

/// Which slice of a stream a report is about: the time since the one before.
fn slice(result: &mut Map<String, Value>, job: &Job, nth: u64) {
    let period = job.period.unwrap_or_default();
    let start = job.starts_at + period.saturating_mul(u32::try_from(nth).unwrap_or(u32::MAX));
    let (from, to) = (start.local_text(), (start + period).local_text());
    for member in result.values_mut().filter_map(Value::as_object_mut) {
        for list in member.values_mut().filter_map(Value::as_array_mut) {
            for item in list.iter_mut().filter_map(Value::as_object_mut) {
                item.insert("sliceStartTime".into(), json!(from));
                item.insert("sliceEndTime".into(), json!(to));
            }
        }
    }
}

/// A job that a body names, of this world; else the documented error `unknown`.
fn find_named(
    id_name: &'static str,
    unknown: &'static str,
    context: &CallContext,
    services: &Services,
) -> Result<Arc<JobHandle>, Refusal> {
    let form = context.call.form()?;
    let id = form.text(id_name).filter(|id| !id.is_empty());
    let id = id.ok_or(field(id_name))?;
    let found = services.jobs.find(&context.world, &id, context.clock.now());
    found.ok_or_else(|| Refusal::documented(unknown))
}

/// The state and result of a job. How one that is under way is described is INFERRED: code 0, with `status` and without
/// a result.
pub(in super::super) fn result(
    id_name: &'static str,
    unknown: &'static str,
    context: &CallContext,
    services: &Services,
) -> Result<Answer, Refusal> {
    let job = find_named(id_name, unknown, context, services)?.job();
    let payload: JobPayload = serde_json::from_value(job.payload.clone()).unwrap_or_default();
    let mut members = payload.echo;
    let status = match job.state(context.clock.now()) {
        JobState::Queued => "waiting",
        JobState::Running if job.period.is_some() => {
            members.extend(payload.result);
            "running"
        }
        JobState::Running => "running",
        JobState::Closed => "closed",
        JobState::Succeeded => {
            members.extend(payload.result);
            "finished"
        }
        JobState::Failed(_) => return Err(Refusal::documented("101")),
    };
    members.insert("status".into(), json!(status));
    Ok(errors::success(members, context).into())
}

/// Closes a job. One that is over already stays as it is.
pub(in super::super) fn close(
    id_name: &'static str,
    unknown: &'static str,
    context: &CallContext,
    services: &Services,
) -> Result<Answer, Refusal> {
    let handle = find_named(id_name, unknown, context, services)?;
    services.jobs.end(&handle, context.clock.now(), JobEnd::Closed);
    let mut members = Map::new();
    members.insert(id_name.into(), json!(handle.read(|job| job.id.clone())));
    Ok(errors::success(members, context).into())
}

/// How many jobs of an operation run and wait (the names of the fields are INFERRED).
pub(in super::super) fn rate(
    operations: &[&str],
    most: u32,
    context: &CallContext,
    services: &Services,
) -> Answer {
    let now = context.clock.now();
    let begun = operations.iter().flat_map(|operation| {
        services
            .jobs
            .open(&context.world, operation, now, |job| job.starts_at <= now)
    });
    let begun: Vec<bool> = begun.collect();
    let running = begun.iter().filter(|begun| **begun).count();
    let mut members = Map::new();
    members.insert("concurrency".into(), json!(running));
    let own = context.settings.jobs.get(operations[0]);
    let own = own.and_then(|rule| rule.concurrent);
    members.insert("maxConcurrency".into(), json!(own.unwrap_or(most)));
    members.insert("pending".into(), json!(begun.len() - running));
    errors::success(members, context).into()
}
