//! Statements of a running server.

use crate::cli::admin::{AdminClient, path_segment, show};
use crate::cli::banner;
use anyhow::Context;
use serde_json::Value;
use std::io::{Read, Write};
use std::path::PathBuf;

/// A cycle of a world at a provider.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct CycleArguments {
    #[command(flatten)]
    server: AdminClient,
    /// The provider
    #[arg(long)]
    provider: String,
    /// The world
    #[arg(long, default_value = "demo")]
    world: String,
    /// A month, 2026-11, or the first day of a cycle
    #[arg(long)]
    cycle: String,
    /// Whose account of causes counts; truth where absent
    #[arg(long, value_parser = ["truth", "provider"])]
    word: Option<String>,
    /// Other readings than the defaults, {"failure": "no_response_or_5xx"}
    #[arg(long, value_name = "JSON")]
    policy: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct StatementCommand {
    #[command(flatten)]
    asked: CycleArguments,
    /// How it is written
    #[arg(long, default_value = "table", value_parser = ["table", "json", "csv", "html"])]
    format: String,
    /// Count every row anew instead of taking five-minute counts
    #[arg(long)]
    from_rows: bool,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ReconcileCommand {
    #[command(flatten)]
    asked: CycleArguments,
    /// The client's log, NDJSON or CSV: request_id or content, time, outcome; - for standard input
    #[arg(long, value_name = "FILE")]
    client_log: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ClaimsCommand {
    #[command(flatten)]
    server: AdminClient,
    /// Those of one world
    #[arg(long)]
    world: Option<String>,
    /// How they are written
    #[arg(long, default_value = "json", value_parser = ["json", "ics"])]
    format: String,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct EvidenceCommand {
    #[command(flatten)]
    asked: CycleArguments,
    /// Where it goes; the name says what it is where absent
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl CycleArguments {
    fn path(&self, end: &str, further: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let own = [("word", self.word.as_deref()), ("policy", self.policy.as_deref())];
        query.extend_pairs(own.into_iter().filter_map(|(name, value)| Some((name, value?))));
        query.extend_pairs(further);
        let (provider, world, cycle) = (
            path_segment(&self.provider),
            path_segment(&self.world),
            path_segment(&self.cycle),
        );
        format!("sla/{provider}/{world}/{cycle}{end}?{}", query.finish())
    }

    pub(super) fn show(&self, end: &str) -> anyhow::Result<()> {
        self.server.ask("GET", &self.path(end, &[]), None)
    }
}

pub(super) fn print(asked: &StatementCommand) -> anyhow::Result<()> {
    let further: &[(&str, &str)] = if asked.from_rows { &[("from", "rows")] } else { &[] };
    let end = match asked.format.as_str() {
        "csv" => ".csv",
        "html" => ".html",
        _ => "",
    };
    let (ask, path) = (&asked.asked, asked.asked.path(end, further));
    if asked.format == "json" {
        return ask.server.ask("GET", &path, None);
    }
    let answer = ask.server.fetch("GET", &path, &[])?;
    if asked.format == "table" {
        return table(&serde_json::from_slice(&answer)?);
    }
    std::io::stdout().write_all(&answer)?;
    Ok(())
}

fn table(statement: &Value) -> anyhow::Result<()> {
    let text = |name: &str| statement[name].as_str().unwrap_or_default();
    let state = if statement["is_final"] == true {
        "final"
    } else {
        "provisional"
    };
    banner::line(&format!(
        "{} · agreement {} · world {} · {} · {state}, as of {}",
        text("provider"),
        text("agreement"),
        text("world"),
        text("cycle"),
        text("as_of")
    ));
    let steps = statement["steps"]
        .as_array()
        .context("the server gives no steps")?;
    let column = |name: &'static str| {
        steps
            .iter()
            .map(move |step| step[name].as_str().unwrap_or_default().to_owned())
    };
    let width = |name: &'static str| column(name).map(|text| text.chars().count()).max().unwrap_or(0);
    let (step, figure) = (width("step"), width("figure"));
    let clause = width("clause");
    let rows = column("step")
        .zip(column("figure"))
        .zip(column("clause").zip(column("reckoning")));
    for ((name, value), (basis, reckoning)) in rows {
        banner::line(&format!(
            "{name:step$}  {value:>figure$}  {basis:clause$}  {reckoning}"
        ));
    }
    Ok(())
}

pub(super) fn reconcile(asked: &ReconcileCommand) -> anyhow::Result<()> {
    let mut log = Vec::new();
    if asked.client_log.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut log)?;
    } else {
        let cannot = || format!("{} cannot be read", asked.client_log.display());
        log = std::fs::read(&asked.client_log).with_context(cannot)?;
    }
    let answer = asked
        .asked
        .server
        .fetch("POST", &asked.asked.path("/reconcile", &[]), &log)?;
    show(&answer)
}

pub(super) fn claims(asked: &ClaimsCommand) -> anyhow::Result<()> {
    let world = asked
        .world
        .as_ref()
        .map_or_else(String::new, |world| format!("?world={}", path_segment(world)));
    if asked.format == "json" {
        return asked.server.ask("GET", &format!("sla/claims{world}"), None);
    }
    let calendar = asked
        .server
        .fetch("GET", &format!("sla/claims.ics{world}"), &[])?;
    std::io::stdout().write_all(&calendar)?;
    Ok(())
}

pub(super) fn evidence(asked: &EvidenceCommand) -> anyhow::Result<()> {
    let ask = &asked.asked;
    let bytes = ask.server.fetch("GET", &ask.path("/evidence.zip", &[]), &[])?;
    let name = format!("{}-{}-{}-evidence.zip", ask.provider, ask.world, ask.cycle);
    let file = asked.out.clone().unwrap_or_else(|| PathBuf::from(name));
    std::fs::write(&file, bytes).with_context(|| format!("{} cannot be written", file.display()))?;
    banner::line(&file.display().to_string());
    Ok(())
}
