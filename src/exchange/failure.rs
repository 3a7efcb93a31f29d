//! Provider-neutral reasons to say no. Each provider says them in its own words.
//!
//! A `Failure` is data: the emulated vendor refuses. When we ourselves break, that is no `Failure` but a
//! plain 500 marked `x-understudy-broken`, and it never wears a vendor's face.

use std::time::Duration;

/// Why the emulated vendor does not serve a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The caller did not prove who it is.
    Unauthenticated(AuthFlaw),
    /// The credential is switched off.
    KeyDisabled,
    /// The credential's validity is over.
    KeyExpired,
    /// The credential may not use this operation.
    NotPermitted,
    /// The account owes money, or its balance is used up.
    Arrears,
    /// Too many calls in too short a time.
    RateLimited {
        /// When a call would be let in again.
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
    Input(InputFlaw),
    /// The provider fails inside.
    Internal,
    /// A row of the provider's own error catalogue, by its code (rehearsals and faults).
    Catalogue(String),
}

/// What is wrong with a call's proof of identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthFlaw {
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
    /// The nonce was seen before.
    Replayed,
}

/// What is wrong with a call's input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputFlaw {
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
}

impl Failure {
    /// The reason in one word, as the admin API and `x-understudy-cause` name it.
    pub fn name(&self) -> &'static str {
        match self {
            Failure::Unauthenticated(_) => "unauthenticated",
            Failure::KeyDisabled => "key-disabled",
            Failure::KeyExpired => "key-expired",
            Failure::NotPermitted => "not-permitted",
            Failure::Arrears => "arrears",
            Failure::RateLimited { .. } => "rate",
            Failure::TooManyConcurrent => "concurrency",
            Failure::QuotaExhausted => "quota",
            Failure::Overloaded => "overloaded",
            Failure::NoSuchOperation => "no-such-operation",
            Failure::MethodNotAllowed => "method-not-allowed",
            Failure::TooLarge { .. } => "too-large",
            Failure::Input(_) => "input",
            Failure::Internal => "internal",
            Failure::Catalogue(_) => "catalogue",
        }
    }

    /// The limit of ours that shaped the reply, where one did (`x-understudy-cause: limit:<name>`).
    pub fn limit(&self) -> Option<&'static str> {
        match self {
            Failure::RateLimited { .. }
            | Failure::TooManyConcurrent
            | Failure::QuotaExhausted
            | Failure::Overloaded
            | Failure::Arrears => Some(self.name()),
            Failure::Unauthenticated(_)
            | Failure::KeyDisabled
            | Failure::KeyExpired
            | Failure::NotPermitted
            | Failure::NoSuchOperation
            | Failure::MethodNotAllowed
            | Failure::TooLarge { .. }
            | Failure::Input(_)
            | Failure::Internal
            | Failure::Catalogue(_) => None,
        }
    }
}
