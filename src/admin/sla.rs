//! Statements of service, from the ledger's five-minute counts.

use super::{Admin, Problem, input, worlds};
use crate::clock::Month;
use crate::exchange::{SERVICE_COUNTS, Service, ServiceRow};
use crate::providers;
use crate::sla::vectors::Bench;
use crate::sla::{Calendar, Contract, Cycle, Grants, Policy, Setting, Word};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, get};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A statement of service.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Statement {
    provider: String,
    world: String,
    /// The natural month.
    cycle: String,
    agreement: &'static str,
    /// Whether the month is over on the world's clock.
    is_final: bool,
    /// Whose word on causes is taken.
    word: &'static str,
    /// The reading of every setting.
    #[schema(value_type = Object)]
    readings: Map<String, Value>,
    /// Calls by class.
    #[schema(value_type = Object)]
    counts: Map<String, Value>,
    /// The figures put into the formula, as a vector that `understudy sla eval` computes again.
    #[schema(value_type = Object)]
    vector: Value,
    /// What came of them.
    #[schema(value_type = Object)]
    result: Value,
}

/// What another reading of one setting would be worth.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Reading {
    setting: &'static str,
    /// Where the ambiguity is described.
    source: &'static str,
    /// Its name.
    #[serde(rename = "reading")]
    name: &'static str,
    /// Whether it is the one in force.
    in_force: bool,
    #[schema(value_type = Option<Object>)]
    availability: Value,
    amount_fen: Value,
    /// The amount less that of the reading in force.
    difference_fen: i64,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementQuery {
    /// `truth` or `provider`.
    #[serde(default)]
    word: Word,
    /// Other readings than the defaults, as a JSON object.
    policy: Option<String>,
}

/// What a statement is made of.
struct Books {
    contract: &'static Contract,
    policy: Policy,
    asked: Value,
    word: Word,
    cycle: Cycle,
    rows: Vec<ServiceRow>,
    is_final: bool,
}

fn impossible(field: &str, why: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why).field(field)
}

impl Books {
    async fn open(
        admin: &Admin,
        (provider, world, cycle): &(String, String, String),
        request: &HttpRequest,
    ) -> Result<Self, Problem> {
        let query: StatementQuery = input::query(request)?;
        let found = providers::ALL
            .iter()
            .map(|one| one.card())
            .find(|card| card.id == provider);
        let card = found.ok_or_else(|| {
            let all: Vec<_> = providers::ALL.iter().map(|one| one.card().id).collect();
            Problem::not_found(format!(
                "there is no provider {provider:?}, only {}",
                all.join(", ")
            ))
        })?;
        let world = worlds::find(admin, world)?;
        let month: Month = cycle.parse().map_err(|why: String| impossible("cycle", why))?;
        let asked = query
            .policy
            .as_deref()
            .map(serde_json::from_str::<Value>)
            .transpose();
        let asked = asked
            .map_err(|why| impossible("policy", format!("expected JSON: {why}")))?
            .unwrap_or_else(|| json!({}));
        let policy = Policy::read(card.contract.settings, &asked).map_err(|why| impossible("policy", why))?;
        let cycle = Cycle::of_month(month, None);
        admin.gateway.ledger.flush().await;
        let (from, to) = (cycle.start.start(), cycle.end.plus(1).start());
        Ok(Self {
            contract: card.contract,
            policy,
            asked,
            word: query.word,
            cycle,
            rows: admin.store.service((&world.name, card.id), from, to)?,
            is_final: world.clock.now() >= to,
        })
    }

    /// The figures put into the formula in a reading, and what comes of them.
    fn settle(&self, calendar: &Calendar, policy: &Policy) -> Result<(Value, Value), Problem> {
        let grants = Grants {
            contract: self.contract,
            policy,
            calendar,
            word: self.word,
        };
        let bench = Bench {
            contracts: &[self.contract],
            calendar,
        };
        let input = grants.vector_input(&self.cycle, &self.rows);
        let input = input.map_err(|why| impossible("provider", why))?;
        let result = bench.compute(self.contract, ("cycle", &input), policy);
        Ok((input, result.map_err(|why| impossible("cycle", why))?))
    }

    fn counts(&self) -> Map<String, Value> {
        let mut all = Service::default();
        self.rows.iter().for_each(|row| all.add(&row.counts));
        let named = SERVICE_COUNTS.into_iter().zip(all.values());
        named
            .map(|(name, count)| (name.to_owned(), json!(count)))
            .collect()
    }
}

/// The statement of a provider's month for a world.
#[utoipa::path(tag = "sla", params(
        ("word" = Option<String>, Query, description = "whose word on causes is taken: truth (default) or provider"),
        ("policy" = Option<String>, Query, description = "other readings than the defaults, as a JSON object"),
    ),
    responses((status = 200, body = Statement), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/sla/{provider}/{world}/{cycle}")]
pub(super) async fn statement(
    admin: Data<Admin>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<Json<Statement>, Problem> {
    let books = Books::open(&admin, &path, &request).await?;
    let calendar = Calendar::built_in();
    let (input, result) = books.settle(&calendar, &books.policy)?;
    let (provider, world, cycle) = path.into_inner();
    let vector = json!({
        "id": format!("{provider}/{world}/{cycle}"),
        "provider": books.contract.vector_name,
        "kind": "cycle",
        "policy": books.asked,
        "input": input,
    });
    Ok(Json(Statement {
        agreement: books.contract.agreement,
        is_final: books.is_final,
        word: match books.word {
            Word::Truth => "truth",
            Word::Provider => "provider",
        },
        readings: books
            .policy
            .all()
            .map(|(name, reading)| (name.to_owned(), json!(reading)))
            .collect(),
        counts: books.counts(),
        provider,
        world,
        cycle,
        vector,
        result,
    }))
}

/// What each other reading of each ambiguous clause would be worth on this very ledger.
#[utoipa::path(tag = "sla", params(
        ("word" = Option<String>, Query, description = "whose word on causes is taken: truth (default) or provider"),
        ("policy" = Option<String>, Query, description = "other readings than the defaults, as a JSON object"),
    ),
    responses((status = 200, body = Vec<Reading>), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/sla/{provider}/{world}/{cycle}/readings")]
pub(super) async fn readings(
    admin: Data<Admin>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<Json<Vec<Reading>>, Problem> {
    let books = Books::open(&admin, &path, &request).await?;
    let calendar = Calendar::built_in();
    let own = amount(&books.settle(&calendar, &books.policy)?.1);
    let mut all = Vec::new();
    for setting in books.contract.settings {
        for reading in setting.readings {
            all.push(read(&books, &calendar, (setting, reading), own)?);
        }
    }
    Ok(Json(all))
}

fn amount(result: &Value) -> i64 {
    result["compensation"]["amount_fen"].as_i64().unwrap_or(0)
}

fn read(
    books: &Books,
    calendar: &Calendar,
    (setting, reading): (&Setting, &'static str),
    own: i64,
) -> Result<Reading, Problem> {
    let (_, result) = books.settle(calendar, &books.policy.with(setting, reading))?;
    Ok(Reading {
        setting: setting.name,
        source: setting.source,
        name: reading,
        in_force: books.policy.is(setting.name, reading),
        availability: result["availability"].clone(),
        amount_fen: result["compensation"]["amount_fen"].clone(),
        difference_fen: amount(&result) - own,
    })
}
