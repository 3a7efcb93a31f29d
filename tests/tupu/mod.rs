//! Tupu, from outside.

mod bad_input;
mod callbacks;
mod credentials;
mod rules;
mod verdicts;

use super::support::tupu::{Mailbox, opened};
use super::support::{Bench, fixture};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const RECOGNITION: &str = "/v3/recognition/";
const TEXT: &str = "57c4036c557603652aeeb222";
const PORN: &str = "54bcfc6c329af61034f7c2fc";
const ADS: &str = "56a8645b0c800bff40990cf1";

fn base64_of(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A call of pictures in base64.
fn pictures(bench: &Bench, pictures: &[Vec<u8>], tasks: &[&str]) -> Value {
    let images: Vec<String> = pictures.iter().map(|picture| base64_of(picture)).collect();
    bench.tupu(
        "/v3/recognition/image/sync/base64/",
        &json!({"images": images, "tasks": tasks}),
    )
}

/// Why the newest call was answered so.
fn because(bench: &Bench) -> String {
    bench.explain_last().to_string()
}
