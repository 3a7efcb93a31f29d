//! Service levels from a shell.

mod evidence;
mod statement;

use super::banner;
use crate::providers::contracts;
use crate::sla::vectors::{Bench, Mismatch};
use crate::sla::{Calendar, Frames};
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Sla {
    /// The statement of a cycle, from a running server
    Statement(statement::Statement),
    /// Compare a client's log with the ledger of a running server
    Reconcile(statement::Reconcile),
    /// The error budget of a cycle, from a running server
    Budget(statement::Ask),
    /// What other readings of ambiguous clauses would be worth, from a running server
    Readings(statement::Ask),
    /// What can be claimed and when, from a running server
    Claims(statement::Claims),
    /// The file of a claim, from a running server
    Evidence(statement::Evidence),
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

pub(super) fn run(command: &Sla) -> anyhow::Result<()> {
    match command {
        Sla::Statement(asked) => statement::print(asked),
        Sla::Reconcile(asked) => statement::reconcile(asked),
        Sla::Budget(asked) => asked.show("/budget"),
        Sla::Readings(asked) => asked.show("/readings"),
        Sla::Claims(asked) => statement::claims(asked),
        Sla::Evidence(asked) => statement::evidence(asked),
        Sla::Verify { file } => evidence::verify(file),
        Sla::Eval { calendar } => eval(calendar.as_deref()),
        Sla::Check { file, calendar } => check(file, calendar.as_deref()),
    }
}

fn eval(calendar: Option<&Path>) -> anyhow::Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let file: Value = serde_json::from_str(&text).context("standard input: expected JSON")?;
    let bench = Bench {
        contracts: &contracts(),
        calendar: &Calendar::with(calendar)?,
    };
    banner::line(&serde_json::to_string_pretty(&bench.eval(&file)?)?);
    Ok(())
}

fn check(file: &Path, calendar: Option<&Path>) -> anyhow::Result<()> {
    let cannot = || format!("{}", file.display());
    let text = std::fs::read_to_string(file).with_context(cannot)?;
    let vectors: Value = serde_json::from_str(&text).with_context(cannot)?;
    let bench = Bench {
        contracts: &contracts(),
        calendar: &Calendar::with(calendar)?,
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

fn report(mismatch: &Mismatch) {
    banner::line(&mismatch.id);
    for (field, expected, found) in &mismatch.differs {
        banner::line(&format!("  {field}: expected {expected}, found {found}"));
    }
}

/// The frame-sampling plan of a video.
pub(super) fn frames(duration: Duration) -> anyhow::Result<()> {
    let milliseconds = u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX);
    let plan = Frames::of(milliseconds).context("--duration: expected a span above 0")?;
    let shown = json!({"frames_min": plan.least, "frames_max": plan.most, "minutes_charged": plan.minutes});
    banner::line(&serde_json::to_string_pretty(&shown)?);
    Ok(())
}
