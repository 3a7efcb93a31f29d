//! Composing: templates, products and copy in, pictures of every size out, each laid out anew.
//!
//! A picture is laid out as a `Scene` first and drawn then: ground and decoration, products with
//! their shadows, copy as large as fits. Colours come from the template's style and the product's hue.

mod area;
mod builtin;
mod classify;
mod colour;
mod composer;
mod decoration;
mod gift;
mod ground;
mod hue;
mod layout;
mod paint;
mod recolour;
mod scene;
mod scheme;
mod shadow;
mod sheet;
mod stack;
mod style;
mod template;

pub use area::Area;
pub use builtin::{Builtin, builtin, builtins};
pub use classify::{style_chances, style_of};
pub use colour::{LEGIBLE, Rgb};
pub use composer::{Composed, Composer, Order};
pub use layout::{Align, Arrangement, Layout, Shape, Stand};
pub use paint::Placed;
pub use recolour::recoloured;
pub use scene::Role;
pub use sheet::{SHEET_COPY, SHEET_SIZES};
pub use style::Style;
pub use template::{
    Anchor, Ground, Headline, Layouts, MOST_TEMPLATE_BYTES, Piece, SIDES, Size, Tag, Template, TemplateFlaw,
};
