//! What each other reading of each ambiguous clause would be worth with the counts of this ledger.

use super::{CycleAccounts, StatementError};
use crate::sla::{CauseAuthority, Statement, or_null};
use num_traits::ToPrimitive;
use serde::Serialize;
use serde_json::Value;

/// What another reading of one setting would be worth.
#[derive(Serialize, utoipa::ToSchema)]
pub struct AlternativeReading {
    pub(crate) setting: &'static str,
    /// Where the ambiguity is described.
    pub source: &'static str,
    /// Its name.
    #[serde(rename = "reading")]
    pub name: &'static str,
    /// Whether it is the one in force.
    pub in_force: bool,
    #[schema(value_type = Option<Object>)]
    availability: Value,
    /// What is compensated, in fen.
    pub amount_fen: i64,
    /// The amount less that of the reading in force.
    pub difference_fen: i64,
    /// The window of the claim, where the agreement has one.
    pub opens_on: Option<String>,
    pub(crate) closes_on: Option<String>,
}

/// The amount a statement compensates, in fen.
pub(super) fn amount_fen(statement: &Statement) -> i64 {
    statement.settlement.amount.to_i64().unwrap_or(i64::MAX)
}

/// Settles a cycle in every reading of every clause.
///
/// # Errors
/// When the cycle cannot be settled.
pub fn alternative_readings(accounts: &CycleAccounts) -> Result<Vec<AlternativeReading>, StatementError> {
    let terms = &accounts.terms;
    let own_fen = amount_fen(&accounts.settle()?);
    let mut all = Vec::new();
    for clause in terms.contract.settings {
        for reading in clause.readings {
            let statement = accounts.settle_in(&terms.policy.with(clause, reading))?;
            all.push(AlternativeReading {
                setting: clause.name,
                source: clause.source,
                in_force: terms.policy.reading(clause.name) == *reading,
                ..AlternativeReading::new(&statement, reading, own_fen)
            });
        }
    }
    for word in [CauseAuthority::Truth, CauseAuthority::Provider] {
        // No clause is ambiguous about who decides on causes, but disputes are about it (A4).
        let statement = accounts.settle_by_word(word)?;
        all.push(AlternativeReading {
            setting: "word",
            source: "A4",
            in_force: terms.word == word,
            ..AlternativeReading::new(&statement, word.name(), own_fen)
        });
    }
    Ok(all)
}

impl AlternativeReading {
    fn new(statement: &Statement, name: &'static str, own_fen: i64) -> Self {
        let window = statement.window;
        let amount_fen = amount_fen(statement);
        Self {
            setting: "",
            source: "",
            name,
            in_force: false,
            availability: or_null(statement.availability.as_ref()),
            amount_fen,
            difference_fen: amount_fen - own_fen,
            opens_on: window.and_then(|window| window.opens).map(|day| day.to_string()),
            closes_on: window.map(|window| window.closes.to_string()),
        }
    }
}
