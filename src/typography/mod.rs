//! Type: fonts that are carried along, copy made fit to set, lines broken and fitted, glyphs as outlines.
//!
//! Nothing is taken from the machine: the same copy gives the same outlines everywhere fonts are concerned.

mod copy;
mod faces;
mod setting;

pub use copy::{CopyText, prepare};
pub use faces::FontFace;
pub use setting::{TextBlock, TextLimit, TextLine, TextStyle, Typesetter};
