//! What goes wrong: rules in, decisions out. Pure: whoever holds the counters lends them.
//!
//! A [`FaultSpec`] is what a user writes; a [`Fault`] is one that was checked; a [`FaultSet`] finds those that
//! fit a call without looking at the others. Chance is drawn from a keyed hash (see [`Draw`]), so that the
//! same calls are struck in any order and at any concurrency.

mod draw;
mod effect;
mod fault;
mod kinds;
mod known;
mod latency;
mod quantity;
mod receipt;
mod scope;
mod set;
mod spec;
mod stage;
mod tape;
mod window;

pub use draw::{Draw, DrawBy, Toss};
pub use effect::{Effect, PerSpan, ResetWhen};
pub use fault::{Fault, Flaw, named_field};
pub use kinds::{KINDS, Kind, Needs};
pub use known::{Known, KnownProvider};
pub use latency::{Latency, Law};
pub use quantity::{Amount, Share, Shift, Size, Span};
pub use receipt::{Interval, Receipt};
pub use scope::{Facts, Scope};
pub use set::{FaultSet, HasFault};
pub use spec::{CauseSpec, FaultSpec, MatchSpec, WindowSpec};
pub use stage::{Moment, Stage};
pub use tape::{Tape, TapeLine, Taped};
pub use window::Window;
