//! The virtual clock, of the server or of one world.

use super::{AdminState, ProblemDetails, input, worlds};
use crate::clock::{Clock, ClockChange, Time, parse_span};
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Json};
use actix_web::{HttpRequest, get, post, put};
use serde::{Deserialize, Serialize};

/// What a clock shows.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ClockView {
    /// Virtual time.
    now: Time,
    /// Real time.
    real: Time,
    /// Virtual seconds in a real second.
    scale: f64,
    /// Whether it stands still.
    frozen: bool,
    /// Whether a world has a clock of its own, rather than following the server's.
    own: bool,
    /// `ready`: every event due so far has been processed; `advancing` until then.
    state: &'static str,
    /// Events that lie ahead: delays, hangs, ends of outages.
    events: usize,
    /// When the next of them is due.
    next: Option<Time>,
}

impl ClockView {
    pub(super) fn of(clock: &Clock) -> Self {
        let (mapping, pending) = (clock.mapping(), clock.status());
        Self {
            now: clock.now(),
            real: clock.real_now(),
            scale: mapping.scale(),
            frozen: mapping.is_frozen(),
            own: clock.has_own_mapping(),
            state: if pending.advancing { "advancing" } else { "ready" },
            events: pending.events,
            next: pending.next,
        }
    }
}

/// Changes to a clock; absent fields stay.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockUpdate {
    /// Set the time.
    now: Option<Time>,
    /// Virtual seconds in a real second, 0.001 to 1,000,000.
    scale: Option<f64>,
    /// Stop or start.
    frozen: Option<bool>,
    /// Of a world: follow the server's clock again. Of the server: show real time again.
    #[serde(default)]
    follow: bool,
}

/// How far to advance; one of the two.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AdvanceRequest {
    /// A span, `30m`.
    by: Option<String>,
    /// An instant, `2026-12-01T00:00:00+08:00`.
    to: Option<Time>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldQuery {
    world: Option<String>,
}

/// Meta row of the store in which the server's clock is kept.
pub(crate) const META: &str = "clock";

/// What the clock shows.
#[utoipa::path(tag = "clock", params(("world" = Option<String>, Query, description = "a world's clock")),
    responses((status = 200, body = ClockView), (status = 404, body = ProblemDetails)))]
#[get("/clock")]
pub(super) async fn show(
    admin: Data<AdminState>,
    request: HttpRequest,
) -> Result<Json<ClockView>, ProblemDetails> {
    let (clock, _) = chosen(&admin, &request)?;
    Ok(Json(ClockView::of(&clock)))
}

/// Sets, scales, stops or starts the clock.
#[utoipa::path(tag = "clock", params(("world" = Option<String>, Query, description = "a world's clock")),
    request_body = ClockUpdate,
    responses((status = 200, body = ClockView), (status = 404, body = ProblemDetails), (status = 422, body = ProblemDetails)))]
#[put("/clock")]
pub(super) async fn set(
    admin: Data<AdminState>,
    request: HttpRequest,
    body: Bytes,
) -> Result<Json<ClockView>, ProblemDetails> {
    let (clock, world) = chosen(&admin, &request)?;
    let change: ClockUpdate = input::json(&body)?;
    if change.scale.is_some_and(|scale| !(0.001..=1e6).contains(&scale)) {
        let problem = ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, "expected 0.001 to 1000000");
        return Err(problem.field("scale"));
    }
    if change.follow && (change.now.is_some() || change.scale.is_some() || change.frozen.is_some()) {
        let why = "expected either follow, or now, scale and frozen";
        return Err(ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, why).field("follow"));
    }
    let change = (!change.follow).then_some(ClockChange {
        now: change.now,
        scale: change.scale,
        frozen: change.frozen,
    });
    clock.change_after_advance(change).await;
    keep(&admin, world.as_deref()).await?;
    Ok(Json(ClockView::of(&clock)))
}

/// Moves the clock forward. What is due on the way happens in its order, before this answers.
#[utoipa::path(tag = "clock", params(("world" = Option<String>, Query, description = "a world's clock")),
    request_body = AdvanceRequest,
    responses((status = 200, body = ClockView), (status = 404, body = ProblemDetails), (status = 422, body = ProblemDetails)))]
#[post("/clock/advance")]
pub(super) async fn advance(
    admin: Data<AdminState>,
    request: HttpRequest,
    body: Bytes,
) -> Result<Json<ClockView>, ProblemDetails> {
    let (clock, world) = chosen(&admin, &request)?;
    let advance: AdvanceRequest = input::json(&body)?;
    let impossible =
        |field: &str, why: String| ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, why).field(field);
    let to = match (advance.by, advance.to) {
        (Some(by), None) => {
            let to = clock.now() + parse_span(&by).map_err(|why| impossible("by", why))?;
            if to > Time::LAST {
                return Err(impossible(
                    "by",
                    format!("expected to stay before {}", Time::LAST),
                ));
            }
            to
        }
        (None, Some(to)) if to >= clock.now() => to,
        (None, Some(_)) => {
            return Err(impossible(
                "to",
                "expected an instant that is not past; PUT clock sets it back".into(),
            ));
        }
        (Some(_), Some(_)) | (None, None) => return Err(impossible("by", "expected either by or to".into())),
    };
    clock.advance_to(to).await;
    keep(&admin, world.as_deref()).await?;
    Ok(Json(ClockView::of(&clock)))
}

fn chosen(admin: &AdminState, request: &HttpRequest) -> Result<(Clock, Option<String>), ProblemDetails> {
    let query: WorldQuery = input::query(request)?;
    match query.world {
        Some(name) => Ok((worlds::find(admin, &name)?.clock.clone(), Some(name))),
        None => Ok((admin.clock.clone(), None)),
    }
}

/// Keeps the clock in the store, so that a restarted server goes on in its own time.
async fn keep(admin: &AdminState, world: Option<&str>) -> Result<(), ProblemDetails> {
    // One after the other: what is written last is what the clock shows last.
    let _changing = admin.changes.lock().await;
    if let Some(name) = world {
        let world = worlds::find(admin, name)?;
        return admin.change_worlds(move |worlds| worlds.keep(&world)).await;
    }
    let mapping = serde_json::to_string(&admin.clock.mapping())
        .map_err(|why| ProblemDetails::bad_request(why.to_string()))?;
    Ok(admin
        .store
        .run(move |store| store.set_meta(META, &mapping))
        .await?)
}
