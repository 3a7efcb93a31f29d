//! Fingerprints that identify requests with the same input.

use super::{Call, ContentHasher};
use crate::forms::opening_boundary;
use memchr::memmem;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Computes a digest (the first 16 bytes of a SHA-256) over operation, method, query and body, without what changes from call to call: headers, multipart
/// boundaries, and the `volatile` fields (timestamp, nonce, signature) of the query, a form, a multipart body or a JSON
/// object.
pub fn fingerprint(call: &Call, operation: &str, volatile: &[&str]) -> u128 {
    let mut hash = FingerprintHasher::default();
    hash.part(operation.as_bytes());
    hash.part(call.method.as_bytes());
    hash.form(call.query.as_bytes(), volatile);
    let kind = call.headers.get("content-type").unwrap_or_default();
    let detected = || opening_boundary(&call.body).filter(|_| !kind.starts_with("application/json"));
    if let Some(boundary) = boundary(kind).or_else(|| detected().map(Cow::Borrowed)) {
        hash.multipart(&call.body, &boundary, volatile);
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        hash.form(&call.body, volatile);
    } else if !volatile.is_empty() && hash.json(&call.body, volatile) {
        // `json` has hashed every field.
    } else {
        hash.part(&call.content().short().to_le_bytes());
    }
    hash.0.finish().short()
}

#[derive(Default)]
struct FingerprintHasher(ContentHasher);

impl FingerprintHasher {
    fn part(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn form(&mut self, text: &[u8], volatile: &[&str]) {
        let fields = form_urlencoded::parse(text);
        for (name, value) in fields.filter(|(name, _)| !volatile.contains(&&**name)) {
            self.part(name.as_bytes());
            self.part(value.as_bytes());
        }
    }

    /// Hashes the fields of a JSON object as written. Returns `false` and hashes nothing if the body is not an object.
    fn json(&mut self, body: &[u8], volatile: &[&str]) -> bool {
        if !body.trim_ascii_start().starts_with(b"{") {
            return false;
        }
        let Ok(fields) = serde_json::from_slice::<BTreeMap<Cow<'_, str>, &RawValue>>(body) else {
            return false;
        };
        for (name, value) in fields.iter().filter(|(name, _)| !volatile.contains(&&***name)) {
            self.part(name.as_bytes());
            self.part(value.get().as_bytes());
        }
        true
    }

    fn multipart(&mut self, body: &[u8], boundary: &str, volatile: &[&str]) {
        let delimiter = format!("--{boundary}");
        let mut start = 0;
        let ends = memmem::find_iter(body, delimiter.as_bytes()).chain([body.len()]);
        for end in ends {
            let part = &body[start.min(end)..end];
            start = end + delimiter.len();
            let head = &part[..memmem::find(part, b"\r\n\r\n").unwrap_or(part.len())];
            let is_volatile =
                |name: &&str| memmem::find(head, format!("name=\"{name}\"").as_bytes()).is_some();
            if !volatile.iter().any(is_volatile) {
                self.part(part);
            }
        }
    }
}

/// The boundary of a multipart content type.
fn boundary(content_type: &str) -> Option<Cow<'_, str>> {
    let parameters = content_type.strip_prefix("multipart/")?;
    let parameter = parameters
        .split(';')
        .skip(1)
        .find_map(|one| one.trim().strip_prefix("boundary="))?;
    Some(Cow::Borrowed(parameter.trim_matches('"'))).filter(|boundary| !boundary.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: &str, query: &str, body: &str) -> u128 {
        let call = Call {
            method: "POST".into(),
            query: query.into(),
            headers: [("content-type", kind), ("authorization", "anew")]
                .into_iter()
                .collect(),
            body: body.to_owned().into(),
            ..Call::default()
        };
        fingerprint(&call, "p/o", &["timestamp", "sign"])
    }

    #[test]
    fn what_a_client_makes_anew_does_not_count() {
        let form = "application/x-www-form-urlencoded";
        assert_eq!(
            of("", "a=1&timestamp=5&sign=x", "b"),
            of("", "a=1&timestamp=6&sign=y", "b")
        );
        assert_ne!(of("", "a=1", "b"), of("", "a=2", "b"));
        assert_ne!(of("", "", "b"), of("", "", "c"));
        assert_eq!(of(form, "", "q=1&timestamp=5"), of(form, "", "timestamp=7&q=1"));
        let json = "application/json";
        assert_eq!(
            of(json, "", r#"{"q":[1],"timestamp":5}"#),
            of(json, "", r#"{"timestamp":7.5,"q":[1],"sign":"x"}"#)
        );
        assert_ne!(of(json, "", r#"{"q":[1]}"#), of(json, "", r#"{"q":[2]}"#));
        assert_ne!(of(json, "", r#"{"q":[1]"#), of(json, "", r#"{"q":[2]"#));
        let parts = |mark: &str, stamp: &str, text: &str| {
            let body = format!(
                "--{mark}\r\ncontent-disposition: form-data; name=\"timestamp\"\r\n\r\n{stamp}\r\n--{mark}\r\n\
                 content-disposition: form-data; name=\"text\"\r\n\r\n{text}\r\n--{mark}--\r\n"
            );
            of(&format!("multipart/form-data; boundary=\"{mark}\""), "", &body)
        };
        assert_eq!(
            parts("AaB03x", "1", "hello"),
            parts("something-else", "2", "hello")
        );
        assert_ne!(parts("AaB03x", "1", "hello"), parts("AaB03x", "1", "hullo"));
        let untold = |mark: &str| {
            of(
                "",
                "",
                &format!("--{mark}\r\ncontent-disposition: x\r\n\r\n1\r\n--{mark}--\r\n"),
            )
        };
        assert_eq!(untold("one"), untold("another"));
    }
}
