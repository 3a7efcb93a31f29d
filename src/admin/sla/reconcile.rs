//! A client's log against the ledger.

use super::books::{CycleAccounts, StatementKey, StatementQuery};
use super::impossible;
use super::readings::amount;
use crate::admin::{AdminState, ProblemDetails, input};
use crate::clock::parse_span;
use crate::sla::reconcile::{
    ClientLog, JoinResult, LogJoin, LogLineError, MatchClass, MatchExample, MatchGroup, MatchTolerance,
};
use crate::sla::{Statement, or_null, percent};
use crate::store::CallRange;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path, Payload};
use actix_web::{HttpRequest, post};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ops::ControlFlow;
use std::time::Duration;

/// What a client's log and the ledger agree and disagree on.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::admin) struct Reconciliation {
    provider: String,
    world: String,
    cycle: String,
    lines: Lines,
    /// Calls joined by request id.
    joined_by_request_id: u64,
    /// Calls joined by the content that was sent.
    joined_by_content: u64,
    /// Median of the client's time less the provider's, in milliseconds.
    median_skew_ms: Option<i64>,
    /// Calls whose times differ by more than the tolerance.
    skewed: u64,
    /// The provider's own figures.
    provider_says: Worth,
    /// Calls by how the sides compare on them, with what it is worth if the client is right.
    classes: Vec<ClassView>,
    /// The figures if the client is right on everything.
    client_says: Worth,
}

/// Lines of the client's log.
#[derive(Serialize, utoipa::ToSchema)]
struct Lines {
    used: usize,
    /// Lines that name a call a second time.
    duplicates: u64,
    /// Calls outside of the cycle.
    outside: u64,
    broken: usize,
    /// The first hundred of those that are broken.
    #[serde(rename = "broken_lines")]
    named: Vec<LogLineError>,
}

/// What figures are worth.
#[derive(Serialize, utoipa::ToSchema)]
struct Worth {
    #[schema(value_type = Option<Object>)]
    availability: Value,
    availability_pct: Option<String>,
    commitment_met: Option<bool>,
    amount_fen: i64,
    /// The amount less that of the provider's own figures.
    difference_fen: i64,
}

/// Calls of one class.
#[derive(Serialize, utoipa::ToSchema)]
struct ClassView {
    class: MatchClass,
    what: &'static str,
    calls: u64,
    /// Some of them.
    examples: Vec<MatchExample>,
    /// The figures if the client is right on these alone.
    if_client_is_right: Worth,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReconcileQuery {
    tolerance: Option<String>,
    skew: Option<String>,
    #[serde(default)]
    word: crate::sla::CauseAuthority,
    policy: Option<String>,
}

/// Bytes of a log at most: two million lines or so.
const MOST_LOG: usize = 256 << 20;
/// Broken lines that are named.
const MOST_BROKEN: usize = 100;

fn span(field: &str, text: Option<&str>, default: Duration) -> Result<Duration, ProblemDetails> {
    text.map_or(Ok(default), |text| {
        parse_span(text).map_err(|why| impossible(field, why))
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
    let body = whole(body).await?;
    let log = ClientLog::read(&body).map_err(|why| impossible("body", why))?;
    let query = StatementQuery {
        word: query.word,
        policy: query.policy,
        ..StatementQuery::default()
    };
    let accounts = CycleAccounts::with(&admin, path.into_inner().into(), query).await?;
    let reconciled = join(&admin, &accounts, &log, tolerance)?;
    Ok(Json(report(&accounts, log, &reconciled)?))
}

/// The whole body, as long as it is no longer than a log may be.
async fn whole(mut body: Payload) -> Result<Vec<u8>, ProblemDetails> {
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

fn join(
    admin: &AdminState,
    accounts: &CycleAccounts,
    log: &ClientLog,
    tolerance: MatchTolerance,
) -> Result<JoinResult, ProblemDetails> {
    let (from, to) = span_of(accounts);
    let mut join = LogJoin::new(log, (from, to), tolerance);
    let range = CallRange {
        world: &accounts.world.name,
        provider: &accounts.asked.provider,
        from,
        to,
    };
    admin.store.calls(range, &mut |(entry, _)| {
        join.row(&entry);
        ControlFlow::Continue(())
    })?;
    Ok(join.finish())
}

fn span_of(accounts: &CycleAccounts) -> (crate::clock::Time, crate::clock::Time) {
    (accounts.cycle.start.start(), accounts.cycle.end.plus(1).start())
}

fn report(
    accounts: &CycleAccounts,
    log: ClientLog,
    reconciled: &JoinResult,
) -> Result<Reconciliation, ProblemDetails> {
    let own = accounts.settle(&accounts.policy)?;
    let if_right = |difference: &MatchGroup| -> Result<Worth, ProblemDetails> {
        let rows = difference.applied(accounts.rows_of(&accounts.cycle), span_of(accounts));
        let statement = accounts.settle_rows(&rows)?;
        Ok(worth(&statement, amount(&own)))
    };
    let mut all = MatchGroup::default();
    let mut classes = Vec::new();
    for class in MatchClass::ALL {
        let difference = reconciled.classes.get(&class).cloned().unwrap_or_default();
        if class != MatchClass::FailedThenServed {
            all.add(&difference);
        }
        classes.push(ClassView {
            class,
            what: class.what(),
            calls: difference.calls,
            if_client_is_right: if_right(&difference)?,
            examples: difference.examples,
        });
    }
    let StatementKey {
        provider,
        world,
        cycle,
    } = accounts.asked.clone();
    Ok(Reconciliation {
        provider,
        world,
        cycle,
        lines: Lines {
            used: log.lines.len(),
            duplicates: reconciled.duplicates,
            outside: reconciled.outside,
            broken: log.broken.len(),
            named: log.broken.into_iter().take(MOST_BROKEN).collect(),
        },
        joined_by_request_id: reconciled.joined.0,
        joined_by_content: reconciled.joined.1,
        median_skew_ms: reconciled.median_skew.map(|skew| skew / 1000),
        skewed: reconciled.skewed,
        provider_says: worth(&own, amount(&own)),
        classes,
        client_says: if_right(&all)?,
    })
}

fn worth(statement: &Statement, own: i64) -> Worth {
    let amount_fen = amount(statement);
    Worth {
        availability: or_null(statement.availability.as_ref()),
        availability_pct: statement.availability.as_ref().map(percent),
        commitment_met: statement.settlement.met,
        amount_fen,
        difference_fen: amount_fen - own,
    }
}
