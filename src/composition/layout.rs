//! Where things are on a canvas of a shape.

use super::pixel_rect::PixelRect;
use super::template::CanvasSize;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The shape of a canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CanvasShape {
    /// The width is at least 1.3 times the height.
    Wide,
    /// In between.
    Square,
    /// The height is at least 1.3 times the width.
    Tall,
}

/// Where things are: an arrangement by its name, or one of a template's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum LayoutChoice {
    /// `left`, `right` (copy on that side); on square and tall canvases also `top`, `bottom` (copy there, centred) and
    /// `corner` (copy at the top, from the left).
    Named(String),
    /// Its own.
    Own(Layout),
}

/// Where things are, in thousandths of the canvas within its margin: left, top, width, height.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Where copy may be.
    pub copy: [f32; 4],
    /// How its lines begin.
    #[serde(default)]
    pub align: HorizontalAlign,
    /// Where it stands in its place.
    #[serde(default)]
    pub stand: VerticalAlign,
    /// Where the product may be.
    pub product: [f32; 4],
}

/// How lines begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HorizontalAlign {
    /// At the left.
    #[default]
    Left,
    /// In the middle.
    Centre,
    /// At the right.
    Right,
}

/// Where copy stands in its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VerticalAlign {
    /// At the top.
    Top,
    /// In the middle.
    #[default]
    Middle,
    /// At the bottom.
    Bottom,
}

/// Canvases are laid out as if they were no more elongated than this; the rest is ground.
const MOST_ELONGATED: f32 = 5.0;
/// The margin, in shares of the short side.
const MARGIN: f32 = 0.055;

impl CanvasShape {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Wide, Self::Square, Self::Tall];

    /// The shape of a canvas.
    pub fn of(size: CanvasSize) -> Self {
        let (width, height) = (u64::from(size.width), u64::from(size.height));
        if width * 10 >= height * 13 {
            Self::Wide
        } else if height * 10 >= width * 13 {
            Self::Tall
        } else {
            Self::Square
        }
    }

    /// As templates name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Square => "square",
            Self::Tall => "tall",
        }
    }

    /// The arrangement where a template names none.
    fn usual(self) -> &'static str {
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
                let known = arranged(shape, name).is_some();
                return known
                    .then_some(())
                    .ok_or_else(|| format!("{name:?} is no arrangement of this shape"));
            }
            Self::Own(layout) => layout,
        };
        let whole = PixelRect {
            x: 0.0,
            y: 0.0,
            width: 1000.0,
            height: 1000.0,
        };
        let places =
            [("copy", layout.copy), ("product", layout.product)].map(|(name, part)| (name, whole.part(part)));
        for (name, place) in places {
            if !whole.holds(place) || place.width < 200.0 || place.height < 200.0 {
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

/// The layout of a shape: the template's own, or as usual.
pub(super) fn layout(shape: CanvasShape, own: Option<&LayoutChoice>) -> Layout {
    let named = |name: &str| arranged(shape, name);
    match own {
        Some(LayoutChoice::Own(layout)) => Some(*layout),
        Some(LayoutChoice::Named(name)) => named(name),
        None => None,
    }
    .or_else(|| named(shape.usual()))
    .expect("every shape has its usual arrangement")
}

/// The part of a canvas that is laid out: within the margin, not too elongated.
pub(super) fn frame(size: CanvasSize) -> PixelRect {
    let (width, height) = (size.width as f32, size.height as f32);
    let short = width.min(height);
    let (laid_width, laid_height) = (
        width.min(short * MOST_ELONGATED),
        height.min(short * MOST_ELONGATED),
    );
    let laid = PixelRect {
        x: (width - laid_width) / 2.0,
        y: (height - laid_height) / 2.0,
        width: laid_width,
        height: laid_height,
    };
    laid.inset((short * MARGIN).round())
}

/// An arrangement: its shape and name, where copy is, how it stands there, where the product is.
type Arranged = (
    CanvasShape,
    &'static str,
    [f32; 4],
    (HorizontalAlign, VerticalAlign),
    [f32; 4],
);

/// Arrangements by name.
const ARRANGED: [Arranged; 10] = [
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

fn arranged(shape: CanvasShape, name: &str) -> Option<Layout> {
    let found = ARRANGED.iter().find(|row| (row.0, row.1) == (shape, name));
    found.map(|(_, _, copy, (align, stand), product)| Layout {
        copy: *copy,
        align: *align,
        stand: *stand,
        product: *product,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_arrangement_is_one() {
        for (shape, name, ..) in ARRANGED {
            assert_eq!(LayoutChoice::Named(name.into()).check(shape), Ok(()));
            let own = LayoutChoice::Own(arranged(shape, name).unwrap());
            assert_eq!(own.check(shape), Ok(()), "{shape:?} {name}");
        }
        assert!(
            LayoutChoice::Named("top".into())
                .check(CanvasShape::Wide)
                .is_err()
        );
    }
}
