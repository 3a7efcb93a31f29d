//! A rectangle on a canvas, in pixels.

/// A rectangle on a canvas, in pixels from its top left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PixelRect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// From left to right.
    pub width: f32,
    /// From top to bottom.
    pub height: f32,
}

impl PixelRect {
    /// The part of it that shares name: left, top, width and height, each in thousandths.
    pub(super) fn part(self, [left, top, width, height]: [f32; 4]) -> Self {
        Self {
            x: self.x + self.width * left / 1000.0,
            y: self.y + self.height * top / 1000.0,
            width: self.width * width / 1000.0,
            height: self.height * height / 1000.0,
        }
    }

    /// Shrinks the rectangle by `by` pixels on every side; negative values enlarge it.
    pub(super) fn inset(self, by: f32) -> Self {
        Self {
            x: self.x + by,
            y: self.y + by,
            width: self.width - 2.0 * by,
            height: self.height - 2.0 * by,
        }
    }

    pub(super) fn right(self) -> f32 {
        self.x + self.width
    }

    pub(super) fn bottom(self) -> f32 {
        self.y + self.height
    }

    pub(super) fn short(self) -> f32 {
        self.width.min(self.height)
    }

    pub(super) fn centre(self) -> (f32, f32) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// Whether the other lies within it, a hair's breadth aside.
    pub fn holds(self, other: Self) -> bool {
        const HAIR: f32 = 0.51;
        other.x >= self.x - HAIR
            && other.y >= self.y - HAIR
            && other.right() <= self.right() + HAIR
            && other.bottom() <= self.bottom() + HAIR
    }

    /// Whether they have more than a hair's breadth in common.
    pub fn overlaps(self, other: Self) -> bool {
        const HAIR: f32 = 0.51;
        self.x + HAIR < other.right()
            && other.x + HAIR < self.right()
            && self.y + HAIR < other.bottom()
            && other.y + HAIR < self.bottom()
    }
}
