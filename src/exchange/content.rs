//! What tells one input from another.

use aws_lc_rs::digest::{Context, SHA256};

/// SHA-256 of an input. No two inputs that anybody can make have the same, so that caches and names may go by it across
/// worlds; and clients can compute it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContentDigest([u8; 32]);

impl ContentDigest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = ContentHasher::default();
        hasher.update(bytes);
        hasher.finish()
    }

    /// All 64 hexadecimal digits.
    pub fn hex(self) -> String {
        let mut text = [0; 64];
        hex::encode_to_slice(self.0, &mut text).expect("twice as long");
        String::from_utf8_lossy(&text).into_owned()
    }

    /// The first 16 bytes: 32 hexadecimal digits. What rows, fingerprints and file names are given.
    pub fn short(self) -> u128 {
        let (short, _) = self.0.split_first_chunk().expect("32 bytes");
        u128::from_be_bytes(*short)
    }
}

/// The digest of nothing.
impl Default for ContentDigest {
    fn default() -> Self {
        Self([
            0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
            0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
        ])
    }
}

/// Computes the digest of what comes in parts.
#[derive(Clone)]
pub struct ContentHasher(Context);

impl Default for ContentHasher {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl ContentHasher {
    /// Adds the next part.
    pub fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    /// The digest of all parts.
    pub fn finish(self) -> ContentDigest {
        let digest = self.0.finish();
        ContentDigest(digest.as_ref().try_into().expect("SHA-256 has 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_sha256sum_prints() {
        let abc = ContentDigest::of(b"abc");
        assert_eq!(
            abc.hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(format!("{:032x}", abc.short()), abc.hex()[..32]);
        let mut parts = ContentHasher::default();
        parts.update(b"a");
        parts.update(b"bc");
        assert_eq!(parts.finish(), abc);
        assert_eq!(ContentDigest::default(), ContentDigest::of(b""));
    }
}
