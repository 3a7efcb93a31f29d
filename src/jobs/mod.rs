//! Asynchronous work whose state is a function of the clock, and which reports are due. Nothing here waits or sends.

mod callback;
mod job;
mod job_faults;
mod lane;
mod milestone;
mod stored;

pub use callback::{CallbackProgress, RetryPolicy};
pub use job::{Job, JobCharge, JobEnd, JobState};
pub use job_faults::JobFaults;
pub use lane::{Lane, LanePlace};
pub use milestone::{Milestone, MilestoneTime};
