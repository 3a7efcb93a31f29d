//! Provider-neutral reasons to refuse a call. Each provider puts them into its own words.
//!
//! A `Failure` is data: the emulated vendor refuses. When we ourselves break, that is no `Failure` but a
//! plain 500 marked `x-understudy-broken`, and never looks like an answer of the vendor.

use std::time::Duration;

/// Why the emulated vendor does not serve a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The caller did not prove who it is.
    Unauthenticated(AuthError),
    /// The credential is switched off.
    KeyDisabled,
    /// The credential's validity is over.
    KeyExpired,
    /// The credential may not use this operation.
    NotPermitted,
    /// The account owes money, or its balance is used up.
    Arrears,
    /// Every prepaid pack is used up or over.
    PacksExhausted,
    /// Too many calls in too short a time.
    RateLimited {
        /// How long until a call is admitted again.
        retry_after: Duration,
    },
    /// Too many calls at once.
    TooManyConcurrent,
    /// The quota of the period is used up.
    QuotaExhausted,
    /// The provider's own workers are all busy and their queue is full.
    Overloaded,
    /// No such path or method at this provider.
    NoSuchOperation,
    /// The path exists, but not with this method.
    MethodNotAllowed,
    /// The body is larger than the provider takes.
    TooLarge {
        /// The most it takes, in bytes.
        limit: u64,
    },
    /// Something in the input.
    Input(InputError),
    /// The provider fails inside.
    Internal,
    /// The provider is being maintained.
    Maintenance,
}

/// What is wrong with a call's proof of identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthError {
    /// No credentials at all.
    Absent,
    /// A field the scheme requires is missing.
    Missing(&'static str),
    /// A field cannot be read.
    Malformed(&'static str),
    /// No such key.
    UnknownKey,
    /// The signature is not the one we compute.
    BadSignature,
    /// A field that must be signed is not.
    Unsigned(&'static str),
    /// The timestamp is outside the window.
    Skewed,
    /// A token is not valid yet (`nbf` lies ahead).
    TooEarly,
    /// A token is valid no more (`exp` is past).
    Expired,
    /// A token names an issuer that is not known.
    UnknownIssuer,
    /// The nonce was seen before.
    Replayed,
}

/// What is wrong with a call's input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputError {
    /// The body is empty.
    Empty,
    /// The body is not JSON.
    NotJson,
    /// A required field is missing or of the wrong type.
    Field(&'static str),
    /// A field is not base64.
    NotBase64,
    /// Not a kind of picture the operation takes.
    PictureKind,
    /// A picture of the right kind that cannot be decoded.
    PictureBroken,
    /// Fewer or more pixels than the operation takes.
    PictureSize,
    /// The picture shows no person.
    NoPerson,
    /// More items than one call may bring.
    TooMany,
    /// A text or file that is too long.
    TooLong,
    /// A URL of the input that gives nothing.
    Unreachable,
}

impl Failure {
    /// The names [`from_name`](Self::from_name) knows: whatever needs no further facts.
    pub const NAMES: [&'static str; 25] = [
        "absent-credentials",
        "unknown-key",
        "bad-signature",
        "skewed",
        "replayed",
        "too-early",
        "expired",
        "unknown-issuer",
        "key-disabled",
        "key-expired",
        "not-permitted",
        "arrears",
        "packs",
        "rate",
        "concurrency",
        "quota",
        "overloaded",
        "too-large",
        "empty",
        "picture-kind",
        "picture-broken",
        "picture-size",
        "no-person",
        "internal",
        "maintenance",
    ];

    /// The failure a name of [`NAMES`](Self::NAMES) means, or the name of one here (`RateLimited`, `rate_limited`).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::by_name(name).or_else(|| Self::by_variant(name))
    }

    /// By the name of a variant, however it is cased.
    fn by_variant(name: &str) -> Option<Self> {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        let plain: String = letters.map(|c| c.to_ascii_lowercase()).collect();
        Self::by_name(match plain.as_str() {
            "keydisabled" => "key-disabled",
            "keyexpired" => "key-expired",
            "notpermitted" => "not-permitted",
            "ratelimited" => "rate",
            "toomanyconcurrent" => "concurrency",
            "quotaexhausted" => "quota",
            "packsexhausted" => "packs",
            "toolarge" => "too-large",
            "unknownkey" => "unknown-key",
            "unauthenticated" | "badsignature" => "bad-signature",
            "tooearly" => "too-early",
            "unknownissuer" => "unknown-issuer",
            "picturekind" => "picture-kind",
            "picturebroken" => "picture-broken",
            "picturesize" => "picture-size",
            "noperson" => "no-person",
            "arrears" | "expired" | "overloaded" | "internal" | "maintenance" => &plain,
            _ => return None,
        })
    }

    fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "absent-credentials" => Failure::Unauthenticated(AuthError::Absent),
            "unknown-key" => Failure::Unauthenticated(AuthError::UnknownKey),
            "bad-signature" => Failure::Unauthenticated(AuthError::BadSignature),
            "skewed" => Failure::Unauthenticated(AuthError::Skewed),
            "replayed" => Failure::Unauthenticated(AuthError::Replayed),
            "too-early" => Failure::Unauthenticated(AuthError::TooEarly),
            "expired" => Failure::Unauthenticated(AuthError::Expired),
            "unknown-issuer" => Failure::Unauthenticated(AuthError::UnknownIssuer),
            "key-disabled" => Failure::KeyDisabled,
            "key-expired" => Failure::KeyExpired,
            "not-permitted" => Failure::NotPermitted,
            "arrears" => Failure::Arrears,
            "packs" => Failure::PacksExhausted,
            "rate" => Failure::RateLimited {
                retry_after: Duration::ZERO,
            },
            "concurrency" => Failure::TooManyConcurrent,
            "quota" => Failure::QuotaExhausted,
            "overloaded" => Failure::Overloaded,
            "too-large" => Failure::TooLarge { limit: 0 },
            "empty" => Failure::Input(InputError::Empty),
            "picture-kind" => Failure::Input(InputError::PictureKind),
            "picture-broken" => Failure::Input(InputError::PictureBroken),
            "picture-size" => Failure::Input(InputError::PictureSize),
            "no-person" => Failure::Input(InputError::NoPerson),
            "internal" => Failure::Internal,
            "maintenance" => Failure::Maintenance,
            _ => return None,
        })
    }

    /// The reason in one word, as the admin API and `x-understudy-cause` name it.
    pub fn name(&self) -> &'static str {
        match self {
            Failure::Unauthenticated(_) => "unauthenticated",
            Failure::KeyDisabled => "key-disabled",
            Failure::KeyExpired => "key-expired",
            Failure::NotPermitted => "not-permitted",
            Failure::Arrears => "arrears",
            Failure::PacksExhausted => "packs",
            Failure::RateLimited { .. } => "rate",
            Failure::TooManyConcurrent => "concurrency",
            Failure::QuotaExhausted => "quota",
            Failure::Overloaded => "overloaded",
            Failure::NoSuchOperation => "no-such-operation",
            Failure::MethodNotAllowed => "method-not-allowed",
            Failure::TooLarge { .. } => "too-large",
            Failure::Input(_) => "input",
            Failure::Internal => "internal",
            Failure::Maintenance => "maintenance",
        }
    }

    /// The limit of ours that shaped the reply, where one did (`x-understudy-cause: limit:<name>`).
    pub fn limit(&self) -> Option<&'static str> {
        match self {
            Failure::RateLimited { .. }
            | Failure::TooManyConcurrent
            | Failure::QuotaExhausted
            | Failure::Overloaded
            | Failure::Arrears
            | Failure::PacksExhausted => Some(self.name()),
            Failure::Unauthenticated(_)
            | Failure::KeyDisabled
            | Failure::KeyExpired
            | Failure::NotPermitted
            | Failure::NoSuchOperation
            | Failure::MethodNotAllowed
            | Failure::TooLarge { .. }
            | Failure::Input(_)
            | Failure::Internal
            | Failure::Maintenance => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_means_a_failure() {
        assert!(
            Failure::NAMES
                .iter()
                .all(|name| Failure::from_name(name).is_some())
        );
        assert_eq!(Failure::from_name("whatever"), None);
        assert_eq!(
            Failure::from_name("QuotaExhausted"),
            Some(Failure::QuotaExhausted)
        );
        assert_eq!(
            Failure::from_name("quota_exhausted"),
            Some(Failure::QuotaExhausted)
        );
    }
}
