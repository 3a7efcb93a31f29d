//! Shadows that products throw.

use super::colour::Rgb;
use super::pixel_rect::PixelRect;
use crate::imaging::{Sprite, enlarge};
use tiny_skia::Pixmap;

/// Shadows are made so much smaller: they are soft anyway.
const SMALLER: f32 = 4.0;
/// Times a box is run over them; three come close to a bell.
const PASSES: usize = 3;

/// Draws the shadow of a product that stands there: soft below all of it, and close where it stands.
pub(super) fn throw(product: &Sprite, area: PixelRect, colour: Rgb, canvas: &mut Pixmap) {
    let small = |pixels: f32| ((pixels / SMALLER).round() as usize).max(1);
    let (width, height) = (small(area.width), small(area.height));
    let alpha = product.resized(width, height);
    let alpha: Vec<u8> = alpha.rgba.chunks_exact(4).map(|pixel| pixel[3]).collect();
    let unit = area.width.min(area.height);
    let soft = Layer::of(&alpha, (width, height), small(unit * 0.035));
    soft.draw(
        (area.x + area.width * 0.008, area.y + area.height * 0.028),
        (colour, 0.26),
        canvas,
    );
    let (foot, flat) = contact(&alpha, (width, height));
    let close = Layer::of(&flat, (width, foot), small(unit * 0.014));
    let low = area.bottom() - foot as f32 * SMALLER * 0.62;
    close.draw((area.x, low), (colour, 0.5), canvas);
}

/// The outline of what touches the floor: a flat ellipse as wide as the lowest part of the thing; and its height.
fn contact(alpha: &[u8], (width, height): (usize, usize)) -> (usize, Vec<u8>) {
    let low = height - (height / 12).max(1);
    let is_there = |x: usize| (low..height).any(|y| alpha[y * width + x] > 127);
    let left = (0..width).find(|x| is_there(*x)).unwrap_or(0);
    let right = (0..width).rfind(|x| is_there(*x)).unwrap_or(width - 1) + 1;
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

/// A blurred outline with room around it.
struct Layer {
    width: usize,
    height: usize,
    room: usize,
    alpha: Vec<u8>,
}

impl Layer {
    fn of(alpha: &[u8], (width, height): (usize, usize), radius: usize) -> Self {
        let room = radius * PASSES;
        let (wide, high) = (width + 2 * room, height + 2 * room);
        let mut padded = vec![0; wide * high];
        for (y, row) in alpha.chunks_exact(width).enumerate() {
            let at = (y + room) * wide + room;
            padded[at..at + width].copy_from_slice(row);
        }
        let mut turned = vec![0; wide * high];
        for _ in 0..PASSES {
            blur_rows_turning(&padded, &mut turned, wide, radius);
            blur_rows_turning(&turned, &mut padded, high, radius);
        }
        Self {
            width: wide,
            height: high,
            room,
            alpha: padded,
        }
    }

    fn draw(&self, (x, y): (f32, f32), (colour, opacity): (Rgb, f32), canvas: &mut Pixmap) {
        let times = SMALLER as usize;
        let (wide, high) = (self.width * times, self.height * times);
        let alpha = enlarge(&self.alpha, (self.width, self.height), (wide, high));
        let out = (self.margin * times) as i64;
        let (left, top) = (x.round() as i64 - out, y.round() as i64 - out);
        let (width, height) = (i64::from(canvas.width()), i64::from(canvas.height()));
        // What of it lies on the canvas.
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

/// Means over a box along each row, written as columns: run twice, it has gone both ways.
fn blur_rows_turning(from: &[u8], to: &mut [u8], width: usize, radius: usize) {
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
