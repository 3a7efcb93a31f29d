//! The table of effects, which the README prints.

use super::{FaultStage, ProviderFacts};

/// What a provider must have for an effect to make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequiredCapability {
    /// Nothing.
    Nothing,
    /// Answers with a signature.
    SignedAnswers,
    /// Asynchronous work.
    Jobs,
}

impl RequiredCapability {
    /// Whether a provider has it.
    pub(super) fn met_by(self, provider: &ProviderFacts) -> bool {
        match self {
            RequiredCapability::Nothing => true,
            RequiredCapability::SignedAnswers => provider.signs_answers,
            RequiredCapability::Jobs => provider.has_jobs,
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            RequiredCapability::Nothing => "is served here",
            RequiredCapability::SignedAnswers => "signs its answers",
            RequiredCapability::Jobs => "has asynchronous jobs",
        }
    }
}

/// A kind of effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EffectKind {
    /// Its name.
    pub name: &'static str,
    /// Its parameters, optional ones in brackets.
    pub parameters: &'static str,
    /// The stages at which it can strike, the usual one first.
    pub stages: &'static [FaultStage],
    /// What the client meets.
    pub meets: &'static str,
    /// What becomes of the row.
    pub row: &'static str,
    /// Whether it decides the end of the call: at most one such effect is carried out.
    pub is_terminal: bool,
    /// What a provider must have for it.
    pub needs: RequiredCapability,
}

const fn kind(
    name: &'static str,
    parameters: &'static str,
    stages: &'static [FaultStage],
    words: (&'static str, &'static str),
) -> EffectKind {
    EffectKind {
        name,
        parameters,
        stages,
        meets: words.0,
        row: words.1,
        is_terminal: true,
        needs: RequiredCapability::Nothing,
    }
}

const fn beside(kind: EffectKind) -> EffectKind {
    EffectKind {
        is_terminal: false,
        ..kind
    }
}

const fn for_those_with(needs: RequiredCapability, kind: EffectKind) -> EffectKind {
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
    beside(kind(
        "latency",
        "`fixed`, or `dist` = `uniform` `min` `max` / `normal` `mean` `sd` / `lognormal` `median` `p99` / `percentiles` [`min`] `p50` `p90` `p99` `max`, or `per` = `megapixel`/`1000-chars` `time` [`base` `servers`]",
        ANY,
        (
            "a late answer; by physics, later the more calls are served at once",
            "answered, late",
        ),
    )),
    kind(
        "status",
        "`status` [`body` `headers`]",
        BEFORE_ANSWER,
        ("that status and body", "answered"),
    ),
    kind(
        "refusal",
        "`reason` [`retry_after`]",
        BEFORE_ANSWER,
        (
            "the vendor's own words for it; a reason is a failure's name or a code of the vendor's catalogue",
            "answered",
        ),
    ),
    kind(
        "hang",
        "[`for`]",
        ANY,
        (
            "silence on an open connection, until the client leaves or `for` is over; then a close",
            "no_response",
        ),
    ),
    kind("close", "", ANY, ("a clean close with no byte", "no_response")),
    kind(
        "reset",
        "[`when` = `before-read`/`after-read`/`mid-body`]",
        &[FaultStage::Service, FaultStage::Arrival, FaultStage::Response],
        (
            "RST: before the body is read, once it is read, or after half of the answer",
            "reset_before_read, reset_after_read, truncated",
        ),
    ),
    kind(
        "truncate",
        "[`after`]",
        RESPONSE,
        (
            "the head and `after` bytes or share of the body, then a close, Content-Length unmet",
            "truncated",
        ),
    ),
    beside(kind(
        "drip",
        "`rate` [`chunk`]",
        RESPONSE,
        (
            "the body at `rate` bytes a second, `chunk` bytes at a time",
            "answered",
        ),
    )),
    kind(
        "garbage",
        "[`bytes`]",
        RESPONSE,
        ("bytes that are not HTTP, then a close", "no_response"),
    ),
    kind(
        "bad-chunk",
        "",
        RESPONSE,
        (
            "a chunked body that breaks after its first chunk, then a close",
            "truncated",
        ),
    ),
    kind(
        "wrong-length",
        "[`by`]",
        RESPONSE,
        (
            "a Content-Length that is off by `by` (16 where absent): too long, the body and a close; too short, a surplus that the next answer begins with",
            "truncated, answered",
        ),
    ),
    beside(kind(
        "corrupt-json",
        "",
        RESPONSE,
        ("a JSON body of the right length that does not parse", "answered"),
    )),
    beside(kind(
        "corrupt-image",
        "",
        SERVICE,
        (
            "well-formed HTTP, and a result picture that does not decode, also behind its link",
            "answered",
        ),
    )),
    for_those_with(
        RequiredCapability::SignedAnswers,
        kind(
            "bad-signature",
            "",
            RESPONSE,
            ("an answer whose signature is wrong", "answered"),
        ),
    ),
    beside(kind(
        "wrong-verdict",
        "[`task` `label`]",
        SERVICE,
        (
            "a believable lie: another verdict; of a cut-out, the ground in place of the thing",
            "answered",
        ),
    )),
    kind(
        "stale-result",
        "",
        SERVICE,
        (
            "the answer to the call before this one at the same operation",
            "answered",
        ),
    ),
    kind(
        "duplicate",
        "",
        RESPONSE,
        (
            "the answer twice: on a kept connection the second is taken for the next call's",
            "answered",
        ),
    ),
    kind(
        "throttle",
        "`rate` [`burst` `retry_after`]",
        BEFORE_ANSWER,
        (
            "the vendor's rate refusal beyond it, on `retry_after` with that header",
            "answered",
        ),
    ),
    kind(
        "outage",
        "",
        ARRIVAL,
        (
            "a reset at once; refused connections where it is for everything",
            "refused_connection",
        ),
    ),
    kind(
        "maintenance",
        "[`notice`]",
        BEFORE_ANSWER,
        ("the vendor's maintenance answer", "answered"),
    ),
    for_those_with(
        RequiredCapability::Jobs,
        kind("callback-drop", "", SERVICE, ("no callback", "answered")),
    ),
    for_those_with(
        RequiredCapability::Jobs,
        kind(
            "callback-duplicate",
            "",
            SERVICE,
            ("the callback twice", "answered"),
        ),
    ),
    for_those_with(
        RequiredCapability::Jobs,
        kind(
            "callback-delay",
            "`delay`",
            SERVICE,
            ("a late callback", "answered"),
        ),
    ),
    for_those_with(
        RequiredCapability::Jobs,
        kind("job-stuck", "", SERVICE, ("a job that never ends", "answered")),
    ),
    for_those_with(
        RequiredCapability::Jobs,
        kind(
            "job-fail",
            "[`message`]",
            SERVICE,
            ("a job that fails", "answered"),
        ),
    ),
    beside(kind(
        "clock-skew",
        "`by`",
        ARRIVAL,
        (
            "a provider whose clock is off: `Date` and the window of signatures",
            "answered",
        ),
    )),
];

/// A kind by its name.
///
/// # Panics
/// When it is none; effects name only those of the table.
pub(super) fn kind_named(name: &str) -> &'static EffectKind {
    KINDS
        .iter()
        .find(|kind| kind.name == name)
        .expect("effects name kinds of the table")
}
