//! Corrupts an encoded picture, for the effect `corrupt-image`.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Leading bytes that stay intact, so that the file type is still recognised.
const MAGIC: usize = 8;
/// Number of bytes overwritten after them. They include the headers of every format decoded here.
const OVERWRITTEN: usize = 256;

/// Overwrites the headers of a picture, so that no decoder opens it. Length and magic bytes stay; `seed` determines the
/// new bytes.
pub fn corrupt_headers(picture: &[u8], seed: u64) -> Vec<u8> {
    let mut bytes = picture.to_vec();
    let headers = bytes.iter_mut().skip(MAGIC).take(OVERWRITTEN);
    for (nth, byte) in headers.enumerate() {
        // The mask is never 0, so that every byte changes.
        *byte ^= xxh3_64_with_seed(&nth.to_le_bytes(), seed) as u8 | 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::{PictureFormat, encode_rgba};

    #[test]
    fn what_is_damaged_looks_like_a_picture_and_is_none() {
        let png = encode_rgba(8, 8, &[7; 256]);
        for drawn in [0, 1, u64::MAX] {
            let bytes = corrupt_headers(&png, drawn);
            assert_eq!(
                (bytes.len(), PictureFormat::detect(&bytes)),
                (png.len(), Some(PictureFormat::Png))
            );
            assert!(image::load_from_memory(&bytes).is_err());
        }
        assert_ne!(corrupt_headers(&png, 1), corrupt_headers(&png, 2));
    }
}
