//! Pictures: decode within limits, matte, find people, encode. Deterministic to the byte: no time, no
//! chance, no instruction that differs between machines on the model-free path.

mod cache;
mod code;
mod damage;
mod foreground;
mod impression;
mod jpeg;
mod kind;
mod matte;
mod people;
mod picture;
mod plane;
mod png;
mod sprite;
mod studio;

pub use code::code_picture;
pub use damage::damage;
pub use foreground::foreground;
pub use impression::Impression;
pub use jpeg::encode_jpeg;
pub use kind::Kind;
pub use matte::{Edge, Matte, MatteMode, Model, ModelError, Tier, Way, closed_form, matte};
pub use people::{Face, Person};
pub use picture::{Picture, PictureFlaw, PixelRange, pixel_count};
pub use plane::Plane;
pub use png::encode_rgba;
pub use sprite::{Sprite, enlarged};
pub use studio::{CutOut, Piece, Side, Studio, StudioSettings};
