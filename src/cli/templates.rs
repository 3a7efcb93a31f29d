//! Commands for templates: contact sheets, schema, check, and the templates of a running server's worlds.

use super::admin::{AdminClient, path_segment};
use super::banner;
use crate::composition::{Composer, SHEET_COPY, Template};
use crate::imaging::{MatteOptions, PixelRange, Sprite, Studio, StudioSettings};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Debug, clap::Args)]
pub(super) struct TemplatesCommand {
    #[command(flatten)]
    server: AdminClient,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Write contact sheets: every built-in template in three shapes, with four kinds of copy
    Sheet {
        /// The folder to write to; created if it does not exist
        #[arg(long, default_value = "understudy-sheets", value_name = "DIR")]
        out: PathBuf,
        /// Product pictures; a placeholder gift if none are given
        #[arg(long, value_name = "FILE")]
        product: Vec<PathBuf>,
    },
    /// Print the JSON schema of templates
    Schema,
    /// Check a template
    Check {
        /// The file
        file: PathBuf,
    },
    /// List the templates of a world
    List {
        /// The world
        #[arg(default_value = "demo")]
        world: String,
    },
    /// Upload a template
    Add {
        /// The file
        file: PathBuf,
        /// The world
        #[arg(long, default_value = "demo")]
        world: String,
        /// Id of the template; derived from its content if absent
        #[arg(long)]
        id: Option<String>,
    },
    /// Print a template
    Show {
        /// Id of the template
        id: String,
        /// The world
        #[arg(long, default_value = "demo")]
        world: String,
    },
    /// Delete a template permanently
    Rm {
        /// Id of the template
        id: String,
        /// The world
        #[arg(long, default_value = "demo")]
        world: String,
    },
}

pub(super) fn run(command: &TemplatesCommand) -> anyhow::Result<()> {
    let server = &command.server;
    let path = |world: &str| format!("worlds/{}/templates", path_segment(world));
    match &command.verb {
        Verb::Sheet { out, product } => sheet(out, product),
        Verb::Schema => {
            banner::line(&serde_json::to_string_pretty(&schemars::schema_for!(Template))?);
            Ok(())
        }
        Verb::Check { file } => {
            let bytes = read(file)?;
            let template = Template::parse(&bytes).with_context(|| file.display().to_string())?;
            banner::line(&format!("{}: {} is fine", file.display(), template.name));
            Ok(())
        }
        Verb::List { world } => server.ask("GET", &path(world), None),
        Verb::Add { file, world, id } => {
            let bytes = read(file)?;
            let id = id
                .as_ref()
                .map(|id| format!("?id={}", path_segment(id)))
                .unwrap_or_default();
            let answer = server.fetch("POST", &format!("{}{id}", path(world)), &bytes)?;
            banner::line(String::from_utf8_lossy(&answer).trim_end());
            Ok(())
        }
        Verb::Show { id, world } => server.ask("GET", &format!("{}/{}", path(world), path_segment(id)), None),
        Verb::Rm { id, world } => {
            server.ask("DELETE", &format!("{}/{}", path(world), path_segment(id)), None)
        }
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn sheet(out: &PathBuf, product: &[PathBuf]) -> anyhow::Result<()> {
    let products: Vec<Arc<Sprite>> = product
        .iter()
        .map(|file| cut(file))
        .collect::<anyhow::Result<_>>()?;
    let cannot = || format!("--out: {} cannot be written", out.display());
    std::fs::create_dir_all(out).with_context(cannot)?;
    let composer = Composer::default();
    for (name, texts) in SHEET_COPY {
        let file = out.join(format!("{name}.jpg"));
        std::fs::write(&file, composer.sheet(&texts, &products)).with_context(cannot)?;
        banner::line(&file.display().to_string());
    }
    Ok(())
}

/// Cuts a product out of its picture, as the server does without a model.
fn cut(file: &Path) -> anyhow::Result<Arc<Sprite>> {
    let bytes = read(file).context("--product")?;
    let settings = StudioSettings {
        matte: MatteOptions::default(),
        max_pixels: 64 << 20,
        max_pixels_of_call: 64 << 20,
        memory_bytes: u64::MAX,
        cache_bytes: 0,
    };
    match Studio::new(settings, None).product_cutout(&bytes, PixelRange::ANY) {
        Ok(cutout) => Ok(cutout.sprite.clone()),
        Err(why) => bail!("--product: {}: {why}", file.display()),
    }
}
