//! Logging for operators. Calls are recorded in the ledger and the journal, not in the log.

use crate::settings::{LogFormat, LogSettings};
use tracing_subscriber::EnvFilter;

/// Starts logging to standard error.
///
/// # Errors
/// If the level is not a valid filter, or logging was started before.
pub fn start(settings: &LogSettings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.level)
        .map_err(|why| anyhow::anyhow!("config: log.level: expected info, debug … or a filter: {why}"))?;
    // The library logs an error when a fault cuts a body short on purpose.
    let filter = filter.add_directive("actix_http::h1::dispatcher=off".parse()?);
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match settings.format {
        LogFormat::Json => lines.json().try_init(),
        LogFormat::Human => lines.compact().try_init(),
    };
    started.map_err(|why| anyhow::anyhow!("logs cannot be started: {why}"))
}
