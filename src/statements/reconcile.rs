//! Compares a client's log with the ledger.

use super::readings::amount_fen;
use super::{CycleAccounts, StatementError, StatementKey};
use crate::sla::reconcile::{
    ClientLog, JoinResult, LogJoin, LogLineError, MatchClass, MatchExample, MatchGroup, MatchTolerance,
};
use crate::sla::{Statement, or_null, percent};
use serde::Serialize;
use serde_json::Value;
use std::ops::ControlFlow;

/// What a client's log and the ledger agree and disagree on.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Reconciliation {
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

/// Broken lines that are named.
const MOST_BROKEN: usize = 100;

impl Reconciliation {
    /// Joins a client's log with the ledger's rows of a cycle. Blocks.
    ///
    /// # Errors
    /// When the cycle cannot be settled, or the store fails.
    pub fn new(
        accounts: &CycleAccounts,
        log: ClientLog,
        tolerance: MatchTolerance,
    ) -> Result<Self, StatementError> {
        let joined = join(accounts, &log, tolerance)?;
        let own = accounts.settle()?;
        let mut all = MatchGroup::default();
        let mut classes = Vec::new();
        for class in MatchClass::ALL {
            let group = joined.classes.get(&class).cloned().unwrap_or_default();
            if class != MatchClass::FailedThenServed {
                all.add(&group);
            }
            classes.push(ClassView {
                class,
                what: class.what(),
                calls: group.calls,
                if_client_is_right: worth_if_right(accounts, &own, &group)?,
                examples: group.examples,
            });
        }
        let StatementKey {
            provider,
            world,
            cycle,
        } = accounts.terms.key.clone();
        Ok(Self {
            provider,
            world,
            cycle,
            lines: Lines {
                used: log.lines.len(),
                duplicates: joined.duplicates,
                outside: joined.outside,
                broken: log.broken.len(),
                named: log.broken.into_iter().take(MOST_BROKEN).collect(),
            },
            joined_by_request_id: joined.by_request_id,
            joined_by_content: joined.by_content,
            median_skew_ms: joined.median_skew.map(|skew| skew / 1000),
            skewed: joined.skewed,
            provider_says: Worth::new(&own, amount_fen(&own)),
            classes,
            client_says: worth_if_right(accounts, &own, &all)?,
        })
    }
}

fn join(
    accounts: &CycleAccounts,
    log: &ClientLog,
    tolerance: MatchTolerance,
) -> Result<JoinResult, StatementError> {
    let range = accounts.range();
    let mut join = LogJoin::new(log, range.from..range.to, tolerance);
    accounts.store.calls(range, &mut |(entry, _)| {
        join.row(&entry);
        ControlFlow::Continue(())
    })?;
    Ok(join.finish())
}

/// The figures if the client is right on a group of calls.
fn worth_if_right(
    accounts: &CycleAccounts,
    own: &Statement,
    group: &MatchGroup,
) -> Result<Worth, StatementError> {
    let range = accounts.range();
    let rows = group.applied(accounts.rows(), range.from..range.to);
    let statement = accounts.settle_rows(&rows)?;
    Ok(Worth::new(&statement, amount_fen(own)))
}

impl Worth {
    fn new(statement: &Statement, own_fen: i64) -> Self {
        let amount_fen = amount_fen(statement);
        Self {
            availability: or_null(statement.availability.as_ref()),
            availability_pct: statement.availability.as_ref().map(percent),
            commitment_met: statement.settlement.met,
            amount_fen,
            difference_fen: amount_fen - own_fen,
        }
    }
}
