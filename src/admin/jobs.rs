//! Jobs: what is asynchronous, and an end by hand for tests that do not want to wait.

use super::{AdminState, ProblemDetails, input, worlds};
use crate::clock::Time;
use crate::jobs::{CallbackProgress, Job, JobEnd, JobState};
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpRequest, get, post};
use serde::{Deserialize, Serialize};

/// A job as it is now.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct JobView {
    /// Its name, as the vendor gives it out.
    id: String,
    /// The client's own id for it, where the client gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    world: String,
    /// `provider/operation` that submitted it.
    operation: String,
    key: String,
    state: JobState,
    /// When it was submitted.
    submitted: Time,
    /// When its work begins: later where others come first.
    starts: Time,
    /// When its work is done; of a stream, when it first reports.
    due: Time,
    /// Its callbacks, where it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    callback: Option<CallbackView>,
}

/// How far the callbacks of a job are.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct CallbackView {
    url: String,
    /// Reports that arrived.
    delivered: u64,
    /// Reports that were given up after every try.
    given_up: u64,
    /// Tries of the next report that failed.
    failed_tries: u32,
    /// When the next one is sent, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Time>,
    /// What became of the last try: a status, or why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<String>,
}

/// How a job fails.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FailRequest {
    /// Why, in the provider's answer.
    message: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    world: Option<String>,
}

fn view(job: &Job, now: Time) -> JobView {
    let next = job.next_report().map(|(at, _)| at);
    let callback = |own: &CallbackProgress| CallbackView {
        url: own.url.clone(),
        delivered: own.delivered,
        given_up: own.given_up,
        failed_tries: own.failed_tries,
        next,
        last: own.last.clone(),
    };
    JobView {
        id: job.id.clone(),
        client_id: job.client_id.clone(),
        world: job.world.clone(),
        operation: job.operation.clone(),
        key: job.key.clone(),
        state: job.state(now),
        submitted: job.submitted,
        starts: job.starts_at,
        due: job.due_at,
        callback: job.callback.as_ref().map(callback),
    }
}

/// All jobs, in the order in which they were submitted.
#[utoipa::path(tag = "jobs", params(("world" = Option<String>, Query)),
    responses((status = 200, body = Vec<JobView>), (status = 404, body = ProblemDetails)))]
#[get("/jobs")]
pub(super) async fn list(
    admin: Data<AdminState>,
    request: HttpRequest,
) -> Result<Json<Vec<JobView>>, ProblemDetails> {
    let query: ListQuery = input::query(&request)?;
    if let Some(name) = &query.world {
        worlds::find(&admin, name)?;
    }
    let jobs = admin.gateway.jobs.all(query.world.as_deref());
    let now = |job: &Job| worlds::find(&admin, &job.world).map_or(job.submitted, |world| world.clock.now());
    Ok(Json(jobs.iter().map(|job| view(job, now(job))).collect()))
}

/// Ends a job now, with its result.
#[utoipa::path(tag = "jobs",
    responses((status = 200, body = JobView), (status = 404, body = ProblemDetails), (status = 409, body = ProblemDetails)))]
#[post("/jobs/{id}/complete")]
pub(super) async fn complete(
    admin: Data<AdminState>,
    id: Path<String>,
) -> Result<Json<JobView>, ProblemDetails> {
    end(&admin, &id, JobEnd::Completed)
}

/// Ends a job now, without a result.
#[utoipa::path(tag = "jobs", request_body = FailRequest,
    responses((status = 200, body = JobView), (status = 404, body = ProblemDetails), (status = 409, body = ProblemDetails)))]
#[post("/jobs/{id}/fail")]
pub(super) async fn fail(
    admin: Data<AdminState>,
    id: Path<String>,
    body: Bytes,
) -> Result<Json<JobView>, ProblemDetails> {
    let failing: FailRequest = input::json_or_default(&body)?;
    let message = failing.message.unwrap_or_else(|| "the job failed".into());
    end(&admin, &id, JobEnd::Failed(message))
}

fn end(admin: &AdminState, id: &str, end: JobEnd) -> Result<Json<JobView>, ProblemDetails> {
    let jobs = &admin.gateway.jobs;
    let held = jobs
        .get(id)
        .ok_or_else(|| ProblemDetails::unknown("job", id, []))?;
    let now = held.clock.now();
    if !jobs.end(&held, now, end) {
        return Err(ProblemDetails::new(
            StatusCode::CONFLICT,
            "the job has ended already",
        ));
    }
    Ok(Json(view(&held.job(), now)))
}
