//! How a provider knows its caller. A vendor may have several ways; the call chooses one by what it shows.

use crate::clock::Time;
use crate::exchange::{Call, Credential, Refusal};
use std::borrow::Cow;
use std::time::Duration;

/// One way of a vendor to authenticate a call.
pub struct Authentication {
    /// Its name, `access-key` or `bearer-token`: `explain` shows it with the check of the proof.
    pub name: &'static str,
    /// The public part of the credential that the call claims to have, before anything is verified.
    pub claimed_key: for<'a> fn(&'a Call) -> ClaimedKey<'a>,
    /// Checks whether the call proves that it has the credential. A refusal names the flaw that the vendor, in the
    /// order of its checks, finds first.
    pub verify: fn(&Call, &AuthContext<'_>) -> Result<(), Refusal>,
    /// The part of the proof that may be used only once, where there is such a part.
    pub nonce: for<'a> fn(&'a Call) -> Option<Cow<'a, str>>,
}

/// The public part of the credential that a call claims to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimedKey<'a> {
    /// The call claims none.
    Absent,
    /// It stands in the body, which was not read yet.
    InBody,
    /// This one.
    Id(Cow<'a, str>),
}

impl<'a> ClaimedKey<'a> {
    /// A parameter of the query as the public part; where the query has none of this name, a field of the body, as
    /// [`from_body`](Self::from_body).
    pub fn from_query_or_body(call: &'a Call, name: &'a str) -> Self {
        match Self::from(call.param(name)) {
            Self::Absent => Self::from_body(call, name),
            claimed @ (Self::Id(_) | Self::InBody) => claimed,
        }
    }

    /// A field of the body as the public part: [`ClaimedKey::InBody`] until the body is read. The query is not looked
    /// at, so a call without a body claims no key this way.
    pub fn from_body(call: &'a Call, field: &'a str) -> Self {
        if !call.is_body_read {
            return Self::InBody;
        }
        let form = call.form().ok();
        form.and_then(|form| form.text(field)).into()
    }
}

impl<'a> From<Option<Cow<'a, str>>> for ClaimedKey<'a> {
    fn from(id: Option<Cow<'a, str>>) -> Self {
        id.filter(|id| !id.is_empty()).map_or(Self::Absent, Self::Id)
    }
}

/// What a call's proof of identity is checked against.
#[derive(Clone, Copy)]
pub struct AuthContext<'a> {
    /// What the claimed key holds, if it is known.
    pub credential: Option<&'a Credential>,
    /// What the proof's timestamp is compared with.
    pub now: Time,
    /// How far the timestamp may be off, where the world says so; else it is the vendor's.
    pub window: Option<Duration>,
}

impl AuthContext<'_> {
    /// This context without the credential, unless that is of the scheme.
    pub fn for_scheme(&self, scheme: &str) -> Self {
        Self {
            credential: self.credential.filter(|known| known.scheme == scheme),
            ..*self
        }
    }
}

/// No part of the proof may be used only once.
pub fn no_nonce(_: &Call) -> Option<Cow<'_, str>> {
    None
}
