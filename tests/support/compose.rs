//! A caller of composing.

use super::fixture;
use super::server::{Answer, TestServer};
use serde_json::Value;

pub const BOUNDARY: &str = "understudy-test";

/// A multipart body: fields, then pictures.
pub fn form(fields: &[(&str, &str)], pictures: &[&[u8]]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    for picture in pictures {
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"images\"; filename=\"p.jpg\"\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(picture);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

impl TestServer {
    /// A form posted with the demo world's access key.
    pub fn compose(&self, path: &str, fields: &[(&str, &str)], pictures: &[&[u8]]) -> Answer {
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.signed_as(&kind, path, &form(fields, pictures))
    }

    /// A body of a type posted with the demo world's access key.
    pub fn signed_as(&self, kind: &str, path: &str, body: &[u8]) -> Answer {
        let host = self.host();
        let fields = [("content-type", kind), ("host", &*host)];
        let mut headers = self.signature(("POST", path), &fields, body);
        headers.push(("content-type".into(), kind.into()));
        self.send("POST", &self.url(path), &headers, body)
    }

    /// The result of a form that is composed.
    pub fn composed(&self, path: &str, fields: &[(&str, &str)], pictures: &[&[u8]]) -> Value {
        let answer = self.compose(path, fields, pictures).json();
        assert_eq!(
            (&answer["code"], &answer["result"]["status"]),
            (&10000.into(), &0.into()),
            "{answer}"
        );
        answer["result"].clone()
    }

    /// The status of a form that is not composed.
    pub fn refused(&self, path: &str, fields: &[(&str, &str)], pictures: &[&[u8]]) -> Value {
        let answer = self.compose(path, fields, pictures).json();
        assert_eq!(answer["code"], 10000, "{answer}");
        answer["result"]["status"].clone()
    }

    /// A page of the list of templates.
    pub fn listed(&self, query: &str) -> Value {
        let path = format!("/api/intel-templates?{query}");
        let keys = (&*self.demo("ak"), &*self.demo("sk"));
        self.signed("GET", &path, b"", keys).json()
    }

    /// A result file.
    pub fn fetched(&self, url: &Value) -> Vec<u8> {
        let answer = self.send("GET", url.as_str().unwrap(), &[], b"");
        assert_eq!(answer.status, 200, "{url}");
        answer.body
    }
}

/// Width and height of a JPEG.
pub fn jpeg_size(jpeg: &[u8]) -> (u64, u64) {
    assert!(jpeg.starts_with(b"\xff\xd8"), "no JPEG");
    let mut at = 2;
    loop {
        let number = |at: usize| u64::from(jpeg[at]) << 8 | u64::from(jpeg[at + 1]);
        if (0xc0..=0xc2).contains(&jpeg[at + 1]) {
            return (number(at + 7), number(at + 5));
        }
        at += 2 + number(at + 2) as usize;
    }
}

/// A photograph of a cup.
pub fn coffee() -> Vec<u8> {
    fixture("photos/coffee.jpg")
}

/// A template of one's own.
pub fn own_template(name: &str) -> Value {
    let text = fixture("templates/own.json");
    let mut template: Value = serde_json::from_slice(&text).unwrap();
    template["name"] = name.into();
    template
}
