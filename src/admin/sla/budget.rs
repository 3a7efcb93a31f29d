//! The error budget of a cycle.

use super::query;
use crate::admin::{AdminState, ProblemDetails};
use crate::statements::ErrorBudget;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, get};

/// The error budget of a cycle.
#[utoipa::path(tag = "sla", params(
        ("word" = Option<String>, Query, description = "as for the statement"),
        ("policy" = Option<String>, Query, description = "as for the statement"),
        ("from" = Option<String>, Query, description = "as for the statement"),
    ),
    responses((status = 200, body = ErrorBudget), (status = 404, body = ProblemDetails), (status = 422, body = ProblemDetails)))]
#[get("/sla/{provider}/{world}/{cycle}/budget")]
pub(in crate::admin) async fn show(
    admin: Data<AdminState>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<Json<ErrorBudget>, ProblemDetails> {
    let asked = query::statement(path, &request)?;
    let report = admin
        .statements
        .report(asked, |accounts| ErrorBudget::new(&accounts));
    Ok(Json(report.await?))
}
