//! Sounds, videos and packs of files: what their heads and containers tell. Samples are only read of plain WAV.

mod archive;
mod facts;
mod sound;
mod tone;

pub use archive::{ArchiveError, ArchiveLimits, is_pack, packed};
pub use facts::{MediaFacts, track};
pub use sound::{SoundFeatures, sound};
pub use tone::titled_tone;
