//! The style of a picture, by its colours: plausible and stable, nothing more.

use super::colour::Rgb;
use super::style::TemplateStyle;
use crate::imaging::Sprite;

/// Pixels that are looked at.
const LOOKED_AT: usize = 20_000;
/// How sharply the nearest style is preferred.
const SHARPNESS: f32 = 4.0;

/// What is measured of a picture.
#[derive(Clone, Copy, Debug, Default)]
struct Look {
    /// Mean lightness, 0 to 1.
    lightness: f32,
    /// Mean chroma, in tenths.
    chroma: f32,
    /// Spread of lightness.
    contrast: f32,
    /// Share of colour that is red to orange; of what is grey, little is anything.
    warm: f32,
    /// The same, pink to magenta.
    pink: f32,
    /// The same, blue to violet.
    cold: f32,
    /// The same, green to cyan.
    green: f32,
}

impl Look {
    const fn new([lightness, chroma, contrast]: [f32; 3], [warm, pink, cold, green]: [f32; 4]) -> Self {
        Self {
            lightness,
            chroma,
            contrast,
            warm,
            pink,
            cold,
            green,
        }
    }

    fn of(picture: &Sprite) -> Self {
        let step = (picture.width * picture.height / LOOKED_AT).max(1);
        let (mut look, mut squares, mut seen, mut coloured) = (Self::default(), 0.0, 0.0_f32, 0.0_f32);
        for pixel in picture
            .rgba
            .chunks_exact(4)
            .step_by(step)
            .filter(|pixel| pixel[3] > 200)
        {
            let tone = Rgb([pixel[0], pixel[1], pixel[2]]).tone();
            seen += 1.0;
            look.lightness += tone.lightness;
            squares += tone.lightness * tone.lightness;
            look.chroma += tone.chroma * 10.0;
            coloured += tone.chroma;
            match tone.hue.rem_euclid(360.0) {
                15.0..70.0 => look.warm += tone.chroma,
                70.0..220.0 => look.green += tone.chroma,
                220.0..310.0 => look.cold += tone.chroma,
                _ => look.pink += tone.chroma,
            }
        }
        let seen = seen.max(1.0);
        let (lightness, share) = (look.lightness / seen, 1.0 / (coloured + 0.02 * seen));
        Self {
            lightness,
            chroma: look.chroma / seen,
            contrast: (squares / seen - lightness * lightness).max(0.0).sqrt(),
            warm: look.warm * share,
            pink: look.pink * share,
            cold: look.cold * share,
            green: look.green * share,
        }
    }

    fn distance(self, other: Self) -> f32 {
        let pairs = [
            (self.lightness, other.lightness, 2.0),
            (self.chroma, other.chroma, 1.2),
            (self.contrast, other.contrast, 1.0),
            (self.warm, other.warm, 0.6),
            (self.pink, other.pink, 0.7),
            (self.cold, other.cold, 0.7),
            (self.green, other.green, 0.6),
        ];
        let squares = pairs.map(|(a, b, weight)| (a - b) * (a - b) * weight);
        squares.iter().sum::<f32>().sqrt()
    }

    /// What pictures of a style look like.
    const fn typical(style: TemplateStyle) -> Self {
        match style {
            TemplateStyle::Neutral => Self::new([0.85, 0.1, 0.12], [0.15, 0.03, 0.06, 0.08]),
            TemplateStyle::Fresh => Self::new([0.85, 0.6, 0.12], [0.1, 0.05, 0.15, 0.7]),
            TemplateStyle::Gorgeous => Self::new([0.62, 1.6, 0.18], [0.4, 0.25, 0.15, 0.2]),
            TemplateStyle::Cool => Self::new([0.42, 1.6, 0.22], [0.05, 0.42, 0.45, 0.08]),
            TemplateStyle::Mysterious => Self::new([0.25, 0.3, 0.2], [0.5, 0.1, 0.25, 0.15]),
            TemplateStyle::Futuristic => Self::new([0.36, 1.1, 0.18], [0.02, 0.03, 0.85, 0.1]),
            TemplateStyle::Delicate => Self::new([0.85, 0.6, 0.1], [0.25, 0.65, 0.05, 0.05]),
            TemplateStyle::Festive => Self::new([0.55, 1.6, 0.15], [0.85, 0.08, 0.02, 0.05]),
        }
    }
}

/// How likely each style is, the likeliest first; together 1, in ten-thousandths.
pub fn style_chances(picture: &Sprite) -> Vec<(TemplateStyle, f64)> {
    let look = Look::of(picture);
    let weights =
        TemplateStyle::ALL.map(|style| libm::expf(-SHARPNESS * look.distance(Look::typical(style))));
    let sum: f32 = weights.iter().sum();
    let parts = weights.map(|weight| (weight / sum * 10_000.0) as u32);
    let mut chances: Vec<(TemplateStyle, u32)> = TemplateStyle::ALL.into_iter().zip(parts).collect();
    chances.sort_by_key(|(style, part)| (std::cmp::Reverse(*part), *style));
    // What rounding left over is the likeliest's.
    chances[0].1 += 10_000 - chances.iter().map(|(_, part)| *part).sum::<u32>();
    chances
        .into_iter()
        .map(|(style, part)| (style, f64::from(part) / 10_000.0))
        .collect()
}

/// The style a thing looks most like.
pub fn style_of(picture: &Sprite) -> TemplateStyle {
    style_chances(picture)[0].0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(rgb: [u8; 3]) -> Sprite {
        let [r, g, b] = rgb;
        let rgba = [r, g, b, 255].repeat(64);
        Sprite {
            width: 8,
            height: 8,
            rgba,
        }
    }

    #[test]
    fn plain_colours_have_the_style_one_expects() {
        for (rgb, style) in [
            ([240, 240, 238], TemplateStyle::Neutral),
            ([250, 210, 220], TemplateStyle::Delicate),
            ([205, 235, 215], TemplateStyle::Fresh),
            ([200, 20, 30], TemplateStyle::Festive),
            ([20, 45, 110], TemplateStyle::Futuristic),
            ([25, 22, 20], TemplateStyle::Mysterious),
        ] {
            assert_eq!(
                style_of(&plain(rgb)),
                style,
                "{rgb:?}: {:?}",
                style_chances(&plain(rgb))
            );
        }
    }

    #[test]
    fn chances_are_one_together() {
        let chances = style_chances(&plain([90, 160, 40]));
        let sum: f64 = chances.iter().map(|(_, chance)| chance).sum();
        assert!((sum - 1.0).abs() < 1e-9 && chances.len() == 8);
        assert!(chances.windows(2).all(|pair| pair[0].1 >= pair[1].1));
    }
}
