//! Why a statement cannot be made.

use crate::store::StoreError;
use crate::world::{UnknownWorldError, WorldError};

/// Why a statement, or something made from it, cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// No contract has this provider id.
    #[error("{0}")]
    UnknownProvider(String),
    /// No world has this name.
    #[error(transparent)]
    UnknownWorld(#[from] UnknownWorldError),
    /// The world has no cycle of this name.
    #[error("there is no cycle {cycle}; there are {known}")]
    UnknownCycle {
        /// The cycle that was asked for.
        cycle: String,
        /// The cycles there are, separated by commas.
        known: String,
    },
    /// A field of the request has a value that cannot be used.
    #[error("{why}")]
    Impossible {
        /// The field.
        field: &'static str,
        /// What was expected.
        why: String,
    },
    /// The claim cannot be granted in its present state.
    #[error("{0}")]
    Conflict(String),
    /// The world refused the change.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StatementError {
    /// A field of the request has a value that cannot be used.
    pub(super) fn impossible(field: &'static str, why: impl Into<String>) -> Self {
        Self::Impossible {
            field,
            why: why.into(),
        }
    }
}
