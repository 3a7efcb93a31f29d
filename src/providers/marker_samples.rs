//! Inputs that force a verdict each.

use bytes::Bytes;

/// An input that forces a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkerSample {
    /// Its file name: what it is, the task and the label.
    pub name: String,
    /// What it holds.
    pub bytes: Bytes,
    /// Its media type.
    pub content_type: &'static str,
}
