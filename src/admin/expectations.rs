//! Expectations: verdicts a user decides beforehand.

use super::{AdminState, ProblemDetails, input, worlds};
use crate::recognition::Expectation;
use crate::spelling::expected_one_of;
use crate::world::{DEMO, ExpectationError, FieldError};
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};

/// An expectation, and how often it has spoken.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ExpectationView {
    world: String,
    #[serde(flatten)]
    expectation: Expectation,
    /// How often it decided a verdict.
    spoken: u64,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldQuery {
    world: Option<String>,
}

/// All expectations, of one world or of every.
#[utoipa::path(tag = "recognition", params(("world" = Option<String>, Query)),
    responses((status = 200, body = Vec<ExpectationView>), (status = 404, body = ProblemDetails)))]
#[get("/expectations")]
pub(super) async fn list(
    admin: Data<AdminState>,
    request: HttpRequest,
) -> Result<Json<Vec<ExpectationView>>, ProblemDetails> {
    let query: WorldQuery = input::query(&request)?;
    let chosen = match &query.world {
        Some(name) => vec![worlds::find(&admin, name)?],
        None => admin.gateway.worlds.all(),
    };
    let all = chosen.iter().flat_map(|world| {
        let own = world.expectations.all().into_iter();
        own.map(|(expectation, spoken)| ExpectationView {
            world: world.name.to_string(),
            expectation,
            spoken,
        })
    });
    Ok(Json(all.collect()))
}

/// Adds an expectation. Of those that fit an input the first that is not spent decides.
#[utoipa::path(tag = "recognition", request_body = Expectation,
    responses((status = 201, body = ExpectationView), (status = 409, body = ProblemDetails), (status = 422, body = ProblemDetails)))]
#[post("/expectations")]
pub(super) async fn create(admin: Data<AdminState>, body: Bytes) -> Result<HttpResponse, ProblemDetails> {
    let expectation: Expectation = input::json(&body)?;
    let name = expectation.matching.world.as_deref().unwrap_or(DEMO);
    let world = admin.gateway.worlds.get(name).ok_or_else(|| {
        let all = admin.gateway.worlds.all();
        let names = all.iter().map(|world| &*world.name);
        FieldError::new("match.world", expected_one_of(name, names))
    })?;
    let names = admin.gateway.providers.known_names();
    let taken = world
        .expectations
        .add(expectation, &names)
        .map_err(|why| match why {
            ExpectationError::Field(flaw) => ProblemDetails::from(flaw),
            ExpectationError::Exists(_) => ProblemDetails::new(StatusCode::CONFLICT, why.to_string()),
            ExpectationError::Full => FieldError::new("id", why.to_string()).into(),
        })?;
    Ok(HttpResponse::Created().json(ExpectationView {
        world: world.name.to_string(),
        expectation: taken,
        spoken: 0,
    }))
}

/// Removes an expectation.
#[utoipa::path(tag = "recognition", params(("world" = Option<String>, Query)),
    responses((status = 204), (status = 404, body = ProblemDetails)))]
#[delete("/expectations/{id}")]
pub(super) async fn remove(
    admin: Data<AdminState>,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ProblemDetails> {
    let query: WorldQuery = input::query(&request)?;
    let world = worlds::find(&admin, query.world.as_deref().unwrap_or(DEMO))?;
    if world.expectations.remove(&id) {
        Ok(HttpResponse::NoContent().finish())
    } else {
        let all = world.expectations.all();
        let ids = all.iter().map(|(own, _)| own.id.as_str());
        Err(ProblemDetails::unknown("expectation", &id, ids))
    }
}
