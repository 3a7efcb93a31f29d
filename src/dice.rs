//! The only source of randomness: every draw is a hash of the seed and a key, never the next value of a shared stream.
//!
//! Draws with the same seed and key are equal at any concurrency and in any order.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use xxhash_rust::xxh3::{Xxh3Builder, xxh3_128_with_seed};

/// Keys of up to this many bytes, length prefixes included, are hashed in one pass.
const SHORT_KEY: usize = 240;

/// Keyed random draws from one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dice {
    seed: u64,
}

impl Dice {
    /// Creates dice from a seed.
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Creates dice from system randomness, for a server started without a seed.
    ///
    /// # Panics
    /// If the operating system provides no randomness.
    pub fn from_entropy() -> Self {
        use rand::TryRng;
        let seed = rand::rngs::SysRng
            .try_next_u64()
            .expect("the operating system provides randomness");
        // JSON numbers are exact up to 2^53 in every client, so that a copied seed stays the same.
        Self {
            seed: seed & ((1 << 53) - 1),
        }
    }

    /// The seed of these dice.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// Draws 128 bits for a key. Key parts are length-prefixed, so `["ab","c"]` and `["a","bc"]` differ.
    pub fn draw(&self, key: &[&[u8]]) -> u128 {
        // Nearly all keys are short. Setting up a streaming hasher would cost more than the hash itself.
        let mut short = [0; SHORT_KEY];
        let mut length = 0;
        for part in key {
            let end = length + 8 + part.len();
            if end > SHORT_KEY {
                return self.draw_long(key);
            }
            short[length..length + 8].copy_from_slice(&(part.len() as u64).to_le_bytes());
            short[length + 8..end].copy_from_slice(part);
            length = end;
        }
        xxh3_128_with_seed(&short[..length], self.seed)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "same receiver as `draw`")]
    fn draw_long(&self, key: &[&[u8]]) -> u128 {
        let mut hash = Xxh3Builder::new().with_seed(self.seed).build();
        for part in key {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.digest128()
    }

    /// Derives independent dice for a named component; the same seed and name give the same dice.
    pub fn derive(&self, name: &str) -> Dice {
        Dice {
            seed: (self.draw(&[b"derive", name.as_bytes()]) as u64) & ((1 << 53) - 1),
        }
    }

    /// A random number generator seeded for a key.
    pub fn stream(&self, key: &[&[u8]]) -> ChaCha8Rng {
        let mut seed = [0; 32];
        seed[..16].copy_from_slice(&self.draw(key).to_le_bytes());
        seed[16..24].copy_from_slice(&self.seed.to_le_bytes());
        ChaCha8Rng::from_seed(seed)
    }

    /// Draws `len` characters from `alphabet` for a key.
    pub fn text(&self, key: &[&[u8]], alphabet: &[u8], len: usize) -> String {
        use rand::Rng;
        let mut stream = self.stream(key);
        let letter =
            |word: u32| char::from(alphabet[((u64::from(word) * alphabet.len() as u64) >> 32) as usize]);
        (0..len).map(|_| letter(stream.next_u32())).collect()
    }
}

/// Generates a secret of 32 hexadecimal digits from system randomness, independent of any seed.
///
/// # Panics
/// If the operating system provides no randomness.
pub fn random_secret() -> String {
    use rand::TryRng;
    let mut bits = [0; 16];
    rand::rngs::SysRng
        .try_fill_bytes(&mut bits)
        .expect("the operating system provides randomness");
    hex::encode(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_depend_on_the_key_alone() {
        let dice = Dice::new(7);
        assert_eq!(dice.draw(&[b"a", b"b"]), Dice::new(7).draw(&[b"a", b"b"]));
        assert_ne!(dice.draw(&[b"ab", b"c"]), dice.draw(&[b"a", b"bc"]));
        assert_ne!(dice.draw(&[b"a"]), Dice::new(8).draw(&[b"a"]));
    }

    #[test]
    fn short_and_long_keys_are_hashed_alike() {
        let dice = Dice::new(9);
        for length in [0, 1, 17, 200, 224] {
            let part = vec![7; length];
            let key: [&[u8]; 2] = [b"a", &part];
            assert_eq!(dice.draw(&key), dice.draw_long(&key));
        }
    }

    #[test]
    fn text_uses_only_its_alphabet() {
        let text = Dice::new(1).text(&[b"k"], b"XYZ", 64);
        assert_eq!(text.len(), 64);
        assert!(text.bytes().all(|b| b"XYZ".contains(&b)));
        assert!(b"XYZ".iter().all(|b| text.as_bytes().contains(b)));
    }
}
