//! Rectangles on a canvas.

/// A rectangle on a canvas, in pixels from its top left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PixelRect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl PixelRect {
    /// The part given by left, top, width and height in thousandths of this rectangle.
    pub(super) fn sub_rect(self, [left, top, width, height]: [f32; 4]) -> Self {
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

    /// Length of the shorter side.
    pub(super) fn short_side(self) -> f32 {
        self.width.min(self.height)
    }

    pub(super) fn centre(self) -> (f32, f32) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// Whether `other` lies within this rectangle, with a tolerance of half a pixel.
    pub fn contains(self, other: Self) -> bool {
        const TOLERANCE: f32 = 0.51;
        other.x >= self.x - TOLERANCE
            && other.y >= self.y - TOLERANCE
            && other.right() <= self.right() + TOLERANCE
            && other.bottom() <= self.bottom() + TOLERANCE
    }

    /// Whether the rectangles overlap by more than half a pixel.
    pub fn overlaps(self, other: Self) -> bool {
        const TOLERANCE: f32 = 0.51;
        self.x + TOLERANCE < other.right()
            && other.x + TOLERANCE < self.right()
            && self.y + TOLERANCE < other.bottom()
            && other.y + TOLERANCE < self.bottom()
    }
}
