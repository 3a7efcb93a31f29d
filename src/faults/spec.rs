//! Fault specifications, as written in JSON or TOML.

use super::quantity::Span;
use super::{FaultStage, SamplingKey};
use crate::clock::Time;
use crate::exchange::Party;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A fault specification.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct FaultSpec {
    /// Id: 1 to 64 of a-z, 0-9, `-`, `_`, `.`; generated if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Which calls match; all if absent.
    #[serde(default, rename = "match", skip_serializing_if = "MatchSpec::is_empty")]
    pub matching: MatchSpec,
    /// Share of matching calls that are affected, 0 to 1; 1 if `every`, `first` and `requests` are absent too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toxicity: Option<f64>,
    /// Affect every n-th matching call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// Affect the first n matching calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<u64>,
    /// Affect a range of matching calls, counted from 1, both ends included: `100..200`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<String>,
    /// What the random draw for `toxicity` is keyed by.
    #[serde(default, skip_serializing_if = "SamplingKey::is_content")]
    pub by: SamplingKey,
    /// The stage of the request pipeline at which the effect is applied; the effect's default if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<FaultStage>,
    /// What happens to an affected call: `{"kind": …}` with the parameters of that kind.
    #[schemars(with = "BTreeMap<String, Value>")]
    #[schema(value_type = Object)]
    pub effect: Map<String, Value>,
    /// When the fault is in force, in virtual time; from now on if absent.
    #[serde(default, skip_serializing_if = "WindowSpec::is_empty")]
    pub window: WindowSpec,
    /// How long it lives, in virtual time, from its definition or the start of its window, whichever is later.
    #[serde(
        default,
        deserialize_with = "non_null_span",
        skip_serializing_if = "Option::is_none"
    )]
    pub ttl: Option<Span>,
    /// Responsible party and cause, as recorded for the SLA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<CauseSpec>,
    /// Maximum number of calls affected concurrently; further calls are spared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_once: Option<u32>,
}

/// Deserializes a span and refuses `null`, which would mean a fault without an end.
fn non_null_span<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Span>, D::Error> {
    let span = Option::<Span>::deserialize(from)?;
    span.map(Some).ok_or_else(|| D::Error::custom(EVERY_FAULT_ENDS))
}

/// Error text for a fault without an end.
pub(super) const EVERY_FAULT_ENDS: &str = "expected a span such as 1h: every fault ends";

/// Which calls match a fault; absent fields match every call.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct MatchSpec {
    /// The provider's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The operation's id, `cutout`, or with its provider `jdcloud-matting/cutout`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The world's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub world: Option<String>,
    /// The public part of the key the call claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The HTTP method, such as `POST`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The exact path, or with a trailing `*` a prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Required headers with their values; `*` matches any value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub header: BTreeMap<String, String>,
    /// Minimum size of the request body in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_bytes: Option<u64>,
    /// Maximum size of the request body in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
    /// The first 32 hexadecimal digits of the SHA-256 of the request body, as the journal shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

impl MatchSpec {
    /// Whether every call matches.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// When a fault is in force, in virtual time.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct WindowSpec {
    /// Start of the window; the definition of the fault if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// Length of the window; to the end of the fault's life if absent.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// Interval after which the window repeats, from start to start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Span>,
    /// Time over which toxicity rises from 0 at the start of each window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ramp: Option<Span>,
}

impl WindowSpec {
    /// Whether all fields are absent.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Responsible party and cause of a fault, as recorded for the SLA.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct CauseSpec {
    /// The party that is actually responsible.
    pub party: Party,
    /// The contract's code for the cause, as listed by `GET contracts/{provider}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The code the provider claims, if it differs from `code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asserted: Option<String>,
    /// Id of the notice that announced the fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// When the notice was sent; the definition of the fault if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_at: Option<Time>,
}
