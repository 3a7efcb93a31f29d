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
    /// The whole answer, slowly.
    Drip {
        /// Bytes a second.
        rate: u64,
        /// Bytes at a time.
        chunk: u64,
    },
    /// Nothing is sent.
    Silence {
        /// How long, in the world's time; until the client leaves where absent.
        span: Option<Duration>,
    },
    /// The connection is closed.
    Close,
    /// The connection is reset.
    Reset {
        /// What the row says; it tells whether the call was read before.
        outcome: Outcome,
    },
    /// Bytes that are not HTTP, and a close.
    Garbage {
        /// How many bytes.
        length: u64,
        /// The value they are drawn from.
        drawn: u64,
    },
    /// A chunked body that breaks.
    BadChunk,
    /// Part of the answer, then the end of the connection.
    Cut {
        /// The part of the body that is sent.
        after: BytesOrShare,
        /// Whether the connection is reset rather than closed.
        resets: bool,
    },
    /// A wrong Content-Length.
    WrongLength {
        /// How much it is off; below 0 where it is too short.
        by: i64,
    },
    /// The answer twice.
    Twice,
}

impl Ending {
    /// What the row says once it is carried out.
    pub fn outcome(self) -> Outcome {
        match self {
            // Too short a length is met by a whole answer; the surplus is the next call's trouble.
            Ending::WrongLength { by: ..0 } | Ending::Whole | Ending::Drip { .. } | Ending::Twice => {
                Outcome::Answered
            }
            Ending::Silence { .. } | Ending::Close | Ending::Garbage { .. } => Outcome::NoResponse,
            Ending::Reset { outcome } => outcome,
            Ending::BadChunk | Ending::Cut { .. } | Ending::WrongLength { by: 0.. } => Outcome::Truncated,
        }
    }
}
