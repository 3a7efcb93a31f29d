//! The control API, one file a resource. Errors are RFC 9457 problems; `openapi.json` is made from the code.

mod charges;
mod clock;
mod contracts;
mod csv;
mod expectations;
mod faults;
mod guard;
mod health;
mod input;
mod jobs;
mod journal;
mod keys;
mod merge_patch;
mod metrics;
mod openapi;
mod problem;
mod query_check;
mod reset;
mod sla;
mod state;
mod tape;
mod templates;
mod usage;
mod verify;
mod worlds;

pub(crate) use clock::META as CLOCK_META;
pub use guard::{RequestGuard, is_loopback};
pub use health::credentials;
pub use openapi::{mount, nothing};
pub use problem::ProblemDetails;
pub use state::AdminState;
