//! A picture that arrived damaged.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Bytes at the start that stay, so that it is still taken for what it was.
const MAGIC: usize = 8;
/// Bytes after them that are overwritten: the headers of every format read here lie within.
const SPOILT: usize = 256;

/// The picture with its headers overwritten: same length, same kind by its first bytes, and no decoder opens
/// it. `drawn` shapes the damage.
pub fn damage(picture: &[u8], drawn: u64) -> Vec<u8> {
    let mut bytes = picture.to_vec();
    let spoilt = bytes.iter_mut().skip(MAGIC).take(SPOILT);
    for (nth, byte) in spoilt.enumerate() {
        // Never 0, so that every byte changes.
        *byte ^= xxh3_64_with_seed(&nth.to_le_bytes(), drawn) as u8 | 1;
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
            let bytes = damage(&png, drawn);
            assert_eq!(
                (bytes.len(), PictureFormat::of(&bytes)),
                (png.len(), Some(PictureFormat::Png))
            );
            assert!(image::load_from_memory(&bytes).is_err());
        }
        assert_ne!(damage(&png, 1), damage(&png, 2));
    }
}
