//! Claims of compensation: the list, the calendar, and claiming.

use crate::admin::{AdminState, ProblemDetails, input};
use crate::statements::{
    ClaimFilter, ClaimView, GrantedClaim, StatementKey, StatementRequest, claim_calendar,
};
use actix_web::web::{Bytes, Data, Json};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Deserialize;

/// A claim to make.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct NewClaim {
    provider: String,
    world: String,
    cycle: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimQuery {
    world: Option<String>,
    provider: Option<String>,
}

async fn claims(admin: &AdminState, request: &HttpRequest) -> Result<Vec<ClaimView>, ProblemDetails> {
    let query: ClaimQuery = input::query(request)?;
    let filter = ClaimFilter {
        world: query.world,
        provider: query.provider,
    };
    Ok(admin.statements.claims(filter).await?)
}

/// Every cycle with what can be claimed for it and when.
#[utoipa::path(tag = "sla",
    params(("world" = Option<String>, Query), ("provider" = Option<String>, Query)),
    responses((status = 200, body = Vec<ClaimView>), (status = 404, body = ProblemDetails)))]
#[get("/sla/claims")]
pub(in crate::admin) async fn list(
    admin: Data<AdminState>,
    request: HttpRequest,
) -> Result<Json<Vec<ClaimView>>, ProblemDetails> {
    Ok(Json(claims(&admin, &request).await?))
}

/// Claims the compensation of a cycle at the world's time; it is given as a coupon.
#[utoipa::path(tag = "sla", request_body = NewClaim,
    responses((status = 201, body = GrantedClaim), (status = 404, body = ProblemDetails), (status = 409, body = ProblemDetails),
        (status = 422, body = ProblemDetails)))]
#[post("/sla/claims")]
pub(in crate::admin) async fn submit(
    admin: Data<AdminState>,
    body: Bytes,
) -> Result<HttpResponse, ProblemDetails> {
    let new: NewClaim = input::json(&body)?;
    let key = StatementKey {
        provider: new.provider,
        world: new.world,
        cycle: new.cycle,
    };
    let grant = admin.statements.claim(StatementRequest::new(key)).await?;
    let _changing = admin.changes.lock().await;
    let worlds = admin.gateway.worlds.clone();
    let granted = admin.store.run(move |_| grant.commit(&worlds)).await?;
    Ok(HttpResponse::Created().json(granted))
}

/// The windows of all claims as a calendar (RFC 5545), with an alarm three days before each closes.
#[utoipa::path(tag = "sla",
    params(("world" = Option<String>, Query), ("provider" = Option<String>, Query)),
    responses((status = 200, content_type = "text/calendar", body = String), (status = 404, body = ProblemDetails)))]
#[get("/sla/claims.ics")]
pub(in crate::admin) async fn calendar(
    admin: Data<AdminState>,
    request: HttpRequest,
) -> Result<HttpResponse, ProblemDetails> {
    let claims = claims(&admin, &request).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .body(claim_calendar(&claims)))
}
