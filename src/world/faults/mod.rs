//! Installed faults with their counters, and the tape recorder.

mod decide;
mod injection;
mod installed;
mod recorder;
mod registry;

pub use injection::{FaultContext, FaultOverride, Injection};
pub use installed::{FaultState, InstalledFault};
pub use recorder::{TapeRecorder, TapeState};
pub use registry::{FaultRegistry, FaultRegistrySettings};
