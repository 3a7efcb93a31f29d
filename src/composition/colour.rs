//! Colours in sRGB and OKLCH, and the contrast between them.

use color::{AlphaColor, Oklch, Srgb};
use std::sync::LazyLock;

/// An opaque colour, eight bits a channel, sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rgb(pub [u8; 3]);

/// A colour by lightness (0 to 1), chroma and hue in degrees (OKLCH).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OklchColour {
    pub lightness: f32,
    pub chroma: f32,
    pub hue: f32,
}

/// Minimum contrast of text against its background (WCAG 2, 1.4.3).
pub const LEGIBLE: f32 = 4.5;

impl OklchColour {
    pub(super) fn new(lightness: f32, chroma: f32, hue: f32) -> Self {
        Self {
            lightness,
            chroma,
            hue,
        }
    }

    /// Converts to sRGB; reduces chroma until the colour is in gamut.
    pub(super) fn to_rgb(self) -> Rgb {
        let mut chroma = self.chroma;
        loop {
            let tone = AlphaColor::<Oklch>::new([self.lightness.clamp(0.0, 1.0), chroma, self.hue, 1.0]);
            let screen = tone.convert::<Srgb>();
            let is_in_gamut = screen.components[..3]
                .iter()
                .all(|channel| (-0.002..=1.002).contains(channel));
            if is_in_gamut || chroma < 0.004 {
                let eight = screen.to_rgba8();
                return Rgb([eight.r, eight.g, eight.b]);
            }
            chroma -= 0.004;
        }
    }
}

impl Rgb {
    pub(super) const WHITE: Self = Self([255, 255, 255]);

    pub(super) fn to_oklch(self) -> OklchColour {
        let [r, g, b] = self.0;
        let [lightness, chroma, hue, _] = AlphaColor::<Srgb>::from_rgba8(r, g, b, 255)
            .convert::<Oklch>()
            .components;
        OklchColour::new(lightness, chroma, hue)
    }

    /// Formats as `#rrggbb`.
    pub(super) fn to_hex(self) -> String {
        format!("#{}", hex::encode(self.0))
    }

    /// Parses `#rrggbb`.
    pub(super) fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 3];
        hex::decode_to_slice(text.strip_prefix('#')?, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// Relative luminance, 0 to 1 (WCAG 2).
    pub fn luminance(self) -> f32 {
        /// The linear value of each channel level, which is the luminance of the grey with that level.
        static GREYS: LazyLock<[f32; 256]> = LazyLock::new(|| {
            std::array::from_fn(|level| {
                let grey = AlphaColor::<Srgb>::from_rgba8(level as u8, level as u8, level as u8, 255);
                grey.discard_alpha().relative_luminance()
            })
        });
        let [r, g, b] = self.0.map(|level| GREYS[usize::from(level)]);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// Contrast ratio of two colours, 1 to 21 (WCAG 2).
    pub fn contrast(self, other: Self) -> f32 {
        contrast(self.luminance(), other.luminance())
    }

    /// Darkens or lightens the colour as little as needed to be legible on all of `grounds`.
    pub(super) fn legible_on(self, grounds: &[Self]) -> Self {
        let tone = self.to_oklch();
        let is_legible = |rgb: &Self| {
            grounds
                .iter()
                .all(|ground| rgb.contrast(*ground) >= LEGIBLE + 0.3)
        };
        let steps = (0..=50).flat_map(|step| {
            let by = step as f32 * 0.02;
            [tone.lightness - by, tone.lightness + by]
        });
        let lightnesses = steps.filter(|lightness| (0.0..=1.0).contains(lightness));
        let candidates = lightnesses.map(|lightness| OklchColour { lightness, ..tone }.to_rgb());
        let extremes = [Self([0; 3]), Self::WHITE];
        let worst = |rgb: &Self| {
            grounds
                .iter()
                .map(|ground| rgb.contrast(*ground))
                .fold(f32::MAX, f32::min)
        };
        let [black, white] = extremes;
        let best = if worst(&black) >= worst(&white) {
            black
        } else {
            white
        };
        candidates.into_iter().find(is_legible).unwrap_or(best)
    }

    /// Interpolates towards `other` by `share`.
    pub(super) fn mix(self, other: Self, share: f32) -> Self {
        let mix = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share + 0.5) as u8;
        let ([a, b, c], [d, e, f]) = (self.0, other.0);
        Self([mix(a, d), mix(b, e), mix(c, f)])
    }
}

/// Contrast ratio of two luminances (WCAG 2).
pub(super) fn contrast(a: f32, b: f32) -> f32 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_what_the_standard_says() {
        let grey = Rgb([118, 118, 118]);
        assert!((Rgb::WHITE.contrast(Rgb([0; 3])) - 21.0).abs() < 0.01);
        assert!((grey.contrast(Rgb::WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn a_colour_becomes_legible_on_anything() {
        for ground in [
            [255, 255, 255],
            [0, 0, 0],
            [128, 128, 128],
            [230, 30, 40],
            [250, 220, 0],
        ]
        .map(Rgb)
        {
            for ink in [[255, 255, 255], [200, 30, 30], [128, 128, 128]].map(Rgb) {
                assert!(
                    ink.legible_on(&[ground]).contrast(ground) >= LEGIBLE,
                    "{ink:?} on {ground:?}"
                );
            }
        }
    }

    #[test]
    fn every_tone_is_a_colour_of_a_screen() {
        for hue in (0..360).step_by(15) {
            let rgb = OklchColour::new(0.7, 0.4, hue as f32).to_rgb();
            let off = (rgb.to_oklch().hue - hue as f32).abs();
            assert!(off.min(360.0 - off) < 4.0, "{hue}: {rgb:?}");
        }
    }
}
