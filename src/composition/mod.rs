//! Composes pictures of any size from a template, products and copy.
//!
//! A picture is first laid out as a `Scene`, then drawn: background and decoration, products with their shadows, copy
//! as large as fits. Colours come from the template's style and the product's hue.

mod builtin;
mod classify;
mod colour;
mod colour_scheme;
mod composer;
mod decoration;
mod ground;
mod hue;
mod layout;
mod paint;
mod pixel_rect;
mod placeholder;
mod recolour;
mod scene;
mod shadow;
mod sheet;
mod style;
mod template;
mod text_fitting;

pub use builtin::{BuiltinTemplate, builtin, builtins};
pub use classify::{style_chances, style_of};
pub use colour::{LEGIBLE, Rgb};
pub use composer::{ComposedPicture, Composer, CompositionRequest};
pub use layout::{CanvasShape, HorizontalAlign, Layout, LayoutChoice, VerticalAlign};
pub use paint::DrawnItem;
pub use pixel_rect::PixelRect;
pub use recolour::rotate_hues;
pub use scene::ItemRole;
pub use sheet::{SHEET_COPY, SHEET_SIZES};
pub use style::TemplateStyle;
pub use template::{
    Background, CanvasSize, HeadlineFaces, MAX_TEMPLATE_BYTES, Ornament, OrnamentAnchor, SIDES, ShapeLayouts,
    TagStyle, Template, TemplateParseError,
};
