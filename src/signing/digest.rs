//! Hashes, MACs, and constant-time comparison.

use crate::exchange::ContentDigest;
use aws_lc_rs::hmac;
use md5::Digest;

/// Computes SHA-256 in lower-case hex.
pub fn sha256_hex(data: &[u8]) -> String {
    ContentDigest::of(data).hex()
}

/// Computes HMAC-SHA256.
pub fn hmac_sha256(key: &[u8], data: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data);
    tag.as_ref().try_into().expect("an HMAC-SHA256 tag has 32 bytes")
}

/// Computes MD5 in lower-case hex, for vendor protocols that require it.
pub fn md5_hex(data: &[u8]) -> String {
    to_hex(&md5::Md5::digest(data))
}

/// Encodes bytes in lower-case hex, several times faster than `hex::encode`.
pub fn to_hex(bytes: &[u8]) -> String {
    let mut text = vec![0; bytes.len() * 2];
    hex::encode_to_slice(bytes, &mut text).expect("the slice is twice as long");
    String::from_utf8(text).expect("hex is ASCII")
}

/// Compares two texts in constant time.
pub fn constant_time_eq(a: &str, b: &str) -> bool {
    subtle::ConstantTimeEq::ct_eq(a.as_bytes(), b.as_bytes()).into()
}
