//! The thing's own colour at its edge, freed of the ground that shines through: multi-level estimation
//! (Germer et al. 2020), so that no fringe is left when the cut-out is put before another ground.

use super::{Picture, Plane};

const REGULARITY: f32 = 1e-5;
const GRADIENT: f32 = 1.0;
/// Rounds at sizes up to 32 pixels, and above.
const ROUNDS: (usize, usize) = (10, 2);

/// Colours of thing and ground at one size.
struct Layers {
    width: usize,
    height: usize,
    thing: Vec<[f32; 3]>,
    ground: Vec<[f32; 3]>,
}

/// The thing's colours, three bytes a pixel, for an alpha of the picture's size.
pub fn foreground(picture: &Picture, alpha: &Plane) -> Vec<u8> {
    let (w, h) = (picture.width, picture.height);
    let mut layers = Layers::start(picture);
    for (width, height) in sizes(w, h) {
        layers = layers.resized(width, height);
        layers.refine(&Level::of(picture, alpha, width, height));
    }
    let mut out = picture.rgb.clone();
    for (at, pixel) in out.chunks_exact_mut(3).enumerate() {
        let a = alpha.data[at];
        if a < 1.0 {
            for (byte, value) in pixel.iter_mut().zip(layers.thing[at]) {
                *byte = (value * 255.0 + 0.5).clamp(0.0, 255.0) as u8;
            }
        }
    }
    out
}

/// From one pixel to the full size, about doubling.
fn sizes(w: usize, h: usize) -> Vec<(usize, usize)> {
    let levels = usize::BITS - w.max(h).leading_zeros();
    let side = |full: usize, level: u32| (full >> (levels - level)).clamp(1, full);
    (0..=levels)
        .map(|level| {
            if level == levels {
                (w, h)
            } else {
                (side(w, level), side(h, level))
            }
        })
        .collect()
}

/// Picture and alpha at one size.
struct Level {
    image: Vec<[f32; 3]>,
    alpha: Vec<f32>,
    /// Whether this is the last level, where only the soft edge is still of interest.
    full: bool,
}

impl Level {
    fn of(picture: &Picture, alpha: &Plane, width: usize, height: usize) -> Self {
        let full = (width, height) == (picture.width, picture.height);
        let mut image = Vec::with_capacity(width * height);
        let mut small = Vec::with_capacity(width * height);
        for y in 0..height {
            let from_y = y * picture.height / height;
            for x in 0..width {
                let from_x = x * picture.width / width;
                image.push(picture.at(from_x, from_y).map(|v| f32::from(v) / 255.0));
                small.push(alpha.at(from_x, from_y));
            }
        }
        Self {
            image,
            alpha: small,
            full,
        }
    }
}

impl Layers {
    fn start(picture: &Picture) -> Self {
        let n = picture.pixels() as f32;
        let mut mean = [0.0f32; 3];
        for pixel in picture.rgb.chunks_exact(3) {
            for (sum, value) in mean.iter_mut().zip(pixel) {
                *sum += f32::from(*value) / 255.0;
            }
        }
        let mean = mean.map(|sum| sum / n);
        Self {
            width: 1,
            height: 1,
            thing: vec![mean],
            ground: vec![mean],
        }
    }

    fn resized(&self, width: usize, height: usize) -> Self {
        let at = |x: usize, y: usize| (y * self.height / height) * self.width + x * self.width / width;
        let spread = |from: &[[f32; 3]]| {
            (0..height)
                .flat_map(|y| (0..width).map(move |x| (x, y)))
                .map(|(x, y)| from[at(x, y)])
                .collect()
        };
        Self {
            width,
            height,
            thing: spread(&self.thing),
            ground: spread(&self.ground),
        }
    }

    fn refine(&mut self, level: &Level) {
        let rounds = if self.width.max(self.height) <= 32 {
            ROUNDS.0
        } else {
            ROUNDS.1
        };
        for _ in 0..rounds {
            for at in 0..self.thing.len() {
                let a = level.alpha[at];
                // At full size the picture itself says what is all thing or all ground.
                if level.full && a >= 1.0 {
                    self.thing[at] = level.image[at];
                } else if level.full && a <= 0.0 {
                    self.ground[at] = level.image[at];
                } else {
                    self.solve(at, level);
                }
            }
        }
    }

    /// The two colours that best explain a pixel, near those of its neighbours (a 2×2 system a channel).
    fn solve(&mut self, at: usize, level: &Level) {
        let (w, h) = (self.width, self.height);
        let (x, y) = (at % w, at / w);
        let a = level.alpha[at];
        let around = [
            if x > 0 { at - 1 } else { at },
            if x + 1 < w { at + 1 } else { at },
            if y > 0 { at - w } else { at },
            if y + 1 < h { at + w } else { at },
        ];
        let (mut pull, mut thing, mut ground) = (0.0f32, [0.0f32; 3], [0.0f32; 3]);
        for next in around {
            let weight = REGULARITY + GRADIENT * (a - level.alpha[next]).abs();
            pull += weight;
            for c in 0..3 {
                thing[c] += weight * self.thing[next][c];
                ground[c] += weight * self.ground[next][c];
            }
        }
        let b = 1.0 - a;
        let (xx, xy, yy) = (a * a + pull, a * b, b * b + pull);
        let inv = 1.0 / (xx * yy - xy * xy);
        for c in 0..3 {
            let (p, q) = (
                a * level.image[at][c] + thing[c],
                b * level.image[at][c] + ground[c],
            );
            self.thing[at][c] = (inv * (yy * p - xy * q)).clamp(0.0, 1.0);
            self.ground[at][c] = (inv * (xx * q - xy * p)).clamp(0.0, 1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ground_is_taken_out_of_a_soft_edge() {
        // A red thing fading over 24 pixels into a green ground.
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
