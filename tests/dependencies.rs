//! Licences and duplicate crates, from `cargo metadata`.

use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

/// What may be linked: permissive licences only.
const ALLOWED: [&str; 12] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "BSL-1.0",
    "Unicode-3.0",
    "CC0-1.0",
    "IJG",
];

/// Crates there may be two of, and why.
const TWICE: [(&str, &str); 10] = [
    (
        "hashbrown",
        "governor's dashmap and its own cache are behind indexmap",
    ),
    ("http", "actix-web is on 0.2, ureq on 1"),
    ("num-bigint", "rustface is on 0.3"),
    ("num-rational", "rustface is on 0.3"),
    ("miniz_oxide", "png and flate2 differ for now"),
    ("syn", "derive macros of two generations"),
    ("getrandom", "ahash of actix-web is behind rand"),
    (
        "skrifa",
        "swash, which cosmic-text may use and here does not, is listed with it and never built",
    ),
    ("read-fonts", "as skrifa"),
    ("font-types", "as skrifa"),
];

fn packages() -> Vec<Value> {
    // Of this platform alone: those of others need not have been fetched.
    let about = Command::new("rustc").arg("-vV").output().unwrap();
    let about = String::from_utf8(about.stdout).unwrap();
    let host = about
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap();
    let done = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let metadata: Value = serde_json::from_slice(&done.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

#[test]
fn every_licence_is_permissive() {
    for package in packages() {
        let name = &package["name"];
        let licence = package["license"]
            .as_str()
            .unwrap_or_else(|| panic!("{name} names no licence"));
        let expression = spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX).unwrap();
        let fits =
            expression.evaluate(|needed| needed.license.id().is_some_and(|id| ALLOWED.contains(&id.name)));
        assert!(fits, "{name} is under {licence}");
    }
}

#[test]
fn no_crate_is_there_twice_without_a_reason() {
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap().to_owned();
        // Bindings to systems we do not run on are listed and never built.
        if !name.starts_with("windows")
            && !name.starts_with("wasi")
            && !name.starts_with("wit-")
            && name != "r-efi"
        {
            versions
                .entry(name)
                .or_default()
                .push(package["version"].as_str().unwrap().to_owned());
        }
    }
    let twice: Vec<_> = versions
        .iter()
        .filter(|(name, all)| all.len() > 1 && !TWICE.iter().any(|(known, _)| known == name))
        .collect();
    assert!(twice.is_empty(), "{twice:#?}");
}
