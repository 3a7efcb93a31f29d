//! The statement of a cycle, as JSON and as tables for a spreadsheet.

use super::{CountSource, CsvTable, CycleAccounts, StatementError, StatementKey};
use crate::clock::Time;
use crate::sla::{CauseAuthority, StatementStep};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A statement of service.
#[derive(Serialize, utoipa::ToSchema)]
pub struct StatementView {
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
    #[schema(value_type = String)]
    source: CountSource,
    /// Whose account of causes counts: `truth` or `provider`.
    #[schema(value_type = String)]
    word: CauseAuthority,
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
    /// Settles a cycle and states the result.
    ///
    /// # Errors
    /// When the cycle cannot be settled.
    pub fn new(accounts: &CycleAccounts) -> Result<Self, StatementError> {
        let statement = accounts.settle()?;
        let terms = &accounts.terms;
        let StatementKey {
            provider,
            world,
            cycle,
        } = terms.key.clone();
        let vector = json!({
            "id": format!("{provider}/{world}/{cycle}"),
            "provider": terms.contract.vector_name,
            "kind": "cycle",
            "policy": terms.readings,
            "input": statement.figures.to_input(terms.contract),
        });
        let all = terms.policy.all();
        Ok(Self {
            agreement: terms.contract.agreement,
            is_final: accounts.is_final(),
            as_of: accounts.now,
            is_assumed: terms.is_assumed,
            chain: json!({"rows": accounts.chain_rows, "head": hex::encode(accounts.chain_head)}),
            source: terms.source,
            word: terms.word,
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

    /// The figures as a vector.
    pub fn vector(&self) -> &Value {
        &self.vector
    }
}

/// The statement step by step, as a table.
///
/// # Errors
/// When the cycle cannot be settled.
pub fn steps_table(accounts: &CycleAccounts) -> Result<CsvTable, StatementError> {
    let mut sheet = CsvTable::new(&["step", "figure", "reckoning", "clause"]);
    for step in accounts.settle()?.steps() {
        sheet.row(&[&step.step, &step.figure, &step.reckoning, step.clause]);
    }
    Ok(sheet)
}

/// The five-minute buckets that had calls, as a table.
pub fn buckets_table(accounts: &CycleAccounts) -> CsvTable {
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

/// An instant to the minute, with its zone.
pub fn minute(at: Time) -> String {
    let text = at.to_string();
    format!("{} +08:00", text.get(..16).unwrap_or(&text).replace('T', " "))
}
