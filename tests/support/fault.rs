//! Faults in words: `fault("busy").matching("jdcloud-matting/cutout").status(503).always()`.

use serde_json::{Value, json};

/// A fault that is about to be defined: as JSON, part by part. What it does not say is as the admin API has it.
#[derive(Clone)]
pub struct FaultBuilder(Value);

/// A fault of this name; it still needs an effect.
pub fn fault(id: &str) -> FaultBuilder {
    FaultBuilder(json!({"id": id}))
}

/// A fault with this effect, named after its kind.
pub fn effect(effect: Value) -> FaultBuilder {
    fault(effect["kind"].as_str().unwrap()).effect(effect)
}

impl From<FaultBuilder> for Value {
    fn from(fault: FaultBuilder) -> Value {
        fault.0
    }
}

impl FaultBuilder {
    /// Any part of a fault by its name, such as `toxicity` or `window.for`.
    pub fn with(mut self, part: &str, value: impl Into<Value>) -> Self {
        let pointer = part.split('.').fold(&mut self.0, |at, name| &mut at[name]);
        *pointer = value.into();
        self
    }

    /// Only calls of a provider, `tupu`, or of one operation, `jdcloud-matting/cutout`. A vendor with several providers, as
    /// `jdcloud`, cannot be matched as a whole: that takes a fault for each of them.
    pub fn matching(self, what: &str) -> Self {
        match what.split_once('/') {
            Some((provider, operation)) => self
                .with("match.provider", provider)
                .with("match.operation", operation),
            None => self.with("match.provider", what),
        }
    }

    /// Only calls of a world.
    pub fn in_world(self, name: &str) -> Self {
        self.with("match.world", name)
    }

    pub fn effect(self, effect: Value) -> Self {
        self.with("effect", effect)
    }

    /// An effect without parameters.
    pub fn kind(self, kind: &str) -> Self {
        self.effect(json!({"kind": kind}))
    }

    /// This status in place of an answer.
    pub fn status(self, status: u16) -> Self {
        self.effect(json!({"kind": "status", "status": status}))
    }

    /// Every answer is so much later.
    pub fn latency(self, fixed: &str) -> Self {
        self.effect(json!({"kind": "latency", "fixed": fixed}))
    }

    /// Every matching call is struck.
    pub fn always(self) -> Self {
        self.toxicity(1.0)
    }

    /// Only calls that ask for it by `x-understudy-fault`.
    pub fn on_request(self) -> Self {
        self.toxicity(0.0)
    }

    /// This share of the matching calls is struck.
    pub fn toxicity(self, share: f64) -> Self {
        self.with("toxicity", share)
    }

    /// When within its life it is in force, on the world's clock: `from`, `for`, `repeat`, `ramp`. All the time where it is
    /// not said.
    pub fn window(self, window: Value) -> Self {
        self.with("window", window)
    }

    /// How long it lives, on the world's clock, from its definition or from the start of its window, whichever is later;
    /// then it is over for good. An hour where it is not said: a window that lasts longer, or repeats, needs a longer one.
    pub fn ttl(self, span: &str) -> Self {
        self.with("ttl", span)
    }

    /// Whose fault it is, for statements of service: `party`, `code`, `asserted`, `notice`, `notice_at`.
    pub fn cause(self, cause: Value) -> Self {
        self.with("cause", cause)
    }
}
