//! Classifies the style of a picture by its colours. The result is plausible and deterministic, not accurate.

use super::colour::Rgb;
use super::style::TemplateStyle;
use crate::imaging::Sprite;

/// Approximate number of pixels sampled.
const MAX_SAMPLES: usize = 20_000;
/// How strongly the nearest style is preferred.
const SHARPNESS: f32 = 4.0;

/// Colour statistics of a picture.
#[derive(Clone, Copy, Debug, Default)]
struct ColourProfile {
    /// Mean lightness, 0 to 1.
    lightness: f32,
    /// Mean chroma, times 10.
    chroma: f32,
    /// Standard deviation of lightness.
    contrast: f32,
    /// Chroma-weighted share of red to orange; all shares are low in grey pictures.
    warm: f32,
    /// Share of pink to magenta.
    pink: f32,
    /// Share of blue to violet.
    cold: f32,
    /// Share of green to cyan.
    green: f32,
}

impl ColourProfile {
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

    fn measure(picture: &Sprite) -> Self {
        let step = (picture.width * picture.height / MAX_SAMPLES).max(1);
        let (mut profile, mut squares, mut seen, mut coloured) = (Self::default(), 0.0, 0.0_f32, 0.0_f32);
        for pixel in picture
            .rgba
            .chunks_exact(4)
            .step_by(step)
            .filter(|pixel| pixel[3] > 200)
        {
            let tone = Rgb([pixel[0], pixel[1], pixel[2]]).to_oklch();
            seen += 1.0;
            profile.lightness += tone.lightness;
            squares += tone.lightness * tone.lightness;
            profile.chroma += tone.chroma * 10.0;
            coloured += tone.chroma;
            match tone.hue.rem_euclid(360.0) {
                15.0..70.0 => profile.warm += tone.chroma,
                70.0..220.0 => profile.green += tone.chroma,
                220.0..310.0 => profile.cold += tone.chroma,
                _ => profile.pink += tone.chroma,
            }
        }
        let seen = seen.max(1.0);
        let (lightness, share) = (profile.lightness / seen, 1.0 / (coloured + 0.02 * seen));
        Self {
            lightness,
            chroma: profile.chroma / seen,
            contrast: (squares / seen - lightness * lightness).max(0.0).sqrt(),
            warm: profile.warm * share,
            pink: profile.pink * share,
            cold: profile.cold * share,
            green: profile.green * share,
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

    /// The typical profile of a style.
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

/// The probability of each style, highest first, in multiples of 0.0001 that sum to 1.
pub fn style_chances(picture: &Sprite) -> Vec<(TemplateStyle, f64)> {
    let profile = ColourProfile::measure(picture);
    let weights = TemplateStyle::ALL
        .map(|style| libm::expf(-SHARPNESS * profile.distance(ColourProfile::typical(style))));
    let sum: f32 = weights.iter().sum();
    let parts = weights.map(|weight| (weight / sum * 10_000.0) as u32);
    let mut chances: Vec<(TemplateStyle, u32)> = TemplateStyle::ALL.into_iter().zip(parts).collect();
    chances.sort_by_key(|(style, part)| (std::cmp::Reverse(*part), *style));
    // The most likely style gets the rounding remainder.
    chances[0].1 += 10_000 - chances.iter().map(|(_, part)| *part).sum::<u32>();
    chances
        .into_iter()
        .map(|(style, part)| (style, f64::from(part) / 10_000.0))
        .collect()
}

/// The most likely style of a picture.
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
