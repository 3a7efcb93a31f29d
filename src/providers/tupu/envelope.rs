//! The signed envelope of every answer and callback, in the one encoding that all six of the vendor's clients verify
//! (`wire/tupu.md` §2.1): inside compact pure ASCII, outside two strings with only `"` and `\` escaped.

use crate::exchange::Reply;
use crate::signing::rsa;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{CompactFormatter, Formatter};
use std::io::{self, Write};

/// Compact JSON of ASCII characters alone.
struct Ascii(CompactFormatter);

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut plain = 0;
        for (at, c) in fragment
            .char_indices()
            .filter(|(_, c)| !c.is_ascii() || *c == '\u{7f}')
        {
            out.write_all(&fragment.as_bytes()[plain..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            plain = at + c.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[plain..])
    }
}

/// The inner text.
pub(super) fn inner(value: &Value) -> Vec<u8> {
    let mut text = Vec::with_capacity(512);
    let mut writer = serde_json::Serializer::with_formatter(&mut text, Ascii(CompactFormatter));
    value
        .serialize(&mut writer)
        .expect("JSON values can be written into memory");
    text
}

/// The envelope around an inner text. Where there is no key to sign with, the signature is empty.
pub(super) fn seal(inner: &[u8], provider_key: Option<&str>) -> Vec<u8> {
    let signature = provider_key.and_then(|key| rsa::sign(key, inner).ok());
    enclose(inner, &signature.unwrap_or_default())
}

fn enclose(inner: &[u8], signature: &str) -> Vec<u8> {
    let mut outer = Vec::with_capacity(inner.len() + inner.len() / 4 + signature.len() + 32);
    outer.extend_from_slice(br#"{"json":""#);
    for byte in inner {
        if matches!(byte, b'"' | b'\\') {
            outer.push(b'\\');
        }
        outer.push(*byte);
    }
    outer.extend_from_slice(br#"","signature":""#);
    outer.extend_from_slice(signature.as_bytes());
    outer.extend_from_slice(br#""}"#);
    outer
}

/// The same answer with a signature of the right form that is wrong.
pub(super) fn corrupt_signature(mut reply: Reply) -> Reply {
    let Ok(outer) = serde_json::from_slice::<Value>(&reply.body) else {
        return reply;
    };
    let text = |name: &str| outer[name].as_str().unwrap_or_default();
    let mut signature = STANDARD.decode(text("signature")).unwrap_or_default();
    if let Some(last) = signature.last_mut() {
        *last ^= 1;
    }
    reply.body = enclose(text("json").as_bytes(), &STANDARD.encode(signature)).into();
    reply
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const KEY: &str = include_str!("../../../fixtures/tupu/provider_private_key.pem");

    #[test]
    fn what_is_not_ascii_is_escaped_inside_and_once_more_outside() {
        let inner = inner(&json!({"m": "测\"\\/\u{1F600}\n&"}));
        assert_eq!(inner, br#"{"m":"\u6d4b\"\\/\ud83d\ude00\n&"}"#);
        let outer = String::from_utf8(enclose(&inner, "c2ln")).unwrap();
        assert_eq!(
            outer,
            r#"{"json":"{\"m\":\"\\u6d4b\\\"\\\\/\\ud83d\\ude00\\n&\"}","signature":"c2ln"}"#
        );
    }

    const VENDORS_KEY: &str = include_str!("../../../fixtures/tupu/vectors/tupu-public-key.pem");

    /// The inner text of a genuine message, whose signature by the vendor's own key is right over it and nothing else.
    fn recorded(message: &[u8]) -> String {
        let outer: Value = serde_json::from_slice(message).unwrap();
        let (text, signature) = (
            outer["json"].as_str().unwrap(),
            outer["signature"].as_str().unwrap(),
        );
        assert!(rsa::verify(VENDORS_KEY, text.as_bytes(), signature));
        assert!(!rsa::verify(
            VENDORS_KEY,
            text.replace("success", "failure").as_bytes(),
            signature
        ));
        text.to_owned()
    }

    /// An answer of 2018 (`wire/tupu.md` R1): our encoding of what it says is what it said, to the byte.
    #[test]
    fn a_recorded_answer_verifies_and_is_encoded_as_ours_are() {
        let text = recorded(include_bytes!(
            "../../../fixtures/tupu/vectors/recorded-2018.json"
        ));
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(inner(&value), text.as_bytes());
    }

    /// A callback of 2023 (R2), with the members that ours have.
    #[test]
    fn a_recorded_callback_verifies_and_has_the_members_of_ours() {
        let text = recorded(include_bytes!(
            "../../../fixtures/tupu/vectors/recorded-2023-callback.json"
        ));
        let value: Value = serde_json::from_str(&text).unwrap();
        let names = |of: &Value| {
            let mut names: Vec<String> = of.as_object().unwrap().keys().cloned().collect();
            names.sort();
            names
        };
        assert_eq!(
            names(&value["summary"][0]),
            ["code", "name", "riskTask", "riskType", "suggestion", "tag"]
        );
        let porn = &value["54bcfc6c329af61034f7c2fc"];
        assert_eq!(names(porn), ["fileList", "reviewCount", "statistic"]);
        assert_eq!(
            names(&porn["fileList"][0]),
            ["label", "name", "rate", "review", "subLabel", "tag"]
        );
        let violence = &value["5e1d70adeec2874f7318dc52"];
        assert_eq!(names(violence), ["fileList", "reviewCount", "topNStatistic"]);
        assert_eq!(violence["fileList"][0]["labels"].as_array().unwrap().len(), 5);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            // Only as fine as the reader of this test reads exactly.
            any::<i16>().prop_map(|n| Value::from(f64::from(n) / 8.0)),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_answer_is_canonical_and_verifies(value in any_json()) {
            let text = inner(&value);
            prop_assert!(text.iter().all(|b| (0x20..0x7f).contains(b)), "pure printable ASCII");
            prop_assert_eq!(&serde_json::from_slice::<Value>(&text).unwrap(), &value);
            let outer = seal(&text, Some(KEY));
            // Outside, nothing but a quotation mark or a backslash follows a backslash.
            let mut bytes = outer.iter();
            while let Some(byte) = bytes.next() {
                if *byte == b'\\' {
                    prop_assert!(matches!(bytes.next(), Some(b'"' | b'\\')));
                }
            }
            let read: serde_json::Map<String, Value> = serde_json::from_slice(&outer).unwrap();
            prop_assert_eq!(read.len(), 2);
            prop_assert_eq!(read["json"].as_str().unwrap().as_bytes(), &text[..]);
            prop_assert!(rsa::verify(KEY, &text, read["signature"].as_str().unwrap()));
        }
    }
}
