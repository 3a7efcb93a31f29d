//! Lays out a picture before it is drawn.

use super::layout::{self, CanvasShape, CopyArea, Layout};
use super::pixel_rect::PixelRect;
use super::template::{CanvasSize, TagStyle, Template};
use super::text_fitting::{self, CopyTexts, PlacedText};
use crate::imaging::Sprite;
use crate::typography::{CopyText, FontFace, TextBlock, TextLimit, TextStyle, Typesetter};
use std::sync::Arc;

/// The role of an item in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemRole {
    /// The headline.
    Headline,
    /// The line below the headline.
    Subline,
    /// A label or a price.
    Tag,
    /// The call to action.
    Button,
    /// A product picture.
    Product,
}

/// A tag on a disc.
pub(super) struct TagDisc {
    pub area: PixelRect,
    pub block: TextBlock,
    pub letters: PixelRect,
}

/// A picture that is laid out.
pub(super) struct Scene {
    pub layout: Layout,
    /// The part of the canvas that is laid out.
    pub frame: PixelRect,
    /// Area of the copy.
    pub copy: PixelRect,
    /// Area of the products.
    pub product: PixelRect,
    pub products: Vec<(Arc<Sprite>, PixelRect)>,
    pub texts: Vec<PlacedText>,
    pub disc: Option<TagDisc>,
}

/// Side of a disc as a share of the frame's short side.
const DISC: f32 = 0.26;
/// Gap between products as a share of the width of their area.
const PRODUCT_GAP: f32 = 0.04;

impl Scene {
    /// Lays out a picture.
    pub(super) fn new(
        typesetter: &Typesetter,
        template: &Template,
        size: CanvasSize,
        texts: &CopyTexts,
        products: &[Arc<Sprite>],
    ) -> Self {
        let shape = CanvasShape::from_size(size);
        let layout = layout::layout(shape, template.layout_choice(shape));
        let frame = layout::frame(size);
        let (copy, place) = (frame.sub_rect(layout.copy), frame.sub_rect(layout.product));
        let tag = texts
            .tag
            .as_ref()
            .filter(|tag| template.tag == TagStyle::Disc && !tag.text.is_empty());
        let disc = tag.and_then(|tag| disc(typesetter, tag, place, frame));
        // A tag without room on a disc is placed with the other copy.
        let rest = CopyTexts {
            tag: texts.tag.clone().filter(|_| disc.is_none()),
            ..texts.clone()
        };
        let area = CopyArea {
            place: copy,
            frame,
            is_wide: shape == CanvasShape::Wide,
            align: layout.align,
            vertical_align: layout.vertical_align,
        };
        let texts = text_fitting::fit(typesetter, template, &rest, area);
        let product = disc
            .as_ref()
            .map_or(place, |disc| without_disc(place, disc.area.width));
        Self {
            layout,
            frame,
            copy,
            product,
            products: row(products, product),
            texts,
            disc,
        }
    }
}

/// The part of `place` left of a disc in its upper right corner, or below it: the one with the longer short side.
fn without_disc(place: PixelRect, side: f32) -> PixelRect {
    let narrow = PixelRect {
        width: place.width - side,
        ..place
    };
    let low = PixelRect {
        y: place.y + side,
        height: place.height - side,
        ..place
    };
    if narrow.short_side() > low.short_side() {
        narrow
    } else {
        low
    }
}

/// Fits a tag onto a disc in the upper right corner of `place`; `None` if it is not legible there.
fn disc(typesetter: &Typesetter, tag: &CopyText, place: PixelRect, frame: PixelRect) -> Option<TagDisc> {
    let side = (frame.short_side() * DISC).min(place.short_side() * 0.5);
    let area = PixelRect {
        x: place.right() - side,
        y: place.y,
        width: side,
        height: side,
    };
    let inner = area.inset(side * 0.16);
    let min_size = text_fitting::min_text_size(frame);
    let mut em = side * 0.3;
    while em >= min_size {
        let style = TextStyle {
            face: FontFace::Text,
            size: em,
            leading: 1.12,
        };
        let limit = TextLimit {
            width: inner.width,
            lines: 4,
        };
        let block = typesetter.typeset(&tag.text, style, limit);
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

/// Places products in a row at the same height, as large as fits, near the lower edge of their area.
fn row(products: &[Arc<Sprite>], place: PixelRect) -> Vec<(Arc<Sprite>, PixelRect)> {
    let aspect = |sprite: &Sprite| sprite.width as f32 / sprite.height as f32;
    let gap = place.width * PRODUCT_GAP;
    let gaps = gap * (products.len().max(1) - 1) as f32;
    let aspects: f32 = products.iter().map(|sprite| aspect(sprite)).sum();
    let height = place.height.min((place.width - gaps) / aspects.max(f32::EPSILON));
    let width = aspects * height + gaps;
    // Products much lower than their area are placed above its lower edge.
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
