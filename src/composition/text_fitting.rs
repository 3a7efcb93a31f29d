//! Fits copy into its area: as large as possible, scaled down together, shortened or left out if necessary.

use super::layout::{CopyArea, HorizontalAlign, VerticalAlign};
use super::pixel_rect::PixelRect;
use super::scene::ItemRole;
use super::template::{HeadlineFaces, Template};
use crate::typography::{CopyText, FontFace, TextBlock, TextLimit, TextStyle, Typesetter};

/// The texts of a picture by role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CopyTexts {
    pub headline: Option<CopyText>,
    pub subline: Option<CopyText>,
    pub tag: Option<CopyText>,
    pub button: Option<CopyText>,
}

/// A text with its position.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlacedText {
    pub role: ItemRole,
    pub block: TextBlock,
    /// Area of the letters.
    pub letters: PixelRect,
    /// Area of the plate, or of the letters if there is no plate.
    pub area: PixelRect,
}

/// Smallest legible font size in pixels.
const MIN_SIZE: f32 = 10.0;
/// Smallest legible font size as a share of the frame's short side.
const MIN_SIZE_SHARE: f32 = 0.024;
/// Largest headline as a share of the frame's short side.
const MAX_SIZE_SHARE: f32 = 0.125;
/// Largest headline on wide frames, where copy has the whole height.
const MAX_SIZE_SHARE_WIDE: f32 = 0.19;
/// Minimum ratio of the headline's size to that of other copy.
const HEADLINE_RATIO: f32 = 1.3;
/// Scale at which shortening begins; above it, copy is only scaled down.
const SHORTENING_SCALE: f32 = 0.6;

/// A text to be fitted, with its style.
struct CopyItem<'a> {
    role: ItemRole,
    copy: &'a CopyText,
    face: FontFace,
    /// Font size relative to the headline.
    share: f32,
    leading: f32,
    /// Horizontal and vertical padding of the plate, in ems.
    padding: (f32, f32),
    /// Gap below, in ems.
    gap: f32,
    /// Whether the text shares a row with the next one.
    is_paired: bool,
}

/// A rule for fitting copy.
struct FittingRule {
    /// Roles that are kept besides the headline.
    keeps: &'static [ItemRole],
    /// Maximum number of lines of headline and subline.
    lines: (usize, usize),
    /// Whether copy may be shortened.
    is_shortening: bool,
}

/// The rules, best first: all copy unshortened, then shortened, then with fewer and fewer texts.
const RULES: [FittingRule; 7] = {
    const fn short(keeps: &'static [ItemRole], lines: (usize, usize)) -> FittingRule {
        FittingRule {
            keeps,
            lines,
            is_shortening: true,
        }
    }
    let whole = FittingRule {
        is_shortening: false,
        ..short(
            &[ItemRole::Subline, ItemRole::Tag, ItemRole::Button],
            (usize::MAX, usize::MAX),
        )
    };
    [
        whole,
        short(&[ItemRole::Subline, ItemRole::Tag, ItemRole::Button], (3, 2)),
        short(&[ItemRole::Subline, ItemRole::Tag], (3, 2)),
        short(&[ItemRole::Subline], (3, 2)),
        short(&[ItemRole::Subline], (2, 1)),
        short(&[], (2, 1)),
        short(&[], (1, 1)),
    ]
};

/// Smallest legible font size in a frame, in pixels.
pub(super) fn min_text_size(frame: PixelRect) -> f32 {
    MIN_SIZE.max(frame.short_side() * MIN_SIZE_SHARE)
}

/// Fits copy into an area. Texts without room are left out, the least important first.
pub(super) fn fit(
    typesetter: &Typesetter,
    template: &Template,
    texts: &CopyTexts,
    area: CopyArea,
) -> Vec<PlacedText> {
    let mut items = items(template, texts);
    if area.place.width > area.place.height * 1.3 {
        pair_price_with_button(&mut items);
    }
    let unit = area.frame.short_side();
    let largest = unit
        * if area.is_wide {
            MAX_SIZE_SHARE_WIDE
        } else {
            MAX_SIZE_SHARE
        };
    let fitter = TextFitter {
        typesetter,
        place: area.place,
        largest,
        smallest: min_text_size(area.frame),
    };
    let fitted = RULES.iter().find_map(|rule| fitter.fit(&items, rule));
    fitter.stack(&fitted.unwrap_or_default(), area.align, area.vertical_align)
}

fn items<'a>(template: &Template, texts: &'a CopyTexts) -> Vec<CopyItem<'a>> {
    let face = |copy: &CopyText| match template.headline {
        HeadlineFaces::Display if copy.is_displayable => FontFace::Display,
        HeadlineFaces::Display | HeadlineFaces::Text => FontFace::Text,
    };
    let item = |role: ItemRole, copy: &'a Option<CopyText>| -> Option<CopyItem<'a>> {
        let copy = copy.as_ref().filter(|copy| !copy.text.is_empty())?;
        let is_price = is_price(&copy.text);
        let (share, leading, padding, gap) = match role {
            ItemRole::Headline => (1.0, 1.16, (0.0, 0.0), 0.3),
            ItemRole::Subline => (0.44, 1.4, (0.0, 0.0), 0.8),
            ItemRole::Tag if is_price => (0.66, 1.1, (0.55, 0.2), 0.55),
            ItemRole::Tag => (0.4, 1.2, (0.8, 0.3), 0.75),
            ItemRole::Button | ItemRole::Product => (0.4, 1.2, (1.1, 0.45), 0.0),
        };
        let face = if role == ItemRole::Headline {
            face(copy)
        } else {
            FontFace::Text
        };
        Some(CopyItem {
            role,
            copy,
            face,
            share,
            leading,
            padding,
            gap,
            is_paired: false,
        })
    };
    // A price is placed below the headline, a label above it.
    let is_price = texts.tag.as_ref().is_some_and(|copy| is_price(&copy.text));
    let tag = item(ItemRole::Tag, &texts.tag);
    let (above, below) = if is_price { (None, tag) } else { (tag, None) };
    let rest = [
        item(ItemRole::Headline, &texts.headline),
        item(ItemRole::Subline, &texts.subline),
        below,
    ];
    let ordered = std::iter::once(above)
        .chain(rest)
        .chain([item(ItemRole::Button, &texts.button)]);
    ordered.flatten().collect()
}

/// Puts a price and the button after it into one row.
fn pair_price_with_button(items: &mut [CopyItem<'_>]) {
    if let [.., price, button] = items {
        price.is_paired = (price.role, button.role) == (ItemRole::Tag, ItemRole::Button);
    }
}

/// Whether a text is a price or a discount, which is shown large.
pub(super) fn is_price(text: &str) -> bool {
    let has_figure = text.chars().any(|c| c.is_ascii_digit());
    let has_unit = text.contains(['¥', '￥', '$', '€', '£', '元', '折', '%']);
    has_figure && has_unit && text.chars().count() <= 12
}

struct TextFitter<'a> {
    typesetter: &'a Typesetter,
    place: PixelRect,
    largest: f32,
    smallest: f32,
}

impl TextFitter<'_> {
    /// The largest text blocks that fit under a rule, if any.
    fn fit<'b>(&self, items: &'b [CopyItem<'_>], rule: &FittingRule) -> Option<Vec<FittedText<'b>>> {
        let items: Vec<&CopyItem<'_>> = items.iter().filter(|item| rule.includes(item.role)).collect();
        let at = |scale: f32| self.typeset(&items, rule, scale);
        if let Some(all) = at(rule.initial_scale()) {
            return Some(all);
        }
        let headline_ratio = if rule.keeps.is_empty() || items.len() < 2 {
            1.0
        } else {
            HEADLINE_RATIO
        };
        let floor = (self.smallest * headline_ratio / self.largest).min(rule.initial_scale());
        let mut best = at(floor)?;
        let (mut fits, mut too_large) = (floor, rule.initial_scale());
        for _ in 0..6 {
            let scale = f32::midpoint(fits, too_large);
            if let Some(all) = at(scale) {
                best = all;
                fits = scale;
            } else {
                too_large = scale;
            }
        }
        Some(best)
    }

    /// The text blocks at a scale, if they fit.
    fn typeset<'b>(
        &self,
        items: &[&'b CopyItem<'b>],
        rule: &FittingRule,
        scale: f32,
    ) -> Option<Vec<FittedText<'b>>> {
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            let size = self.size(item, scale);
            let beside = item.padding.0;
            let width = self.place.width - 2.0 * beside * size;
            if width < size {
                return None;
            }
            let style = TextStyle {
                face: item.face,
                size,
                leading: item.leading,
            };
            let lines = rule.lines(item.role);
            let block = self
                .typesetter
                .typeset(&item.copy.text, style, TextLimit { width, lines });
            let is_broken = block.breaks_words && size > self.smallest * 1.01;
            if is_broken || (block.is_shortened && !rule.is_shortening) {
                return None;
            }
            all.push((*item, block));
        }
        let rows = rows(&all);
        let is_high = rows.iter().map(TextRow::height).sum::<f32>() - rows.last().map_or(0.0, |row| row.gap)
            > self.place.height;
        let is_broad = rows.iter().any(|row| row.width() > self.place.width + 0.5);
        (!is_high && !is_broad).then_some(all)
    }

    fn size(&self, item: &CopyItem<'_>, scale: f32) -> f32 {
        (self.largest * scale * item.share).max(self.smallest)
    }

    /// Stacks fitted texts in the area.
    fn stack(
        &self,
        fitted: &[FittedText<'_>],
        align: HorizontalAlign,
        vertical_align: VerticalAlign,
    ) -> Vec<PlacedText> {
        let rows = rows(fitted);
        let height = rows.iter().map(TextRow::height).sum::<f32>() - rows.last().map_or(0.0, |row| row.gap);
        let free = self.place.height - height;
        let mut y = self.place.y
            + free
                * match vertical_align {
                    VerticalAlign::Top => 0.0,
                    VerticalAlign::Middle => 0.5,
                    VerticalAlign::Bottom => 1.0,
                };
        let mut all = Vec::new();
        for row in rows {
            let mut x = self.place.x + (self.place.width - row.width()) * align.share();
            for (item, block) in row.fitted {
                let (beside, above) = plate_padding(item, block);
                let area = PixelRect {
                    x,
                    y: y + (row.height - block.height - 2.0 * above) / 2.0,
                    width: block.width + 2.0 * beside,
                    height: block.height + 2.0 * above,
                };
                x = area.right() + row.between;
                all.push(PlacedText {
                    role: item.role,
                    block: block.clone(),
                    letters: PixelRect {
                        x: area.x + beside,
                        y: area.y + above,
                        width: block.width,
                        height: block.height,
                    },
                    area,
                });
            }
            y += row.height();
        }
        all
    }
}

/// A text and its text block.
type FittedText<'a> = (&'a CopyItem<'a>, TextBlock);

/// Texts in one row.
struct TextRow<'a> {
    fitted: &'a [FittedText<'a>],
    /// Height of the highest plate, in pixels.
    height: f32,
    /// Gap below, in pixels.
    gap: f32,
    /// Gap between texts, in pixels.
    between: f32,
}

impl TextRow<'_> {
    fn height(&self) -> f32 {
        self.height + self.gap
    }

    fn width(&self) -> f32 {
        let plates = self
            .fitted
            .iter()
            .map(|(item, block)| block.width + 2.0 * plate_padding(item, block).0);
        plates.sum::<f32>() + self.between * (self.fitted.len() - 1) as f32
    }
}

/// Horizontal and vertical padding of a plate, in pixels.
fn plate_padding(item: &CopyItem<'_>, block: &TextBlock) -> (f32, f32) {
    (item.padding.0 * block.size(), item.padding.1 * block.size())
}

fn rows<'a>(fitted: &'a [FittedText<'a>]) -> Vec<TextRow<'a>> {
    let mut rows = Vec::new();
    let mut from = 0;
    for (nth, (item, block)) in fitted.iter().enumerate() {
        if item.is_paired && nth + 1 < fitted.len() {
            continue;
        }
        let own = &fitted[from..=nth];
        let heights = own
            .iter()
            .map(|(item, block)| block.height + 2.0 * plate_padding(item, block).1);
        rows.push(TextRow {
            fitted: own,
            height: heights.fold(0.0, f32::max),
            gap: item.gap * block.size(),
            between: block.size() * 0.9,
        });
        from = nth + 1;
    }
    rows
}

impl HorizontalAlign {
    /// Share of the free width to the left of a line.
    pub(super) fn share(self) -> f32 {
        match self {
            HorizontalAlign::Left => 0.0,
            HorizontalAlign::Centre => 0.5,
            HorizontalAlign::Right => 1.0,
        }
    }
}

impl FittingRule {
    fn includes(&self, role: ItemRole) -> bool {
        role == ItemRole::Headline || self.keeps.contains(&role)
    }

    /// The scale that is tried first.
    fn initial_scale(&self) -> f32 {
        if self.is_shortening { SHORTENING_SCALE } else { 1.0 }
    }

    fn lines(&self, role: ItemRole) -> usize {
        match role {
            ItemRole::Headline => self.lines.0,
            ItemRole::Subline => self.lines.1,
            // Text on a plate is on one line unless it is very long.
            ItemRole::Tag | ItemRole::Button | ItemRole::Product => 2,
        }
    }
}
