//! Faults from a shell.

use super::admin::{AdminClient, part};
use anyhow::Context;
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
    /// All faults with their receipts
    List {
        /// Those of one world
        #[arg(long)]
        world: Option<String>,
    },
    /// Remove a fault
    Rm {
        /// Its id
        id: String,
    },
    /// Switch all faults off at once, and let go whatever they hold
    Halt,
}

pub(super) fn run(command: &FaultCommand) -> anyhow::Result<()> {
    let server = &command.server;
    match &command.verb {
        Verb::Add { fault } => server.ask("POST", "faults", Some(&written(fault)?)),
        Verb::List { world: None } => server.ask("GET", "faults", None),
        Verb::List { world: Some(world) } => {
            server.ask("GET", &format!("faults?world={}", part(world)), None)
        }
        Verb::Rm { id } => server.ask("DELETE", &format!("faults/{}", part(id)), None),
        Verb::Halt => server.ask("POST", "faults/halt", None),
    }
}

/// Faults as they are written on the command line or in a file, as the admin API takes them.
fn written(fault: &str) -> anyhow::Result<Value> {
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
    // `[[fault]]` opens TOML; no JSON list begins so.
    if !text.trim_start().starts_with("[[") && text.trim_start().starts_with(['{', '[']) {
        return serde_json::from_str(&text).context("expected a fault or a list of faults as JSON");
    }
    let mut table: toml::Table = toml::from_str(&text).context("expected [[fault]] tables as TOML")?;
    let faults = table
        .remove("fault")
        .context("expected [[fault]] tables: there are none")?;
    Ok(serde_json::to_value(faults)?)
}
