//! The faults in force, their counters, and the tape.

mod armed;
mod board;
mod decide;
mod recorder;
mod strike;

pub use armed::{Armed, State};
pub use board::{Board, BoardSettings};
pub use recorder::{Recorder, TapeState};
pub use strike::{Case, Strike, Wish};
