//! The contract's service level as OpenSLO.

use super::query;
use crate::admin::{AdminState, ProblemDetails};
use crate::statements::openslo_yaml;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};

/// The service level as OpenSLO v1. What it cannot say stands in annotations.
#[utoipa::path(tag = "sla", params(
        ("word" = Option<String>, Query, description = "as for the statement"),
        ("policy" = Option<String>, Query, description = "as for the statement"),
        ("from" = Option<String>, Query, description = "as for the statement"),
    ),
    responses((status = 200, content_type = "application/yaml", body = String), (status = 404, body = ProblemDetails),
        (status = 422, body = ProblemDetails)))]
#[get("/sla/{provider}/{world}/{cycle}/openslo.yaml")]
pub(in crate::admin) async fn export(
    admin: Data<AdminState>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ProblemDetails> {
    let asked = query::statement(path, &request)?;
    let report = admin.statements.report(asked, |accounts| openslo_yaml(&accounts));
    Ok(HttpResponse::Ok()
        .content_type("application/yaml")
        .body(report.await?))
}
