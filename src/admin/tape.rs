//! The tape: which calls were struck, recorded, downloaded, and played again exactly.

use super::faults::refused;
use super::{AdminState, ProblemDetails, input};
use crate::faults::Tape;
use crate::spelling::with_suggestion;
use crate::world::faults::TapeState;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Json};
use actix_web::{HttpResponse, delete, get, post, put};
use serde::Deserialize;

/// What the tape is to do.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TapeChange {
    /// Begin a new recording, or end the one under way.
    record: bool,
}

/// The recording, as NDJSON: first each fault that struck, then each call it struck.
#[utoipa::path(tag = "faults", responses((status = 200, body = String, content_type = "application/x-ndjson")))]
#[get("/faults/tape")]
pub(super) async fn download(admin: Data<AdminState>) -> HttpResponse {
    let text = admin.gateway.faults.recorder.to_ndjson();
    HttpResponse::Ok().content_type("application/x-ndjson").body(text)
}

/// What the tape is doing.
#[utoipa::path(tag = "faults", responses((status = 200, body = TapeState)))]
#[get("/faults/tape/state")]
pub(super) async fn state(admin: Data<AdminState>) -> Json<TapeState> {
    Json(admin.gateway.faults.recorder.state())
}

/// Begins or ends a recording.
#[utoipa::path(tag = "faults", request_body = TapeChange,
    responses((status = 200, body = TapeState), (status = 422, body = ProblemDetails)))]
#[post("/faults/tape")]
pub(super) async fn record(admin: Data<AdminState>, body: Bytes) -> Result<Json<TapeState>, ProblemDetails> {
    let change: TapeChange = input::json(&body)?;
    admin.gateway.faults.recorder.record(change.record);
    Ok(Json(admin.gateway.faults.recorder.state()))
}

/// Plays a recording: its faults take the place of all others, and strike just the calls they struck.
#[utoipa::path(tag = "faults", request_body(content = String, content_type = "application/x-ndjson"),
    responses((status = 200, body = TapeState), (status = 422, body = ProblemDetails)))]
#[put("/faults/tape")]
pub(super) async fn play(admin: Data<AdminState>, body: Bytes) -> Result<Json<TapeState>, ProblemDetails> {
    let impossible = |line: usize, why: String| {
        ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, why).field(format!("line {line}"))
    };
    let text = std::str::from_utf8(&body).map_err(|why| ProblemDetails::bad_request(why.to_string()))?;
    if text.trim().is_empty() {
        let why = "expected a recording, a line a call; DELETE faults removes all faults";
        return Err(impossible(1, why.to_owned()));
    }
    let tape = Tape::parse(text).map_err(|(line, why)| impossible(line, with_suggestion(&why)))?;
    let gateway = &admin.gateway;
    let played = gateway
        .faults
        .play(tape, &gateway.validation_context(), &|world| {
            gateway.clock_of(world)
        });
    played.map_err(|(nth, flaw)| refused(flaw, Some(nth)))?;
    Ok(Json(gateway.faults.recorder.state()))
}

/// Draws again from now on. The faults of the tape stay.
#[utoipa::path(tag = "faults", responses((status = 200, body = TapeState)))]
#[delete("/faults/tape")]
pub(super) async fn stop(admin: Data<AdminState>) -> Json<TapeState> {
    admin.gateway.faults.stop_playing();
    Json(admin.gateway.faults.recorder.state())
}
