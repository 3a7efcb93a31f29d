//! Every request of `fixtures/<provider>/*.http` through a fresh server; the whole reply is a snapshot.

use super::support::compose::jpeg_size;
use super::support::tupu::opened;
use super::support::{Answer, TestServer, fixture};
use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;
use understudy::clock::Time;
use understudy::providers::jdcloud::sign::{
    AccessKeySigner, SignatureVersion, UnsignedRequest, app_key_query as app_query,
};
use understudy::signing::digest::sha256_hex;

#[test]
fn every_request_gets_the_reply_it_got_before() {
    replayed("jdcloud-matting", 50);
}

#[test]
fn every_request_to_composing_gets_the_reply_it_got_before() {
    replayed("jdcloud-composing", 10);
}

#[test]
fn every_request_to_tupu_gets_the_reply_it_got_before() {
    replayed("tupu", 10);
}

fn replayed(provider: &str, least: usize) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(provider);
    for reply in std::fs::read_dir(folder.join("replies")).unwrap() {
        let name = reply.unwrap().file_name().to_string_lossy().into_owned();
        let request = folder.join(name.replace(".snap", ".http"));
        assert!(request.exists(), "the reply {name} has no request");
    }
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "http"));
    files.sort();
    assert!(files.len() > least);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("../fixtures/{provider}/replies"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for file in files {
            let server = TestServer::new();
            let answer = play(&server, &std::fs::read_to_string(&file).unwrap());
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            insta::assert_snapshot!(name, whole(&server, &answer));
        }
    });
}

/// Sends a golden request: a `# sign:` line, a request line, headers, a blank line, a body or `< file`.
fn play(server: &TestServer, text: &str) -> Answer {
    let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
    let mut lines = head.lines();
    let how = lines.next().unwrap().strip_prefix("# sign: ").unwrap();
    let (method, target) = lines.next().unwrap().split_once(' ').unwrap();
    let mut headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(k, v)| (k.into(), v.into()))
        .collect();
    let is_form = headers.iter().any(|(_, value)| value.starts_with("multipart/"));
    let body = if is_form {
        form_of(body.trim_end())
    } else {
        body_of(body.trim_end())
    };
    let host = headers[0].1.clone();
    let mut target = target.to_owned();
    let (ak, sk) = (server.demo("ak"), server.demo("sk"));
    let path = target.clone();
    let now = server.now();
    let signed = |keys: (&str, &str), at: Time| signed((method, &path), &[("host", &host)], &body, keys, at);
    let (appkey, secret) = (server.demo("appkey"), server.demo("secret"));
    let good_query = app_query(&appkey, &secret, now);
    match how {
        "none" => {}
        "tupu" | "tupu-stale" => return tupu(server, how, (&target, &headers), &body),
        "aksk" => headers.extend(signed((&ak, &sk), now)),
        "aksk3" => {
            let signer = AccessKeySigner {
                version: SignatureVersion::Jdcloud3,
                ..AccessKeySigner::new(&ak, &sk)
            };
            let request = UnsignedRequest {
                method,
                target: &path,
                headers: &[("host", &host)],
                body: &body,
            };
            headers.extend(signer.headers(&request, "nonce", now));
        }
        "aksk-token" => {
            let fields = [("host", &*host), ("x-jdcloud-security-token", "dG9rZW4=")];
            headers.extend(server.signature((method, &path), &fields, &body));
        }
        "bad-key" => headers.extend(signed(("STRANGER", &sk), now)),
        "bad-signature" => headers.extend(signed((&ak, "wrong"), now)),
        "stale" => headers.extend(signed((&ak, &sk), now - Duration::from_mins(16))),
        "no-date" | "no-nonce" => {
            let missing = if how == "no-date" {
                "x-jdcloud-date"
            } else {
                "x-jdcloud-nonce"
            };
            headers.extend(
                signed((&ak, &sk), now)
                    .into_iter()
                    .filter(|(name, _)| name != missing),
            );
        }
        "appkey" => target = format!("{target}?{good_query}"),
        "appkey-unknown" => target = format!("{target}?{}", app_query("stranger", &secret, now)),
        "appkey-stale" => {
            target = format!(
                "{target}?{}",
                app_query(&appkey, &secret, now - Duration::from_mins(6))
            )
        }
        "appkey-bad-sign" => target = format!("{target}?{}", app_query(&appkey, "wrong", now)),
        "appkey-no-timestamp" => target = format!("{target}?appkey={appkey}"),
        "appkey-bad-timestamp" => target = format!("{target}?appkey={appkey}&timestamp=noon"),
        "appkey-no-sign" => target = format!("{target}?appkey={appkey}&timestamp={}", now.millis()),
        other => panic!("unknown way to sign: {other}"),
    }
    server.send(method, &server.url(&target), &headers, &body)
}

/// A golden request of Tupu: its proof goes into the JSON, its secretId after the path.
fn tupu(
    server: &TestServer,
    how: &str,
    (target, headers): (&str, &[(String, String)]),
    body: &[u8],
) -> Answer {
    let (sid, mut json) = server.tupu_demo_proof();
    if how == "tupu-stale" {
        json["timestamp"] = "1541499770".into();
    }
    let text = String::from_utf8_lossy(body).replace("{kit}", "http://{host}/_kit");
    let text = text.replace("{host}", &server.host());
    let fields: serde_json::Value = serde_json::from_str(&text).unwrap();
    for (name, value) in fields.as_object().unwrap() {
        json[name] = value.clone();
    }
    let url = format!("http://{}{target}{sid}", server.host());
    server.send("POST", &url, headers, json.to_string().as_bytes())
}

fn body_of(text: &str) -> Vec<u8> {
    let words: Vec<&str> = text.split(' ').collect();
    match words[..] {
        ["<", "padded", length, file] => {
            let mut bytes = fixture(file);
            bytes.resize(length.parse().unwrap(), 0);
            bytes
        }
        ["<", "base64", file] => {
            use base64::Engine;
            let image = base64::engine::general_purpose::STANDARD.encode(fixture(file));
            serde_json::json!({"image": image}).to_string().into_bytes()
        }
        ["<", file] => fixture(file),
        _ => text.as_bytes().to_vec(),
    }
}

/// A multipart body: lines end as the standard has it, and a line may be a file.
fn form_of(text: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for line in text.lines() {
        body.extend(body_of(line));
        body.extend_from_slice(b"\r\n");
    }
    body
}

/// The reply as text: status, headers by name, body. Long strings and files are named by their hash.
fn whole(server: &TestServer, answer: &Answer) -> String {
    let mut out = format!("{}\n", answer.status);
    let mut headers = answer.headers.clone();
    headers.sort();
    for (name, value) in headers.iter().filter(|(name, _)| name != "content-length") {
        writeln!(out, "{name}: {value}").unwrap();
    }
    out.push('\n');
    if answer.header("content-type").starts_with("application/json") {
        let mut json = answer.json();
        // An envelope is shown open, once its signature is right.
        if json["signature"].is_string() {
            json = opened(&server.tupu_credential("provider_public_key_pem"), &answer.body);
        }
        shorten(server, &mut json);
        out.push_str(&serde_json::to_string_pretty(&json).unwrap());
    } else {
        out.push_str(&answer.text());
    }
    out
}

fn shorten(server: &TestServer, json: &mut serde_json::Value) {
    use serde_json::Value;
    match json {
        Value::String(text) if text.len() > 300 => {
            *text = format!(
                "{} characters, sha256 {}",
                text.len(),
                sha256_hex(text.as_bytes())
            )
        }
        Value::String(text) if text.contains("/_kit/") => *text = text.replace(&server.host(), "{host}"),
        Value::String(text) if text.contains("/_files/") => {
            let file = text.rsplit('/').next().unwrap();
            let got = server.send(
                "GET",
                &format!("http://{}/_files/{file}", server.host()),
                &[],
                &[],
            );
            if got.header("content-type") == "image/jpeg" {
                let (width, height) = jpeg_size(&got.body);
                // Its name is drawn from its bytes, which are floating point's business.
                let place = text.trim_end_matches(file);
                *text = format!("{place}*.jpg ({width}×{height})");
                return;
            }
            assert_eq!(got.header("content-type"), "image/png");
            *text = format!(
                "{text} ({} bytes, sha256 {})",
                got.body.len(),
                sha256_hex(&got.body)
            );
        }
        // A matrix of classes: what is in it, not all of it.
        Value::Array(rows) if rows.len() > 100 => {
            let text = serde_json::to_string(rows).unwrap();
            *json = Value::String(format!(
                "{} rows, sha256 {}",
                rows.len(),
                sha256_hex(text.as_bytes())
            ));
        }
        Value::Array(all) => all.iter_mut().for_each(|one| shorten(server, one)),
        Value::Object(fields) => fields.values_mut().for_each(|one| shorten(server, one)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The fields of a signature with an access key at an instant.
fn signed(
    (method, target): (&str, &str),
    headers: &[(&str, &str)],
    body: &[u8],
    (ak, sk): (&str, &str),
    at: Time,
) -> Vec<(String, String)> {
    let request = UnsignedRequest {
        method,
        target,
        headers,
        body,
    };
    AccessKeySigner::new(ak, sk).headers(&request, "nonce", at)
}
