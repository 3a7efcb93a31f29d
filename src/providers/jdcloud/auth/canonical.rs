//! The canonical forms of path, query and headers. Clients disagree, so there are several; for the paths
//! and queries of today's operations they coincide, and only one is left to compute.

use crate::exchange::{Call, Headers};
use crate::signing::scoped::SignatureHeader;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;

/// Everything but unreserved characters.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
/// Everything but unreserved characters and the slash.
const PATH: &AsciiSet = &VALUE.remove(b'/');

/// Each list without repetitions, the likeliest form first.
pub(super) struct CanonicalForms {
    pub(super) uris: Vec<String>,
    pub(super) queries: Vec<String>,
    pub(super) headers: Vec<String>,
}

pub(super) fn forms(call: &Call, claim: &SignatureHeader<'_>, third: bool) -> CanonicalForms {
    if third {
        return CanonicalForms {
            uris: vec![third_uri(&call.path)],
            queries: vec![third_query(&call.query)],
            headers: vec![headers(&call.headers, claim, joined)],
        };
    }
    CanonicalForms {
        uris: distinct(uris(&call.path)),
        queries: distinct(queries(&call.query)),
        // Rule 8: some clients also collapse runs of spaces.
        headers: distinct(vec![
            headers(&call.headers, claim, first_trimmed),
            headers(&call.headers, claim, first_collapsed),
        ]),
    }
}

/// Rule 4: as received; encoded again (Python); decoded and encoded (the documents, Java); each also without
/// one trailing slash (Go).
fn uris(path: &str) -> Vec<String> {
    if is_plain(path) && !path.ends_with('/') {
        return vec![path.to_owned()];
    }
    let mut all = vec![path.to_owned(), encode(path, PATH), encode(&decode(path), PATH)];
    for at in 0..all.len() {
        if let Some(shorter) = all[at].strip_suffix('/').filter(|rest| !rest.is_empty()) {
            all.push(shorter.to_owned());
        }
    }
    all
}

/// Whether a path is the same in every form.
fn is_plain(path: &str) -> bool {
    path.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'~'))
}

/// Rule 5: each part decoded and encoded once, then sorted (the documents); or sorted as received (Python).
fn queries(query: &str) -> Vec<String> {
    if query.is_empty() {
        return vec![String::new()];
    }
    let mut once: Vec<(String, String)> = split(query)
        .map(|(name, value)| (encode(&decode(name), VALUE), encode(&decode(value), VALUE)))
        .collect();
    once.sort();
    let mut raw: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            // Python keeps only what stands between the first and the second `=`.
            let mut parts = pair.split('=').map(str::trim);
            (
                parts.next().unwrap_or_default().to_owned(),
                parts.next().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    raw.sort();
    vec![join(&once), join(&raw)]
}

/// §2.3: unquoted with `+` as a space, runs of slashes collapsed, encoded.
fn third_uri(path: &str) -> String {
    let mut collapsed = String::with_capacity(path.len());
    for c in decode_plus(path).chars() {
        if c != '/' || !collapsed.ends_with('/') {
            collapsed.push(c);
        }
    }
    if collapsed.is_empty() {
        "/".to_owned()
    } else {
        encode(&collapsed, PATH)
    }
}

/// §2.3: unquoted and encoded, empty names dropped, sorted.
fn third_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = split(query)
        .map(|(name, value)| {
            (
                encode(&decode_plus(name), VALUE),
                encode(&decode_plus(value), VALUE),
            )
        })
        .filter(|(name, _)| !name.is_empty())
        .collect();
    pairs.sort();
    join(&pairs)
}

/// Rule 2: the signed headers alone, in the order they are named.
fn headers(
    all: &Headers,
    claim: &SignatureHeader<'_>,
    value: for<'a> fn(&'a Headers, &str) -> Cow<'a, str>,
) -> String {
    let mut text = String::with_capacity(512);
    for name in claim.signed_headers.split(';') {
        let start = text.len();
        text.push_str(name);
        text[start..].make_ascii_lowercase();
        let value = value(all, &text[start..]);
        text.push(':');
        text.push_str(&value);
        text.push('\n');
    }
    text
}

fn first_trimmed<'a>(all: &'a Headers, name: &str) -> Cow<'a, str> {
    Cow::Borrowed(all.get(name).unwrap_or_default().trim())
}

fn first_collapsed<'a>(all: &'a Headers, name: &str) -> Cow<'a, str> {
    let value = all.get(name).unwrap_or_default().trim();
    if value.contains("  ") || value.contains(|c: char| c.is_whitespace() && c != ' ') {
        Cow::Owned(value.split_whitespace().collect::<Vec<_>>().join(" "))
    } else {
        Cow::Borrowed(value)
    }
}

fn joined<'a>(all: &'a Headers, name: &str) -> Cow<'a, str> {
    let values: Vec<&str> = all
        .iter()
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value.trim())
        .collect();
    Cow::Owned(values.join(","))
}

fn split(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn join(pairs: &[(String, String)]) -> String {
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

fn encode(text: &str, set: &'static AsciiSet) -> String {
    utf8_percent_encode(text, set).to_string()
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn decode_plus(text: &str) -> String {
    decode(&text.replace('+', " "))
}

fn distinct(all: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(all.len());
    for one in all {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}
