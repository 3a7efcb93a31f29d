//! Who decides a verdict: an expectation of the user's, a marker inside the input, the content itself, or else a
//! default. Words of this room are neutral; each provider says a verdict in its own.

mod expectation;
mod lexicon;
mod marker;

pub use expectation::{
    Expectation, ExpectationMatch, ExpectationRule, PresetVerdict, RecognitionSubject, TextAction, TextMatch,
};
pub use lexicon::{FloodReason, LexiconHit, TermSeverity, flood, hits};
pub use marker::Marker;
