//! Fault definitions and the rules that decide which calls they affect. Stateless: callers hold the counters.
//!
//! A [`FaultSpec`] is what a user writes; a [`Fault`] is a validated one; a [`FaultSet`] finds the faults that can
//! match a call without comparing it with all others. Random decisions come from a keyed hash (see
//! [`SamplingRule`]), so that the same calls are affected in any order and at any concurrency.

mod effect;
mod effect_check;
mod fault;
mod kinds;
mod latency;
mod quantity;
mod receipt;
mod sampling;
mod scope;
mod set;
mod spec;
mod stage;
mod tape;
mod validation;
mod window;

pub use effect::{Effect, PerSpan, ResetWhen};
pub use fault::{Fault, FaultSpecError};
pub use kinds::{EffectKind, KINDS, RequiredCapability};
pub use latency::{LatencyModel, LatencySpec};
pub use quantity::{ByteSize, BytesOrShare, Proportion, SignedSpan, Span};
pub use receipt::{ConfidenceInterval, FaultCounts, Receipt};
pub use sampling::{SamplingDecision, SamplingKey, SamplingRule};
pub use scope::{CallFacts, FaultScope};
pub use set::{FaultSet, HasFault};
pub use spec::{CauseSpec, FaultSpec, MatchSpec, WindowSpec};
pub use stage::{FaultStage, InjectionPoint};
pub use tape::{Tape, TapeLine, TapedInjection};
pub use validation::{ProviderFacts, ValidationContext};
pub use window::FaultWindow;
