//! The statement of a cycle, as JSON and as tables for a spreadsheet.

use super::books::{Asked, Books, Query, Source, Table};
use crate::admin::table::Sheet;
use crate::admin::{Admin, Problem};
use crate::clock::Time;
use crate::sla::{Step, Word};
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
    #[schema(value_type = String)]
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
    steps: Vec<Step>,
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
    pub(super) fn of(books: &Books) -> Result<Self, Problem> {
        let statement = books.settle(&books.policy)?;
        let Asked {
            provider,
            world,
            cycle,
        } = books.asked.clone();
        let vector = json!({
            "id": format!("{provider}/{world}/{cycle}"),
            "provider": books.contract.vector_name,
            "kind": "cycle",
            "policy": books.readings,
            "input": statement.figures.to_input(books.contract),
        });
        let all = books.policy.all();
        Ok(Self {
            agreement: books.contract.agreement,
            is_final: books.is_final(),
            as_of: books.now,
            is_assumed: books.is_assumed,
            chain: json!({"rows": books.chain.1, "head": hex::encode(books.chain.0)}),
            source: match books.source {
                Source::Rollups => "rollups",
                Source::Rows => "rows",
            },
            word: word(books.word),
            readings: all
                .map(|(name, reading)| (name.to_owned(), json!(reading)))
                .collect(),
            counts: books.counts(),
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
pub async fn settled(admin: &Admin, provider: &str, world: &str, cycle: &str) -> Result<Value, Problem> {
    let asked = (provider.to_owned(), world.to_owned(), cycle.to_owned());
    let books = Books::with(admin, asked.into(), Query::default()).await?;
    let view = StatementView::of(&books)?;
    serde_json::to_value(view).map_err(|why| super::impossible("cycle", why.to_string()))
}

/// Whose word, by name.
pub(super) fn word(word: Word) -> &'static str {
    match word {
        Word::Truth => "truth",
        Word::Provider => "provider",
    }
}

/// The statement of a provider's cycle for a world.
#[utoipa::path(tag = "sla", params(
        ("cycle" = String, Path, description = "a month, or the first day of a cycle where a month has several"),
        ("word" = Option<String>, Query, description = "whose word on causes is taken: truth (default) or provider"),
        ("policy" = Option<String>, Query, description = "other readings than the defaults, as a JSON object"),
        ("from" = Option<String>, Query, description = "rollups (default), or rows: counted anew from every row"),
    ),
    responses((status = 200, body = StatementView), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/sla/{provider}/{world}/{cycle}")]
pub(in crate::admin) async fn show(
    admin: Data<Admin>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<Json<StatementView>, Problem> {
    let books = Books::open(&admin, path.into_inner().into(), &request).await?;
    Ok(Json(StatementView::of(&books)?))
}

/// The statement as CSV: step by step, or its five-minute buckets.
#[utoipa::path(tag = "sla", params(
        ("table" = Option<String>, Query, description = "steps (default) or buckets"),
        ("word" = Option<String>, Query, description = "as for the statement"),
        ("policy" = Option<String>, Query, description = "as for the statement"),
        ("from" = Option<String>, Query, description = "as for the statement"),
    ),
    responses((status = 200, content_type = "text/csv", body = String), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/sla/{provider}/{world}/{cycle}.csv")]
pub(in crate::admin) async fn csv(
    admin: Data<Admin>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let books = Books::open(&admin, path.into_inner().into(), &request).await?;
    let (sheet, table) = match books.table {
        Table::Steps => (steps(&books)?, "steps"),
        Table::Buckets => (buckets(&books), "buckets"),
    };
    let Asked {
        provider,
        world,
        cycle,
    } = &books.asked;
    Ok(sheet.download(&format!("{provider}-{world}-{cycle}-{table}.csv")))
}

fn steps(books: &Books) -> Result<Sheet, Problem> {
    let mut sheet = Sheet::new(&["step", "figure", "reckoning", "clause"]);
    for step in books.settle(&books.policy)?.steps() {
        sheet.row(&[&step.step, &step.figure, &step.reckoning, step.clause]);
    }
    Ok(sheet)
}

/// The five-minute buckets that had calls.
pub(super) fn buckets(books: &Books) -> Sheet {
    let mut sheet = Sheet::new(&[
        "bucket_start",
        "requests",
        "failures",
        "excluded",
        "rate_num",
        "rate_den",
    ]);
    for (start, own) in books.five_minutes() {
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
