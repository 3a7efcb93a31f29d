//! The eight template styles and their palettes.

use super::colour::{OklchColour, Rgb};
use super::colour_scheme::{HueSource, SCHEMES};

/// A template style; clients send its number as `tag` (`wire/jdcloud.md` §1.2).
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

/// The colours of a picture by role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Palette {
    /// Background.
    pub ground: Rgb,
    /// Second background colour.
    pub ground_2: Rgb,
    /// Subtle decoration.
    pub tint: Rgb,
    /// Emphasis.
    pub accent: Rgb,
    /// Second emphasis colour.
    pub accent_2: Rgb,
    /// Text.
    pub ink: Rgb,
    /// Less prominent text.
    pub soft: Rgb,
    /// Text on the accent colour.
    pub paper: Rgb,
}

impl TemplateStyle {
    /// All styles, ordered by number.
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

    /// The style with a number from 1 to 8.
    pub fn from_number(number: u64) -> Option<Self> {
        let nth = usize::try_from(number.checked_sub(1)?).ok()?;
        Self::ALL.get(nth).copied()
    }

    /// The number of the style, 1 to 8.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The vendor's name for the style.
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

    /// The palette for a product of this hue; `None` for a grey product.
    pub(super) fn palette(self, product: Option<f32>) -> Palette {
        let scheme = &SCHEMES[self as usize];
        let base = product.unwrap_or(scheme.default_hue);
        let colour = |(lightness, chroma, hue): (f32, f32, HueSource)| {
            OklchColour::new(lightness, chroma, hue.resolve(base)).to_rgb()
        };
        let (ground, ground_2) = (colour(scheme.ground), colour(scheme.ground_2));
        let accent = colour(scheme.accent);
        let ink = colour(scheme.ink);
        Palette {
            ground,
            ground_2,
            tint: colour(scheme.tint),
            accent,
            accent_2: colour(scheme.accent_2),
            ink,
            soft: ink,
            paper: ink,
        }
        .with_legible_text()
    }
}

impl Palette {
    /// A palette for checking decoration.
    pub(super) fn sample() -> Self {
        TemplateStyle::Neutral.palette(None)
    }

    /// Adjusts the text colours to be legible on their backgrounds.
    pub(super) fn with_legible_text(self) -> Self {
        let grounds = [self.ground, self.ground_2, self.tint];
        let ink = self.ink.legible_on(&grounds);
        let paper = if self.accent.luminance() > 0.3 {
            OklchColour::new(0.2, 0.03, self.accent.to_oklch().hue).to_rgb()
        } else {
            Rgb::WHITE
        };
        Self {
            ink,
            soft: ink.mix(self.ground, 0.18).legible_on(&grounds),
            paper: paper.legible_on(&[self.accent]),
            ..self
        }
    }

    /// Looks up a colour by its name in templates.
    pub(super) fn by_name(&self, name: &str) -> Option<Rgb> {
        Some(match name {
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

    /// Replaces a colour by its name in templates; any other name replaces `ink`.
    pub(super) fn with_colour(mut self, name: &str, colour: Rgb) -> Self {
        match name {
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
            TemplateStyle::from_number(7).map(TemplateStyle::name),
            Some("粉嫩柔美")
        );
        assert_eq!(
            (TemplateStyle::from_number(0), TemplateStyle::from_number(9)),
            (None, None)
        );
    }
}
