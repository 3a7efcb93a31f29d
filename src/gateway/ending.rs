//! How a call ends on the wire.

use crate::exchange::Outcome;
use crate::faults::BytesOrShare;
use std::time::Duration;

/// How a call ends on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Ending {
    /// The whole answer is sent.
    #[default]
    Whole,
    /// The whole answer, slowly: bytes a second, bytes at a time.
    Drip(u64, u64),
    /// Nothing is sent: for a span of the world's time, or until the client leaves.
    Silence(Option<Duration>),
    /// The connection is closed.
    Close,
    /// The connection is reset; the outcome tells whether the call was read before.
    Reset(Outcome),
    /// Bytes that are not HTTP, drawn from this value, and a close.
    Garbage(u64, u64),
    /// A chunked body that breaks.
    BadChunk,
    /// Part of the answer, then a close, or a reset where the flag is set.
    Cut(BytesOrShare, bool),
    /// A Content-Length that is off by so much.
    WrongLength(i64),
    /// The answer twice.
    Twice,
}

impl Ending {
    /// What the row says once it is carried out.
    pub fn outcome(self) -> Outcome {
        match self {
            // Too short a length is met by a whole answer; the surplus is the next call's trouble.
            Ending::WrongLength(..0) | Ending::Whole | Ending::Drip(..) | Ending::Twice => Outcome::Answered,
            Ending::Silence(_) | Ending::Close | Ending::Garbage(..) => Outcome::NoResponse,
            Ending::Reset(outcome) => outcome,
            Ending::BadChunk | Ending::Cut(..) | Ending::WrongLength(0..) => Outcome::Truncated,
        }
    }
}
