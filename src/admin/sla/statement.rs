//! The statement of a cycle, as JSON and as tables for a spreadsheet.

use super::books::{CountSource, CycleAccounts, StatementKey, StatementQuery, StatementTable};
use crate::admin::csv::CsvTable;
use crate::admin::{AdminState, ProblemDetails};
use crate::clock::Time;
use crate::sla::{CauseAuthority, StatementStep};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A statement of service.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::admin) struct StatementView {
    provider: String,
    world: String,
    /// The cycle, as it was asked for.
    cycle: String,
    agreement: &'static str,
    /// Whether the cycle is over on the world's clock.
    is_final: bool,
    /// The world's time.
    as_of: Time,
    /// Whether the cycle is only assumed, because the world bought no term or package.
    is_assumed: bool,
    /// The last hash of the ledger's rows, and how many rows it goes over: evidence that is made later proves that none
    /// of them was changed.
    #[schema(value_type = Object)]
    chain: Value,
    /// `rollups` or `rows`.
    source: &'static str,
    /// Whose word on causes is taken.
    word: &'static str,
    /// The reading of every setting.
    #[schema(value_type = Object)]
    readings: Map<String, Value>,
    /// Calls by class, and charges.
    #[schema(value_type = Object)]
    counts: Map<String, Value>,
    /// Step by step, with clauses.
    steps: Vec<StatementStep>,
    /// The figures put into the formula, as a vector that `understudy sla eval` computes again.
    #[schema(value_type = Object)]
    vector: Value,
    /// What came of them.
    #[schema(value_type = Object)]
    result: Value,
}

impl StatementView {
    /// The figures as a vector.
    pub(super) fn vector(&self) -> &Value {
        &self.vector
    }

    /// The statement of open books.
    pub(super) fn of(accounts: &CycleAccounts) -> Result<Self, ProblemDetails> {
        let statement = accounts.settle(&accounts.policy)?;
        let StatementKey {
            provider,
            world,
            cycle,
        } = accounts.asked.clone();
        let vector = json!({
            "id": format!("{provider}/{world}/{cycle}"),
            "provider": accounts.contract.vector_name,
            "kind": "cycle",
            "policy": accounts.readings,
            "input": statement.figures.to_input(accounts.contract),
        });
        let all = accounts.policy.all();
        Ok(Self {
            agreement: accounts.contract.agreement,
            is_final: accounts.is_final(),
            as_of: accounts.now,
            is_assumed: accounts.is_assumed,
            chain: json!({"rows": accounts.chain.1, "head": hex::encode(accounts.chain.0)}),
            source: match accounts.source {
                CountSource::Rollups => "rollups",
                CountSource::Rows => "rows",
            },
            word: word(accounts.word),
            readings: all
                .map(|(name, reading)| (name.to_owned(), json!(reading)))
                .collect(),
            counts: accounts.counts(),
            steps: statement.steps(),
            result: Value::Object(statement.expect()),
            provider,
            world,
            cycle,
            vector,
        })
    }
}

/// The statement of a cycle in the default readings, as `GET sla/{provider}/{world}/{cycle}` gives it.
///
/// # Errors
/// What is unknown or cannot be settled.
pub async fn settled(
    admin: &AdminState,
    provider: &str,
    world: &str,
    cycle: &str,
) -> Result<Value, ProblemDetails> {
    let asked = (provider.to_owned(), world.to_owned(), cycle.to_owned());
    let accounts = CycleAccounts::with(admin, asked.into(), StatementQuery::default()).await?;
    let view = StatementView::of(&accounts)?;
    serde_json::to_value(view).map_err(|why| super::impossible("cycle", why.to_string()))
}

/// Whose word, by name.
pub(super) fn word(word: CauseAuthority) -> &'static str {
    match word {
        CauseAuthority::Truth => "truth",
        CauseAuthority::Provider => "provider",
    }
}

/// The statement of a provider's cycle for a world.
#[utoipa::path(tag = "sla", params(
        ("cycle" = String, Path, description = "a month, or the first day of a cycle where a month has several"),
        ("word" = Option<String>, Query, description = "whose word on causes is taken: truth (default) or provider"),
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
    let accounts = CycleAccounts::open(&admin, path.into_inner().into(), &request).await?;
    Ok(Json(StatementView::of(&accounts)?))
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
    let accounts = CycleAccounts::open(&admin, path.into_inner().into(), &request).await?;
    let (sheet, table) = match accounts.table {
        StatementTable::Steps => (steps(&accounts)?, "steps"),
        StatementTable::Buckets => (buckets(&accounts), "buckets"),
    };
    let StatementKey {
        provider,
        world,
        cycle,
    } = &accounts.asked;
    Ok(sheet.download(&format!("{provider}-{world}-{cycle}-{table}.csv")))
}

fn steps(accounts: &CycleAccounts) -> Result<CsvTable, ProblemDetails> {
    let mut sheet = CsvTable::new(&["step", "figure", "reckoning", "clause"]);
    for step in accounts.settle(&accounts.policy)?.steps() {
        sheet.row(&[&step.step, &step.figure, &step.reckoning, step.clause]);
    }
    Ok(sheet)
}

/// The five-minute buckets that had calls.
pub(super) fn buckets(accounts: &CycleAccounts) -> CsvTable {
    let mut sheet = CsvTable::new(&[
        "bucket_start",
        "requests",
        "failures",
        "excluded",
        "rate_num",
        "rate_den",
    ]);
    for (start, own) in accounts.five_minutes() {
        let counts = [
            own.requests,
            own.failures,
            own.excluded,
            own.rate.errors,
            own.rate.of,
        ];
        let mut cells = vec![start.to_string()];
        cells.extend(counts.map(|count| count.to_string()));
        sheet.row(&cells);
    }
    sheet
}
