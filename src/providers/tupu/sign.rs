//! How a client proves to Tupu who it is: the other side of what `auth.rs` checks, for tests, benchmarks and tools
//! (`wire/tupu.md` §2). Nothing here reads a clock or draws a number; both come as arguments.
//!
//! A call carries `timestamp`, `nonce` and `signature`: fields of its JSON or form, header fields where feedback is sent.
//! What is signed is the text `secretId,timestamp,nonce`, each exactly as it is written in the call, with SHA-256 and the
//! caller's private RSA key (PKCS#1 v1.5); the signature is sent in base64. Source: the vendor's page on
//! authentication and its clients on GitHub.

use crate::clock::Time;
use crate::signing::rsa::{self, KeyError};

/// The three fields that prove who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityProof {
    /// The instant, in milliseconds.
    pub timestamp: String,
    /// Drawn anew for each call.
    pub nonce: String,
    /// Base64.
    pub signature: String,
}

impl IdentityProof {
    /// The fields by name, as JSON, a form or the header has them.
    pub fn fields(&self) -> [(&'static str, &str); 3] {
        [
            ("timestamp", &self.timestamp),
            ("nonce", &self.nonce),
            ("signature", &self.signature),
        ]
    }
}

/// The proof of a secretId at an instant.
///
/// # Errors
/// When `private_key` is no private RSA key.
pub fn identity_proof(
    secret_id: &str,
    private_key: &str,
    nonce: &str,
    at: Time,
) -> Result<IdentityProof, KeyError> {
    let timestamp = at.millis().to_string();
    Ok(IdentityProof {
        signature: identity_signature(secret_id, private_key, &timestamp, nonce)?,
        timestamp,
        nonce: nonce.to_owned(),
    })
}

/// The signature over a timestamp and a nonce as they are written in the call.
///
/// # Errors
/// When `private_key` is no private RSA key.
pub fn identity_signature(
    secret_id: &str,
    private_key: &str,
    timestamp: &str,
    nonce: &str,
) -> Result<String, KeyError> {
    rsa::sign(private_key, [secret_id, timestamp, nonce].join(",").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::auth::authentication;
    use super::*;
    use crate::exchange::{Call, Credential};
    use crate::providers::AuthContext;
    use proptest::prelude::*;

    const KEY: &str = include_str!("../../../fixtures/tupu/demo_private_key.pem");
    const ID: &str = "5d3a5d3a5d3a5d3a5d3a0001";

    /// Made with `printf ID,TIMESTAMP,NONCE | openssl dgst -sha256 -sign KEY | base64`.
    const BY_OPENSSL: &str = "bOhZGNBxNzi3WZGot961LQgSLmSI2Q5jtT73QgjIFT0TJhqe4OBAtX6hnO5AKmuPvpOQg0+NZhWk9Aw+xnyBxhFZYWAmLTVp1mFY4FSPK3ORqcUpvsXV/eluwmz96aSteNJotiUtGkPVNZR969M67ztGAMxvFf0ZMT0bLQDeZSw=";

    #[test]
    fn the_signature_is_the_one_openssl_makes() {
        let proof = identity_proof(ID, KEY, "0.25", Time::from_micros(1_541_499_770_123_000)).unwrap();
        assert_eq!(
            proof.fields(),
            [
                ("timestamp", "1541499770123"),
                ("nonce", "0.25"),
                ("signature", BY_OPENSSL)
            ]
        );
        assert!(identity_proof(ID, "no key", "1", Time::from_micros(0)).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn what_is_signed_is_accepted_and_nothing_else(nonce in "[a-z0-9.]{1,12}", seconds in 1_000_000_000_i64..4_000_000_000) {
            let now = Time::from_micros(seconds * 1_000_000);
            let proof = identity_proof(ID, KEY, &nonce, now).unwrap();
            let call = |proof: &IdentityProof| {
                let fields: serde_json::Map<String, serde_json::Value> =
                    proof.fields().map(|(name, value)| (name.to_owned(), value.into())).into_iter().collect();
                Call {
                    path: format!("/v3/recognition/text/{ID}"),
                    headers: [("content-type", "application/json")].into_iter().collect(),
                    body: serde_json::to_vec(&fields).unwrap().into(),
                    ..Call::default()
                }
            };
            let secret = rsa::public_pem(KEY).unwrap();
            let known = Credential { id: ID.into(), scheme: "rsa".into(), secret };
            let check = |proof: &IdentityProof| {
                let context = AuthContext { credential: Some(&known), now, window: None };
                (authentication().verify)(&call(proof), &context)
            };
            prop_assert_eq!(check(&proof), Ok(()));
            let other = IdentityProof { nonce: format!("{nonce}1"), ..proof };
            prop_assert!(check(&other).is_err());
        }
    }
}
