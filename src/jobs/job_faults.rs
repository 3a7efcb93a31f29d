//! What faults make of a job.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What faults make of a job; drawn once, when it is submitted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobFaults {
    /// It never ends by itself.
    pub is_stuck: bool,
    /// It fails, with this message.
    pub failure: Option<String>,
    /// Its callbacks are never sent.
    pub drops_callbacks: bool,
    /// Each of its callbacks is sent twice.
    pub doubles_callbacks: bool,
    /// Its callbacks come so much later.
    pub callback_delay: Duration,
}
