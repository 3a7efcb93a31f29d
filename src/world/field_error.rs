//! A field that cannot be what it is.

/// A field that cannot be what it is, and what was expected of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {expected}")]
pub struct FieldError {
    /// The field, dotted.
    pub field: String,
    /// What was expected of it.
    pub expected: String,
}

impl FieldError {
    /// A flaw in a field.
    pub fn new(field: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            expected: expected.into(),
        }
    }
}
