//! Serde formats for spans in the configuration.

/// A span as text, such as `700ms`.
pub(super) mod span {
    use crate::clock::parse_span;
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    pub fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&humantime::format_duration(*span))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        parse_span(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

/// A span as text, or `required` for `None`.
pub(super) mod span_or_required {
    use crate::clock::parse_span;
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    #[expect(clippy::ref_option, reason = "serde requires this signature")]
    pub fn serialize<S: Serializer>(span: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
        match span {
            Some(span) => super::span::serialize(span, to),
            None => to.serialize_str("required"),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
        match String::deserialize(from)?.as_str() {
            "required" => Ok(None),
            text => parse_span(text).map(Some).map_err(serde::de::Error::custom),
        }
    }
}
