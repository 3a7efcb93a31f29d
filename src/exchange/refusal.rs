//! What a provider answers a call it does not serve with: a neutral reason, or an error that it alone documents.

use super::{AuthError, Failure, InputError};
use crate::forms::FormError;
use std::borrow::Cow;
use std::fmt;

/// Why a provider refuses a call.
///
/// A new error of one vendor is a [`Refusal::Documented`] of that vendor, so that it touches no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A reason that every provider knows, and puts into its own words.
    Neutral(Failure),
    /// An error of the provider's own, by its documented code.
    Documented(DocumentedRefusal),
}

/// One of a provider's documented errors, for one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentedRefusal {
    /// The code of a row of the provider's error table.
    pub code: Cow<'static, str>,
    /// What the message says of this call, where the row leaves room for it.
    pub detail: Option<Cow<'static, str>>,
}

impl Refusal {
    /// The documented error of this code.
    pub fn documented(code: impl Into<Cow<'static, str>>) -> Self {
        Self::Documented(DocumentedRefusal {
            code: code.into(),
            detail: None,
        })
    }

    /// The documented error of this code, with what its message says of the call.
    pub fn detailed(code: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Documented(DocumentedRefusal {
            code: code.into(),
            detail: Some(detail.into()),
        })
    }

    /// The limit of ours that shaped the reply, where one did (`x-understudy-cause: limit:<name>`).
    pub fn limit(&self) -> Option<&'static str> {
        match self {
            Self::Neutral(failure) => failure.limit(),
            Self::Documented(_) => None,
        }
    }
}

/// As `explain` shows it.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Neutral(failure) => write!(f, "{failure:?}"),
            Self::Documented(own) => match &own.detail {
                Some(detail) => write!(f, "the documented error {}: {detail}", own.code),
                None => write!(f, "the documented error {}", own.code),
            },
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Neutral(failure)
    }
}

impl From<AuthError> for Refusal {
    fn from(error: AuthError) -> Self {
        Self::Neutral(Failure::Unauthenticated(error))
    }
}

impl From<InputError> for Refusal {
    fn from(error: InputError) -> Self {
        Self::Neutral(Failure::Input(error))
    }
}

/// A body that cannot be read as the fields it should hold.
impl From<FormError> for Refusal {
    fn from(_: FormError) -> Self {
        InputError::NotJson.into()
    }
}
