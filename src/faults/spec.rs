//! A fault as a user writes it, in JSON or TOML.

use super::quantity::Span;
use super::{FaultStage, SamplingKey};
use crate::clock::Time;
use crate::exchange::Party;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A fault as a user writes it.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct FaultSpec {
    /// Its name, 1 to 64 of a-z, 0-9, `-`, `_`, `.`; made where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Which calls it is for; all where empty.
    #[serde(default, rename = "match", skip_serializing_if = "MatchSpec::is_empty")]
    pub matching: MatchSpec,
    /// Share of matching calls that are struck, 0 to 1; 1 where nothing else chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toxicity: Option<f64>,
    /// Strike every so-manieth matching call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// Strike the first so many matching calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<u64>,
    /// Strike matching calls from the one to the other, counted from 1, both included: `100..200`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<String>,
    /// What `toxicity` is drawn by.
    #[serde(default, skip_serializing_if = "SamplingKey::is_content")]
    pub by: SamplingKey,
    /// Where on the road it strikes; by its effect where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<FaultStage>,
    /// What happens: `{"kind": …}` with the kind's parameters.
    #[schemars(with = "BTreeMap<String, Value>")]
    #[schema(value_type = Object)]
    pub effect: Map<String, Value>,
    /// When, in virtual time; from now on where absent.
    #[serde(default, skip_serializing_if = "WindowSpec::is_empty")]
    pub window: WindowSpec,
    /// How long it lives, in virtual time, from its definition or the start of its window, whichever is later.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Span>,
    /// Whose it is, and what the SLA will call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<CauseSpec>,
    /// Most calls it holds at once; further ones are spared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_once: Option<u32>,
}

/// A life that is given is a span: `null` would be none at all.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Span>, D::Error> {
    let life = Option::<Span>::deserialize(from)?;
    life.map(Some).ok_or_else(|| D::Error::custom(EVERY_FAULT_ENDS))
}

/// What is said of a fault without an end.
pub(super) const EVERY_FAULT_ENDS: &str = "expected a span such as 1h: every fault ends";

/// Which calls a fault is for; absent fields fit all.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct MatchSpec {
    /// The provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// `cutout`, or with its provider `jdcloud-matting/cutout`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The world.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub world: Option<String>,
    /// The public part of the key the call claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// `POST`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path; with a `*` at its end, what it begins with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Header fields with their values; `*` for any value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub header: BTreeMap<String, String>,
    /// Least bytes of request body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_bytes: Option<u64>,
    /// Most bytes of request body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
    /// XXH3-128 of the request body, in hex, as the journal shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

impl MatchSpec {
    /// Whether it fits all calls.
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
    /// From here; from its definition where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// For so long; to the end of its life where absent.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// And again after so long, from start to start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Span>,
    /// Toxicity rises from 0 over so long at the start of each window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ramp: Option<Span>,
}

impl WindowSpec {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whose a fault is, and what the SLA will call it.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct CauseSpec {
    /// Whose it is in truth.
    pub party: Party,
    /// The contract's code for it, as `GET contracts/{provider}` lists them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The code the provider claims, where it differs from the truth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asserted: Option<String>,
    /// The notice that announced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// When the notice was sent; when the fault is defined where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_at: Option<Time>,
}
