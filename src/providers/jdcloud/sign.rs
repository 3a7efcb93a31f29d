//! How a client signs a call to JD Cloud: the other side of what `auth.rs` checks, for tests, benchmarks and tools
//! (`wire/jdcloud.md` §2). Nothing here reads a clock or draws a number; both come as arguments.
//!
//! There are two ways, and a call uses one of them:
//!
//! - An **access key** signs the request (JDCLOUD2, JDCLOUD3). [`AccessKeySigner::headers`] gives the three header
//!   fields to add: `x-jdcloud-date` (`20261122T040000Z`, UTC), `x-jdcloud-nonce`, and `authorization`
//!   (`JDCLOUD2-HMAC-SHA256 Credential=AK/20261122/REGION/SERVICE/jdcloud2_request, SignedHeaders=a;b, Signature=HEX`).
//! - An **app key** is sent in the query: [`app_key_query`] gives `appkey=…&timestamp=MILLIS&sign=MD5(secret+MILLIS)`.
//!
//! Sources: the signing page of the vendor's documents and its signers in C++, Rust, Go and JavaScript; their published
//! vectors are the tests below.

use super::auth::{JDCLOUD2, JDCLOUD3};
use crate::clock::Time;
use crate::signing::digest::{md5_hex, sha256_hex};
use crate::signing::scoped::{CanonicalRequest, SignatureDialect, SignatureHeader, sign, signing_key};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::time::Duration;

/// Everything but unreserved characters.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
/// Everything but unreserved characters and the slash.
const PATH: &AsciiSet = &VALUE.remove(b'/');

/// Which generation of the scheme signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureVersion {
    /// `JDCLOUD2-HMAC-SHA256`.
    Jdcloud2,
    /// `JDCLOUD3-HMAC-SHA256`.
    Jdcloud3,
}

/// A request before it is signed.
#[derive(Clone, Copy, Debug)]
pub struct UnsignedRequest<'a> {
    /// Its method.
    pub method: &'a str,
    /// Path and query, as they are sent.
    pub target: &'a str,
    /// The header fields that are signed beside date and nonce, names in lower case; clients sign `host` at least.
    pub headers: &'a [(&'a str, &'a str)],
    /// The whole body.
    pub body: &'a [u8],
}

/// Signs with an access key.
#[derive(Clone, Copy, Debug)]
pub struct AccessKeySigner<'a> {
    /// The scheme's generation.
    pub version: SignatureVersion,
    /// Public part of the key.
    pub access_key: &'a str,
    /// Secret part of the key.
    pub secret_key: &'a str,
    /// Region of the scope; any is taken.
    pub region: &'a str,
    /// Service of the scope; any is taken.
    pub service: &'a str,
}

impl<'a> AccessKeySigner<'a> {
    /// JDCLOUD2 for the region `cn-north-1`.
    pub fn new(access_key: &'a str, secret_key: &'a str) -> Self {
        Self {
            version: SignatureVersion::Jdcloud2,
            access_key,
            secret_key,
            region: "cn-north-1",
            service: "matting",
        }
    }

    /// The header fields that prove who sends this request at an instant. A nonce is used once.
    pub fn headers(&self, request: &UnsignedRequest<'_>, nonce: &str, at: Time) -> Vec<(String, String)> {
        let dialect = self.dialect();
        let date = basic(at);
        let mut signed = vec![("x-jdcloud-date", date.as_str()), ("x-jdcloud-nonce", nonce)];
        signed.extend(request.headers);
        signed.sort_unstable();
        let lines: String = signed
            .iter()
            .flat_map(|(name, value)| [name, ":", value.trim(), "\n"])
            .collect();
        let names: Vec<&str> = signed.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let (path, query) = request.target.split_once('?').unwrap_or((request.target, ""));
        let canonical = CanonicalRequest {
            method: &request.method.to_ascii_uppercase(),
            uri: &again(path, PATH),
            query: &sorted(query),
            headers: &lines,
            signed_headers: &names,
            payload_hash: &sha256_hex(request.body),
        };
        let claim = SignatureHeader {
            access_key: self.access_key,
            date: &date[..8],
            region: self.region,
            service: self.service,
            signed_headers: &names,
            signature: "",
        };
        let (key, scope) = (
            signing_key(dialect, self.secret_key, &claim),
            claim.scope(dialect),
        );
        let signature = sign(dialect, &key, &date, &scope, &canonical.hash());
        let authorization = format!(
            "{} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            dialect.algorithm, self.access_key
        );
        vec![
            ("x-jdcloud-date".to_owned(), date),
            ("x-jdcloud-nonce".to_owned(), nonce.to_owned()),
            ("authorization".to_owned(), authorization),
        ]
    }

    fn dialect(&self) -> &'static SignatureDialect {
        match self.version {
            SignatureVersion::Jdcloud2 => &JDCLOUD2,
            SignatureVersion::Jdcloud3 => &JDCLOUD3,
        }
    }
}

/// The query that proves who calls at an instant with an app key.
pub fn app_key_query(app_key: &str, secret: &str, at: Time) -> String {
    let timestamp = at.millis();
    let sign = md5_hex(format!("{secret}{timestamp}").as_bytes());
    format!("appkey={app_key}&timestamp={timestamp}&sign={sign}")
}

/// An instant as the signature has it, `20261122T040000Z`.
fn basic(at: Time) -> String {
    // The local text is that of Asia/Shanghai, eight hours ahead of UTC.
    let utc = (at - Duration::from_hours(8)).local_text();
    utc.replace(['-', ':'], "").replace(' ', "T") + "Z"
}

/// A text encoded once, whether it was encoded before or not.
fn again(text: &str, set: &'static AsciiSet) -> String {
    utf8_percent_encode(&percent_decode_str(text).decode_utf8_lossy(), set).to_string()
}

/// The parts of a query, each encoded once, by name and value.
fn sorted(query: &str) -> String {
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| format!("{}={}", again(name, VALUE), again(value, VALUE)))
        .collect();
    pairs.sort();
    pairs.join("&")
}

#[cfg(test)]
mod tests;
