//! Commands for the faults of a running server.

use super::admin::{AdminClient, path_segment};
use anyhow::{Context, bail};
use serde_json::Value;
use std::io::Read;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct FaultCommand {
    #[command(flatten)]
    server: AdminClient,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Add faults: {"id": "slow", "effect": {"kind": "latency", "fixed": "2s"}}
    Add {
        /// A fault as JSON, or a file of TOML or JSON, or - for standard input
        fault: String,
    },
    /// List all faults with their receipts
    List {
        /// Only the faults of this world
        #[arg(long)]
        world: Option<String>,
    },
    /// Remove a fault
    Rm {
        /// Id of the fault
        id: String,
    },
    /// Switch all faults off at once and release all calls they hold
    Halt,
}

pub(super) fn run(command: &FaultCommand) -> anyhow::Result<()> {
    let server = &command.server;
    match &command.verb {
        Verb::Add { fault } => server.ask("POST", "faults", Some(&parse_faults(fault)?)),
        Verb::List { world: None } => server.ask("GET", "faults", None),
        Verb::List { world: Some(world) } => {
            server.ask("GET", &format!("faults?world={}", path_segment(world)), None)
        }
        Verb::Rm { id } => server.ask("DELETE", &format!("faults/{}", path_segment(id)), None),
        Verb::Halt => server.ask("POST", "faults/halt", None),
    }
}

/// Reads faults from JSON, a file or standard input, and converts them to the JSON of the admin API.
fn parse_faults(fault: &str) -> anyhow::Result<Value> {
    let text = match fault {
        json if json.trim_start().starts_with(['{', '[']) => json.to_owned(),
        "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            text
        }
        file => {
            let file = PathBuf::from(file);
            std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?
        }
    };
    // A text that starts with `[[` is TOML: a JSON list of faults does not start like that.
    if !text.trim_start().starts_with("[[") && text.trim_start().starts_with(['{', '[']) {
        return serde_json::from_str(&text).context("expected a fault or a list of faults as JSON");
    }
    let mut table: toml::Table = toml::from_str(&text).context("expected [[fault]] tables as TOML")?;
    let faults = table.remove("fault");
    if let Some(other) = table.keys().next() {
        bail!("expected [[fault]] tables and nothing else, found {other:?}");
    }
    let faults = faults.context("expected [[fault]] tables, found none")?;
    Ok(serde_json::to_value(faults)?)
}
