//! The work a call brings.

/// The work a call brings, estimated from its input without decoding it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Workload {
    /// Pixels of its pictures.
    pub pixels: u64,
    /// Characters of its texts, as Unicode scalar values.
    pub characters: u64,
}

impl Workload {
    /// Pixels alone; none where they cannot be told.
    pub fn pixels(pixels: Option<u64>) -> Self {
        Self {
            pixels: pixels.unwrap_or(0),
            characters: 0,
        }
    }
}
