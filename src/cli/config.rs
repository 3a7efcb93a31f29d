//! Commands for the config file.

use super::banner;
use crate::app::check_faults;
use crate::settings::Settings;
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub(super) enum ConfigCommand {
    /// Check a file and the environment as `serve` would read them
    Check {
        /// The config file
        file: PathBuf,
    },
    /// Print the JSON schema of the config file
    Schema,
}

pub(super) fn run(command: &ConfigCommand) -> anyhow::Result<()> {
    match command {
        ConfigCommand::Check { file } => {
            check_faults(&Settings::load(Some(file))?)?;
            banner::line(&format!("{}: good", file.display()));
        }
        ConfigCommand::Schema => {
            banner::line(&serde_json::to_string_pretty(&schemars::schema_for!(Settings))?);
        }
    }
    Ok(())
}
