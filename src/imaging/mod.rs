//! Pictures: decode within limits, matte, find people, encode. Deterministic to the byte: no time, no
//! chance, no instruction that differs between machines on the model-free path.

mod cache;
mod code;
mod damage;
mod features;
mod foreground;
mod format;
mod jpeg;
mod matte;
mod people;
mod picture;
mod plane;
mod png;
mod sprite;
mod studio;

pub use code::code_picture;
pub use damage::damage;
pub use features::PictureFeatures;
pub use foreground::foreground;
pub use format::PictureFormat;
pub use jpeg::encode_jpeg;
pub use matte::{
    EdgeMethod, Matte, MatteMethod, MatteMode, MatteModel, MatteOptions, ModelError, closed_form, matte,
};
pub use people::{FaceBox, PersonMask};
pub use picture::{Picture, PictureError, PixelRange, pixel_count};
pub use plane::Plane;
pub use png::encode_rgba;
pub use sprite::{Sprite, enlarged};
pub use studio::{CutOut, MatteSide, ProductCutout, Studio, StudioSettings};
