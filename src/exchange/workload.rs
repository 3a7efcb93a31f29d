//! How much work a call brings.

/// How much work a call brings, as far as its input tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Workload {
    /// Pixels of its pictures.
    pub pixels: u64,
    /// Characters of its texts, as Unicode scalar values.
    pub characters: u64,
}
