//! The table of effect kinds, which the README contains.

use super::{FaultStage, ProviderFacts};

/// What a provider must support for an effect to make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequiredCapability {
    /// No special capability.
    Nothing,
    /// Signed answers.
    SignedAnswers,
    /// Asynchronous jobs.
    Jobs,
}

impl RequiredCapability {
    /// Whether a provider has the capability.
    pub(super) fn is_met_by(self, provider: &ProviderFacts) -> bool {
        match self {
            RequiredCapability::Nothing => true,
            RequiredCapability::SignedAnswers => provider.signs_answers,
            RequiredCapability::Jobs => provider.has_jobs,
        }
    }

    /// The capability as a phrase that completes "a provider that …".
    pub fn description(self) -> &'static str {
        match self {
            RequiredCapability::Nothing => "is served here",
            RequiredCapability::SignedAnswers => "signs its answers",
            RequiredCapability::Jobs => "has asynchronous jobs",
        }
    }
}

/// A kind of effect, with the texts of its table row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EffectKind {
    /// The name, as in `effect.kind`.
    pub name: &'static str,
    /// The parameters, optional ones in brackets.
    pub parameters: &'static str,
    /// The stages at which the effect can be applied, the default first.
    pub stages: &'static [FaultStage],
    /// What the client observes.
    pub client_sees: &'static str,
    /// The outcome recorded in the ledger row.
    pub outcome: &'static str,
    /// Whether the effect determines how the call ends: at most one such effect is applied.
    pub is_terminal: bool,
    /// What a provider must support.
    pub needs: RequiredCapability,
}

const fn kind(
    name: &'static str,
    parameters: &'static str,
    stages: &'static [FaultStage],
    client_sees: &'static str,
    outcome: &'static str,
) -> EffectKind {
    EffectKind {
        name,
        parameters,
        stages,
        client_sees,
        outcome,
        is_terminal: true,
        needs: RequiredCapability::Nothing,
    }
}

const fn non_terminal(kind: EffectKind) -> EffectKind {
    EffectKind {
        is_terminal: false,
        ..kind
    }
}

const fn requiring(needs: RequiredCapability, kind: EffectKind) -> EffectKind {
    EffectKind {
        needs,
        is_terminal: false,
        ..kind
    }
}

const ANY: &[FaultStage] = &[FaultStage::Service, FaultStage::Arrival, FaultStage::Response];
const BEFORE_ANSWER: &[FaultStage] = &[FaultStage::Service, FaultStage::Arrival];
const SERVICE: &[FaultStage] = &[FaultStage::Service];
const RESPONSE: &[FaultStage] = &[FaultStage::Response];
const ARRIVAL: &[FaultStage] = &[FaultStage::Arrival];

/// Every kind of effect.
pub static KINDS: [EffectKind; 26] = [
    non_terminal(kind(
        "latency",
        "`fixed`, or `dist` = `uniform` `min` `max` / `normal` `mean` `sd` / `lognormal` `median` `p99` / `percentiles` [`min`] `p50` `p90` `p99` `max`, or `per` = `megapixel`/`1000-chars` `time` [`base` `servers`]",
        ANY,
        "a late answer; with `per`, later the more calls are in progress",
        "answered, late",
    )),
    kind(
        "status",
        "`status` [`body` `headers`]",
        BEFORE_ANSWER,
        "that status and body",
        "answered",
    ),
    kind(
        "refusal",
        "`reason` [`retry_after`]",
        BEFORE_ANSWER,
        "the vendor's error; `reason` is the name of a failure or a code from the vendor's catalogue",
        "answered",
    ),
    kind(
        "hang",
        "[`for`]",
        ANY,
        "silence on an open connection, until the client leaves or `for` is over; then a close",
        "no_response",
    ),
    kind("close", "", ANY, "a clean close with no byte", "no_response"),
    kind(
        "reset",
        "[`when` = `before-read`/`after-read`/`mid-body`]",
        &[FaultStage::Service, FaultStage::Arrival, FaultStage::Response],
        "RST: before the body is read, once it is read, or after half of the answer",
        "reset_before_read, reset_after_read, truncated",
    ),
    kind(
        "truncate",
        "[`after`]",
        RESPONSE,
        "the head and `after` bytes or share of the body, then a close before Content-Length is reached",
        "truncated",
    ),
    non_terminal(kind(
        "drip",
        "`rate` [`chunk`]",
        RESPONSE,
        "the body at `rate` bytes a second, `chunk` bytes at a time",
        "answered",
    )),
    kind(
        "garbage",
        "[`bytes`]",
        RESPONSE,
        "bytes that are not HTTP, then a close",
        "no_response",
    ),
    kind(
        "bad-chunk",
        "",
        RESPONSE,
        "a chunked body that breaks after its first chunk, then a close",
        "truncated",
    ),
    kind(
        "wrong-length",
        "[`by`]",
        RESPONSE,
        "a Content-Length that is off by `by` (default 16): if too long, the body and a close; if too short, surplus bytes before the next answer",
        "truncated, answered",
    ),
    non_terminal(kind(
        "corrupt-json",
        "",
        RESPONSE,
        "a JSON body of the right length that does not parse",
        "answered",
    )),
    non_terminal(kind(
        "corrupt-image",
        "",
        SERVICE,
        "well-formed HTTP, and a result picture that does not decode, also behind its link",
        "answered",
    )),
    requiring(
        RequiredCapability::SignedAnswers,
        kind(
            "bad-signature",
            "",
            RESPONSE,
            "an answer whose signature is wrong",
            "answered",
        ),
    ),
    non_terminal(kind(
        "wrong-verdict",
        "[`task` `label`]",
        SERVICE,
        "a plausible wrong result: another verdict, or for a cut-out the background instead of the object",
        "answered",
    )),
    kind(
        "stale-result",
        "",
        SERVICE,
        "the answer to the previous call of the same operation",
        "answered",
    ),
    kind(
        "duplicate",
        "",
        RESPONSE,
        "the answer twice: on a kept connection the second looks like the answer to the next call",
        "answered",
    ),
    kind(
        "throttle",
        "`rate` [`burst` `retry_after`]",
        BEFORE_ANSWER,
        "the vendor's rate limit error above `rate`, with a Retry-After header if `retry_after` is set",
        "answered",
    ),
    kind(
        "outage",
        "",
        ARRIVAL,
        "a reset at once; refused connections if the fault matches everything",
        "refused_connection",
    ),
    kind(
        "maintenance",
        "[`notice`]",
        BEFORE_ANSWER,
        "the vendor's maintenance answer",
        "answered",
    ),
    requiring(
        RequiredCapability::Jobs,
        kind("callback-drop", "", SERVICE, "no callback", "answered"),
    ),
    requiring(
        RequiredCapability::Jobs,
        kind(
            "callback-duplicate",
            "",
            SERVICE,
            "the callback twice",
            "answered",
        ),
    ),
    requiring(
        RequiredCapability::Jobs,
        kind(
            "callback-delay",
            "`delay`",
            SERVICE,
            "a late callback",
            "answered",
        ),
    ),
    requiring(
        RequiredCapability::Jobs,
        kind("job-stuck", "", SERVICE, "a job that never ends", "answered"),
    ),
    requiring(
        RequiredCapability::Jobs,
        kind("job-fail", "[`message`]", SERVICE, "a job that fails", "answered"),
    ),
    non_terminal(kind(
        "clock-skew",
        "`by`",
        ARRIVAL,
        "a provider with a wrong clock, which affects `Date` and signature windows",
        "answered",
    )),
];

/// Looks up a kind by name.
///
/// # Panics
/// If there is no such kind; [`Effect::kind`](super::Effect::kind) returns only names from the table.
pub(super) fn find_kind(name: &str) -> &'static EffectKind {
    KINDS
        .iter()
        .find(|kind| kind.name == name)
        .expect("effects only name kinds in the table")
}
