//! RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2). Keys may be PKCS#1 or PKCS#8, as PEM or bare base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lru::LruCache;
use rand_chacha::ChaCha8Rng;
use rsa::pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey, EncodeRsaPrivateKey, LineEnding};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePublicKey};
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding, Signer, Verifier};
use rsa::traits::PublicKeyParts;
use rsa::{PrivateKey, PublicKey};
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock, Mutex};

/// Accepted key sizes in bits.
const BITS: std::ops::RangeInclusive<u32> = 1024..=8192;

/// Number of parsed keys in the cache. Parsing a key costs as much as using it.
const CACHED_KEYS: NonZeroUsize = NonZeroUsize::new(1024).expect("not zero");

/// ParsedKey keys by their text.
static KEY_CACHE: LazyLock<Mutex<LruCache<String, Arc<ParsedKey>>>> =
    LazyLock::new(|| Mutex::new(LruCache::new(CACHED_KEYS)));

struct ParsedKey {
    signing: Option<SigningKey<Sha256>>,
    verifying: VerifyingKey<Sha256>,
    public: PublicKey,
}

/// Why a key was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is neither a public nor a private RSA key.
    #[error("expected an RSA key in PEM, as PKCS#1 or PKCS#8")]
    Unreadable,
    /// The size of the key is not accepted.
    #[error("expected an RSA key of 1024 to 8192 bits")]
    Size,
    /// The key is public, but a private one is needed.
    #[error("expected a private RSA key")]
    Public,
}

/// Generates a private key with the exponent 65537, as PKCS#1 PEM (`RSA PRIVATE KEY`). The same random stream gives the
/// same key.
///
/// # Panics
/// If `bits` is less than 1024.
pub fn generate(stream: &mut ChaCha8Rng, bits: usize) -> String {
    let key = PrivateKey::new(stream, bits).expect("1024 bits and more make a key");
    let pem = key.to_pkcs1_pem(LineEnding::LF);
    pem.expect("a fresh key can be written").to_string()
}

/// Checks a public or private key.
///
/// # Errors
/// Why the key is not accepted.
pub fn check(key: &str) -> Result<(), KeyError> {
    parse_cached(key).map(drop)
}

/// The public part of a public or private key, as PEM (`PUBLIC KEY`).
///
/// # Errors
/// If the text is not a key.
///
/// # Panics
/// Never: a parsed key can be encoded.
pub fn public_pem(key: &str) -> Result<String, KeyError> {
    let pem = parse_cached(key)?.public.to_public_key_pem(LineEnding::LF);
    Ok(pem.expect("a parsed key can be encoded"))
}

/// Signs a message; the signature is in base64.
///
/// # Errors
/// If the text is not a private key.
pub fn sign(private_key: &str, message: &[u8]) -> Result<String, KeyError> {
    let key = parse_cached(private_key)?;
    let signature = key.signing.as_ref().ok_or(KeyError::Public)?.sign(message);
    Ok(STANDARD.encode(signature.to_bytes()))
}

/// Verifies a base64 signature of a message with a public or private key.
pub fn verify(key: &str, message: &[u8], signature: &str) -> bool {
    let (Ok(key), Ok(bytes)) = (parse_cached(key), STANDARD.decode(signature.trim())) else {
        return false;
    };
    let signature = Signature::try_from(&bytes[..]);
    signature.is_ok_and(|signature| key.verifying.verify(message, &signature).is_ok())
}

fn parse_cached(text: &str) -> Result<Arc<ParsedKey>, KeyError> {
    let cache = || KEY_CACHE.lock().expect("no panic while held");
    if let Some(key) = cache().get(text) {
        return Ok(key.clone());
    }
    let key = Arc::new(parse(text)?);
    cache().put(text.to_owned(), key.clone());
    Ok(key)
}

fn parse(text: &str) -> Result<ParsedKey, KeyError> {
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    let base64: String = lines.flat_map(str::split_whitespace).collect();
    let der = STANDARD.decode(base64).map_err(|_| KeyError::Unreadable)?;
    let private = PrivateKey::from_pkcs1_der(&der).or_else(|_| PrivateKey::from_pkcs8_der(&der));
    let (private, public) = if let Ok(key) = private {
        let public = key.to_public_key();
        (Some(key), public)
    } else {
        let public = PublicKey::from_public_key_der(&der).ok();
        let public = public.or_else(|| PublicKey::from_pkcs1_der(&der).ok());
        (None, public.ok_or(KeyError::Unreadable)?)
    };
    if !BITS.contains(&public.n().bit_width()) {
        return Err(KeyError::Size);
    }
    Ok(ParsedKey {
        signing: private.map(SigningKey::new),
        verifying: VerifyingKey::new(public.clone()),
        public,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;
    use rsa::pkcs1::EncodeRsaPublicKey;
    use rsa::pkcs8::EncodePrivateKey;

    fn key(bits: usize) -> String {
        generate(&mut ChaCha8Rng::from_seed([7; 32]), bits)
    }

    #[test]
    fn a_key_is_the_same_for_the_same_stream() {
        assert_eq!(key(1024), key(1024));
    }

    #[test]
    fn every_wrapping_is_read_and_signs_and_verifies_alike() {
        for bits in [1024, 2048] {
            let pem = key(bits);
            let private = PrivateKey::from_pkcs1_pem(&pem).unwrap();
            let public = private.to_public_key();
            let pkcs8 = private.to_pkcs8_pem(LineEnding::LF).unwrap().to_string();
            let bare: String = pkcs8.lines().filter(|line| !line.starts_with('-')).collect();
            let signature = sign(&pem, b"a,1,2").unwrap();
            let privates = [pem.clone(), pkcs8, bare];
            assert!(
                privates
                    .iter()
                    .all(|key| sign(key, b"a,1,2").unwrap() == signature)
            );
            let publics = [
                public_pem(&pem).unwrap(),
                public.to_pkcs1_pem(LineEnding::CRLF).unwrap(),
            ];
            for key in privates.iter().chain(&publics) {
                assert!(verify(key, b"a,1,2", &signature));
                assert!(!verify(key, b"a,1,3", &signature));
                assert!(!verify(key, b"a,1,2", "AAAA"));
            }
            assert_eq!(sign(&publics[0], b"x"), Err(KeyError::Public));
        }
    }

    #[test]
    fn a_public_key_of_1024_bits_has_the_length_that_clients_reserve_for_it() {
        // `wire/tupu.md` §2: 272 bytes with the last line end, or without it 271.
        assert_eq!(public_pem(&key(1024)).unwrap().len(), 272);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert_eq!(check("hello"), Err(KeyError::Unreadable));
        assert_eq!(check(""), Err(KeyError::Unreadable));
        assert_eq!(
            check("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
            Err(KeyError::Unreadable)
        );
    }
}
