//! What is where in a picture, before anything is drawn.

use super::layout::{self, CanvasShape, Layout};
use super::pixel_rect::PixelRect;
use super::template::{CanvasSize, TagStyle, Template};
use super::text_fitting::{self, CopyTexts, PlacedText};
use crate::imaging::Sprite;
use crate::typography::{CopyText, FontFace, TextBlock, TextLimit, TextStyle, Typesetter};
use std::sync::Arc;

/// What something in a picture is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemRole {
    /// The first text.
    Headline,
    /// The second.
    Subline,
    /// A label, a price.
    Tag,
    /// What to do.
    Button,
    /// A product.
    Product,
}

/// The tag on its disc.
pub(super) struct TagDisc {
    pub area: PixelRect,
    pub block: TextBlock,
    pub letters: PixelRect,
}

/// What is where in a picture.
pub(super) struct Scene {
    pub layout: Layout,
    /// The part of the canvas that is laid out.
    pub frame: PixelRect,
    /// Where copy may be.
    pub copy: PixelRect,
    /// Where products are put.
    pub product: PixelRect,
    pub products: Vec<(Arc<Sprite>, PixelRect)>,
    pub sets: Vec<PlacedText>,
    pub disc: Option<TagDisc>,
}

/// The side of a disc, in shares of the frame's short side.
const DISC: f32 = 0.26;
/// How far apart products stand, in shares of their place.
const APART: f32 = 0.04;

impl Scene {
    pub(super) fn of(
        setter: &Typesetter,
        (template, size): (&Template, CanvasSize),
        said: &CopyTexts,
        products: &[Arc<Sprite>],
    ) -> Self {
        let shape = CanvasShape::of(size);
        let layout = layout::layout(shape, template.own_arrangement(shape));
        let frame = layout::frame(size);
        let (copy, place) = (frame.part(layout.copy), frame.part(layout.product));
        let tag = said
            .tag
            .as_ref()
            .filter(|tag| template.tag == TagStyle::Disc && !tag.text.is_empty());
        let disc = tag.and_then(|tag| disc(setter, tag, (place, frame)));
        // What has no room on its disc stands with the rest.
        let rest = CopyTexts {
            tag: said.tag.clone().filter(|_| disc.is_none()),
            ..said.clone()
        };
        let place_of_copy = (copy, frame, shape == CanvasShape::Wide);
        let sets = text_fitting::fit(
            setter,
            (template, &rest),
            place_of_copy,
            (layout.align, layout.stand),
        );
        let product = disc.as_ref().map_or(place, |disc| beside(place, disc.area.width));
        Self {
            layout,
            frame,
            copy,
            product,
            products: row(products, product),
            sets,
            disc,
        }
    }
}

/// The place left of a disc in the upper right corner, or below it: whichever leaves more.
fn beside(place: PixelRect, side: f32) -> PixelRect {
    let narrow = PixelRect {
        width: place.width - side,
        ..place
    };
    let low = PixelRect {
        y: place.y + side,
        height: place.height - side,
        ..place
    };
    if narrow.short() > low.short() { narrow } else { low }
}

fn disc(setter: &Typesetter, tag: &CopyText, (place, frame): (PixelRect, PixelRect)) -> Option<TagDisc> {
    let side = (frame.short() * DISC).min(place.short() * 0.5);
    let area = PixelRect {
        x: place.right() - side,
        y: place.y,
        width: side,
        height: side,
    };
    let inner = area.inset(side * 0.16);
    let least = text_fitting::least(frame);
    let mut em = side * 0.3;
    while em >= least {
        let style = TextStyle {
            face: FontFace::Text,
            size: em,
            leading: 1.12,
        };
        let limit = TextLimit {
            width: inner.width,
            lines: 4,
        };
        let block = setter.set(&tag.text, style, limit);
        if !block.is_shortened && !block.breaks_words && block.height <= inner.height {
            let letters = PixelRect {
                x: inner.x + (inner.width - block.width) / 2.0,
                y: inner.y + (inner.height - block.height) / 2.0,
                width: block.width,
                height: block.height,
            };
            return Some(TagDisc { area, block, letters });
        }
        em *= 0.94;
    }
    None
}

/// Products in a row, equally high, as large as fits, standing on the foot of their place.
fn row(products: &[Arc<Sprite>], place: PixelRect) -> Vec<(Arc<Sprite>, PixelRect)> {
    let aspect = |sprite: &Sprite| sprite.width as f32 / sprite.height as f32;
    let gap = place.width * APART;
    let gaps = gap * (products.len().max(1) - 1) as f32;
    let aspects: f32 = products.iter().map(|sprite| aspect(sprite)).sum();
    let height = place.height.min((place.width - gaps) / aspects.max(f32::EPSILON));
    let width = aspects * height + gaps;
    // What is much lower than its place stands a little above the foot.
    let foot = place.bottom() - (place.height - height) * 0.35;
    let mut x = place.x + (place.width - width) / 2.0;
    let placed = products.iter().map(|sprite| {
        let area = PixelRect {
            x: x.round(),
            y: (foot - height).round(),
            width: (aspect(sprite) * height).round().max(1.0),
            height: height.round().max(1.0),
        };
        x += aspect(sprite) * height + gap;
        (sprite.clone(), area)
    });
    placed.collect()
}
