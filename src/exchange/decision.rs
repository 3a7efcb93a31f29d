//! The decisions taken about a call, which `explain` prints.

use serde::Serialize;
use std::borrow::Cow;

/// The stages of the request pipeline, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PipelineStage {
    /// Reads the request.
    Edge,
    /// Chooses the operation.
    Route,
    /// Chooses the world.
    World,
    /// Applies faults before any code of the provider runs.
    Arrival,
    /// Authenticates the caller.
    Authenticate,
    /// Checks state of the key, rate, concurrency, quota and balance.
    Admit,
    /// Applies faults instead of the answer or around it.
    Service,
    /// Makes the provider's answer.
    Answer,
    /// Applies faults to the answer.
    Response,
    /// Sends the answer.
    Send,
}

/// The outcome of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionKind {
    /// The call continued.
    Pass,
    /// The call was refused.
    Refuse,
    /// The decision determined a part of the answer.
    Choose,
}

/// One decision about a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Decision {
    /// The stage at which the decision was taken.
    pub stage: PipelineStage,
    /// Name of the rule.
    pub rule: &'static str,
    /// The outcome.
    pub verdict: DecisionKind,
    /// The facts the decision is based on.
    #[schema(value_type = String)]
    pub because: Cow<'static, str>,
    /// What would have led to another outcome.
    #[schema(value_type = String)]
    #[serde(skip_serializing_if = "str::is_empty")]
    pub otherwise: Cow<'static, str>,
}

impl Decision {
    /// A decision after which the call continued.
    pub fn pass(stage: PipelineStage, rule: &'static str, because: impl Into<Cow<'static, str>>) -> Self {
        Self {
            stage,
            rule,
            verdict: DecisionKind::Pass,
            because: because.into(),
            otherwise: Cow::Borrowed(""),
        }
    }

    /// A decision that refused the call.
    pub fn refuse(stage: PipelineStage, rule: &'static str, because: impl Into<Cow<'static, str>>) -> Self {
        Self {
            verdict: DecisionKind::Refuse,
            ..Self::pass(stage, rule, because)
        }
    }

    /// A decision that determined a part of the answer.
    pub fn choose(stage: PipelineStage, rule: &'static str, because: impl Into<Cow<'static, str>>) -> Self {
        Self {
            verdict: DecisionKind::Choose,
            ..Self::pass(stage, rule, because)
        }
    }

    /// Adds what would have led to another outcome.
    #[must_use]
    pub fn otherwise(self, otherwise: impl Into<Cow<'static, str>>) -> Self {
        Self {
            otherwise: otherwise.into(),
            ..self
        }
    }
}

/// The decisions about one call, in order.
pub type DecisionLog = Vec<Decision>;
