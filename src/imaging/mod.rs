//! Pictures: decode within limits, matte, find people, encode. Deterministic to the byte: no time, no
//! chance, no instruction that differs between machines on the model-free path.

mod foreground;
mod kind;
mod matte;
mod people;
mod picture;
mod plane;
mod png;
mod studio;

pub use foreground::foreground;
pub use kind::Kind;
pub use matte::{Edge, Matte, MatteMode, Model, ModelError, Tier, Way, closed_form, matte};
pub use people::{Face, Person};
pub use picture::{Picture, PictureFlaw, PixelRange};
pub use plane::Plane;
pub use png::encode_rgba;
pub use studio::{CutOut, Studio, StudioSettings};
