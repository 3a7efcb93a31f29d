//! Estimates the foreground colour of partly transparent pixels by multi-level estimation (Germer et al. 2020), so that
//! a cut-out shows no fringe on another background.
//!
//! Above a small size, only pixels near a change of alpha are solved; at full size only the partly transparent ones,
//! starting from the colours at half size.

use super::{Picture, Plane};

const REGULARITY: f32 = 1e-5;
const GRADIENT: f32 = 1.0;
/// Largest side at which every pixel is solved.
const SMALL: usize = 32;
/// Iterations at sizes up to [`SMALL`], and above.
const ROUNDS: (usize, usize) = (10, 2);
/// Distance from a change of alpha, in pixels of each size, within which pixels are solved.
const REACH: usize = 2;

/// The foreground colours for an alpha of the picture's size; three bytes per pixel.
pub fn foreground(picture: &Picture, alpha: &Plane) -> Vec<u8> {
    let mut layers = ColourLayers::new(picture);
    for (width, height) in sizes(picture.width, picture.height) {
        layers = layers.resized(width, height);
        layers.refine(&ScaleLevel::new(picture, alpha, width, height));
    }
    layers.finish(picture, alpha)
}

/// Sizes from one pixel to half the full size, each about twice the one before.
fn sizes(w: usize, h: usize) -> Vec<(usize, usize)> {
    let levels = usize::BITS - w.max(h).leading_zeros();
    let side = |full: usize, level: u32| (full >> (levels - level)).clamp(1, full);
    (0..levels)
        .map(|level| (side(w, level), side(h, level)))
        .collect()
}

/// Picture and alpha at one size.
struct ScaleLevel {
    image: Vec<[f32; 3]>,
    alpha: Vec<f32>,
}

impl ScaleLevel {
    fn new(picture: &Picture, alpha: &Plane, width: usize, height: usize) -> Self {
        let mut image = Vec::with_capacity(width * height);
        let mut small = Vec::with_capacity(width * height);
        let xs: Vec<usize> = (0..width).map(|x| x * picture.width / width).collect();
        for y in 0..height {
            let from_y = y * picture.height / height;
            for from_x in &xs {
                image.push(unit(picture.at(*from_x, from_y)));
                small.push(alpha.at(*from_x, from_y));
            }
        }
        Self { image, alpha: small }
    }

    /// The pixels to solve: all at a small size, otherwise those near a change of alpha.
    fn unsolved(&self, w: usize, h: usize) -> Vec<usize> {
        if w.max(h) <= SMALL {
            return (0..w * h).collect();
        }
        let mut near = vec![false; w * h];
        for y in 0..h {
            for x in 0..w {
                let at = y * w + x;
                let a = self.alpha[at];
                let changes = (x + 1 < w && self.alpha[at + 1].to_bits() != a.to_bits())
                    || (y + 1 < h && self.alpha[at + w].to_bits() != a.to_bits());
                if changes || (a > 0.0 && a < 1.0) {
                    let (left, right) = (x.saturating_sub(REACH), (x + REACH).min(w - 1));
                    for row in y.saturating_sub(REACH)..=(y + REACH).min(h - 1) {
                        near[row * w + left..=row * w + right].fill(true);
                    }
                }
            }
        }
        (0..w * h).filter(|at| near[*at]).collect()
    }
}

/// Foreground and background colours at one size.
struct ColourLayers {
    width: usize,
    height: usize,
    /// Foreground and background colour of each pixel.
    colours: Vec<[[f32; 3]; 2]>,
}

impl ColourLayers {
    /// One pixel of the mean colour.
    fn new(picture: &Picture) -> Self {
        let mut sum = [0u64; 3];
        for pixel in picture.rgb.chunks_exact(3) {
            for (sum, value) in sum.iter_mut().zip(pixel) {
                *sum += u64::from(*value);
            }
        }
        let mean = sum.map(|sum| sum as f32 / (255.0 * picture.pixels() as f32));
        Self {
            width: 1,
            height: 1,
            colours: vec![[mean, mean]],
        }
    }

    fn resized(&self, width: usize, height: usize) -> Self {
        let xs: Vec<usize> = (0..width).map(|x| x * self.width / width).collect();
        let mut colours = Vec::with_capacity(width * height);
        for y in 0..height {
            let row = &self.colours[y * self.height / height * self.width..];
            colours.extend(xs.iter().map(|x| row[*x]));
        }
        Self {
            width,
            height,
            colours,
        }
    }

    fn refine(&mut self, level: &ScaleLevel) {
        let (w, h) = (self.width, self.height);
        let rounds = if w.max(h) <= SMALL { ROUNDS.0 } else { ROUNDS.1 };
        let unsolved = level.unsolved(w, h);
        for _ in 0..rounds {
            for at in &unsolved {
                let around = around(*at, w, h).map(|next| (level.alpha[next], self.colours[next]));
                self.colours[*at] = solve(level.image[*at], level.alpha[*at], around);
            }
        }
    }

    /// Solves the full size: opaque and transparent pixels keep their colour, the others are solved once.
    fn finish(&self, picture: &Picture, alpha: &Plane) -> Vec<u8> {
        let (w, h) = (picture.width, picture.height);
        let xs: Vec<usize> = (0..w).map(|x| x * self.width / w).collect();
        let known = |at: usize| {
            let (x, y) = (at % w, at / w);
            let [mut foreground, mut background] = self.colours[y * self.height / h * self.width + xs[x]];
            let a = alpha.data[at];
            if a >= 1.0 {
                foreground = unit(picture.at(x, y));
            } else if a <= 0.0 {
                background = unit(picture.at(x, y));
            }
            (a, [foreground, background])
        };
        let mut out = picture.rgb.clone();
        for (at, pixel) in out.chunks_exact_mut(3).enumerate() {
            let a = alpha.data[at];
            if a <= 0.0 || a >= 1.0 {
                continue;
            }
            let own = unit(picture.at(at % w, at / w));
            let [foreground, _] = solve(own, a, around(at, w, h).map(known));
            for (byte, value) in pixel.iter_mut().zip(foreground) {
                *byte = (value * 255.0 + 0.5) as u8;
            }
        }
        out
    }
}

fn unit(colour: [u8; 3]) -> [f32; 3] {
    colour.map(|v| f32::from(v) / 255.0)
}

/// The four neighbours of a pixel; the pixel itself beyond the edge.
fn around(at: usize, w: usize, h: usize) -> [usize; 4] {
    let (x, y) = (at % w, at / w);
    [
        if x > 0 { at - 1 } else { at },
        if x + 1 < w { at + 1 } else { at },
        if y > 0 { at - w } else { at },
        if y + 1 < h { at + w } else { at },
    ]
}

/// The foreground and background colour that best explain a pixel and are close to those of its neighbours (a 2×2
/// system per channel).
fn solve(image: [f32; 3], a: f32, around: [(f32, [[f32; 3]; 2]); 4]) -> [[f32; 3]; 2] {
    let (mut pull, mut foreground, mut background) = (0.0f32, [0.0f32; 3], [0.0f32; 3]);
    for (alpha, [their_foreground, their_background]) in around {
        let weight = REGULARITY + GRADIENT * (a - alpha).abs();
        pull += weight;
        for c in 0..3 {
            foreground[c] += weight * their_foreground[c];
            background[c] += weight * their_background[c];
        }
    }
    let b = 1.0 - a;
    let (xx, xy, yy) = (a * a + pull, a * b, b * b + pull);
    let inv = 1.0 / (xx * yy - xy * xy);
    let mut out = [[0.0; 3]; 2];
    for c in 0..3 {
        let (p, q) = (a * image[c] + foreground[c], b * image[c] + background[c]);
        out[0][c] = (inv * (yy * p - xy * q)).clamp(0.0, 1.0);
        out[1][c] = (inv * (xx * q - xy * p)).clamp(0.0, 1.0);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ground_is_taken_out_of_a_soft_edge() {
        // A red foreground that fades over 24 pixels into a green background.
        let (w, h) = (64usize, 16usize);
        let alpha_at = |x: usize| ((44.0 - x as f32) / 24.0).clamp(0.0, 1.0);
        let mut rgb = Vec::new();
        let mut alpha = Plane::filled(w, h, 0.0);
        for y in 0..h {
            for x in 0..w {
                let a = alpha_at(x);
                rgb.extend([(220.0 * a) as u8, (200.0 * (1.0 - a)) as u8, 20]);
                alpha.data[y * w + x] = a;
            }
        }
        let out = foreground(
            &Picture {
                width: w,
                height: h,
                rgb,
            },
            &alpha,
        );
        for x in 22..40 {
            let pixel = &out[(8 * w + x) * 3..][..3];
            assert!(pixel[1] < 24, "green is left at {x}: {pixel:?}");
            assert!(pixel[0] > 190, "red is lost at {x}: {pixel:?}");
        }
    }
}
