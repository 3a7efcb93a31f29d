//! The effects a fault can have on a call.

use super::latency::LatencySpec;
use super::quantity::{ByteSize, BytesOrShare, SignedSpan, Span};
use super::{FaultSpecError, FaultStage, KINDS};
use crate::exchange::{Failure, Refusal};
use crate::spelling::{expected_one_of, field_of, with_suggestion};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a fault does to a call: one of the kinds in [`KINDS`], with its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "KINDS describes each kind")]
pub enum Effect {
    Latency(LatencySpec),
    Status {
        status: u16,
        #[serde(default)]
        body: Value,
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    Refusal {
        reason: String,
        #[serde(default)]
        retry_after: Option<Span>,
    },
    Hang {
        #[serde(default, rename = "for")]
        span: Option<Span>,
    },
    Close {},
    Reset {
        #[serde(default)]
        when: ResetWhen,
    },
    Truncate {
        #[serde(default = "half")]
        after: BytesOrShare,
    },
    Drip {
        rate: ByteSize,
        #[serde(default)]
        chunk: Option<ByteSize>,
    },
    Garbage {
        #[serde(default = "default_garbage")]
        bytes: ByteSize,
    },
    BadChunk {},
    WrongLength {
        #[serde(default = "default_length_error")]
        by: i64,
    },
    CorruptJson {},
    CorruptImage {},
    BadSignature {},
    WrongVerdict {
        #[serde(default)]
        task: Option<String>,
        #[serde(default)]
        label: Option<String>,
    },
    StaleResult {},
    Duplicate {},
    Throttle {
        rate: PerSpan,
        #[serde(default)]
        burst: Option<u32>,
        #[serde(default)]
        retry_after: bool,
    },
    Outage {},
    Maintenance {
        #[serde(default)]
        notice: Option<String>,
    },
    CallbackDrop {},
    CallbackDuplicate {},
    CallbackDelay {
        delay: Span,
    },
    JobStuck {},
    JobFail {
        #[serde(default)]
        message: Option<String>,
    },
    ClockSkew {
        by: SignedSpan,
    },
}

/// When a connection is reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResetWhen {
    /// Before the request body is read.
    BeforeRead,
    /// After the request is read, before the first byte of the answer.
    #[default]
    AfterRead,
    /// After half of the answer is sent.
    MidBody,
}

/// A rate: `5` (per second), `"5/s"`, `"100/1m"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerSpan {
    /// Number of calls per `span`.
    pub count: u32,
    /// The span that `count` refers to.
    pub span: std::time::Duration,
}

impl Serialize for PerSpan {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!(
            "{}/{}",
            self.count,
            humantime::format_duration(self.span)
        ))
    }
}

impl<'de> Deserialize<'de> for PerSpan {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let invalid =
            || serde::de::Error::custom("expected a rate such as 5 or 0.5 (a second), or \"100/1m\"");
        let value = Value::deserialize(from)?;
        if let Some(rate) = value.as_f64().filter(|rate| rate.fract() != 0.0) {
            // A fractional rate becomes one call per 1/rate seconds.
            let span = std::time::Duration::try_from_secs_f64(rate.recip()).map_err(|_| invalid())?;
            return Ok(Self { count: 1, span });
        }
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let (count, span) = text.split_once('/').unwrap_or((&text, "s"));
        let span = span.trim();
        let span = if span.starts_with(|c: char| c.is_ascii_digit()) {
            span.to_owned()
        } else {
            format!("1{span}")
        };
        let span = crate::clock::parse_span(&span).map_err(|_| invalid())?;
        let count: u32 = count.trim().parse().map_err(|_| invalid())?;
        if count == 0 || span.is_zero() {
            Err(invalid())
        } else {
            Ok(Self { count, span })
        }
    }
}

fn half() -> BytesOrShare {
    BytesOrShare::Part(super::Proportion::new(0.5).unwrap_or_default())
}

fn default_garbage() -> ByteSize {
    ByteSize(64)
}

fn default_length_error() -> i64 {
    16
}

impl Effect {
    /// Parses and checks an effect: `kind` and the parameters of that kind.
    ///
    /// # Errors
    /// Names the field and what was expected.
    pub(super) fn parse(written: &Map<String, Value>) -> Result<Self, FaultSpecError> {
        let mut parameters = written.clone();
        let kinds = || KINDS.iter().map(|kind| kind.name);
        let Some(Value::String(kind)) = parameters.remove("kind") else {
            return Err(FaultSpecError::new(
                "effect.kind",
                format!("expected one of {}", kinds().collect::<Vec<_>>().join(", ")),
            ));
        };
        if !kinds().any(|known| known == kind) {
            return Err(FaultSpecError::new(
                "effect.kind",
                expected_one_of(&kind, kinds()),
            ));
        }
        let tagged = Value::Object(Map::from_iter([(kind.clone(), Value::Object(parameters))]));
        let effect: Self = serde_path_to_error::deserialize(tagged).map_err(|why| {
            let path = why.path().to_string();
            let text = why.inner().to_string();
            let within = path.strip_prefix(&kind).unwrap_or_default();
            let within = field_of(within, &text);
            let field = if within.is_empty() {
                "effect".to_owned()
            } else {
                format!("effect.{within}")
            };
            FaultSpecError::new(field, with_suggestion(&text))
        })?;
        effect.check()?;
        Ok(effect)
    }

    /// The name of the effect's kind in [`KINDS`].
    pub fn kind(&self) -> &'static str {
        match self {
            Effect::Latency(_) => "latency",
            Effect::Status { .. } => "status",
            Effect::Refusal { .. } => "refusal",
            Effect::Hang { .. } => "hang",
            Effect::Close {} => "close",
            Effect::Reset { .. } => "reset",
            Effect::Truncate { .. } => "truncate",
            Effect::Drip { .. } => "drip",
            Effect::Garbage { .. } => "garbage",
            Effect::BadChunk {} => "bad-chunk",
            Effect::WrongLength { .. } => "wrong-length",
            Effect::CorruptJson {} => "corrupt-json",
            Effect::CorruptImage {} => "corrupt-image",
            Effect::BadSignature {} => "bad-signature",
            Effect::WrongVerdict { .. } => "wrong-verdict",
            Effect::StaleResult {} => "stale-result",
            Effect::Duplicate {} => "duplicate",
            Effect::Throttle { .. } => "throttle",
            Effect::Outage {} => "outage",
            Effect::Maintenance { .. } => "maintenance",
            Effect::CallbackDrop {} => "callback-drop",
            Effect::CallbackDuplicate {} => "callback-duplicate",
            Effect::CallbackDelay { .. } => "callback-delay",
            Effect::JobStuck {} => "job-stuck",
            Effect::JobFail { .. } => "job-fail",
            Effect::ClockSkew { .. } => "clock-skew",
        }
    }

    /// The stages at which the effect can be applied, the default first.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "only a few kinds of effect matter here"
    )]
    pub fn stages(&self) -> &'static [FaultStage] {
        match self {
            Effect::Reset {
                when: ResetWhen::BeforeRead,
            } => &[FaultStage::Arrival],
            Effect::Reset {
                when: ResetWhen::AfterRead,
            } => &[FaultStage::Service],
            Effect::Reset {
                when: ResetWhen::MidBody,
            } => &[FaultStage::Response],
            _ => super::kinds::find_kind(self.kind()).stages,
        }
    }

    /// Whether the effect is applied before the body is read, if its scope and sampling allow that.
    pub fn is_before_reading(&self) -> bool {
        matches!(
            self,
            Effect::Outage {}
                | Effect::Reset {
                    when: ResetWhen::BeforeRead
                }
        )
    }

    /// Whether the result of the effect is randomised.
    pub fn is_random(&self) -> bool {
        matches!(
            self,
            Effect::Garbage { .. } | Effect::CorruptJson {} | Effect::CorruptImage {}
        )
    }

    /// The failure a refusal means.
    pub fn refusal(&self) -> Option<Refusal> {
        let Effect::Refusal { reason, .. } = self else {
            return None;
        };
        let neutral = Failure::from_name(reason).map(Refusal::from);
        Some(neutral.unwrap_or_else(|| Refusal::documented(reason.clone())))
    }
}
