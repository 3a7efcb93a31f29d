//! The eight styles, and the colours they ask for.

use super::colour::{OklchColour, Rgb};
use super::colour_scheme::{HueSource, SCHEMES};

/// A style, by the number that clients send as `tag` (`wire/jdcloud.md` §1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TemplateStyle {
    /// 1 简约中性.
    Neutral,
    /// 2 清新淡雅.
    Fresh,
    /// 3 绚丽强烈.
    Gorgeous,
    /// 4 炫酷新潮.
    Cool,
    /// 5 神秘硬朗.
    Mysterious,
    /// 6 未来硬朗.
    Futuristic,
    /// 7 粉嫩柔美.
    Delicate,
    /// 8 活泼喜庆.
    Festive,
}

/// The colours of a picture, by what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Palette {
    /// Behind everything.
    pub ground: Rgb,
    /// Where the ground changes.
    pub ground_2: Rgb,
    /// Decoration that keeps back.
    pub tint: Rgb,
    /// What should be seen first.
    pub accent: Rgb,
    /// Beside it.
    pub accent_2: Rgb,
    /// Copy.
    pub ink: Rgb,
    /// Copy that keeps back.
    pub soft: Rgb,
    /// Copy on the accent.
    pub paper: Rgb,
}

impl TemplateStyle {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Neutral,
        Self::Fresh,
        Self::Gorgeous,
        Self::Cool,
        Self::Mysterious,
        Self::Futuristic,
        Self::Delicate,
        Self::Festive,
    ];

    /// The style with this number.
    pub fn numbered(number: u64) -> Option<Self> {
        let nth = usize::try_from(number.checked_sub(1)?).ok()?;
        Self::ALL.get(nth).copied()
    }

    /// Its number, 1 to 8.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// What the vendor calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Neutral => "简约中性",
            Self::Fresh => "清新淡雅",
            Self::Gorgeous => "绚丽强烈",
            Self::Cool => "炫酷新潮",
            Self::Mysterious => "神秘硬朗",
            Self::Futuristic => "未来硬朗",
            Self::Delicate => "粉嫩柔美",
            Self::Festive => "活泼喜庆",
        }
    }

    /// Its colours around a product of this hue.
    pub(super) fn palette(self, product: Option<f32>) -> Palette {
        let scheme = &SCHEMES[self as usize];
        let base = product.unwrap_or(scheme.usual);
        let tone = |(lightness, chroma, hue): (f32, f32, HueSource)| {
            OklchColour::new(lightness, chroma, hue.around(base)).rgb()
        };
        let (ground, ground_2) = (tone(scheme.ground), tone(scheme.ground_2));
        let accent = tone(scheme.accent);
        let ink = tone(scheme.ink);
        Palette {
            ground,
            ground_2,
            tint: tone(scheme.tint),
            accent,
            accent_2: tone(scheme.accent_2),
            ink,
            soft: ink,
            paper: ink,
        }
        .made_legible()
    }
}

impl Palette {
    /// Colours to try decoration with.
    pub(super) fn trial() -> Self {
        TemplateStyle::Neutral.palette(None)
    }

    /// The same, its copy legible on what it stands on.
    pub(super) fn made_legible(self) -> Self {
        let grounds = [self.ground, self.ground_2, self.tint];
        let ink = self.ink.legible_on(&grounds);
        let paper = if self.accent.luminance() > 0.3 {
            OklchColour::new(0.2, 0.03, self.accent.tone().hue).rgb()
        } else {
            Rgb::WHITE
        };
        Self {
            ink,
            soft: ink.mixed(self.ground, 0.18).legible_on(&grounds),
            paper: paper.legible_on(&[self.accent]),
            ..self
        }
    }

    /// A colour by the name that templates give it.
    pub(super) fn named(&self, role: &str) -> Option<Rgb> {
        Some(match role {
            "ground" => self.ground,
            "ground2" => self.ground_2,
            "tint" => self.tint,
            "accent" => self.accent,
            "accent2" => self.accent_2,
            "ink" => self.ink,
            "soft" => self.soft,
            "paper" => self.paper,
            _ => return None,
        })
    }

    /// The same with a colour of a template's own.
    pub(super) fn with(mut self, role: &str, colour: Rgb) -> Self {
        match role {
            "ground" => self.ground = colour,
            "ground2" => self.ground_2 = colour,
            "tint" => self.tint = colour,
            "accent" => self.accent = colour,
            "accent2" => self.accent_2 = colour,
            _ => self.ink = colour,
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::colour::LEGIBLE;
    use super::*;

    #[test]
    fn copy_is_legible_in_every_style_around_every_hue() {
        for style in TemplateStyle::ALL {
            for hue in (0..360).step_by(10).map(|hue| Some(hue as f32)).chain([None]) {
                let palette = style.palette(hue);
                for ground in [palette.ground, palette.ground_2] {
                    for ink in [palette.ink, palette.soft] {
                        assert!(ink.contrast(ground) >= LEGIBLE, "{style:?} {hue:?} {palette:?}");
                    }
                }
                assert!(
                    palette.paper.contrast(palette.accent) >= LEGIBLE,
                    "{style:?} {hue:?} {palette:?}"
                );
            }
        }
    }

    #[test]
    fn numbers_are_those_of_the_documents() {
        assert_eq!(
            TemplateStyle::numbered(7).map(TemplateStyle::name),
            Some("粉嫩柔美")
        );
        assert_eq!(
            (TemplateStyle::numbered(0), TemplateStyle::numbered(9)),
            (None, None)
        );
    }
}
