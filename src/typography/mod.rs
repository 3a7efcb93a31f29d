//! Typesetting: shipped fonts, preparation of copy, line breaking and fitting, glyph outlines.
//!
//! No system fonts are used, so that the same copy gives the same outlines on every machine.

mod copy;
mod faces;
mod setting;

pub use copy::{CopyText, prepare};
pub use faces::FontFace;
pub use setting::{TextBlock, TextLimit, TextLine, TextStyle, Typesetter};
