//! Service levels from a shell.

mod evidence;
mod statement;

use super::banner;
use crate::providers::contracts;
use crate::sla::WorkdayCalendar;
use crate::sla::vectors::{VectorMismatch, VectorRunner};
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, clap::Subcommand)]
pub(super) enum SlaCommand {
    /// The statement of a cycle, from a running server
    Statement(statement::StatementCommand),
    /// Compare a client's log with the ledger of a running server
    Reconcile(statement::ReconcileCommand),
    /// The error budget of a cycle, from a running server
    Budget(statement::CycleArguments),
    /// What other readings of ambiguous clauses would be worth, from a running server
    Readings(statement::CycleArguments),
    /// What can be claimed and when, from a running server
    Claims(statement::ClaimsCommand),
    /// The file of a claim, from a running server
    Evidence(statement::EvidenceCommand),
    /// Check a file of evidence: every file's digest, and the chain of rows
    Verify {
        /// The file
        file: PathBuf,
    },
    /// Answer vectors from standard input: {"vectors": [{id, provider, kind, policy, input}]}
    Eval {
        /// A further calendar of working days, in the form of fixtures/calendar/cn_workdays.json
        #[arg(long, value_name = "FILE")]
        calendar: Option<PathBuf>,
    },
    /// Compare a file of vectors with what this program computes
    Check {
        /// The file
        file: PathBuf,
        /// A further calendar of working days
        #[arg(long, value_name = "FILE")]
        calendar: Option<PathBuf>,
    },
}

pub(super) fn run(command: &SlaCommand) -> anyhow::Result<()> {
    match command {
        SlaCommand::Statement(asked) => statement::print(asked),
        SlaCommand::Reconcile(asked) => statement::reconcile(asked),
        SlaCommand::Budget(asked) => asked.show("/budget"),
        SlaCommand::Readings(asked) => asked.show("/readings"),
        SlaCommand::Claims(asked) => statement::claims(asked),
        SlaCommand::Evidence(asked) => statement::evidence(asked),
        SlaCommand::Verify { file } => evidence::verify(file),
        SlaCommand::Eval { calendar } => eval(calendar.as_deref()),
        SlaCommand::Check { file, calendar } => check(file, calendar.as_deref()),
    }
}

fn eval(calendar: Option<&Path>) -> anyhow::Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let file: Value = serde_json::from_str(&text).context("standard input: expected JSON")?;
    let bench = VectorRunner {
        contracts: &contracts(),
        calendar: &WorkdayCalendar::with(calendar)?,
    };
    banner::line(&serde_json::to_string_pretty(&bench.eval(&file)?)?);
    Ok(())
}

fn check(file: &Path, calendar: Option<&Path>) -> anyhow::Result<()> {
    let cannot = || format!("{}", file.display());
    let text = std::fs::read_to_string(file).with_context(cannot)?;
    let vectors: Value = serde_json::from_str(&text).with_context(cannot)?;
    let bench = VectorRunner {
        contracts: &contracts(),
        calendar: &WorkdayCalendar::with(calendar)?,
    };
    let (passed, failed) = bench.check(&vectors)?;
    for mismatch in &failed {
        report(mismatch);
    }
    banner::line(&format!("{passed} passed, {} failed", failed.len()));
    if !failed.is_empty() {
        bail!("{} vectors disagree", failed.len());
    }
    Ok(())
}

fn report(mismatch: &VectorMismatch) {
    banner::line(&mismatch.id);
    for (field, expected, found) in &mismatch.differs {
        banner::line(&format!("  {field}: expected {expected}, found {found}"));
    }
}

/// The frame-sampling plan of a video, by the agreement that has rules for inputs.
pub(super) fn frames(duration: Duration) -> anyhow::Result<()> {
    let milliseconds = u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX);
    let rules = contracts().iter().find_map(|contract| contract.inputs);
    let plan = rules.and_then(|rules| rules.frames.count(milliseconds));
    let plan = plan.context("--duration: expected a span above 0")?;
    let shown = json!({"frames_min": plan.allowed.least, "frames_max": plan.allowed.most, "minutes_charged": plan.minutes});
    banner::line(&serde_json::to_string_pretty(&shown)?);
    Ok(())
}
