//! Which room (top-level module of `src`) uses which, what is named only where, and that every file says what it is for.

mod names;
mod ports;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each room with the rooms it may use.
const MAY_USE: [(&str, &[&str]); 27] = [
    ("clock", &[]),
    ("dice", &[]),
    ("spelling", &[]),
    ("strict_json", &[]),
    ("exchange", &["clock", "forms"]),
    ("billing", &["clock"]),
    ("sla", &["clock", "exchange", "spelling"]),
    ("faults", &["clock", "dice", "exchange", "spelling"]),
    ("signing", &["exchange"]),
    ("forms", &[]),
    ("jobs", &["clock"]),
    ("media", &[]),
    ("outbound", &[]),
    ("recognition", &[]),
    ("imaging", &["exchange"]),
    ("typography", &[]),
    ("composition", &["imaging", "spelling", "typography"]),
    ("store", &["clock", "exchange"]),
    ("ledger", &["clock", "exchange", "store"]),
    (
        "world",
        &[
            "clock",
            "dice",
            "exchange",
            "billing",
            "composition",
            "faults",
            "jobs",
            "recognition",
            "signing",
            "spelling",
            "store",
        ],
    ),
    (
        "providers",
        &[
            "clock",
            "exchange",
            "billing",
            "composition",
            "sla",
            "signing",
            "forms",
            "imaging",
            "jobs",
            "media",
            "outbound",
            "recognition",
            "world",
        ],
    ),
    (
        "gateway",
        &[
            "clock",
            "dice",
            "exchange",
            "billing",
            "composition",
            "faults",
            "imaging",
            "jobs",
            "ledger",
            "outbound",
            "world",
            "providers",
        ],
    ),
    (
        "statements",
        &[
            "clock",
            "exchange",
            "billing",
            "ledger",
            "sla",
            "spelling",
            "store",
            "world",
            "providers",
        ],
    ),
    (
        "admin",
        &[
            "clock",
            "exchange",
            "billing",
            "composition",
            "faults",
            "jobs",
            "recognition",
            "sla",
            "signing",
            "spelling",
            "strict_json",
            "store",
            "world",
            "providers",
            "gateway",
            "statements",
        ],
    ),
    (
        "settings",
        &["clock", "faults", "imaging", "spelling", "strict_json"],
    ),
    ("telemetry", &["settings"]),
    (
        "app",
        &[
            "clock",
            "composition",
            "dice",
            "faults",
            "imaging",
            "jobs",
            "ledger",
            "outbound",
            "sla",
            "store",
            "world",
            "providers",
            "gateway",
            "statements",
            "admin",
            "settings",
        ],
    ),
];

/// What puts the parts together, and may use every room.
const MAY_USE_ALL: [&str; 4] = ["cli", "embedding", "lib", "main"];

/// What may be named only in these rooms.
const ONLY_IN: [(&str, &[&str]); 9] = [
    ("actix_web", &["gateway", "admin", "app", "embedding", "cli"]),
    ("rusqlite", &["store"]),
    ("image::", &["imaging"]),
    ("tiny_skia", &["composition", "typography"]),
    ("resvg", &["composition"]),
    ("cosmic_text", &["typography"]),
    ("tokio::time", &["clock"]),
    ("SystemTime", &["clock"]),
    ("SysRng", &["dice"]),
];

/// The files of the crate with their text.
fn sources() -> Vec<(PathBuf, String)> {
    files_under("src")
}

/// Rust files under a folder of the package, with their text.
fn files_under(folder: &str) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((path, text));
            }
        }
    }
    files.sort();
    files
}

/// The room a file is in: the first part of its path under `src`.
fn room(path: &Path) -> String {
    let within = path
        .strip_prefix(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src"))
        .unwrap();
    within
        .iter()
        .next()
        .unwrap()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

/// The rooms a text names after `crate::`.
fn used(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]").next().unwrap();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect()
        })
        .collect()
}

#[test]
fn a_room_uses_only_rooms_it_may() {
    let mut broken = BTreeSet::new();
    for (path, text) in sources() {
        let own = room(&path);
        if MAY_USE_ALL.contains(&own.as_str()) {
            continue;
        }
        let Some((_, may)) = MAY_USE.iter().find(|(name, _)| *name == own) else {
            broken.insert(format!("{own} is in no list here ({})", path.display()));
            continue;
        };
        for other in used(&text)
            .iter()
            .filter(|other| **other != own && !other.is_empty())
        {
            if !may.contains(&other.as_str()) {
                broken.insert(format!(
                    "{own} -> {other} ({})",
                    path.file_name().unwrap().to_string_lossy()
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn what_belongs_to_one_room_is_named_in_no_other() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        for (word, rooms) in ONLY_IN {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let named = code.into_iter().any(|line| {
                line.match_indices(word).any(|(at, _)| {
                    !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
                })
            });
            if named && !rooms.contains(&room(&path).as_str()) {
                broken.push(format!("{word} in {}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_file_says_what_it_is_for_and_is_about_one_noun() {
    for (path, text) in sources() {
        let first = text.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("//!") || first.starts_with("#![doc"),
            "{} has no //!",
            path.display()
        );
        assert!(text.lines().count() <= 500, "{} is too long", path.display());
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            !["utils", "helpers", "common", "manager", "service"].contains(&name.as_str()),
            "{name}"
        );
    }
}

#[test]
fn engines_name_no_vendor() {
    for (path, text) in sources() {
        if [
            "clock",
            "dice",
            "exchange",
            "billing",
            "composition",
            "faults",
            "forms",
            "imaging",
            "typography",
            "jobs",
            "media",
            "outbound",
            "recognition",
            "sla",
            "signing",
            "store",
            "ledger",
            "gateway",
            "statements",
        ]
        .contains(&room(&path).as_str())
        {
            let code = text.split("#[cfg(test)]").next().unwrap();
            let strings = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in strings {
                let named = ["\"jdcloud", "\"tupu", "\"kling", "\"facepp"]
                    .iter()
                    .any(|vendor| line.contains(vendor));
                assert!(!named, "{}: {line}", path.display());
            }
        }
    }
}

#[test]
fn a_folder_with_an_sla_is_a_contract_and_a_provider_has_readme_and_fixtures() {
    let mut contracts = 0;
    let mut folders = Vec::new();
    for (path, text) in sources()
        .into_iter()
        .filter(|(path, _)| room(path) == "providers")
    {
        contracts += usize::from(path.file_name().is_some_and(|name| name == "sla.rs"));
        if text.contains("impl Provider for") {
            let folder = path.parent().unwrap();
            assert!(
                folder.join("README.md").metadata().unwrap().len() > 500,
                "{}",
                folder.display()
            );
            folders.push(folder.to_path_buf());
        }
    }
    assert_eq!(contracts, understudy::providers::contracts().len());
    let listed: Vec<_> = understudy::providers::ALL
        .iter()
        .map(|provider| provider.spec().id)
        .collect();
    assert_eq!(folders.len(), listed.len());
    for id in listed {
        let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures")
            .join(id);
        assert!(
            std::fs::read_dir(&fixtures).unwrap().count() > 10,
            "{}",
            fixtures.display()
        );
    }
}
