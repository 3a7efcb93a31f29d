//! Metering by world, operation and day.

use super::{AdminState, ProblemDetails, input};
use crate::clock::Time;
use crate::store::DayUsage;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, get};
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct UsageQuery {
    world: Option<String>,
    from: Option<Time>,
    to: Option<Time>,
}

/// Sums of calls, outcomes, units, fees and bytes by local day (Asia/Shanghai), world and operation.
#[utoipa::path(tag = "usage",
    params(
        ("world" = Option<String>, Query),
        ("from" = Option<String>, Query, description = "first instant; the start of the month where absent"),
        ("to" = Option<String>, Query, description = "first instant after; no end where absent"),
    ),
    responses((status = 200, body = Vec<DayUsage>), (status = 400, body = ProblemDetails)))]
#[get("/usage")]
pub(super) async fn usage(
    admin: Data<AdminState>,
    request: HttpRequest,
) -> Result<Json<Vec<DayUsage>>, ProblemDetails> {
    let query: UsageQuery = input::query(&request)?;
    let world = query.world.as_deref();
    Ok(Json(read(&admin, world, query.from, query.to).await?))
}

/// Usage within `[from, to)`, of one world or of all: from the start of the month and without an end where they are
/// absent.
pub(super) async fn read(
    admin: &AdminState,
    world: Option<&str>,
    from: Option<Time>,
    to: Option<Time>,
) -> Result<Vec<DayUsage>, ProblemDetails> {
    let clock = match world {
        Some(name) => super::worlds::find(admin, name)?.clock.clone(),
        None => admin.clock.clone(),
    };
    let from = from.unwrap_or_else(|| clock.now().month_start());
    let to = to.unwrap_or(Time::from_micros(i64::MAX));
    // What was answered is counted, also what is not yet committed.
    admin.gateway.ledger.flush().await;
    let world = world.map(str::to_owned);
    let report = admin
        .store
        .report(move |store| store.usage(world.as_deref(), from, to));
    Ok(report.await?)
}
