//! Copy stacked in its place: as large as fits, shrunk together, shortened or left out where it must be.

use super::layout::{HorizontalAlign, VerticalAlign};
use super::pixel_rect::PixelRect;
use super::scene::ItemRole;
use super::template::{HeadlineFaces, Template};
use crate::typography::{CopyText, FontFace, TextBlock, TextLimit, TextStyle, Typesetter};

/// What is said, by what it is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CopyTexts {
    pub headline: Option<CopyText>,
    pub subline: Option<CopyText>,
    pub tag: Option<CopyText>,
    pub button: Option<CopyText>,
}

/// Copy that has its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlacedText {
    pub role: ItemRole,
    pub block: TextBlock,
    /// Where its letters are.
    pub letters: PixelRect,
    /// Where its plate is, where it has one; else where its letters are.
    pub area: PixelRect,
}

/// Smallest letters that are legible, in pixels and in shares of the frame's short side.
const LEAST: (f32, f32) = (10.0, 0.024);
/// Largest headline, in shares of the frame's short side; on wide frames copy has the whole height.
const LARGEST: (f32, f32) = (0.125, 0.19);
/// How much larger than other copy a headline is at least, while there is other copy.
const LEADS_BY: f32 = 1.3;
/// Where shortening begins, in shares of the largest size: before, copy shrinks.
const SHORTENED_FROM: f32 = 0.6;

/// One of the texts while it is fitted.
struct Item<'a> {
    role: ItemRole,
    copy: &'a CopyText,
    face: FontFace,
    /// Its size, in shares of the headline's.
    share: f32,
    leading: f32,
    /// Its plate around it, in ems: beside and above.
    padding: (f32, f32),
    /// Pixels below it, in ems of its own.
    gap: f32,
    /// Whether it stands in one row with the next.
    is_paired: bool,
}

/// One way to fit.
struct Rule {
    /// What is kept beside the headline.
    keeps: &'static [ItemRole],
    /// Most lines of headline and sub-line.
    lines: (usize, usize),
    /// Whether copy may be shortened: that is for what is too long, not for what is too large.
    is_shortening: bool,
}

/// Ways to fit, from the best: whole, shortened, and with less and less of it.
const RULES: [Rule; 7] = {
    const fn short(keeps: &'static [ItemRole], lines: (usize, usize)) -> Rule {
        Rule {
            keeps,
            lines,
            is_shortening: true,
        }
    }
    let whole = Rule {
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

/// Pixels of the smallest letters that are legible in a frame.
pub(super) fn least(frame: PixelRect) -> f32 {
    LEAST.0.max(frame.short() * LEAST.1)
}

/// Fits copy into its place. What there is no room for is left out, the least important first.
pub(super) fn fit(
    setter: &Typesetter,
    (template, said): (&Template, &CopyTexts),
    (place, frame, is_wide): (PixelRect, PixelRect, bool),
    (align, stand): (HorizontalAlign, VerticalAlign),
) -> Vec<PlacedText> {
    let mut items = items(template, said);
    if place.width > place.height * 1.3 {
        pair(&mut items);
    }
    let unit = frame.short();
    let largest = unit * if is_wide { LARGEST.1 } else { LARGEST.0 };
    let least = least(frame);
    let room = Room {
        setter,
        place,
        largest,
        least,
    };
    let fitted = RULES.iter().find_map(|rule| room.fit(&items, rule));
    room.stacked(&fitted.unwrap_or_default(), align, stand)
}

fn items<'a>(template: &Template, said: &'a CopyTexts) -> Vec<Item<'a>> {
    let face = |copy: &CopyText| match template.headline {
        HeadlineFaces::Display if copy.is_displayable => FontFace::Display,
        HeadlineFaces::Display | HeadlineFaces::Text => FontFace::Text,
    };
    let item = |role: ItemRole, copy: &'a Option<CopyText>| -> Option<Item<'a>> {
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
        Some(Item {
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
    // A price stands below what it is for, a label above it.
    let is_price = said.tag.as_ref().is_some_and(|copy| is_price(&copy.text));
    let tag = item(ItemRole::Tag, &said.tag);
    let (above, below) = if is_price { (None, tag) } else { (tag, None) };
    let rest = [
        item(ItemRole::Headline, &said.headline),
        item(ItemRole::Subline, &said.subline),
        below,
    ];
    let ordered = std::iter::once(above)
        .chain(rest)
        .chain([item(ItemRole::Button, &said.button)]);
    ordered.flatten().collect()
}

/// A price and what to do about it may stand side by side.
fn pair(items: &mut [Item<'_>]) {
    if let [.., price, button] = items {
        price.is_paired = (price.role, button.role) == (ItemRole::Tag, ItemRole::Button);
    }
}

/// Whether a text is a price or a discount, to be seen from afar.
pub(super) fn is_price(text: &str) -> bool {
    let has_figure = text.chars().any(|c| c.is_ascii_digit());
    let has_unit = text.contains(['¥', '￥', '$', '€', '£', '元', '折', '%']);
    has_figure && has_unit && text.chars().count() <= 12
}

struct Room<'a> {
    setter: &'a Typesetter,
    place: PixelRect,
    largest: f32,
    least: f32,
}

impl Room<'_> {
    /// The largest setting under a rule that fits, where one does.
    fn fit<'b>(&self, items: &'b [Item<'_>], rule: &Rule) -> Option<Vec<Fitted<'b>>> {
        let items: Vec<&Item<'_>> = items.iter().filter(|item| rule.takes(item.role)).collect();
        let at = |scale: f32| self.set(&items, rule, scale);
        if let Some(all) = at(rule.from()) {
            return Some(all);
        }
        let leads_by = if rule.keeps.is_empty() || items.len() < 2 {
            1.0
        } else {
            LEADS_BY
        };
        let floor = (self.least * leads_by / self.largest).min(rule.from());
        let mut best = at(floor)?;
        let (mut fits, mut too_large) = (floor, rule.from());
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

    /// The blocks at a scale, where they fit.
    fn set<'b>(&self, items: &[&'b Item<'b>], rule: &Rule, scale: f32) -> Option<Vec<Fitted<'b>>> {
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
                .setter
                .set(&item.copy.text, style, TextLimit { width, lines });
            let is_broken = block.breaks_words && size > self.least * 1.01;
            if is_broken || (block.is_shortened && !rule.is_shortening) {
                return None;
            }
            all.push((*item, block));
        }
        let rows = rows(&all);
        let is_high = rows.iter().map(Row::height).sum::<f32>() - rows.last().map_or(0.0, |row| row.gap)
            > self.place.height;
        let is_broad = rows.iter().any(|row| row.width() > self.place.width + 0.5);
        (!is_high && !is_broad).then_some(all)
    }

    fn size(&self, item: &Item<'_>, scale: f32) -> f32 {
        (self.largest * scale * item.share).max(self.least)
    }

    fn stacked(
        &self,
        fitted: &[Fitted<'_>],
        align: HorizontalAlign,
        stand: VerticalAlign,
    ) -> Vec<PlacedText> {
        let rows = rows(fitted);
        let height = rows.iter().map(Row::height).sum::<f32>() - rows.last().map_or(0.0, |row| row.gap);
        let free = self.place.height - height;
        let mut y = self.place.y
            + free
                * match stand {
                    VerticalAlign::Top => 0.0,
                    VerticalAlign::Middle => 0.5,
                    VerticalAlign::Bottom => 1.0,
                };
        let mut all = Vec::new();
        for row in rows {
            let mut x = self.place.x + (self.place.width - row.width()) * align.share();
            for (item, block) in row.fitted {
                let (beside, above) = room_around(item, block);
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

/// A text and how it is set.
type Fitted<'a> = (&'a Item<'a>, TextBlock);

/// Texts side by side.
struct Row<'a> {
    fitted: &'a [Fitted<'a>],
    /// Pixels of its highest plate.
    height: f32,
    /// Pixels below it.
    gap: f32,
    /// Pixels from one to the next.
    between: f32,
}

impl Row<'_> {
    fn height(&self) -> f32 {
        self.height + self.gap
    }

    fn width(&self) -> f32 {
        let plates = self
            .fitted
            .iter()
            .map(|(item, block)| block.width + 2.0 * room_around(item, block).0);
        plates.sum::<f32>() + self.between * (self.fitted.len() - 1) as f32
    }
}

/// Pixels of a plate beside and above its letters.
fn room_around(item: &Item<'_>, block: &TextBlock) -> (f32, f32) {
    (item.padding.0 * block.size(), item.padding.1 * block.size())
}

fn rows<'a>(fitted: &'a [Fitted<'a>]) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    let mut from = 0;
    for (nth, (item, block)) in fitted.iter().enumerate() {
        if item.is_paired && nth + 1 < fitted.len() {
            continue;
        }
        let own = &fitted[from..=nth];
        let heights = own
            .iter()
            .map(|(item, block)| block.height + 2.0 * room_around(item, block).1);
        rows.push(Row {
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
    /// Where lines stand in what is left of their width.
    pub(super) fn share(self) -> f32 {
        match self {
            HorizontalAlign::Left => 0.0,
            HorizontalAlign::Centre => 0.5,
            HorizontalAlign::Right => 1.0,
        }
    }
}

impl Rule {
    fn takes(&self, role: ItemRole) -> bool {
        role == ItemRole::Headline || self.keeps.contains(&role)
    }

    /// The scale to begin with.
    fn from(&self) -> f32 {
        if self.is_shortening { SHORTENED_FROM } else { 1.0 }
    }

    fn lines(&self, role: ItemRole) -> usize {
        match role {
            ItemRole::Headline => self.lines.0,
            ItemRole::Subline => self.lines.1,
            // What stands on a plate stands in one line, unless it is very long.
            ItemRole::Tag | ItemRole::Button | ItemRole::Product => 2,
        }
    }
}
