//! JPEG, written quickly and the same everywhere.

use bytes::Bytes;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Small letters in bright colours would fray with less.
const QUALITY: u8 = 90;

/// A JPEG of eight-bit sRGB, four bytes a pixel, the fourth left out of account.
///
/// # Panics
/// When there are not `width × height × 4` bytes, or a side is above 65,535.
pub fn encode_jpeg(width: u32, height: u32, rgba: &[u8]) -> Bytes {
    let side = |pixels: u32| u16::try_from(pixels).expect("a JPEG has at most 65,535 pixels a side");
    let mut bytes = Vec::with_capacity(rgba.len() / 16);
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    let written = encoder.encode(rgba, side(width), side(height), ColorType::Rgba);
    written.expect("memory takes all bytes, and there are as many as there are pixels");
    bytes.into()
}
