//! Writes sample inputs with markers that force verdicts.

use super::banner;
use crate::providers::Providers;
use anyhow::Context;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct KitCommand {
    /// The folder to write to; created if it does not exist
    #[arg(long, default_value = "understudy-kit", value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn marker_samples(command: &KitCommand) -> anyhow::Result<()> {
    let folder = &command.out;
    let cannot = || format!("--out: {} cannot be written", folder.display());
    std::fs::create_dir_all(folder).with_context(cannot)?;
    let mut count = 0;
    for item in Providers::default().marker_samples() {
        std::fs::write(folder.join(&item.name), &item.bytes).with_context(cannot)?;
        count += 1;
    }
    banner::line(&format!("{count} files in {}", folder.display()));
    Ok(())
}
