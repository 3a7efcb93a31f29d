//! Finds the dominant hue of a product.

use super::colour::Rgb;
use crate::imaging::Sprite;

/// Number of hue bins.
const BINS: usize = 36;
/// Approximate number of pixels sampled.
const MAX_SAMPLES: usize = 20_000;
/// Pixels with a lower chroma count as grey.
const MIN_PIXEL_CHROMA: f32 = 0.035;
/// Products with a lower mean chroma count as grey.
const MIN_MEAN_CHROMA: f32 = 0.03;

/// The dominant hue of a product in degrees; `None` if it is grey.
pub(super) fn dominant(product: &Sprite) -> Option<f32> {
    let pixels = product.width * product.height;
    let step = (pixels / MAX_SAMPLES).max(1);
    let mut bins = [(0.0_f32, 0.0_f32, 0.0_f32); BINS];
    let (mut seen, mut colour) = (0_u32, 0.0_f32);
    for pixel in product
        .rgba
        .chunks_exact(4)
        .step_by(step)
        .filter(|pixel| pixel[3] > 200)
    {
        let tone = Rgb([pixel[0], pixel[1], pixel[2]]).to_oklch();
        seen += 1;
        colour += tone.chroma;
        // The hue of very dark and very light pixels is not visible.
        if tone.chroma < MIN_PIXEL_CHROMA || !(0.15..0.97).contains(&tone.lightness) {
            continue;
        }
        let bin = &mut bins[(tone.hue.rem_euclid(360.0) / 360.0 * BINS as f32) as usize % BINS];
        let angle = tone.hue.to_radians();
        bin.0 += tone.chroma;
        bin.1 += tone.chroma * libm::cosf(angle);
        bin.2 += tone.chroma * libm::sinf(angle);
    }
    if seen == 0 || colour / (seen as f32) < MIN_MEAN_CHROMA {
        return None;
    }
    // The mean direction in the three adjacent bins with the greatest weight.
    let around = |nth: usize| [(nth + BINS - 1) % BINS, nth, (nth + 1) % BINS].map(|at| bins[at]);
    let weight = |nth: usize| around(nth).iter().map(|bin| bin.0).sum::<f32>();
    let heaviest = (0..BINS).max_by(|a, b| weight(*a).total_cmp(&weight(*b)))?;
    let (x, y) = around(heaviest)
        .iter()
        .fold((0.0, 0.0), |(x, y), bin| (x + bin.1, y + bin.2));
    (x != 0.0 || y != 0.0).then(|| libm::atan2f(y, x).to_degrees().rem_euclid(360.0))
}
