//! The name of one call, in the several shapes vendors write it.

use crate::clock::string_schema;
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Names one call, everywhere: ledger, journal, headers, vendor envelopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(u128);

impl RequestId {
    /// An id of these 128 random bits, marked as a version 4 UUID.
    pub fn from_bits(bits: u128) -> Self {
        Self(
            uuid::Builder::from_u128(bits)
                .with_version(uuid::Version::Random)
                .into_uuid()
                .as_u128(),
        )
    }

    /// The id as stored.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// With hyphens, as a UUID.
    pub fn hyphenated(self) -> String {
        uuid::Uuid::from_u128(self.0).to_string()
    }
}

/// 32 lower-case hexadecimal digits.
impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = uuid::Uuid::encode_buffer();
        f.write_str(uuid::Uuid::from_u128(self.0).simple().encode_lower(&mut digits))
    }
}

impl FromStr for RequestId {
    type Err = String;

    /// Reads either shape.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let id = uuid::Uuid::try_parse(text);
        id.map(|id| Self(id.as_u128()))
            .map_err(|_| format!("expected a request id of 32 hex digits, found {text:?}"))
    }
}

string_schema!(
    RequestId,
    "The name of a call.",
    pattern "^[0-9a-f]{32}$",
    "5f3a0c9e6d1b4e7f8a2b3c4d5e6f7081"
);

impl Serialize for RequestId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}
