//! Asynchronous work whose state is a function of the clock, and which callbacks are due. Nothing here waits or sends.

mod callback;
mod job;
mod job_faults;

pub use callback::{CallbackProgress, RetryPolicy};
pub use job::{Job, JobEnd, JobState};
pub use job_faults::JobFaults;
