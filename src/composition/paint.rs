//! Draws a scene.

use super::colour::{LEGIBLE, Rgb, contrast};
use super::decoration;
use super::ground::paint_background;
use super::pixel_rect::PixelRect;
use super::scene::{ItemRole, Scene, TagDisc};
use super::shadow;
use super::style::Palette;
use super::template::{TagStyle, Template};
use super::text_fitting::PlacedText;
use crate::imaging::Sprite;
use crate::typography::Typesetter;
use tiny_skia::{
    Color, FillRule, Paint, Path, PathBuilder, Pixmap, PixmapPaint, PixmapRef, Stroke, Transform,
};

/// An item of a picture, as drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnItem {
    /// Role of the item.
    pub role: ItemRole,
    /// Area of the item, including the plate behind copy.
    pub area: PixelRect,
    /// Font size of copy in pixels.
    pub size: f32,
    /// Number of lines of copy.
    pub lines: usize,
    /// Whether copy was shortened with an ellipsis.
    pub is_shortened: bool,
    /// Contrast of copy with its background (WCAG 2).
    pub contrast: f32,
}

/// Rotation of the tag disc in degrees.
const DISC_ROTATION: f32 = -8.0;
/// Share of the pixels behind copy whose contrast is ignored, such as the edge of an ornament.
const IGNORED_SHARE: f64 = 0.02;

/// Draws a scene onto a canvas of the same size and returns the drawn items.
pub(super) fn paint(
    scene: &Scene,
    template: &Template,
    palette: &Palette,
    typesetter: &Typesetter,
    canvas: &mut Pixmap,
) -> Vec<DrawnItem> {
    paint_background(template.ground, palette, scene.product, scene.copy, canvas);
    decoration::draw(template, palette, scene.product, canvas);
    let shade = palette.ground_2.mix(Rgb([0, 0, 0]), 0.72);
    let mut placed = Vec::new();
    for (sprite, area) in &scene.products {
        let fitted = sprite.resized(area.width as usize, area.height as usize);
        shadow::draw(&fitted, *area, shade, canvas);
        draw_sprite(&fitted, *area, canvas);
        placed.push(DrawnItem {
            role: ItemRole::Product,
            area: *area,
            size: 0.0,
            lines: 0,
            is_shortened: false,
            contrast: 0.0,
        });
    }
    let mut painter = CopyPainter {
        typesetter,
        palette,
        tag: template.tag,
        share: scene.layout.align.share(),
        canvas,
    };
    painter.clear_behind(scene);
    placed.extend(scene.texts.iter().map(|text| painter.draw_text(text)));
    placed.extend(scene.disc.as_ref().map(|disc| painter.draw_disc(disc)));
    placed
}

fn draw_sprite(sprite: &Sprite, area: PixelRect, canvas: &mut Pixmap) {
    let side = |n: usize| u32::try_from(n).expect("sprites are as small as canvases");
    let pixels = PixmapRef::from_bytes(&sprite.rgba, side(sprite.width), side(sprite.height));
    let pixels = pixels.expect("a sprite holds width × height × 4 bytes");
    let paint = PixmapPaint::default();
    canvas.draw_pixmap(
        area.x as i32,
        area.y as i32,
        pixels,
        &paint,
        Transform::identity(),
        None,
    );
}

/// Draws copy.
struct CopyPainter<'a> {
    typesetter: &'a Typesetter,
    palette: &'a Palette,
    tag: TagStyle,
    /// Horizontal alignment of lines: 0 left, 0.5 centre, 1 right.
    share: f32,
    canvas: &'a mut Pixmap,
}

impl CopyPainter<'_> {
    /// Paints the background colour behind copy that would otherwise not be legible.
    fn clear_behind(&mut self, scene: &Scene) {
        let bare = || scene.texts.iter().filter(|text| !self.has_plate(text.role));
        if bare().all(|text| self.contrast_behind(text.letters, self.ink(text.role)) >= LEGIBLE) {
            return;
        }
        let letters: Vec<PixelRect> = bare().map(|text| text.letters).collect();
        let pad = scene.frame.short_side() * 0.03;
        for area in letters {
            let plate = area.inset(-pad);
            self.fill(&rounded(plate, pad), self.palette.ground, 0.9);
        }
    }

    fn has_plate(&self, role: ItemRole) -> bool {
        match role {
            ItemRole::Button => true,
            ItemRole::Tag => self.tag != TagStyle::Outline,
            ItemRole::Headline | ItemRole::Subline | ItemRole::Product => false,
        }
    }

    /// The text colour for a role.
    fn ink(&self, role: ItemRole) -> Rgb {
        let palette = self.palette;
        match role {
            ItemRole::Headline | ItemRole::Product => palette.ink,
            ItemRole::Subline => palette.soft,
            ItemRole::Tag if self.tag == TagStyle::Outline => {
                palette.accent.legible_on(&[palette.ground, palette.ground_2])
            }
            ItemRole::Tag => palette.paper,
            ItemRole::Button => palette.ground.legible_on(&[palette.ink]),
        }
    }

    fn draw_text(&mut self, text: &PlacedText) -> DrawnItem {
        let ink = self.ink(text.role);
        match text.role {
            ItemRole::Button => self.fill(&rounded(text.area, text.area.height / 2.0), self.palette.ink, 1.0),
            ItemRole::Tag => self.draw_plate(text.area, ink),
            ItemRole::Headline | ItemRole::Subline | ItemRole::Product => {}
        }
        let contrast = self.contrast_behind(text.letters, ink);
        let PixelRect { x, y, width, .. } = text.letters;
        let outlines = self.typesetter.outlines(&text.block, (x, y), width, self.share);
        if let Some(path) = outlines {
            self.fill(&path, ink, 1.0);
        }
        DrawnItem {
            role: text.role,
            area: text.area,
            size: text.block.size(),
            lines: text.block.lines.len(),
            is_shortened: text.block.is_shortened,
            contrast,
        }
    }

    fn draw_plate(&mut self, area: PixelRect, ink: Rgb) {
        let accent = self.palette.accent;
        match self.tag {
            TagStyle::Pill | TagStyle::Disc => self.fill(&rounded(area, area.height / 2.0), accent, 1.0),
            TagStyle::Plate => self.fill(&rounded(area, area.height * 0.12), accent, 1.0),
            TagStyle::Slant => self.fill(&slanted(area), accent, 1.0),
            TagStyle::Outline => {
                let width = (area.height * 0.06).max(1.0);
                let frame = rounded(area.inset(width / 2.0), area.height * 0.18);
                let stroke = Stroke {
                    width,
                    ..Stroke::default()
                };
                self.canvas
                    .stroke_path(&frame, &colour(ink, 1.0), &stroke, Transform::identity(), None);
            }
        }
    }

    fn draw_disc(&mut self, disc: &TagDisc) -> DrawnItem {
        let (x, y) = disc.area.centre();
        let radius = disc.area.width / 2.0;
        let palette = self.palette;
        let rotation = Transform::from_rotate_at(DISC_ROTATION, x, y);
        if let Some(circle) = PathBuilder::from_circle(x, y, radius) {
            self.fill(&circle, palette.accent, 1.0);
        }
        if let Some(ring) = PathBuilder::from_circle(x, y, radius * 0.9) {
            let stroke = Stroke {
                width: (radius * 0.025).max(1.0),
                ..Stroke::default()
            };
            self.canvas
                .stroke_path(&ring, &colour(palette.paper, 0.55), &stroke, rotation, None);
        }
        let contrast = palette.paper.contrast(palette.accent);
        let PixelRect { x, y, width, .. } = disc.letters;
        let outlines = self.typesetter.outlines(&disc.block, (x, y), width, 0.5);
        if let Some(path) = outlines.and_then(|path| path.transform(rotation)) {
            self.fill(&path, palette.paper, 1.0);
        }
        DrawnItem {
            role: ItemRole::Tag,
            area: disc.area,
            size: disc.block.size(),
            lines: disc.block.lines.len(),
            is_shortened: false,
            contrast,
        }
    }

    fn fill(&mut self, path: &Path, rgb: Rgb, opacity: f32) {
        let paint = colour(rgb, opacity);
        self.canvas
            .fill_path(path, &paint, FillRule::Winding, Transform::identity(), None);
    }

    /// Contrast of text in a colour with the pixels currently on the canvas.
    fn contrast_behind(&self, area: PixelRect, ink: Rgb) -> f32 {
        let (width, height) = (self.canvas.width() as usize, self.canvas.height() as usize);
        let bound = |at: f32, most: usize| (at.max(0.0) as usize).min(most);
        let (left, right) = (bound(area.x, width), bound(area.right(), width));
        let (top, bottom) = (bound(area.y, height), bound(area.bottom(), height));
        let step = (((right - left) * (bottom - top)) as f32 / 10_000.0)
            .sqrt()
            .max(1.0) as usize;
        let data = self.canvas.data();
        let ink = ink.luminance();
        let mut contrasts: Vec<f32> = Vec::new();
        for y in (top..bottom).step_by(step) {
            for x in (left..right).step_by(step) {
                let at = (y * width + x) * 4;
                let behind = Rgb([data[at], data[at + 1], data[at + 2]]);
                contrasts.push(contrast(behind.luminance(), ink));
            }
        }
        let nth = (contrasts.len() as f64 * IGNORED_SHARE) as usize;
        if contrasts.is_empty() {
            return 21.0;
        }
        *contrasts.select_nth_unstable_by(nth, f32::total_cmp).1
    }
}

fn colour(rgb: Rgb, opacity: f32) -> Paint<'static> {
    let [r, g, b] = rgb.0;
    let mut paint = Paint::default();
    let mut colour = Color::from_rgba8(r, g, b, 255);
    colour.set_alpha(opacity);
    paint.set_color(colour);
    paint.anti_alias = true;
    paint
}

/// A rectangle with rounded corners.
fn rounded(area: PixelRect, radius: f32) -> Path {
    // Control point distance of a Bézier curve that approximates a quarter circle.
    const ROUND: f32 = 0.552_284_8;
    let radius = radius.min(area.short_side() / 2.0).max(0.0);
    let (left, top, right, bottom) = (area.x, area.y, area.right(), area.bottom());
    let (bend, mut path) = (radius * (1.0 - ROUND), PathBuilder::new());
    path.move_to(left + radius, top);
    path.line_to(right - radius, top);
    path.cubic_to(right - bend, top, right, top + bend, right, top + radius);
    path.line_to(right, bottom - radius);
    path.cubic_to(right, bottom - bend, right - bend, bottom, right - radius, bottom);
    path.line_to(left + radius, bottom);
    path.cubic_to(left + bend, bottom, left, bottom - bend, left, bottom - radius);
    path.line_to(left, top + radius);
    path.cubic_to(left, top + bend, left + bend, top, left + radius, top);
    path.close();
    path.finish().expect("a rectangle is a path")
}

/// A parallelogram within the rectangle.
fn slanted(area: PixelRect) -> Path {
    let lean = area.height * 0.28;
    let mut path = PathBuilder::new();
    path.move_to(area.x + lean, area.y);
    path.line_to(area.right(), area.y);
    path.line_to(area.right() - lean, area.bottom());
    path.line_to(area.x, area.bottom());
    path.close();
    path.finish().expect("a parallelogram is a path")
}
