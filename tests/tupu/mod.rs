//! Tupu, from outside.

mod bad_input;
mod callbacks;
mod credentials;
mod media;
mod reports;
mod rules;
mod verdicts;

use super::support::tupu::{Mailbox, opened};
use super::support::{TestServer, effect, fault, fixture};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const RECOGNITION: &str = "/v3/recognition/";
const TEXT: &str = "57c4036c557603652aeeb222";
const PORN: &str = "54bcfc6c329af61034f7c2fc";
const VULGAR: &str = "5c8213b9bc807806aab0a574";
const ADS: &str = "56a8645b0c800bff40990cf1";

fn base64_of(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A call of pictures in base64.
fn pictures(server: &TestServer, pictures: &[Vec<u8>], tasks: &[&str]) -> Value {
    let images: Vec<String> = pictures.iter().map(|picture| base64_of(picture)).collect();
    server.tupu(
        "/v3/recognition/image/sync/base64/",
        &json!({"images": images, "tasks": tasks}),
    )
}

/// A call with one file.
fn upload(
    server: &TestServer,
    path: &str,
    field: &str,
    (name, bytes): (&str, &[u8]),
    more: &[(&str, &str)],
) -> Value {
    let (sid, proof) = server.tupu_demo_proof();
    let mut body = Vec::new();
    let texts = proof
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
    for (name, value) in texts.chain(more.iter().copied()) {
        body.extend_from_slice(
            format!("--X\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
        );
    }
    let head =
        format!("--X\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n");
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--X--\r\n");
    let headers = [(
        "content-type".to_owned(),
        "multipart/form-data; boundary=X".to_owned(),
    )];
    let answer = server.send("POST", &server.url(&format!("{path}{sid}")), &headers, &body);
    opened(&server.tupu_credential("provider_public_key_pem"), &answer.body)
}

/// Why the newest call was answered so.
fn because(server: &TestServer) -> String {
    server.explain_last().to_string()
}
