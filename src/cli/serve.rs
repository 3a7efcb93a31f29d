//! `understudy serve`: starts the server.

use super::banner;
use crate::app::Application;
use crate::clock::Time;
use crate::providers::Providers;
use crate::settings::{LogFormat, Settings};
use crate::telemetry;
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, Default, clap::Args)]
pub(super) struct ServeCommand {
    /// TOML config file; `understudy config schema` prints its schema
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address of the provider listener
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,
    /// Address of the admin listener
    #[arg(long, value_name = "HOST:PORT")]
    admin_listen: Option<String>,
    /// sqlite:PATH or sqlite::memory:
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// Seed of all random draws
    #[arg(long)]
    seed: Option<u64>,
    /// Initial time, 2026-12-01T00:00:00+08:00
    #[arg(long, value_name = "TIME")]
    clock: Option<Time>,
    /// Virtual seconds per real second
    #[arg(long, value_name = "X")]
    clock_scale: Option<f64>,
    /// Write addresses and credentials to this file, as JSON, once both listeners accept connections
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// Format of log lines
    #[arg(long)]
    log_format: Option<LogFormat>,
    /// File of the neural matting model
    #[arg(long, value_name = "FILE")]
    matte_model: Option<PathBuf>,
}

impl ServeCommand {
    fn settings(&self) -> anyhow::Result<Settings> {
        let mut settings = Settings::load(self.config.as_deref())?;
        let set = |to: &mut String, from: &Option<String>| {
            if let Some(from) = from {
                to.clone_from(from);
            }
        };
        set(&mut settings.server.listen, &self.listen);
        set(&mut settings.server.admin_listen, &self.admin_listen);
        set(&mut settings.store.url, &self.store);
        settings.seed = self.seed.or(settings.seed);
        settings.clock.time = self.clock.or(settings.clock.time);
        settings.clock.scale = self.clock_scale.or(settings.clock.scale);
        settings.log.format = self.log_format.unwrap_or(settings.log.format);
        settings.imaging.model = self.matte_model.clone().or(settings.imaging.model);
        Ok(settings.validate()?)
    }
}

pub(super) fn serve(command: &ServeCommand) -> anyhow::Result<()> {
    let settings = command.settings()?;
    telemetry::start(&settings.log)?;
    let format = settings.log.format;
    let application = Application::build(settings, Providers::default())?;
    let (ready, token) = (application.ready(), application.fresh_token.clone());
    actix_web::rt::System::new().block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let serving = application.serve()?;
        match format {
            LogFormat::Json => banner::line(&serde_json::to_string(&ready)?),
            LogFormat::Human => banner::print_ready(&ready, token.as_deref()),
        }
        if let Some(file) = &command.ready_file {
            write_atomically(file, &serde_json::to_string_pretty(&ready)?)?;
        }
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
        tracing::info!("stopping: calls in flight are finished, then the ledger is written");
        match serving.stop().await {
            0 => Ok(()),
            lost => bail!("rows of the ledger that are lost: {lost}; the store could not be written"),
        }
    })
}

/// Writes a file atomically.
fn write_atomically(file: &Path, text: &str) -> anyhow::Result<()> {
    let mut draft = file.as_os_str().to_owned();
    draft.push(".part");
    let cannot = || format!("ready file {} cannot be written", file.display());
    std::fs::write(&draft, text).with_context(cannot)?;
    std::fs::rename(&draft, file).with_context(cannot)
}
