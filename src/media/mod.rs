//! Metadata of sounds and videos, ZIP archives, and measures of WAV samples.

mod archive;
mod facts;
mod mp4;
mod sound;
mod tone;

pub use archive::{ArchiveError, ArchiveLimits, is_archive, pack};
pub use facts::{MediaFacts, read_facts};
pub use sound::{SoundFeatures, measure_sound};
pub use tone::titled_tone;
