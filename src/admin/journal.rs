//! Recent calls in full, and why each was answered so.

use super::verify::JournalFilter;
use super::{AdminState, ProblemDetails, input};
use crate::clock::Time;
use crate::exchange::{Attribution, Decision, Outcome, Party, PaymentSplit, RequestId};
use crate::world::JournalEntry;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, delete, get};
use base64::Engine;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// A recent call.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct RecordView {
    request_id: String,
    world: String,
    provider: String,
    operation: String,
    key: String,
    /// Virtual time of arrival.
    arrived: Time,
    /// Virtual time of the last byte.
    ended: Time,
    /// Real time of arrival.
    arrived_real: Time,
    /// Our own work, in real microseconds.
    own_us: u64,
    /// Injected delay, in virtual microseconds.
    injected_us: u64,
    outcome: Outcome,
    /// The client's view: the HTTP status that was sent, where one was.
    status: Option<u16>,
    /// The provider's view: the HTTP status of the answer it made, whatever became of it.
    made: Option<u16>,
    /// The vendor's own code.
    code: String,
    /// Whose trouble it was, where a fault struck it.
    #[serde(skip_serializing_if = "Option::is_none")]
    attribution: Option<AttributionView>,
    /// Billable units.
    units: u32,
    /// Fee in fen.
    fee_fen: i64,
    /// How it was paid.
    paid: PaidView,
    #[schema(value_type = Object)]
    request: Value,
    #[schema(value_type = Object)]
    reply: Value,
}

/// How a call was paid.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct PaidView {
    /// Units that packs paid for; they cost no fee.
    pack_units: u32,
    /// The part of the fee paid by coupons, in fen.
    coupon_fen: i64,
    /// The part paid by granted money, in fen.
    granted_fen: i64,
    /// The part that is owed, in fen.
    owed_fen: i64,
    /// Packs (units) and coupons (fen) that were drawn on.
    #[schema(value_type = Object)]
    drawn: Map<String, Value>,
}

impl PaidView {
    fn of(paid: &PaymentSplit) -> Self {
        let drawn = paid.drawn.iter();
        Self {
            pack_units: paid.pack_units,
            coupon_fen: paid.coupon_fen,
            granted_fen: paid.granted_fen,
            owed_fen: paid.owed_fen,
            drawn: drawn
                .map(|(name, amount)| (name.clone(), (*amount).into()))
                .collect(),
        }
    }
}

/// Whose trouble a call was.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct AttributionView {
    /// The fault that decided.
    fault: String,
    /// Whose it is in truth.
    party: Party,
    /// The contract's code for it, in truth.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    /// The code the provider claims, where it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    asserted: Option<String>,
    /// The notice that announced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
    /// When the notice was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    noticed: Option<Time>,
    /// Start of the window in which it struck.
    begun: Time,
}

impl AttributionView {
    fn of(why: &Attribution) -> Self {
        let (notice, noticed) = why.notice.clone().unzip();
        Self {
            fault: why.fault.to_string(),
            party: why.party,
            cause: why.cause.clone(),
            asserted: why.asserted.clone(),
            notice,
            noticed,
            begun: why.begun,
        }
    }
}

/// Why a call was answered so.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Explanation {
    request_id: String,
    outcome: Outcome,
    status: Option<u16>,
    code: String,
    /// Every decision on the way, in order.
    decisions: Vec<Decision>,
}

/// How many calls were forgotten.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ForgottenCalls {
    forgotten: usize,
}

/// Header fields and parameters whose values are secrets.
const SECRETS: [&str; 4] = ["secretkey", "x-jdcloud-security-token", "cookie", "api_secret"];

fn masked<'a>(name: &str, value: &'a str) -> std::borrow::Cow<'a, str> {
    if SECRETS.contains(&name) {
        return "****".into();
    }
    // What a signature covers is of interest, the signature is not.
    match value.rfind("Signature=") {
        Some(at) if name == "authorization" => format!("{}Signature=****", &value[..at]).into(),
        Some(_) | None if name == "authorization" && !value.contains("Credential=") => "****".into(),
        Some(_) | None => value.into(),
    }
}

fn masked_query(query: &str) -> String {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if SECRETS.contains(&name) => format!("{name}=****"),
        Some(_) | None => pair.to_owned(),
    };
    query.split('&').map(pair).collect::<Vec<_>>().join("&")
}

fn body(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!({"text": text}),
        Err(_) => json!({"base64": base64::engine::general_purpose::STANDARD.encode(bytes)}),
    }
}

fn view(record: &JournalEntry) -> RecordView {
    let (entry, call) = (&record.entry, &record.call);
    // The server library keeps fields of different names in no order.
    let mut fields: Vec<_> = call.headers.iter().collect();
    fields.sort_by_key(|(name, _)| *name);
    let headers: Vec<_> = fields
        .into_iter()
        .map(|(name, value)| json!([name, masked(name, value)]))
        .collect();
    let mut request = json!({
        "method": call.method,
        "path": call.path,
        "query": masked_query(&call.query),
        "headers": headers,
        "peer": call.peer,
        "bytes": entry.bytes_in,
        "content": format!("{:032x}", entry.content),
    });
    if !call.body.is_empty() {
        request["body"] = body(&call.body);
    }
    let headers: Vec<_> = record
        .reply_headers
        .iter()
        .map(|(name, value)| json!([name, value]))
        .collect();
    let mut reply = json!({"headers": headers, "bytes": entry.bytes_out});
    if let Some(bytes) = &record.reply_body {
        reply["body"] = body(bytes);
    }
    RecordView {
        request_id: entry.request_id.to_string(),
        world: entry.world.to_string(),
        provider: entry.provider.to_string(),
        operation: entry.operation.to_string(),
        key: entry.key.clone(),
        arrived: entry.arrived,
        ended: entry.ended,
        arrived_real: entry.arrived_real,
        own_us: entry.processing_us,
        injected_us: entry.injected_delay_us,
        outcome: entry.outcome,
        status: entry.client_status,
        made: entry.provider_status,
        code: entry.code.to_string(),
        attribution: entry.attribution.as_deref().map(AttributionView::of),
        units: entry.units,
        fee_fen: entry.fee_fen,
        paid: PaidView::of(&entry.paid),
        request,
        reply,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    #[serde(default = "hundred")]
    limit: usize,
    world: Option<String>,
    provider: Option<String>,
    operation: Option<String>,
    key: Option<String>,
    status: Option<u16>,
    code: Option<String>,
    outcome: Option<Outcome>,
    fault: Option<String>,
}

fn hundred() -> usize {
    100
}

/// Recent calls, the newest first.
#[utoipa::path(tag = "journal",
    params(
        ("limit" = Option<usize>, Query, description = "at most so many, 100 where absent"),
        ("world" = Option<String>, Query), ("provider" = Option<String>, Query),
        ("operation" = Option<String>, Query), ("key" = Option<String>, Query),
        ("status" = Option<u16>, Query), ("code" = Option<String>, Query), ("outcome" = Option<String>, Query), ("fault" = Option<String>, Query, description = "the one that decided"),
    ),
    responses((status = 200, body = Vec<RecordView>), (status = 400, body = ProblemDetails)))]
#[get("/journal")]
pub(super) async fn list(
    admin: Data<AdminState>,
    request: HttpRequest,
) -> Result<Json<Vec<RecordView>>, ProblemDetails> {
    let query: ListQuery = input::query(&request)?;
    let filter = JournalFilter {
        world: query.world,
        provider: query.provider,
        operation: query.operation,
        key: query.key,
        status: query.status,
        code: query.code,
        outcome: query.outcome,
        fault: query.fault,
        ..JournalFilter::default()
    };
    filter
        .check(&admin)
        .map_err(|flaw| ProblemDetails::bad_request(flaw.expected).field(flaw.field))?;
    let found = records(&admin, filter.world.as_deref());
    let fits = found
        .iter()
        .filter(|record| filter.differences(record).is_empty());
    Ok(Json(fits.take(query.limit).map(|record| view(record)).collect()))
}

/// One call.
#[utoipa::path(tag = "journal", responses((status = 200, body = RecordView), (status = 404, body = ProblemDetails)))]
#[get("/journal/{request_id}")]
pub(super) async fn show(
    admin: Data<AdminState>,
    id: Path<String>,
) -> Result<Json<RecordView>, ProblemDetails> {
    Ok(Json(view(&*find(&admin, &id)?)))
}

/// Why one call was answered so, and what would have changed each decision.
#[utoipa::path(tag = "journal", responses((status = 200, body = Explanation), (status = 404, body = ProblemDetails)))]
#[get("/journal/{request_id}/explain")]
pub(super) async fn explain(
    admin: Data<AdminState>,
    id: Path<String>,
) -> Result<Json<Explanation>, ProblemDetails> {
    let record = find(&admin, &id)?;
    Ok(Json(Explanation {
        request_id: record.entry.request_id.to_string(),
        outcome: record.entry.outcome,
        status: record.entry.client_status,
        code: record.entry.code.to_string(),
        decisions: record.decisions.clone(),
    }))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldQuery {
    world: Option<String>,
}

/// Forgets the recent calls of a world, or of all. The ledger keeps its rows.
#[utoipa::path(tag = "journal", params(("world" = Option<String>, Query)),
    responses((status = 200, body = ForgottenCalls), (status = 404, body = ProblemDetails)))]
#[delete("/journal")]
pub(super) async fn clear(
    admin: Data<AdminState>,
    request: HttpRequest,
) -> Result<Json<ForgottenCalls>, ProblemDetails> {
    let query: WorldQuery = input::query(&request)?;
    let worlds = match &query.world {
        Some(name) => vec![super::worlds::find(&admin, name)?],
        None => admin.gateway.worlds.all(),
    };
    Ok(Json(ForgottenCalls {
        forgotten: worlds.iter().map(|world| world.journal.clear()).sum(),
    }))
}

/// Recent calls of a world, or of all, the newest first.
pub(super) fn records(admin: &AdminState, world: Option<&str>) -> Vec<Arc<JournalEntry>> {
    let worlds = admin.gateway.worlds.all();
    let mut all: Vec<Arc<JournalEntry>> = worlds
        .iter()
        .filter(|one| world.is_none_or(|name| *name == *one.name))
        .flat_map(|one| one.journal.records())
        .collect();
    all.sort_by_key(|record| std::cmp::Reverse(record.entry.arrived_real));
    all
}

fn find(admin: &AdminState, id: &str) -> Result<Arc<JournalEntry>, ProblemDetails> {
    let id: RequestId = id
        .parse()
        .map_err(|why: String| ProblemDetails::bad_request(why).field("request_id"))?;
    let worlds = admin.gateway.worlds.all();
    let found = worlds.iter().find_map(|world| world.journal.find(id));
    found.ok_or_else(|| ProblemDetails::not_found(format!("the journal holds no call {id}")))
}
