//! Draws the shadows of products.

use super::colour::Rgb;
use super::pixel_rect::PixelRect;
use crate::imaging::{Sprite, enlarge};
use tiny_skia::Pixmap;

/// Factor by which shadows are computed at a smaller size; they are soft anyway.
const SCALE_DOWN: f32 = 4.0;
/// Number of box blur passes; three approximate a Gaussian.
const PASSES: usize = 3;

/// Draws the shadow of a product at `area`: a soft one of its outline and a sharper one where it touches the floor.
pub(super) fn draw(product: &Sprite, area: PixelRect, colour: Rgb, canvas: &mut Pixmap) {
    let small = |pixels: f32| ((pixels / SCALE_DOWN).round() as usize).max(1);
    let (width, height) = (small(area.width), small(area.height));
    let alpha = product.resized(width, height);
    let alpha: Vec<u8> = alpha.rgba.chunks_exact(4).map(|pixel| pixel[3]).collect();
    let unit = area.width.min(area.height);
    let soft = ShadowLayer::new(&alpha, (width, height), small(unit * 0.035));
    soft.draw(
        (area.x + area.width * 0.008, area.y + area.height * 0.028),
        colour,
        0.26,
        canvas,
    );
    let (foot, flat) = contact(&alpha, (width, height));
    let close = ShadowLayer::new(&flat, (width, foot), small(unit * 0.014));
    let low = area.bottom() - foot as f32 * SCALE_DOWN * 0.62;
    close.draw((area.x, low), colour, 0.5, canvas);
}

/// The shadow on the floor, a flat ellipse as wide as the lowest part of the product. Returns its height and alpha.
fn contact(alpha: &[u8], (width, height): (usize, usize)) -> (usize, Vec<u8>) {
    let low = height - (height / 12).max(1);
    let is_opaque = |x: usize| (low..height).any(|y| alpha[y * width + x] > 127);
    let left = (0..width).find(|x| is_opaque(*x)).unwrap_or(0);
    let right = (0..width).rfind(|x| is_opaque(*x)).unwrap_or(width - 1) + 1;
    let foot = ((right - left) / 14).clamp(2, (height / 8).max(2));
    let (middle, reach) = (
        f32::midpoint(left as f32, right as f32),
        (right - left) as f32 / 2.0,
    );
    let mut flat = vec![0; width * foot];
    for y in 0..foot {
        let up = (y as f32 + 0.5) / foot as f32 * 2.0 - 1.0;
        for x in 0..width {
            let along = (x as f32 + 0.5 - middle) / reach.max(0.5);
            if along * along + up * up <= 1.0 {
                flat[y * width + x] = 255;
            }
        }
    }
    (foot, flat)
}

/// A blurred outline with a margin around it.
struct ShadowLayer {
    width: usize,
    height: usize,
    margin: usize,
    alpha: Vec<u8>,
}

impl ShadowLayer {
    fn new(alpha: &[u8], (width, height): (usize, usize), radius: usize) -> Self {
        let margin = radius * PASSES;
        let (wide, high) = (width + 2 * margin, height + 2 * margin);
        let mut padded = vec![0; wide * high];
        for (y, row) in alpha.chunks_exact(width).enumerate() {
            let at = (y + margin) * wide + margin;
            padded[at..at + width].copy_from_slice(row);
        }
        let mut transposed = vec![0; wide * high];
        for _ in 0..PASSES {
            blur_rows_transposing(&padded, &mut transposed, wide, radius);
            blur_rows_transposing(&transposed, &mut padded, high, radius);
        }
        Self {
            width: wide,
            height: high,
            margin,
            alpha: padded,
        }
    }

    fn draw(&self, (x, y): (f32, f32), colour: Rgb, opacity: f32, canvas: &mut Pixmap) {
        let times = SCALE_DOWN as usize;
        let (wide, high) = (self.width * times, self.height * times);
        let alpha = enlarge(&self.alpha, (self.width, self.height), (wide, high));
        let out = (self.margin * times) as i64;
        let (left, top) = (x.round() as i64 - out, y.round() as i64 - out);
        let (width, height) = (i64::from(canvas.width()), i64::from(canvas.height()));
        // The columns that lie on the canvas.
        let (from, to) = (
            (-left).clamp(0, wide as i64),
            (width - left).clamp(0, wide as i64),
        );
        let strength = (opacity * 255.0 + 0.5) as u32;
        let data = canvas.data_mut();
        for (row, y) in alpha.chunks_exact(wide).zip(top..) {
            if !(0..height).contains(&y) || from >= to {
                continue;
            }
            let at = ((y * width + left + from) * 4) as usize;
            let pixels = data[at..].chunks_exact_mut(4);
            for (pixel, alpha) in pixels.zip(&row[from as usize..to as usize]) {
                let cover = u32::from(*alpha) * strength;
                for (channel, own) in pixel.iter_mut().zip(colour.0) {
                    let mixed = u32::from(*channel) * (65_025 - cover) + u32::from(own) * cover;
                    *channel = ((mixed + 32_512) / 65_025) as u8;
                }
            }
        }
    }
}

/// Box blur along each row, with the result transposed: two calls blur both directions.
fn blur_rows_transposing(from: &[u8], to: &mut [u8], width: usize, radius: usize) {
    let height = from.len() / width;
    let span = 2 * radius as u32 + 1;
    for (y, row) in from.chunks_exact(width).enumerate() {
        let mut sum: u32 = row.iter().take(radius).map(|alpha| u32::from(*alpha)).sum();
        for x in 0..width {
            sum += row.get(x + radius).map_or(0, |alpha| u32::from(*alpha));
            to[x * height + y] = (sum / span) as u8;
            sum -= x.checked_sub(radius).map_or(0, |at| u32::from(row[at]));
        }
    }
}
