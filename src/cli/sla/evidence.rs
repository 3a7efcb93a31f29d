//! Checks a file of evidence.

use crate::cli::banner;
use crate::exchange::{ChainHash, chain_hash};
use anyhow::{Context, bail, ensure};
use aws_lc_rs::digest::{Context as Digest, SHA256};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use zip::ZipArchive;

type Archive = ZipArchive<BufReader<File>>;

/// Checks the digest of every file and the chain of rows.
pub(super) fn verify(file: &Path) -> anyhow::Result<()> {
    let cannot = || format!("{} cannot be read", file.display());
    let opened = BufReader::new(File::open(file).with_context(cannot)?);
    let mut archive = ZipArchive::new(opened).with_context(cannot)?;
    let mut manifest = String::new();
    let found = archive
        .by_name("manifest.json")
        .context("manifest.json is missing")?;
    found.take(16 << 20).read_to_string(&mut manifest)?;
    let manifest: Value = serde_json::from_str(&manifest).context("manifest.json: expected JSON")?;
    let files = manifest["files"]
        .as_object()
        .context("manifest.json: expected files")?;
    for (name, digest) in files {
        let own = digest_of(&mut archive, name)?;
        ensure!(
            digest.as_str() == Some(&own),
            "{name} was changed: its digest is {own}"
        );
    }
    let rows = follow(&mut archive, &manifest["chain"])?;
    banner::line(&format!("whole: {} files, {rows} rows", files.len()));
    Ok(())
}

fn digest_of(archive: &mut Archive, name: &str) -> anyhow::Result<String> {
    let mut member = archive
        .by_name(name)
        .with_context(|| format!("{name} is missing"))?;
    let mut digest = Digest::new(&SHA256);
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = member.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex::encode(digest.finish().as_ref()));
        }
        digest.update(&buffer[..read]);
    }
}

/// Follows the chain through the rows; gives their number.
fn follow(archive: &mut Archive, chain: &Value) -> anyhow::Result<u64> {
    let mut last = ChainHash::default();
    let before = chain["before"]
        .as_str()
        .context("manifest.json: expected chain.before")?;
    hex::decode_to_slice(before, &mut last).context("manifest.json: chain.before")?;
    let rows = archive.by_name("rows.csv").context("rows.csv is missing")?;
    let mut count = 0;
    for line in BufReader::new(rows).split(b'\n').skip(1) {
        let line = line?;
        count += 1;
        let comma = line.iter().rposition(|byte| *byte == b',');
        let (row, digest) = line.split_at(comma.with_context(|| format!("row {count}: expected a hash"))?);
        if digest.len() == 1 {
            // Older than the chain.
            continue;
        }
        last = chain_hash(&last, row);
        if hex::encode(last).as_bytes() != &digest[1..] {
            bail!(
                "row {count} does not follow the one before it: one of them was changed, or one between was taken out"
            );
        }
    }
    ensure!(
        chain["rows"].as_u64() == Some(count),
        "rows.csv has {count} rows, the manifest says {}",
        chain["rows"]
    );
    Ok(count)
}
