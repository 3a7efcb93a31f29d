//! Compares a client's log with the ledger.

use super::query;
use crate::admin::{AdminState, ProblemDetails, input};
use crate::clock::parse_span;
use crate::sla::CauseAuthority;
use crate::sla::reconcile::MatchTolerance;
use crate::statements::{Reconciliation, StatementRequest};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path, Payload};
use actix_web::{HttpRequest, post};
use futures_util::StreamExt;
use serde::Deserialize;
use std::time::Duration;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReconcileQuery {
    tolerance: Option<String>,
    skew: Option<String>,
    #[serde(default)]
    word: CauseAuthority,
    policy: Option<String>,
}

/// Bytes of a log at most: two million lines or so.
const MOST_LOG: usize = 256 << 20;

fn span(field: &str, text: Option<&str>, default: Duration) -> Result<Duration, ProblemDetails> {
    text.map_or(Ok(default), |text| {
        parse_span(text)
            .map_err(|why| ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, why).field(field))
    })
}

/// Joins a client's log (NDJSON or CSV: request_id or content, time, outcome) with the ledger.
#[utoipa::path(tag = "sla", request_body(content = String, content_type = "application/x-ndjson"), params(
        ("tolerance" = Option<String>, Query, description = "how far apart the times of a call joined by content may be; 5m where absent"),
        ("skew" = Option<String>, Query, description = "difference of times beyond which a clock is called skewed; 1s where absent"),
        ("word" = Option<String>, Query, description = "as for the statement"),
        ("policy" = Option<String>, Query, description = "as for the statement"),
    ),
    responses((status = 200, body = Reconciliation), (status = 404, body = ProblemDetails), (status = 422, body = ProblemDetails)))]
#[post("/sla/{provider}/{world}/{cycle}/reconcile")]
pub(in crate::admin) async fn submit(
    admin: Data<AdminState>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
    body: Payload,
) -> Result<Json<Reconciliation>, ProblemDetails> {
    let query: ReconcileQuery = input::query(&request)?;
    let tolerance = MatchTolerance {
        join: span("tolerance", query.tolerance.as_deref(), Duration::from_secs(300))?,
        skew: span("skew", query.skew.as_deref(), Duration::from_secs(1))?,
    };
    let log = read_whole(body).await?;
    let asked = StatementRequest {
        word: query.word,
        policy: query.policy,
        ..StatementRequest::new(query::key(path))
    };
    Ok(Json(admin.statements.reconcile(asked, log, tolerance).await?))
}

/// The whole body, as long as it is no longer than a log may be.
async fn read_whole(mut body: Payload) -> Result<Vec<u8>, ProblemDetails> {
    let mut all = Vec::new();
    while let Some(part) = body.next().await {
        let part = part.map_err(|why| ProblemDetails::bad_request(why.to_string()))?;
        if all.len() + part.len() > MOST_LOG {
            let why = format!("expected a log of at most {MOST_LOG} bytes; send the cycle in parts");
            return Err(ProblemDetails::new(StatusCode::PAYLOAD_TOO_LARGE, why));
        }
        all.extend_from_slice(&part);
    }
    Ok(all)
}
