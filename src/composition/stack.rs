//! Copy stacked in its place: as large as fits, shrunk together, shortened or left out where it must be.

use super::area::Area;
use super::layout::{Align, Stand};
use super::scene::Role;
use super::template::{Headline, Template};
use crate::typography::{Block, CopyText, Face, Limit, Style, Typesetter};

/// What is said, by what it is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub headline: Option<CopyText>,
    pub subline: Option<CopyText>,
    pub tag: Option<CopyText>,
    pub button: Option<CopyText>,
}

/// Copy that has its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Set {
    pub role: Role,
    pub block: Block,
    /// Where its letters are.
    pub letters: Area,
    /// Where its plate is, where it has one; else where its letters are.
    pub area: Area,
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
    role: Role,
    copy: &'a CopyText,
    face: Face,
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
    keeps: &'static [Role],
    /// Most lines of headline and sub-line.
    lines: (usize, usize),
    /// Whether copy may be shortened: that is for what is too long, not for what is too large.
    is_shortening: bool,
}

/// Ways to fit, from the best: whole, shortened, and with less and less of it.
const RULES: [Rule; 7] = {
    const fn short(keeps: &'static [Role], lines: (usize, usize)) -> Rule {
        Rule {
            keeps,
            lines,
            is_shortening: true,
        }
    }
    let whole = Rule {
        is_shortening: false,
        ..short(
            &[Role::Subline, Role::Tag, Role::Button],
            (usize::MAX, usize::MAX),
        )
    };
    [
        whole,
        short(&[Role::Subline, Role::Tag, Role::Button], (3, 2)),
        short(&[Role::Subline, Role::Tag], (3, 2)),
        short(&[Role::Subline], (3, 2)),
        short(&[Role::Subline], (2, 1)),
        short(&[], (2, 1)),
        short(&[], (1, 1)),
    ]
};

/// Pixels of the smallest letters that are legible in a frame.
pub(super) fn least(frame: Area) -> f32 {
    LEAST.0.max(frame.short() * LEAST.1)
}

/// Fits copy into its place. What there is no room for is left out, the least important first.
pub(super) fn fit(
    setter: &Typesetter,
    (template, said): (&Template, &Said),
    (place, frame, is_wide): (Area, Area, bool),
    (align, stand): (Align, Stand),
) -> Vec<Set> {
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

fn items<'a>(template: &Template, said: &'a Said) -> Vec<Item<'a>> {
    let face = |copy: &CopyText| match template.headline {
        Headline::Display if copy.is_displayable => Face::Display,
        Headline::Display | Headline::Text => Face::Text,
    };
    let item = |role: Role, copy: &'a Option<CopyText>| -> Option<Item<'a>> {
        let copy = copy.as_ref().filter(|copy| !copy.text.is_empty())?;
        let is_price = is_price(&copy.text);
        let (share, leading, padding, gap) = match role {
            Role::Headline => (1.0, 1.16, (0.0, 0.0), 0.3),
            Role::Subline => (0.44, 1.4, (0.0, 0.0), 0.8),
            Role::Tag if is_price => (0.66, 1.1, (0.55, 0.2), 0.55),
            Role::Tag => (0.4, 1.2, (0.8, 0.3), 0.75),
            Role::Button | Role::Product => (0.4, 1.2, (1.1, 0.45), 0.0),
        };
        let face = if role == Role::Headline {
            face(copy)
        } else {
            Face::Text
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
    let tag = item(Role::Tag, &said.tag);
    let (above, below) = if is_price { (None, tag) } else { (tag, None) };
    let rest = [
        item(Role::Headline, &said.headline),
        item(Role::Subline, &said.subline),
        below,
    ];
    let ordered = std::iter::once(above)
        .chain(rest)
        .chain([item(Role::Button, &said.button)]);
    ordered.flatten().collect()
}

/// A price and what to do about it may stand side by side.
fn pair(items: &mut [Item<'_>]) {
    if let [.., price, button] = items {
        price.is_paired = (price.role, button.role) == (Role::Tag, Role::Button);
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
    place: Area,
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
            let style = Style {
                face: item.face,
                size,
                leading: item.leading,
            };
            let lines = rule.lines(item.role);
            let block = self.setter.set(&item.copy.text, style, Limit { width, lines });
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

    fn stacked(&self, fitted: &[Fitted<'_>], align: Align, stand: Stand) -> Vec<Set> {
        let rows = rows(fitted);
        let height = rows.iter().map(Row::height).sum::<f32>() - rows.last().map_or(0.0, |row| row.gap);
        let free = self.place.height - height;
        let mut y = self.place.y
            + free
                * match stand {
                    Stand::Top => 0.0,
                    Stand::Middle => 0.5,
                    Stand::Bottom => 1.0,
                };
        let mut all = Vec::new();
        for row in rows {
            let mut x = self.place.x + (self.place.width - row.width()) * align.share();
            for (item, block) in row.fitted {
                let (beside, above) = room_around(item, block);
                let area = Area {
                    x,
                    y: y + (row.height - block.height - 2.0 * above) / 2.0,
                    width: block.width + 2.0 * beside,
                    height: block.height + 2.0 * above,
                };
                x = area.right() + row.between;
                all.push(Set {
                    role: item.role,
                    block: block.clone(),
                    letters: Area {
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
type Fitted<'a> = (&'a Item<'a>, Block);

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
fn room_around(item: &Item<'_>, block: &Block) -> (f32, f32) {
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

impl Align {
    /// Where lines stand in what is left of their width.
    pub(super) fn share(self) -> f32 {
        match self {
            Align::Left => 0.0,
            Align::Centre => 0.5,
            Align::Right => 1.0,
        }
    }
}

impl Rule {
    fn takes(&self, role: Role) -> bool {
        role == Role::Headline || self.keeps.contains(&role)
    }

    /// The scale to begin with.
    fn from(&self) -> f32 {
        if self.is_shortening { SHORTENED_FROM } else { 1.0 }
    }

    fn lines(&self, role: Role) -> usize {
        match role {
            Role::Headline => self.lines.0,
            Role::Subline => self.lines.1,
            // What stands on a plate stands in one line, unless it is very long.
            Role::Tag | Role::Button | Role::Product => 2,
        }
    }
}
