//! The JSON format of templates; `understudy templates schema` prints its schema.

use super::colour::Rgb;
use super::decoration;
use super::layout::{CanvasShape, LayoutChoice};
use super::style::{Palette, TemplateStyle};
use crate::spelling::{expected_one_of, field_of, with_suggestion};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Maximum size of a template in bytes.
pub const MAX_TEMPLATE_BYTES: usize = 256 << 10;
/// Maximum number of ornaments.
const MAX_ORNAMENTS: usize = 64;
/// Allowed lengths of a side of a composed picture, in pixels.
pub const SIDES: std::ops::RangeInclusive<u32> = 100..=4096;

/// Names of the colours a template may override.
const COLOUR_NAMES: [&str; 6] = ["ground", "ground2", "tint", "accent", "accent2", "ink"];

/// A template: the look of a picture in every size, without product and copy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The version of this format: 1.
    pub understudy_template: u8,
    /// Display name.
    pub name: String,
    /// The style, 1 to 8: 1 简约中性, 2 清新淡雅, 3 绚丽强烈, 4 炫酷新潮, 5 神秘硬朗, 6 未来硬朗, 7 粉嫩柔美, 8 活泼喜庆.
    /// Style and product determine the colours.
    pub style: u8,
    /// Size of the picture if a call gives none.
    pub size: CanvasSize,
    /// Colours that override those of the style, as `#rrggbb`: `ground`, `ground2`, `tint`, `accent`, `accent2`, `ink`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub colours: BTreeMap<String, String>,
    /// The background.
    #[serde(default)]
    pub ground: Background,
    /// Ornaments, drawn in this order on the background, behind product and copy.
    #[serde(default)]
    pub decoration: Vec<Ornament>,
    /// The font of headlines.
    #[serde(default)]
    pub headline: HeadlineFaces,
    /// How the tag or price is drawn.
    #[serde(default)]
    pub tag: TagStyle,
    /// Layouts by canvas shape; an absent one is the default layout.
    #[serde(default)]
    pub layouts: ShapeLayouts,
}

/// Size of a picture in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CanvasSize {
    /// Width, 100 to 4096.
    pub width: u32,
    /// Height, 100 to 4096.
    pub height: u32,
}

/// The background of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Background {
    /// One colour.
    Flat,
    /// A gradient from `ground` at the top left to `ground2` at the bottom right.
    #[default]
    Slope,
    /// `ground` with a glow of `ground2` behind the product.
    Glow,
    /// `ground`, and `ground2` on the product's side.
    Split,
}

/// A piece of decoration, scaled uniformly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ornament {
    /// SVG elements in a view box of 0 to 100: paths, basic shapes, groups and gradients. Colours are given by name:
    /// `{tint}`, `{accent}` and so on.
    pub svg: String,
    /// Where the ornament is placed.
    pub at: OrnamentAnchor,
    /// Side of the view box as a share of the canvas's short side; at `product` and `floor`, of the short side of the
    /// product's area; at `cover`, of the canvas's long side.
    #[serde(default = "one")]
    pub size: f32,
}

fn one() -> f32 {
    1.0
}

/// Where an ornament is placed: its corner, edge or centre aligned with that of the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OrnamentAnchor {
    /// In the top left corner.
    TopLeft,
    /// At the centre of the top edge.
    Top,
    /// In the top right corner.
    TopRight,
    /// At the centre of the left edge.
    Left,
    /// At the centre of the right edge.
    Right,
    /// In the bottom left corner.
    BottomLeft,
    /// At the centre of the bottom edge.
    Bottom,
    /// In the bottom right corner.
    BottomRight,
    /// Centred on the canvas, large enough to cover it.
    Cover,
    /// Behind the product, centred on its area.
    Product,
    /// Centred on the lower edge of the product's area.
    Floor,
}

/// The font of headlines. A headline with characters that the first font lacks is set in the second.
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

/// Layouts by canvas shape.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ShapeLayouts {
    /// If the width is at least 1.3 times the height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wide: Option<LayoutChoice>,
    /// If neither `wide` nor `tall` applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub square: Option<LayoutChoice>,
    /// If the height is at least 1.3 times the width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tall: Option<LayoutChoice>,
}

/// Why a template was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {why}")]
pub struct TemplateParseError {
    /// The invalid part, such as `decoration[2].svg`.
    pub path: String,
    /// The problem.
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
    /// Parses and validates a template, so that it can be drawn.
    ///
    /// # Errors
    /// The invalid part and the problem.
    pub fn parse(json: &[u8]) -> Result<Self, TemplateParseError> {
        if json.len() > MAX_TEMPLATE_BYTES {
            let why = format!("is larger than {MAX_TEMPLATE_BYTES} bytes");
            return Err(TemplateParseError::at("the template", why));
        }
        if json.starts_with(b"8BPS") {
            let why = "is a Photoshop file, which is not supported; send a template in JSON";
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
        template.validate()
    }

    fn validate(self) -> Result<Self, TemplateParseError> {
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
        if TemplateStyle::from_number(self.style.into()).is_none() {
            return Err(TemplateParseError::at("style", "expected 1 to 8"));
        }
        if !self.size.is_supported() {
            return Err(TemplateParseError::at("size", "expected sides of 100 to 4096"));
        }
        for (role, colour) in &self.colours {
            let path = format!("colours.{role}");
            if !COLOUR_NAMES.contains(&role.as_str()) {
                return Err(TemplateParseError::at(path, expected_one_of(role, COLOUR_NAMES)));
            }
            if Rgb::from_hex(colour).is_none() {
                return Err(TemplateParseError::at(path, "expected #rrggbb"));
            }
        }
        self.check_decoration()?;
        for shape in CanvasShape::ALL {
            let choice = self.layout_choice(shape);
            let checked = choice.map_or(Ok(()), |choice| choice.check(shape));
            checked.map_err(|why| TemplateParseError::at(format!("layouts.{}", shape.name()), why))?;
        }
        Ok(self)
    }

    fn check_decoration(&self) -> Result<(), TemplateParseError> {
        if self.decoration.len() > MAX_ORNAMENTS {
            return Err(TemplateParseError::at(
                "decoration",
                format!("expected at most {MAX_ORNAMENTS} pieces"),
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

    /// The template's style.
    pub fn style(&self) -> TemplateStyle {
        TemplateStyle::from_number(self.style.into()).expect("a template's style is checked when it is read")
    }

    /// The layout chosen for a canvas shape, if any.
    pub(super) fn layout_choice(&self, shape: CanvasShape) -> Option<&LayoutChoice> {
        match shape {
            CanvasShape::Wide => self.layouts.wide.as_ref(),
            CanvasShape::Square => self.layouts.square.as_ref(),
            CanvasShape::Tall => self.layouts.tall.as_ref(),
        }
    }

    /// The palette for a product of this hue, with the template's own colours.
    pub(super) fn palette(&self, product: Option<f32>) -> Palette {
        let own = self.colours.iter();
        let own = own.filter_map(|(role, colour)| Some((role, Rgb::from_hex(colour)?)));
        let palette = self.style().palette(product);
        own.fold(palette, |palette, (role, colour)| {
            palette.with_colour(role, colour)
        })
        .with_legible_text()
    }
}

impl CanvasSize {
    /// Whether pictures of this size can be composed.
    pub fn is_supported(self) -> bool {
        SIDES.contains(&self.width) && SIDES.contains(&self.height)
    }

    /// Number of pixels.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}
