//! Hashes and MACs.

use aws_lc_rs::{digest, hmac};
use md5::Digest;

/// SHA-256 in lower-case hex.
pub fn sha256_hex(data: &[u8]) -> String {
    to_hex(digest::digest(&digest::SHA256, data).as_ref())
}

/// HMAC-SHA256.
pub fn hmac_sha256(key: &[u8], data: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data);
    tag.as_ref().try_into().expect("an HMAC-SHA256 tag has 32 bytes")
}

/// MD5 in lower-case hex, where a vendor's protocol demands it.
pub fn md5_hex(data: &[u8]) -> String {
    to_hex(&md5::Md5::digest(data))
}

/// Lower-case hex. `hex::encode` goes digit by digit; this is several times faster.
pub fn to_hex(bytes: &[u8]) -> String {
    let mut text = vec![0; bytes.len() * 2];
    hex::encode_to_slice(bytes, &mut text).expect("the slice is twice as long");
    String::from_utf8(text).expect("hex is ASCII")
}

/// Whether two texts are equal, in time that does not depend on where they differ.
pub fn same(a: &str, b: &str) -> bool {
    subtle::ConstantTimeEq::ct_eq(a.as_bytes(), b.as_bytes()).into()
}
