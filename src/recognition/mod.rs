//! Vendor-neutral sources of verdicts: expectations of the user, markers in the input, and terms in texts. Each provider
//! translates a verdict into its own labels.

mod expectation;
mod lexicon;
mod marker;

pub use expectation::{
    Expectation, ExpectationMatch, ExpectationRule, PresetVerdict, RecognitionSubject, TextAction, TextMatch,
};
pub use lexicon::{FloodReason, LexiconHit, TermSeverity, detect_flood, find_terms};
pub use marker::Marker;
