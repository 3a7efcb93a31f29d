//! The hue of a product.

use super::colour::Rgb;
use crate::imaging::Sprite;

/// Hues are counted in so many parts of the circle.
const PARTS: usize = 36;
/// Pixels that are looked at.
const LOOKED_AT: usize = 20_000;
/// Chroma below which a pixel has no hue.
const GREY: f32 = 0.035;
/// Least mean chroma of a product that has a hue.
const COLOURED: f32 = 0.03;

/// The hue, in degrees, that most of a product's colour is of; none where it is grey.
pub(super) fn of(product: &Sprite) -> Option<f32> {
    let pixels = product.width * product.height;
    let step = (pixels / LOOKED_AT).max(1);
    let mut parts = [(0.0_f32, 0.0_f32, 0.0_f32); PARTS];
    let (mut seen, mut colour) = (0_u32, 0.0_f32);
    for pixel in product
        .rgba
        .chunks_exact(4)
        .step_by(step)
        .filter(|pixel| pixel[3] > 200)
    {
        let tone = Rgb([pixel[0], pixel[1], pixel[2]]).tone();
        seen += 1;
        colour += tone.chroma;
        // Very dark and very light pixels have a hue that nobody sees.
        if tone.chroma < GREY || !(0.15..0.97).contains(&tone.lightness) {
            continue;
        }
        let part = &mut parts[(tone.hue.rem_euclid(360.0) / 360.0 * PARTS as f32) as usize % PARTS];
        let turn = tone.hue.to_radians();
        part.0 += tone.chroma;
        part.1 += tone.chroma * libm::cosf(turn);
        part.2 += tone.chroma * libm::sinf(turn);
    }
    if seen == 0 || colour / (seen as f32) < COLOURED {
        return None;
    }
    // The heaviest three neighbours, and the mean direction of what is in them.
    let around = |nth: usize| [(nth + PARTS - 1) % PARTS, nth, (nth + 1) % PARTS].map(|at| parts[at]);
    let weight = |nth: usize| around(nth).iter().map(|part| part.0).sum::<f32>();
    let heaviest = (0..PARTS).max_by(|a, b| weight(*a).total_cmp(&weight(*b)))?;
    let (x, y) = around(heaviest)
        .iter()
        .fold((0.0, 0.0), |(x, y), part| (x + part.1, y + part.2));
    (x != 0.0 || y != 0.0).then(|| libm::atan2f(y, x).to_degrees().rem_euclid(360.0))
}
