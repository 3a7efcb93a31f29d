//! What each other reading of each ambiguous clause would be worth.

use super::query;
use crate::admin::{AdminState, ProblemDetails};
use crate::statements::{AlternativeReading, alternative_readings};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, get};

/// What each other reading of each ambiguous clause would be worth on this very ledger.
#[utoipa::path(tag = "sla", params(
        ("word" = Option<String>, Query, description = "whose account of causes counts: truth (default) or provider"),
        ("policy" = Option<String>, Query, description = "other readings than the defaults, as a JSON object"),
        ("from" = Option<String>, Query, description = "as for the statement"),
    ),
    responses((status = 200, body = Vec<AlternativeReading>), (status = 404, body = ProblemDetails), (status = 422, body = ProblemDetails)))]
#[get("/sla/{provider}/{world}/{cycle}/readings")]
pub(in crate::admin) async fn list(
    admin: Data<AdminState>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<Json<Vec<AlternativeReading>>, ProblemDetails> {
    let asked = query::statement(path, &request)?;
    let report = admin
        .statements
        .report(asked, |accounts| alternative_readings(&accounts));
    Ok(Json(report.await?))
}
