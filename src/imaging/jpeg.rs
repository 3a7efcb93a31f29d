//! JPEG encoding, fast and the same to the byte on every machine.

use bytes::Bytes;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Lower quality would show artefacts around small letters in bright colours.
const QUALITY: u8 = 90;

/// Encodes eight-bit sRGB, four bytes per pixel; the fourth byte is ignored.
///
/// # Panics
/// If `rgba` does not hold `width × height × 4` bytes, or a side exceeds 65,535.
pub fn encode_jpeg(width: u32, height: u32, rgba: &[u8]) -> Bytes {
    let side = |pixels: u32| u16::try_from(pixels).expect("a JPEG has at most 65,535 pixels a side");
    let mut bytes = Vec::with_capacity(rgba.len() / 16);
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    let written = encoder.encode(rgba, side(width), side(height), ColorType::Rgba);
    written.expect("writing to memory does not fail, and the buffer has four bytes per pixel");
    bytes.into()
}
