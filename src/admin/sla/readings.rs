//! What each other reading of each ambiguous clause would be worth on this very ledger.

use super::books::CycleAccounts;
use crate::admin::{AdminState, ProblemDetails};
use crate::sla::{AmbiguousClause, CauseAuthority, Statement, or_null};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, get};
use num_traits::ToPrimitive;
use serde::Serialize;
use serde_json::Value;

/// What another reading of one setting would be worth.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::admin) struct AlternativeReading {
    pub(super) setting: &'static str,
    /// Where the ambiguity is described.
    pub(super) source: &'static str,
    /// Its name.
    #[serde(rename = "reading")]
    pub(super) name: &'static str,
    /// Whether it is the one in force.
    pub(super) in_force: bool,
    #[schema(value_type = Option<Object>)]
    availability: Value,
    /// What is compensated, in fen.
    pub(super) amount_fen: i64,
    /// The amount less that of the reading in force.
    pub(super) difference_fen: i64,
    /// The window of the claim, where the agreement has one.
    pub(super) opens_on: Option<String>,
    pub(super) closes_on: Option<String>,
}

/// What a statement compensates, in fen.
pub(super) fn amount(statement: &Statement) -> i64 {
    statement.settlement.amount.to_i64().unwrap_or(i64::MAX)
}

/// All readings of all settings.
pub(super) fn all(accounts: &CycleAccounts) -> Result<Vec<AlternativeReading>, ProblemDetails> {
    let own = amount(&accounts.settle(&accounts.policy)?);
    let mut all = Vec::new();
    for setting in accounts.contract.settings {
        for reading in setting.readings {
            let statement = accounts.settle(&accounts.policy.with(setting, reading))?;
            let in_force = accounts.policy.is(setting.name, reading);
            all.push(read(&statement, (setting, reading), in_force, own));
        }
    }
    for (word, name) in [
        (CauseAuthority::Truth, "truth"),
        (CauseAuthority::Provider, "provider"),
    ] {
        let statement = accounts.settle_by_word(word)?;
        all.push(read(&statement, (&WORD, name), accounts.word == word, own));
    }
    Ok(all)
}

/// Whose word on causes is taken: no reading of a clause, but what a dispute is about (A4).
const WORD: AmbiguousClause = AmbiguousClause::new("word", "A4", &["truth", "provider"]);

fn read(
    statement: &Statement,
    (setting, name): (&AmbiguousClause, &'static str),
    in_force: bool,
    own: i64,
) -> AlternativeReading {
    let window = statement.window;
    AlternativeReading {
        setting: setting.name,
        source: setting.source,
        name,
        in_force,
        availability: or_null(statement.availability.as_ref()),
        amount_fen: amount(statement),
        difference_fen: amount(statement) - own,
        opens_on: window.and_then(|window| window.opens).map(|day| day.to_string()),
        closes_on: window.map(|window| window.closes.to_string()),
    }
}

/// What each other reading of each ambiguous clause would be worth on this very ledger.
#[utoipa::path(tag = "sla", params(
        ("word" = Option<String>, Query, description = "whose word on causes is taken: truth (default) or provider"),
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
    let accounts = CycleAccounts::open(&admin, path.into_inner().into(), &request).await?;
    Ok(Json(all(&accounts)?))
}
