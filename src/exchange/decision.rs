//! Every decision taken on a call's way, so that `explain` can print them.

use serde::Serialize;
use std::borrow::Cow;

/// Where on the road a decision fell (the order of the road).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PipelineStage {
    /// Reading the request.
    Edge,
    /// Choosing the operation.
    Route,
    /// Choosing the world.
    World,
    /// Faults before anything of the provider's runs.
    Arrival,
    /// Proving who calls.
    Authenticate,
    /// State of the key, rate, concurrency, quota, balance.
    Admit,
    /// Faults in place of the answer or around it.
    Service,
    /// The provider's own answer.
    Answer,
    /// Faults on the answer's way out.
    Response,
    /// Sending it.
    Send,
}

/// What a decision came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionKind {
    /// The call went on.
    Pass,
    /// The call was refused here.
    Refuse,
    /// A choice that shaped the answer.
    Choose,
}

/// One decision on a call's way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Decision {
    /// Where it fell.
    pub stage: PipelineStage,
    /// The rule, by name.
    pub rule: &'static str,
    /// What it came to.
    pub verdict: DecisionKind,
    /// The facts it rested on.
    #[schema(value_type = String)]
    pub because: Cow<'static, str>,
    /// What would have changed it.
    #[schema(value_type = String)]
    #[serde(skip_serializing_if = "str::is_empty")]
    pub otherwise: Cow<'static, str>,
}

impl Decision {
    /// A decision that let the call go on.
    pub fn pass(stage: PipelineStage, rule: &'static str, because: impl Into<Cow<'static, str>>) -> Self {
        Self {
            stage,
            rule,
            verdict: DecisionKind::Pass,
            because: because.into(),
            otherwise: Cow::Borrowed(""),
        }
    }

    /// A decision that ended it.
    pub fn refuse(stage: PipelineStage, rule: &'static str, because: impl Into<Cow<'static, str>>) -> Self {
        Self {
            verdict: DecisionKind::Refuse,
            ..Self::pass(stage, rule, because)
        }
    }

    /// A choice that shaped the answer.
    pub fn choose(stage: PipelineStage, rule: &'static str, because: impl Into<Cow<'static, str>>) -> Self {
        Self {
            verdict: DecisionKind::Choose,
            ..Self::pass(stage, rule, because)
        }
    }

    /// What would have changed it.
    #[must_use]
    pub fn otherwise(self, otherwise: impl Into<Cow<'static, str>>) -> Self {
        Self {
            otherwise: otherwise.into(),
            ..self
        }
    }
}

/// The decisions of one call, in order.
pub type DecisionLog = Vec<Decision>;
