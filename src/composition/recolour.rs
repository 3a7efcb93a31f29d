//! Recolours a picture: rotates all hues by the same angle and keeps lightness, so that colours keep their relation.

use crate::imaging::Picture;
use rayon::prelude::*;

/// A 3×3 matrix, row by row.
type Matrix = [[f32; 3]; 3];

/// Conversion from linear sRGB to the cone response of Oklab, from its cube roots to Oklab, and back (B. Ottosson, 2020).
const TO_CONES: Matrix = [
    [0.412_221_46, 0.536_332_55, 0.051_445_995],
    [0.211_903_5, 0.680_699_5, 0.107_396_96],
    [0.088_302_46, 0.281_718_85, 0.629_978_7],
];
const TO_LAB: Matrix = [
    [0.210_454_26, 0.793_617_8, -0.004_072_047],
    [1.977_998_5, -2.428_592_2, 0.450_593_7],
    [0.025_904_037, 0.782_771_77, -0.808_675_77],
];
const FROM_LAB: Matrix = [
    [1.0, 0.396_337_78, 0.215_803_76],
    [1.0, -0.105_561_346, -0.063_854_17],
    [1.0, -0.089_484_18, -1.291_485_5],
];
const FROM_CONES: Matrix = [
    [4.076_741_7, -3.307_711_6, 0.230_969_94],
    [-1.268_438, 2.609_757_4, -0.341_319_38],
    [-0.004_196_086_3, -0.703_418_6, 1.707_614_7],
];

/// One copy of the picture for each hue rotation in degrees; four bytes per pixel.
pub fn rotate_hues(picture: &Picture, angles: &[f32]) -> Vec<Vec<u8>> {
    let linear = linear_levels();
    let rotated = |angle: &f32| {
        let (sin, cos) = (libm::sinf(angle.to_radians()), libm::cosf(angle.to_radians()));
        let rows = picture.rgb.par_chunks(picture.width * 3);
        let pixels = rows.flat_map_iter(|row| {
            row.chunks_exact(3)
                .flat_map(|pixel| rotate_hue(pixel, sin, cos, &linear))
        });
        pixels.collect()
    };
    angles.iter().map(rotated).collect()
}

fn rotate_hue(pixel: &[u8], sin: f32, cos: f32, linear: &[f32; 256]) -> [u8; 4] {
    let rgb = [pixel[0], pixel[1], pixel[2]];
    let cones = times(&TO_CONES, rgb.map(|channel| linear[usize::from(channel)]));
    let [lightness, a, b] = times(&TO_LAB, cones.map(libm::cbrtf));
    let (mut a, mut b) = (a * cos - b * sin, a * sin + b * cos);
    // Reduces chroma until the colour is in the sRGB gamut.
    for _ in 0..8 {
        let screen = to_linear_srgb(lightness, a, b);
        if screen.iter().all(|channel| (-0.001..=1.001).contains(channel)) {
            break;
        }
        (a, b) = (a * 0.85, b * 0.85);
    }
    let [r, g, b] = to_linear_srgb(lightness, a, b).map(encode);
    [r, g, b, 255]
}

fn to_linear_srgb(lightness: f32, a: f32, b: f32) -> [f32; 3] {
    let roots = times(&FROM_LAB, [lightness, a, b]);
    times(&FROM_CONES, roots.map(|root| root * root * root))
}

fn times(matrix: &Matrix, [x, y, z]: [f32; 3]) -> [f32; 3] {
    matrix.map(|[a, b, c]| a * x + b * y + c * z)
}

fn linear_levels() -> [f32; 256] {
    std::array::from_fn(|nth| {
        let channel = nth as f32 / 255.0;
        if channel <= 0.04045 {
            channel / 12.92
        } else {
            libm::powf((channel + 0.055) / 1.055, 2.4)
        }
    })
}

fn encode(linear: f32) -> u8 {
    let linear = linear.clamp(0.0, 1.0);
    let channel = if linear <= 0.003_130_8 {
        linear * 12.92
    } else {
        1.055 * libm::powf(linear, 1.0 / 2.4) - 0.055
    };
    (channel * 255.0 + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::super::colour::Rgb;
    use super::*;

    #[test]
    fn hues_turn_and_lightness_stays() {
        let rgb: Vec<u8> = [[200, 60, 50], [128, 128, 128], [90, 140, 210], [255, 255, 255]].concat();
        let picture = Picture {
            width: 2,
            height: 2,
            rgb: rgb.clone(),
        };
        let [same, half] = &rotate_hues(&picture, &[0.0, 180.0])[..] else {
            panic!("as many as turns");
        };
        for (nth, given) in rgb.chunks_exact(3).enumerate() {
            let tone = |pixel: &[u8]| Rgb([pixel[0], pixel[1], pixel[2]]).to_oklch();
            let (before, kept, turned) = (tone(given), tone(&same[nth * 4..]), tone(&half[nth * 4..]));
            assert!((before.lightness - kept.lightness).abs() < 0.004);
            assert!((before.lightness - turned.lightness).abs() < 0.03, "{given:?}");
            if before.chroma > 0.05 {
                let off = (before.hue + 180.0 - turned.hue).rem_euclid(360.0);
                assert!(off.min(360.0 - off) < 5.0, "{given:?}: {turned:?}");
            }
        }
    }
}
