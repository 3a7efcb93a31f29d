//! Logs, for operations. What happened to calls is in the ledger and the journal, not here.

use crate::settings::{LogFormat, LogSettings};
use tracing_subscriber::EnvFilter;

/// Sends log lines to standard error.
///
/// # Errors
/// When the level is no filter, or logging was set up before.
pub fn start(settings: &LogSettings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.level)
        .map_err(|why| anyhow::anyhow!("config: log.level: expected info, debug … or a filter: {why}"))?;
    // A body that a fault ends is meant, and the library takes it for an error.
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
