//! Sounds, videos and packs of files: what their heads and containers tell. Samples are only read of plain WAV.

mod pack;
mod sound;
mod tone;
mod track;

pub use pack::{Pack, PackFlaw, is_pack, packed};
pub use sound::{Sound, sound};
pub use tone::titled_tone;
pub use track::{Track, track};
