//! Quantities in fault specifications: spans, sizes, shares.

use crate::clock::{parse_span, string_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::time::Duration;

/// A span of virtual time, written `700ms`, `5m`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&humantime::format_duration(self.0))
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        parse_span(&String::deserialize(from)?)
            .map(Self)
            .map_err(Error::custom)
    }
}

string_schema!(
    Span,
    "A span of virtual time: numbers, each with its unit (us, ms, s, m, h, d and their long names).",
    pattern r"^\s*(\d+\s*[a-zA-Z]+\s*)+$",
    "5m"
);

/// A span that may lie before or after, written `-90s`, `5m`; in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignedSpan(pub i64);

impl Serialize for SignedSpan {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let sign = if self.0 < 0 { "-" } else { "" };
        let span = humantime::format_duration(Duration::from_micros(self.0.unsigned_abs()));
        to.collect_str(&format_args!("{sign}{span}"))
    }
}

impl<'de> Deserialize<'de> for SignedSpan {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let (sign, span) = match text.trim().strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.trim().trim_start_matches('+')),
        };
        let span = parse_span(span).map_err(Error::custom)?;
        let micros = i64::try_from(span.as_micros()).map_err(Error::custom)?;
        Ok(Self(sign * micros))
    }
}

/// A number of bytes, written `40 B`, `1 MiB`, or as a plain number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

impl Serialize for ByteSize {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{} B", self.0))
    }
}

impl schemars::JsonSchema for ByteSize {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ByteSize".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": ["string", "integer"],
            "description": "A number of bytes, with a unit or without.",
            "minimum": 0,
            "examples": ["1 MiB", 40],
        })
    }
}

/// What a number may be written as.
#[derive(Deserialize)]
#[serde(untagged)]
enum NumberOrText {
    Whole(u64),
    Real(f64),
    Text(String),
}

fn parse_size(text: &str) -> Result<u64, String> {
    text.trim()
        .parse::<bytesize::ByteSize>()
        .map(|size| size.as_u64())
        .map_err(|_| format!("expected a size such as \"40 B\" or \"1 MiB\", found {text:?}"))
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match NumberOrText::deserialize(from)
            .map_err(|_| Error::custom("expected a size such as \"40 B\" or 40"))?
        {
            NumberOrText::Whole(bytes) => Ok(Self(bytes)),
            NumberOrText::Text(text) => parse_size(&text).map(Self).map_err(Error::custom),
            NumberOrText::Real(_) => Err(Error::custom("expected a whole number of bytes")),
        }
    }
}

/// A share from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Proportion(f64);

impl Proportion {
    /// The whole.
    pub const WHOLE: Proportion = Proportion(1.0);

    /// Creates a share; `None` outside 0 to 1.
    pub fn new(value: f64) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Self(value))
    }

    /// The share as a number from 0 to 1.
    pub fn value(self) -> f64 {
        self.0
    }

    /// The share of the 2^64 values of a draw: a draw below it falls within the share. Exact, as 2^64 is a power of
    /// two.
    pub fn draw_threshold(self) -> u128 {
        (self.0 * 18_446_744_073_709_551_616.0) as u128
    }

    /// This share multiplied by `factor`, clamped to 0 to 1.
    pub fn times(self, factor: f64) -> Self {
        Self((self.0 * factor).clamp(0.0, 1.0))
    }
}

/// A number of bytes, or a share of all bytes: `40`, `"40 B"`, `0.5`, `"50%"`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BytesOrShare {
    /// A number of bytes.
    Bytes(u64),
    /// A share of all bytes.
    Part(Proportion),
}

impl BytesOrShare {
    /// The number of bytes of a body of `length` bytes; at most `length`.
    pub fn resolve(self, length: u64) -> u64 {
        match self {
            BytesOrShare::Bytes(bytes) => bytes.min(length),
            BytesOrShare::Part(share) => (length as f64 * share.value()) as u64,
        }
    }
}

impl Serialize for BytesOrShare {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            BytesOrShare::Bytes(bytes) => to.collect_str(&format_args!("{bytes} B")),
            BytesOrShare::Part(share) => to.serialize_f64(share.value()),
        }
    }
}

impl<'de> Deserialize<'de> for BytesOrShare {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        const EXPECTED: &str = "expected bytes (40, \"40 B\") or a share (0.5, \"50%\")";
        let share = |value: f64| {
            Proportion::new(value)
                .map(BytesOrShare::Part)
                .ok_or_else(|| Error::custom(EXPECTED))
        };
        match NumberOrText::deserialize(from).map_err(|_| Error::custom(EXPECTED))? {
            NumberOrText::Whole(bytes) => Ok(Self::Bytes(bytes)),
            NumberOrText::Real(part) => share(part),
            NumberOrText::Text(text) => match text.trim().strip_suffix('%') {
                Some(percent) => {
                    let percent = percent.trim().parse::<f64>();
                    share(percent.map_err(|_| Error::custom(EXPECTED))? / 100.0)
                }
                None => parse_size(&text)
                    .map(Self::Bytes)
                    .map_err(|_| Error::custom(EXPECTED)),
            },
        }
    }
}
