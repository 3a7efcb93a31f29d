//! The statement of a cycle, as JSON and as tables for a spreadsheet.

use super::query::{self, StatementQuery, StatementTable};
use crate::admin::csv::download_csv;
use crate::admin::{AdminState, ProblemDetails, input};
use crate::statements::{StatementKey, StatementView, buckets_table, steps_table};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, get};

/// The statement of a provider's cycle for a world.
#[utoipa::path(tag = "sla", params(
        ("cycle" = String, Path, description = "a month, or the first day of a cycle where a month has several"),
        ("word" = Option<String>, Query, description = "whose account of causes counts: truth (default) or provider"),
        ("policy" = Option<String>, Query, description = "other readings than the defaults, as a JSON object"),
        ("from" = Option<String>, Query, description = "rollups (default), or rows: counted anew from every row"),
    ),
    responses((status = 200, body = StatementView), (status = 404, body = ProblemDetails), (status = 422, body = ProblemDetails)))]
#[get("/sla/{provider}/{world}/{cycle}")]
pub(in crate::admin) async fn show(
    admin: Data<AdminState>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<Json<StatementView>, ProblemDetails> {
    let asked = query::statement(path, &request)?;
    let report = admin
        .statements
        .report(asked, |accounts| StatementView::new(&accounts));
    Ok(Json(report.await?))
}

/// The statement as CSV: step by step, or its five-minute buckets.
#[utoipa::path(tag = "sla", params(
        ("table" = Option<String>, Query, description = "steps (default) or buckets"),
        ("word" = Option<String>, Query, description = "as for the statement"),
        ("policy" = Option<String>, Query, description = "as for the statement"),
        ("from" = Option<String>, Query, description = "as for the statement"),
    ),
    responses((status = 200, content_type = "text/csv", body = String), (status = 404, body = ProblemDetails),
        (status = 422, body = ProblemDetails)))]
#[get("/sla/{provider}/{world}/{cycle}.csv")]
pub(in crate::admin) async fn csv(
    admin: Data<AdminState>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ProblemDetails> {
    let query: StatementQuery = input::query(&request)?;
    let table = query.table;
    let asked = query.request(path);
    let StatementKey {
        provider,
        world,
        cycle,
    } = asked.key.clone();
    let report = admin.statements.report(asked, move |accounts| match table {
        StatementTable::Steps => steps_table(&accounts),
        StatementTable::Buckets => Ok(buckets_table(&accounts)),
    });
    let name = match table {
        StatementTable::Steps => "steps",
        StatementTable::Buckets => "buckets",
    };
    let name = format!("{provider}-{world}-{cycle}-{name}.csv");
    Ok(download_csv(report.await?, &name))
}
