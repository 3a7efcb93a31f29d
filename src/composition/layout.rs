//! Layouts: where copy and product are on a canvas of a given shape.

use super::pixel_rect::PixelRect;
use super::template::CanvasSize;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The shape of a canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CanvasShape {
    /// The width is at least 1.3 times the height.
    Wide,
    /// Neither wide nor tall.
    Square,
    /// The height is at least 1.3 times the width.
    Tall,
}

/// A named layout, or a layout defined by the template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum LayoutChoice {
    /// `left`, `right` (copy on that side), except on tall canvases; on square and tall canvases also `top`, `bottom`
    /// (centred copy) and `corner` (left-aligned copy at the top).
    Named(String),
    /// A layout defined by the template.
    Own(Layout),
}

/// Areas of copy and product, in thousandths of the canvas within its margin: left, top, width, height.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Area of the copy.
    pub copy: [f32; 4],
    /// Horizontal alignment of the copy.
    #[serde(default)]
    pub align: HorizontalAlign,
    /// Vertical alignment of the copy.
    #[serde(default, rename = "stand")]
    pub vertical_align: VerticalAlign,
    /// Area of the product.
    pub product: [f32; 4],
}

/// Horizontal alignment of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HorizontalAlign {
    /// Left-aligned.
    #[default]
    Left,
    /// Centred.
    Centre,
    /// Right-aligned.
    Right,
}

/// Vertical alignment of copy in its area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VerticalAlign {
    /// At the top.
    Top,
    /// Centred.
    #[default]
    Middle,
    /// At the bottom.
    Bottom,
}

/// The area that copy is fitted into.
#[derive(Clone, Copy)]
pub(super) struct CopyArea {
    pub place: PixelRect,
    /// The part of the canvas that is laid out.
    pub frame: PixelRect,
    /// Whether the canvas is wide.
    pub is_wide: bool,
    pub align: HorizontalAlign,
    pub vertical_align: VerticalAlign,
}

/// Largest aspect ratio that is laid out; the rest of a longer canvas is background.
const MAX_ASPECT: f32 = 5.0;
/// Width of the margin as a share of the short side.
const MARGIN: f32 = 0.055;

impl CanvasShape {
    /// All shapes.
    pub const ALL: [Self; 3] = [Self::Wide, Self::Square, Self::Tall];

    /// The shape of a canvas size.
    pub fn from_size(size: CanvasSize) -> Self {
        let (width, height) = (u64::from(size.width), u64::from(size.height));
        if width * 10 >= height * 13 {
            Self::Wide
        } else if height * 10 >= width * 13 {
            Self::Tall
        } else {
            Self::Square
        }
    }

    /// The name used in templates.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Square => "square",
            Self::Tall => "tall",
        }
    }

    /// Name of the layout used if a template chooses none.
    fn default_layout(self) -> &'static str {
        match self {
            Self::Wide => "left",
            Self::Square | Self::Tall => "top",
        }
    }
}

impl LayoutChoice {
    pub(super) fn check(&self, shape: CanvasShape) -> Result<(), String> {
        let layout = match self {
            Self::Named(name) => {
                let known = named_layout(shape, name).is_some();
                return known
                    .then_some(())
                    .ok_or_else(|| format!("{name:?} is not a layout for this shape"));
            }
            Self::Own(layout) => layout,
        };
        let whole = PixelRect {
            x: 0.0,
            y: 0.0,
            width: 1000.0,
            height: 1000.0,
        };
        let places = [("copy", layout.copy), ("product", layout.product)]
            .map(|(name, part)| (name, whole.sub_rect(part)));
        for (name, place) in places {
            if !whole.contains(place) || place.width < 200.0 || place.height < 200.0 {
                return Err(format!(
                    "{name} must lie within 0 to 1000, at least 200 wide and high"
                ));
            }
        }
        let [(_, copy), (_, product)] = places;
        if copy.overlaps(product) {
            return Err("copy and product overlap".into());
        }
        Ok(())
    }
}

/// The layout for a shape: the template's choice, or the default.
pub(super) fn layout(shape: CanvasShape, choice: Option<&LayoutChoice>) -> Layout {
    let named = |name: &str| named_layout(shape, name);
    match choice {
        Some(LayoutChoice::Own(layout)) => Some(*layout),
        Some(LayoutChoice::Named(name)) => named(name),
        None => None,
    }
    .or_else(|| named(shape.default_layout()))
    .expect("every shape has a default layout")
}

/// The part of a canvas that is laid out: within the margin and [`MAX_ASPECT`].
pub(super) fn frame(size: CanvasSize) -> PixelRect {
    let (width, height) = (size.width as f32, size.height as f32);
    let short = width.min(height);
    let (laid_width, laid_height) = (width.min(short * MAX_ASPECT), height.min(short * MAX_ASPECT));
    let laid = PixelRect {
        x: (width - laid_width) / 2.0,
        y: (height - laid_height) / 2.0,
        width: laid_width,
        height: laid_height,
    };
    laid.inset((short * MARGIN).round())
}

/// A named layout: shape, name, area of the copy, its alignment, area of the product.
type NamedLayout = (
    CanvasShape,
    &'static str,
    [f32; 4],
    (HorizontalAlign, VerticalAlign),
    [f32; 4],
);

/// All named layouts.
const NAMED_LAYOUTS: [NamedLayout; 10] = [
    (
        CanvasShape::Wide,
        "left",
        [20.0, 0.0, 500.0, 1000.0],
        (HorizontalAlign::Left, VerticalAlign::Middle),
        [560.0, 40.0, 420.0, 920.0],
    ),
    (
        CanvasShape::Wide,
        "right",
        [490.0, 0.0, 490.0, 1000.0],
        (HorizontalAlign::Left, VerticalAlign::Middle),
        [20.0, 40.0, 420.0, 920.0],
    ),
    (
        CanvasShape::Square,
        "left",
        [0.0, 40.0, 470.0, 920.0],
        (HorizontalAlign::Left, VerticalAlign::Middle),
        [500.0, 200.0, 500.0, 640.0],
    ),
    (
        CanvasShape::Square,
        "right",
        [530.0, 40.0, 470.0, 920.0],
        (HorizontalAlign::Left, VerticalAlign::Middle),
        [0.0, 200.0, 500.0, 640.0],
    ),
    (
        CanvasShape::Square,
        "top",
        [40.0, 10.0, 920.0, 410.0],
        (HorizontalAlign::Centre, VerticalAlign::Middle),
        [150.0, 480.0, 700.0, 470.0],
    ),
    (
        CanvasShape::Square,
        "bottom",
        [40.0, 580.0, 920.0, 410.0],
        (HorizontalAlign::Centre, VerticalAlign::Middle),
        [150.0, 50.0, 700.0, 470.0],
    ),
    (
        CanvasShape::Square,
        "corner",
        [20.0, 20.0, 780.0, 400.0],
        (HorizontalAlign::Left, VerticalAlign::Top),
        [260.0, 475.0, 700.0, 475.0],
    ),
    (
        CanvasShape::Tall,
        "top",
        [30.0, 20.0, 940.0, 380.0],
        (HorizontalAlign::Centre, VerticalAlign::Middle),
        [90.0, 470.0, 820.0, 470.0],
    ),
    (
        CanvasShape::Tall,
        "bottom",
        [30.0, 600.0, 940.0, 380.0],
        (HorizontalAlign::Centre, VerticalAlign::Middle),
        [90.0, 60.0, 820.0, 470.0],
    ),
    (
        CanvasShape::Tall,
        "corner",
        [30.0, 30.0, 900.0, 370.0],
        (HorizontalAlign::Left, VerticalAlign::Top),
        [140.0, 470.0, 820.0, 470.0],
    ),
];

fn named_layout(shape: CanvasShape, name: &str) -> Option<Layout> {
    let found = NAMED_LAYOUTS.iter().find(|row| (row.0, row.1) == (shape, name));
    found.map(|(_, _, copy, (align, vertical_align), product)| Layout {
        copy: *copy,
        align: *align,
        vertical_align: *vertical_align,
        product: *product,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_arrangement_is_one() {
        for (shape, name, ..) in NAMED_LAYOUTS {
            assert_eq!(LayoutChoice::Named(name.into()).check(shape), Ok(()));
            let own = LayoutChoice::Own(named_layout(shape, name).unwrap());
            assert_eq!(own.check(shape), Ok(()), "{shape:?} {name}");
        }
        assert!(
            LayoutChoice::Named("top".into())
                .check(CanvasShape::Wide)
                .is_err()
        );
    }
}
