//! Typesets copy into lines and converts lines to outlines.

use super::faces::{self, FontFace};
use cosmic_text::{
    Attrs, Buffer, Ellipsize, EllipsizeHeightLimit, Family, FontSystem, Metrics, Shaping, Weight, Wrap,
    fontdb,
};
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};
use std::sync::Mutex;
use tiny_skia::{Path, PathBuilder, Transform};

/// Font, size and leading of copy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextStyle {
    /// The font.
    pub face: FontFace,
    /// Font size in pixels.
    pub size: f32,
    /// Line height in ems.
    pub leading: f32,
}

/// The space that copy may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextLimit {
    /// Maximum width of a line in pixels.
    pub width: f32,
    /// Maximum number of lines; longer text is cut and ends in an ellipsis.
    pub lines: usize,
}

/// A positioned glyph.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Glyph {
    font: fontdb::ID,
    id: u16,
    x: f32,
    /// Offset above the baseline.
    rise: f32,
}

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct TextLine {
    glyphs: Vec<Glyph>,
    /// Width in pixels, from the first to the last visible glyph.
    pub width: f32,
    /// Baseline, from the top of the block.
    pub base: f32,
    /// Byte offset of the line in its paragraph.
    start: usize,
}

/// Typeset copy.
#[derive(Clone, Debug, PartialEq)]
pub struct TextBlock {
    /// The lines, from the top.
    pub lines: Vec<TextLine>,
    /// Width of the widest line in pixels.
    pub width: f32,
    /// Height of all lines in pixels.
    pub height: f32,
    /// Whether the text was shortened with an ellipsis.
    pub is_shortened: bool,
    /// Whether a word that is wider than a line was broken.
    pub breaks_words: bool,
    style: TextStyle,
}

/// Typesets copy, one text at a time, with a cache of shaped text.
pub struct Typesetter {
    fonts: Mutex<FontSystem>,
    faces: Vec<(fontdb::ID, FontRef<'static>)>,
}

impl Default for Typesetter {
    fn default() -> Self {
        let fonts = faces::fonts();
        let ids = fonts.db().faces().map(|face| face.id);
        let faces = ids.zip(faces::faces()).collect();
        let fonts = Mutex::new(fonts);
        Self { fonts, faces }
    }
}

impl TextBlock {
    /// Font size in pixels.
    pub fn size(&self) -> f32 {
        self.style.size
    }
}

impl Typesetter {
    /// Breaks copy into lines of balanced length.
    pub fn typeset(&self, text: &str, style: TextStyle, limit: TextLimit) -> TextBlock {
        let mut fonts = self
            .fonts
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let block = shape(&mut fonts, text, style, limit);
        let count = block.lines.len();
        if count < 2 || block.is_shortened || text.contains('\n') {
            return block;
        }
        // Finds the smallest width that needs no further line.
        let (mut too_narrow, mut wide_enough) = (limit.width / count as f32, block.width);
        let mut best = block;
        for _ in 0..6 {
            let width = f32::midpoint(too_narrow, wide_enough);
            let tried = shape(&mut fonts, text, style, TextLimit { width, ..limit });
            if tried.lines.len() == count && !tried.is_shortened && tried.breaks_words == best.breaks_words {
                wide_enough = width;
                best = tried;
            } else {
                too_narrow = width;
            }
        }
        best
    }

    /// The outlines of a block with its top left corner at (`x`, `y`). `share` aligns lines within `width`: 0 left, 0.5
    /// centred, 1 right.
    pub fn outlines(&self, block: &TextBlock, (x, y): (f32, f32), width: f32, share: f32) -> Option<Path> {
        let mut all = PathBuilder::new();
        for line in &block.lines {
            let left = x + (width - line.width) * share;
            for glyph in &line.glyphs {
                let at = Transform::from_translate(left + glyph.x, y + line.base - glyph.rise);
                let drawn = self
                    .outline(*glyph, block.style.size)
                    .and_then(|path| path.transform(at));
                if let Some(path) = drawn {
                    all.push_path(&path);
                }
            }
        }
        all.finish()
    }

    fn outline(&self, glyph: Glyph, size: f32) -> Option<Path> {
        let (_, font) = self.faces.iter().find(|(id, _)| *id == glyph.font)?;
        let outline = font.outline_glyphs().get(GlyphId::from(glyph.id))?;
        let mut pen = Pen(PathBuilder::new());
        outline
            .draw(
                DrawSettings::unhinted(Size::new(size), LocationRef::default()),
                &mut pen,
            )
            .ok()?;
        pen.0.finish()
    }
}

/// Whether a line starts at a position where the text must not be broken.
fn breaks_words(text: &str, lines: &[TextLine]) -> bool {
    let places: Vec<usize> = unicode_linebreak::linebreaks(text).map(|(at, _)| at).collect();
    let begins = lines.iter().skip(1).map(|line| line.start);
    begins.into_iter().any(|start| !places.contains(&start))
}

fn shape(fonts: &mut FontSystem, text: &str, style: TextStyle, limit: TextLimit) -> TextBlock {
    let whole = lines(fonts, text, style, limit.width, Ellipsize::None);
    let is_shortened = whole.len() > limit.lines;
    let lines = if is_shortened {
        shorten(fonts, &text.replace('\n', " "), style, limit)
    } else {
        whole
    };
    // Line starts are not checked in texts of several paragraphs.
    let breaks_words = !is_shortened && !text.contains('\n') && breaks_words(text, &lines);
    TextBlock {
        width: lines.iter().map(|line| line.width).fold(0.0, f32::max),
        height: lines.len() as f32 * style.size * style.leading,
        lines,
        is_shortened,
        breaks_words,
        style,
    }
}

/// As many whole words as fit with an ellipsis after them, or as many letters if not even the first word fits.
fn shorten(fonts: &mut FontSystem, text: &str, style: TextStyle, limit: TextLimit) -> Vec<TextLine> {
    let places: Vec<usize> = unicode_linebreak::linebreaks(text).map(|(at, _)| at).collect();
    let mut best = None;
    let (mut fits, mut too_long) = (0, places.len());
    while fits < too_long {
        let middle = usize::midpoint(fits, too_long);
        let kept = text[..places[middle]].trim_end_matches(|c: char| !c.is_alphanumeric());
        let tried = lines(fonts, &format!("{kept}…"), style, limit.width, Ellipsize::None);
        if tried.len() <= limit.lines {
            best = Some(tried);
            fits = middle + 1;
        } else {
            too_long = middle;
        }
    }
    best.unwrap_or_else(|| {
        let ellipsis = Ellipsize::End(EllipsizeHeightLimit::Lines(limit.lines));
        let mut cut = lines(fonts, text, style, limit.width, ellipsis);
        cut.truncate(limit.lines);
        cut
    })
}

fn lines(
    fonts: &mut FontSystem,
    text: &str,
    style: TextStyle,
    width: f32,
    ellipsis: Ellipsize,
) -> Vec<TextLine> {
    let mut buffer = Buffer::new(fonts, Metrics::new(style.size, style.size * style.leading));
    buffer.set_wrap(Wrap::WordOrGlyph);
    buffer.set_size(Some(width), None);
    buffer.set_ellipsize(ellipsis);
    let attrs = Attrs::new().family(Family::Name(style.face.family()));
    let attrs = match style.face {
        FontFace::Display => attrs,
        FontFace::Text => attrs.weight(Weight::BOLD),
    };
    buffer.set_text(text, &attrs, Shaping::Advanced, Some(cosmic_text::Align::Left));
    buffer.shape_until_scroll(fonts, false);
    buffer.layout_runs().map(|run| line(&run, style.size)).collect()
}

/// Converts a layout run to a line without leading and trailing blanks.
fn line(run: &cosmic_text::LayoutRun<'_>, size: f32) -> TextLine {
    // An inserted ellipsis has no text of its own.
    let is_blank = |glyph: &&cosmic_text::LayoutGlyph| {
        let text = run.text.get(glyph.start..glyph.end);
        text.is_some_and(|text| !text.is_empty() && text.trim().is_empty())
    };
    let inked = || run.glyphs.iter().filter(|glyph| !is_blank(glyph));
    let left = inked().map(|glyph| glyph.x).fold(f32::MAX, f32::min);
    let right = inked().map(|glyph| glyph.x + glyph.w).fold(f32::MIN, f32::max);
    let glyphs = inked().map(|glyph| Glyph {
        font: glyph.font_id,
        id: glyph.glyph_id,
        x: glyph.x + glyph.x_offset * size - left,
        rise: glyph.y + glyph.y_offset * size,
    });
    TextLine {
        glyphs: glyphs.collect(),
        width: (right - left).max(0.0),
        base: run.line_y,
        start: inked().map(|glyph| glyph.start).min().unwrap_or(0),
    }
}

/// Collects an outline with the y axis flipped to point downwards.
struct Pen(PathBuilder);

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, -y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, -y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.0.quad_to(cx, -cy, x, -y);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.0.cubic_to(ax, -ay, bx, -by, x, -y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(face: FontFace) -> TextStyle {
        TextStyle {
            face,
            size: 40.0,
            leading: 1.2,
        }
    }

    fn limit(width: f32, lines: usize) -> TextLimit {
        TextLimit { width, lines }
    }

    #[test]
    fn every_script_has_ink_and_stays_within_its_measure() {
        let setter = Typesetter::default();
        for text in [
            "新品上市，限时特惠！",
            "Hello, world",
            "臺灣嚴選龘",
            "🎁🎉",
            "תערוכה גדולה",
            "تخفيضات الصيف",
            "¥199￥€",
        ] {
            for face in [FontFace::Display, FontFace::Text] {
                let block = setter.typeset(text, style(face), limit(300.0, 9));
                assert!(block.width <= 300.5 && !block.is_shortened, "{text}");
                for line in &block.lines {
                    assert!(
                        !line.glyphs.is_empty() && line.glyphs.iter().all(|glyph| glyph.id != 0),
                        "{text}"
                    );
                }
                let ink = setter
                    .outlines(&block, (10.0, 20.0), 300.0, 0.0)
                    .map(|path| path.bounds());
                let ink = ink.unwrap_or_else(|| panic!("{text} has no ink"));
                assert!(ink.left() > 0.0 && ink.right() < 330.0, "{text}: {ink:?}");
            }
        }
    }

    #[test]
    fn lines_are_of_like_length_and_break_where_they_may() {
        let setter = Typesetter::default();
        let text = "全新升级第三代智能降噪耳机，限时特惠进行中";
        let block = setter.typeset(text, style(FontFace::Text), limit(500.0, 9));
        let widths: Vec<f32> = block.lines.iter().map(|line| line.width).collect();
        let (least, most) = (widths.iter().copied().fold(f32::MAX, f32::min), block.width);
        assert!(widths.len() == 2 && least > most * 0.8, "{widths:?}");
        assert!(!block.breaks_words);
        let word = setter.typeset("extraordinarily", style(FontFace::Text), limit(150.0, 9));
        assert!(word.breaks_words && word.lines.len() > 1);
    }

    #[test]
    fn what_has_no_room_ends_in_an_ellipsis() {
        let setter = Typesetter::default();
        // The ellipsis after Chinese characters is vertically centred.
        let ellipsis = |sample: &str| {
            let block = setter.typeset(sample, style(FontFace::Text), limit(500.0, 1));
            block.lines[0].glyphs.last().unwrap().id
        };
        for text in [
            "一二三四五六七八九十一二三四五六七八九十",
            "one two three four five six\nseven eight",
        ] {
            let block = setter.typeset(text, style(FontFace::Text), limit(260.0, 1));
            assert!(block.is_shortened && block.lines.len() == 1 && block.width <= 260.5);
            let sample = if text.is_ascii() { "x…" } else { "一…" };
            let last = block.lines[0].glyphs.last().unwrap().id;
            assert_eq!(last, ellipsis(sample), "{text}");
            let letters = block.lines[0].glyphs.len() - 1;
            let words = [3, 6, 11, 15, 19, 22, 27];
            assert!(
                !text.is_ascii() || words.contains(&letters),
                "{letters} letters are no whole words"
            );
        }
    }
}
