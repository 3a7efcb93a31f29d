//! Pictures: decoding within limits, matting, face and person detection, encoding. Results are the same to the byte on
//! every machine: the model-free path uses no time, no randomness and no machine-dependent instructions.

mod cache;
mod code;
mod code_search;
mod damage;
mod declared;
mod features;
mod foreground;
mod format;
mod jpeg;
mod matte;
mod memory;
mod people;
mod picture;
mod plane;
mod png;
mod sprite;
mod studio;

pub use code::code_picture;
pub use damage::corrupt_headers;
pub use features::PictureFeatures;
pub use foreground::foreground;
pub use format::PictureFormat;
pub use jpeg::encode_jpeg;
pub use matte::{
    EdgeMethod, Matte, MatteMethod, MatteMode, MatteModel, MatteOptions, ModelError, closed_form, matte,
};
pub use people::{FaceBox, PersonMask};
pub use picture::{DecodeBudget, Picture, PictureError, PixelRange, pixel_count};
pub use plane::Plane;
pub use png::encode_rgba;
pub use sprite::{Sprite, enlarge};
pub use studio::{CutOut, MatteSide, ProductCutout, Studio, StudioSettings};
