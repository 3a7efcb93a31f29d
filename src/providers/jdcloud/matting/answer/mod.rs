//! What the three operations say on a good day.

mod cutout;
mod parsing;
mod selfie;

pub(super) use cutout::cutout;
pub(super) use parsing::parsing;
pub(super) use selfie::{picture as selfie_picture, selfie};
