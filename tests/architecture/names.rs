//! Names of types: one meaning each across the crate, and errors are called so.

use super::sources;
use std::collections::{BTreeMap, BTreeSet};

/// Types that are errors and are called otherwise, and why.
const NO_ERRORS_BY_NAME: [(&str, &str); 4] = [
    (
        "Failure",
        "why a vendor refuses a call: a value it answers with, no fault of ours",
    ),
    (
        "Refusal",
        "a failure that every provider knows, or an error that one provider documents: what a call is answered with",
    ),
    (
        "ShortCircuit",
        "a call is answered before its handler was reached, which is no error",
    ),
    (
        "ProblemDetails",
        "the name RFC 9457 gives to what the admin API answers with",
    ),
];

/// A type's definition: its name, and whether more than its own module sees it.
#[derive(Debug, PartialEq)]
struct Definition {
    name: String,
    shared: bool,
}

/// The code of a file: without comments, and without the tests at its end.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn leading_name(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// The types a line defines, at any depth of modules; an associated type stands within an `impl` or trait and is none.
fn definition(line: &str) -> Option<Definition> {
    let line = line.trim_start();
    let (shared, rest) = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => (true, rest.split_once(") ")?.1),
        Some(rest) if rest.starts_with(' ') => (true, rest.trim_start()),
        Some(_) | None => (false, line),
    };
    let words = ["struct ", "enum ", "union ", "trait ", "unsafe trait ", "type "];
    let rest = words.iter().find_map(|word| rest.strip_prefix(word))?;
    let name = leading_name(rest);
    (!name.is_empty() && !rest.starts_with("Error =") && !rest.starts_with("Err ="))
        .then_some(Definition { name, shared })
}

/// Names that are defined so that others see them, more than once.
fn twice(files: &[(String, String)]) -> Vec<String> {
    let mut places: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (path, text) in files {
        for found in code(text)
            .lines()
            .filter_map(definition)
            .filter(|found| found.shared)
        {
            places.entry(found.name).or_default().push(path);
        }
    }
    let several = places.into_iter().filter(|(_, at)| at.len() > 1);
    several
        .map(|(name, at)| format!("{name}: {}", at.join(", ")))
        .collect()
}

/// What stands between the brackets after each `start`, split at its own commas.
fn arguments(code: &str, start: &str) -> Vec<Vec<String>> {
    let read = |rest: &str| {
        let (mut depth, mut parts) = (0, vec![String::new()]);
        for c in rest.chars() {
            match c {
                '<' | '(' | '[' => depth += 1,
                '>' if parts.last().is_some_and(|part| part.ends_with('-')) => {}
                '>' | ')' | ']' if depth == 0 => break,
                '>' | ')' | ']' => depth -= 1,
                ',' if depth == 0 => {
                    parts.push(String::new());
                    continue;
                }
                _ => {}
            }
            parts.last_mut().unwrap().push(c);
        }
        parts.retain(|part| !part.trim().is_empty());
        parts
    };
    code.split(start).skip(1).map(read).collect()
}

/// The type that follows a derive or an `impl … for`, each that implements `std::error::Error`.
fn implementing(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut derives = false;
    for line in code.lines() {
        derives |= line.trim_start().starts_with("#[derive(")
            && (line.contains("thiserror::Error")
                || arguments(line, "derive(")
                    .concat()
                    .iter()
                    .any(|one| one.trim() == "Error"));
        if let Some(found) = definition(line) {
            if derives {
                names.insert(found.name);
            }
            derives = false;
        }
        if let Some((head, name)) = line.split_once("Error for ")
            && line.trim_start().starts_with("impl")
            && ["std::error::", "core::error::", " "]
                .iter()
                .any(|end| head.ends_with(end))
        {
            names.insert(leading_name(name.trim_start()));
        }
    }
    names
}

/// Shared types of the crate that are errors, by what they implement or by where they stand in a `Result`, and are not
/// called so. Those that only their own module sees are free.
fn misnamed(files: &[(String, String)]) -> BTreeSet<String> {
    let codes: Vec<String> = files.iter().map(|(_, text)| code(text)).collect();
    let defined = codes.iter().flat_map(|code| code.lines().filter_map(definition));
    let shared: BTreeSet<String> = defined.filter(|own| own.shared).map(|own| own.name).collect();
    let mut names = BTreeSet::new();
    for code in &codes {
        names.extend(implementing(code).intersection(&shared).cloned());
        for parts in arguments(code, "Result<") {
            let error = parts.get(1).map_or("", |last| last.trim());
            // Of a path, the last part; of a type with parameters, its own name.
            let path = error.split(['<', ' ']).next().unwrap_or_default();
            let name = leading_name(path.rsplit("::").next().unwrap_or_default());
            if shared.contains(&name) {
                names.insert(name);
            }
        }
    }
    names
        .retain(|name| !name.ends_with("Error") && !NO_ERRORS_BY_NAME.iter().any(|(known, _)| known == name));
    names
}

fn crate_files() -> Vec<(String, String)> {
    let files = sources().into_iter();
    files
        .map(|(path, text)| (path.display().to_string(), text))
        .collect()
}

#[test]
fn no_shared_type_name_is_defined_twice() {
    assert_eq!(twice(&crate_files()), Vec::<String>::new());
}

#[test]
fn errors_are_called_errors() {
    assert_eq!(misnamed(&crate_files()), BTreeSet::new());
}

#[test]
fn the_checks_of_names_find_offenders() {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let found = twice(&[
        file(
            "a",
            "pub struct Page;\nmod inner {\n    pub(crate) enum Mood {}\n}\nstruct Query;",
        ),
        file(
            "b",
            "pub(in crate::x) type Page = u8;\npub(super) trait Mood {}\nstruct Query;\n// pub struct Page;",
        ),
    ]);
    assert_eq!(found, ["Mood: a, b", "Page: a, b"]);
    let found = misnamed(&[
        file(
            "a",
            "#[derive(Debug, thiserror::Error)]\npub enum Trouble {}\npub struct Blocked;\nstruct Own;\n#[derive(thiserror::Error)]\nstruct Stop;",
        ),
        file(
            "b",
            "use thiserror::Error;\n#[derive(Error)]\npub(crate) struct Flaw;\npub struct Odd;\nimpl std::error::Error for Odd {}",
        ),
        file(
            "c",
            "pub fn read() -> Result<Vec<(u8, u8)>, crate::a::Blocked> {}\nfn own() -> Result<(), Own> {}",
        ),
        file(
            "d",
            "pub struct Failure;\npub fn call() -> Result<u8, Failure> {}\n#[derive(Error)]\npub struct FineError;",
        ),
    ]);
    assert_eq!(
        found.iter().map(String::as_str).collect::<Vec<_>>(),
        ["Blocked", "Flaw", "Odd", "Trouble"]
    );
}
