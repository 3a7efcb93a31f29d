//! The format of templates: JSON, described in the front page of this room and by `understudy templates schema`.

use super::colour::Rgb;
use super::decoration;
use super::layout::{CanvasShape, LayoutChoice};
use super::style::{Palette, TemplateStyle};
use crate::spelling::{expected_one_of, field_of, with_suggestion};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Largest template, as JSON.
pub const MOST_TEMPLATE_BYTES: usize = 256 << 10;
/// Most pieces of decoration.
const MOST_PIECES: usize = 64;
/// Least and most pixels a side of a picture that is composed.
pub const SIDES: std::ops::RangeInclusive<u32> = 100..=4096;

/// Names of the colours a template may give itself.
const ROLES: [&str; 6] = ["ground", "ground2", "tint", "accent", "accent2", "ink"];

/// A template: what a picture looks like in every size, but for its product and copy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The version of this format: 1.
    pub understudy_template: u8,
    /// What users call it.
    pub name: String,
    /// Its style, 1 to 8: 1 简约中性, 2 清新淡雅, 3 绚丽强烈, 4 炫酷新潮, 5 神秘硬朗, 6 未来硬朗, 7 粉嫩柔美, 8 活泼喜庆.
    /// Colours come from it and from the product.
    pub style: u8,
    /// Its size where a call names none.
    pub size: CanvasSize,
    /// Colours of its own, `#rrggbb`, in place of those of the style: `ground`, `ground2`, `tint`, `accent`, `accent2`,
    /// `ink`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub colours: BTreeMap<String, String>,
    /// What is behind everything.
    #[serde(default)]
    pub ground: Background,
    /// Drawn on the ground, in this order, below product and copy.
    #[serde(default)]
    pub decoration: Vec<Ornament>,
    /// The face of headlines.
    #[serde(default)]
    pub headline: HeadlineFaces,
    /// How the tag or price is drawn.
    #[serde(default)]
    pub tag: TagStyle,
    /// Where things are, by shape of the canvas; what is absent is arranged as usual.
    #[serde(default)]
    pub layouts: ShapeLayouts,
}

/// Pixels of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CanvasSize {
    /// In a row, 100 to 4096.
    pub width: u32,
    /// Rows, 100 to 4096.
    pub height: u32,
}

/// What is behind everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Background {
    /// One colour.
    Flat,
    /// From `ground` at the top left to `ground2` at the bottom right.
    #[default]
    Slope,
    /// `ground` with a glow of `ground2` behind the product.
    Glow,
    /// `ground`, and `ground2` on the product's side.
    Split,
}

/// A piece of decoration. It is scaled evenly, never stretched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ornament {
    /// SVG elements in a view box of 0 to 100: paths, basic shapes, groups and gradients. `{tint}`, `{accent}` and the
    /// other colours by name.
    pub svg: String,
    /// Where it is put.
    pub at: OrnamentAnchor,
    /// The side of its view box, in shares of the canvas's short side; at `product`, of that of the product's place; at
    /// `cover`, of the canvas's long side.
    #[serde(default = "one")]
    pub size: f32,
}

fn one() -> f32 {
    1.0
}

/// Where a piece of decoration is put: its own corner, edge or middle on that of the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OrnamentAnchor {
    /// In the corner.
    TopLeft,
    /// In the middle of the edge.
    Top,
    /// In the corner.
    TopRight,
    /// In the middle of the edge.
    Left,
    /// In the middle of the edge.
    Right,
    /// In the corner.
    BottomLeft,
    /// In the middle of the edge.
    Bottom,
    /// In the corner.
    BottomRight,
    /// In the middle of the canvas, large enough to cover it.
    Cover,
    /// Behind the product, its middle on that of the product's place.
    Product,
    /// Below the product, its middle where the product stands.
    Floor,
}

/// The face of headlines. Where the first has not all characters, the second sets all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HeadlineFaces {
    /// Smiley Sans 得意黑, slanted.
    #[default]
    Display,
    /// Noto Sans SC Bold.
    Text,
}

/// How the tag or price is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TagStyle {
    /// On a filled plate with round ends.
    #[default]
    Pill,
    /// On a filled plate with square corners.
    Plate,
    /// On a filled, slanted plate.
    Slant,
    /// In a frame.
    Outline,
    /// On a disc beside the product.
    Disc,
}

/// Where things are, by shape of the canvas.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ShapeLayouts {
    /// Where the width is at least 1.3 times the height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wide: Option<LayoutChoice>,
    /// In between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub square: Option<LayoutChoice>,
    /// Where the height is at least 1.3 times the width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tall: Option<LayoutChoice>,
}

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {why}")]
pub struct TemplateParseError {
    /// Which part of it, `decoration[2].svg`; empty where it is all of it.
    pub path: String,
    /// What is wrong with it.
    pub why: String,
}

impl TemplateParseError {
    fn at(path: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            why: why.into(),
        }
    }
}

impl Template {
    /// Reads a template and checks all of it, so that it can be drawn.
    ///
    /// # Errors
    /// Which part cannot be, and why.
    pub fn parse(json: &[u8]) -> Result<Self, TemplateParseError> {
        if json.len() > MOST_TEMPLATE_BYTES {
            let why = format!("is larger than {MOST_TEMPLATE_BYTES} bytes");
            return Err(TemplateParseError::at("the template", why));
        }
        if json.starts_with(b"8BPS") {
            let why = "is a Photoshop file: the layers of text in it are not read here; send the JSON of a template";
            return Err(TemplateParseError::at("the template", why));
        }
        let mut reader = serde_json::Deserializer::from_slice(json);
        let read = serde_path_to_error::deserialize(&mut reader);
        let template: Self = read.map_err(|why| {
            let text = why.inner().to_string();
            let field = field_of(&why.path().to_string(), &text);
            let path = if field.is_empty() {
                "the template".to_owned()
            } else {
                field
            };
            TemplateParseError::at(path, with_suggestion(&text))
        })?;
        reader
            .end()
            .map_err(|why| TemplateParseError::at("the template", why.to_string()))?;
        template.checked()
    }

    fn checked(self) -> Result<Self, TemplateParseError> {
        if self.understudy_template != 1 {
            return Err(TemplateParseError::at("understudy_template", "expected 1"));
        }
        let length = self.name.chars().count();
        if !(1..=100).contains(&length) || self.name.chars().any(char::is_control) {
            return Err(TemplateParseError::at(
                "name",
                "expected 1 to 100 characters, no control characters",
            ));
        }
        if TemplateStyle::numbered(self.style.into()).is_none() {
            return Err(TemplateParseError::at("style", "expected 1 to 8"));
        }
        if !self.size.is_composed() {
            return Err(TemplateParseError::at("size", "expected sides of 100 to 4096"));
        }
        for (role, colour) in &self.colours {
            let path = format!("colours.{role}");
            if !ROLES.contains(&role.as_str()) {
                return Err(TemplateParseError::at(path, expected_one_of(role, ROLES)));
            }
            if Rgb::from_hex(colour).is_none() {
                return Err(TemplateParseError::at(path, "expected #rrggbb"));
            }
        }
        self.check_decoration()?;
        for shape in CanvasShape::ALL {
            let arrangement = self.own_arrangement(shape);
            let checked = arrangement.map_or(Ok(()), |own| own.check(shape));
            checked.map_err(|why| TemplateParseError::at(format!("layouts.{}", shape.name()), why))?;
        }
        Ok(self)
    }

    fn check_decoration(&self) -> Result<(), TemplateParseError> {
        if self.decoration.len() > MOST_PIECES {
            return Err(TemplateParseError::at(
                "decoration",
                format!("expected at most {MOST_PIECES} pieces"),
            ));
        }
        for (nth, piece) in self.decoration.iter().enumerate() {
            let path = |member: &str| format!("decoration[{nth}].{member}");
            if !(0.01..=4.0).contains(&piece.size) {
                return Err(TemplateParseError::at(path("size"), "expected 0.01 to 4"));
            }
            decoration::check(&piece.svg).map_err(|why| TemplateParseError::at(path("svg"), why))?;
        }
        Ok(())
    }

    /// Its style.
    pub fn style(&self) -> TemplateStyle {
        TemplateStyle::numbered(self.style.into()).expect("a template's style is checked when it is read")
    }

    pub(super) fn own_arrangement(&self, shape: CanvasShape) -> Option<&LayoutChoice> {
        match shape {
            CanvasShape::Wide => self.layouts.wide.as_ref(),
            CanvasShape::Square => self.layouts.square.as_ref(),
            CanvasShape::Tall => self.layouts.tall.as_ref(),
        }
    }

    /// Its colours around a product of this hue.
    pub(super) fn palette(&self, product: Option<f32>) -> Palette {
        let own = self.colours.iter();
        let own = own.filter_map(|(role, colour)| Some((role, Rgb::from_hex(colour)?)));
        let palette = self.style().palette(product);
        own.fold(palette, |palette, (role, colour)| palette.with(role, colour))
            .made_legible()
    }
}

impl CanvasSize {
    /// Whether pictures of this size are composed.
    pub fn is_composed(self) -> bool {
        SIDES.contains(&self.width) && SIDES.contains(&self.height)
    }

    /// How many pixels there are.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}
