//! Asynchronous work whose state is a function of the clock, and which callbacks are due. Nothing here waits or sends.

mod callback;
mod fate;
mod job;

pub use callback::{Callback, Retries};
pub use fate::Fate;
pub use job::{End, Job, State};
