//! Statements of service, from the ledger's five-minute counts: as JSON, CSV and a page, with what other readings are
//! worth, the error budget, reconciliation, evidence and claims.

mod books;
pub(super) mod budget;
mod chart;
pub(super) mod claims;
pub(super) mod evidence;
mod incidents;
pub(super) mod openslo;
pub(super) mod page;
mod place;
pub(super) mod readings;
pub(super) mod reconcile;
pub(super) mod statement;

use super::ProblemDetails;
use actix_web::http::StatusCode;

fn impossible(field: &str, why: impl Into<String>) -> ProblemDetails {
    ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, why).field(field)
}
