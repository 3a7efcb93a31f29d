//! Cues for foreground and background from a small picture, before colours are learned.

use super::mixture::ColourMixture;
use crate::imaging::people::FaceBox;
use crate::imaging::{Picture, Plane};

/// Number of features of a pixel: brightness, two colour channels, roughness.
pub(super) const FEATURES: usize = 4;

/// Log odds of foreground for a pixel far from every person of a portrait.
const FAR_FROM_PEOPLE: f32 = -2.0;

/// Features and first cues of a small picture.
pub(super) struct SegmentationCues {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) features: Vec<[f32; FEATURES]>,
    /// Colour contrast of each pixel with the border, 0 to 1.
    contrast: Vec<f32>,
    /// Minimum barrier distance of each pixel from the border, 0 to 1.
    barrier: Vec<f32>,
    /// Centrality of each pixel, 0 to 1.
    centre: Vec<f32>,
    /// Log odds of foreground from detected faces; empty if there are none.
    portrait: Vec<f32>,
}

impl SegmentationCues {
    /// Computes the cues. `faces` are in pixels of `picture`.
    pub(super) fn new(picture: &Picture, faces: &[FaceBox]) -> Self {
        let (width, height) = (picture.width, picture.height);
        let features = features(picture);
        let mut cues = Self {
            width,
            height,
            features,
            contrast: Vec::new(),
            barrier: Vec::new(),
            centre: centre(width, height),
            portrait: portrait(faces, width, height),
        };
        cues.contrast = stretch(cues.contrast_with_border());
        cues.barrier = stretch(cues.barrier_to_border());
        cues
    }

    /// The initial estimate of the foreground.
    pub(super) fn seed(&self) -> Plane {
        let data = (0..self.features.len())
            .map(|at| {
                let saliency = 0.5 * self.contrast[at] + 0.5 * self.barrier[at];
                let guess = (saliency * (0.4 + 0.9 * self.centre[at]) * 1.4 - 0.1).clamp(0.02, 0.98);
                self.with_portrait(at, guess)
            })
            .collect();
        let raw = Plane {
            width: self.width,
            height: self.height,
            data,
        };
        let cut = otsu(&raw.data);
        raw.map(|v| (0.5 + (v - cut - 0.05) * 3.0).clamp(0.02, 0.98))
    }

    /// The foreground probability of each pixel, from learned colours, position and barrier.
    pub(super) fn belief(
        &self,
        foreground: &ColourMixture,
        background: &ColourMixture,
        share: &Plane,
    ) -> Plane {
        let spread = share.box_mean(self.width.max(self.height) / 10);
        let data = (0..self.features.len())
            .map(|at| {
                let colour = (foreground.log_likelihood(&self.features[at])
                    - background.log_likelihood(&self.features[at]))
                .clamp(-4.0, 4.0);
                let place = 0.6 * (self.centre[at] - 0.45) + 4.5 * (spread.data[at] - 0.5);
                let barrier = 0.8 * (self.barrier[at] - 0.45);
                sigmoid(1.2 * colour + place + barrier + self.portrait.get(at).copied().unwrap_or(0.0))
            })
            .collect();
        Plane {
            width: self.width,
            height: self.height,
            data,
        }
    }

    fn with_portrait(&self, at: usize, guess: f32) -> f32 {
        match self.portrait.get(at) {
            Some(odds) => sigmoid(libm::logf(guess / (1.0 - guess)) + odds).clamp(0.02, 0.98),
            None => guess,
        }
    }

    fn contrast_with_border(&self) -> Vec<f32> {
        let band = (self.width.min(self.height) / 20).max(1);
        let weight = |at: usize| {
            let (x, y) = (at % self.width, at / self.width);
            let near = x < band || y < band || x + band >= self.width || y + band >= self.height;
            if near { 1.0 } else { 0.0 }
        };
        let border = ColourMixture::learn(self, weight);
        self.features.iter().map(|f| -border.log_likelihood(f)).collect()
    }

    /// Minimum barrier distance to the border (Zhang et al. 2015): four raster passes, summed over the channels.
    fn barrier_to_border(&self) -> Vec<f32> {
        let (w, h) = (self.width, self.height);
        let mut total = vec![0.0f32; w * h];
        for channel in 0..3 {
            let value: Vec<f32> = self.features.iter().map(|f| f[channel]).collect();
            let mut high = value.clone();
            let mut low = value.clone();
            let mut cost: Vec<f32> = (0..w * h)
                .map(|at| {
                    let (x, y) = (at % w, at / w);
                    if x == 0 || y == 0 || x + 1 == w || y + 1 == h {
                        0.0
                    } else {
                        f32::MAX
                    }
                })
                .collect();
            let mut visit = |at: usize, from: usize| {
                let (up, down) = (high[from].max(value[at]), low[from].min(value[at]));
                if up - down < cost[at] {
                    cost[at] = up - down;
                    high[at] = up;
                    low[at] = down;
                }
            };
            for pass in 0..4 {
                let inner = (1..h.saturating_sub(1)).flat_map(|y| y * w + 1..y * w + w.max(2) - 1);
                if pass % 2 == 0 {
                    for at in inner {
                        visit(at, at - 1);
                        visit(at, at - w);
                    }
                } else {
                    for at in inner.rev() {
                        visit(at, at + 1);
                        visit(at, at + w);
                    }
                }
            }
            for (sum, cost) in total.iter_mut().zip(cost) {
                *sum += cost;
            }
        }
        total
    }
}

fn features(picture: &Picture) -> Vec<[f32; FEATURES]> {
    let (w, h) = (picture.width, picture.height);
    let plane = |f: fn(f32, f32, f32) -> f32| Plane {
        width: w,
        height: h,
        data: picture
            .rgb
            .chunks_exact(3)
            .map(|p| f(p[0].into(), p[1].into(), p[2].into()) / 255.0)
            .collect(),
    };
    let light = plane(|r, g, b| 0.299 * r + 0.587 * g + 0.114 * b);
    let red = plane(|r, g, _| 0.75 * (r - g));
    let blue = plane(|r, g, b| 0.75 * (0.5 * (r + g) - b));
    let mean = light.box_mean(2);
    let rough = Plane {
        width: w,
        height: h,
        data: light
            .data
            .iter()
            .zip(&mean.data)
            .map(|(v, m)| (v - m).abs())
            .collect(),
    }
    .box_mean(3);
    (0..w * h)
        .map(|at| [light.data[at], red.data[at], blue.data[at], 1.5 * rough.data[at]])
        .collect()
}

fn centre(w: usize, h: usize) -> Vec<f32> {
    (0..w * h)
        .map(|at| {
            let u = (2 * (at % w) + 1) as f32 / w as f32 - 1.0;
            let v = (2 * (at / w) + 1) as f32 / h as f32 - 1.0;
            libm::expf(-1.4 * (u * u + v * v))
        })
        .collect()
}

/// Log odds of foreground from the proportions of a portrait: a head around each face and a body below it. Empty
/// without faces.
fn portrait(faces: &[FaceBox], w: usize, h: usize) -> Vec<f32> {
    if faces.is_empty() {
        return Vec::new();
    }
    (0..w * h)
        .map(|at| {
            let (x, y) = ((at % w) as f32 + 0.5, (at / w) as f32 + 0.5);
            faces
                .iter()
                .map(|face| body(face, x, y))
                .fold(FAR_FROM_PEOPLE, f32::max)
        })
        .collect()
}

fn body(face: &FaceBox, x: f32, y: f32) -> f32 {
    // Relative to the centre of the face, in sides of its box.
    let (u, v) = (
        (x - face.left) / face.side - 0.5,
        (y - face.top) / face.side - 0.5,
    );
    let (across, up) = (u / 0.72, (v + 0.12) / 0.95);
    let head = 5.0 * (1.0 - across * across - up * up);
    let neck = if (0.3..1.6).contains(&v) {
        4.0 * (1.0 - (u / 0.6) * (u / 0.6))
    } else {
        FAR_FROM_PEOPLE
    };
    let shoulder = 0.5 + 1.5 * ((v - 0.7) / 0.8).clamp(0.0, 1.0);
    let torso = if v > 0.7 {
        3.0 - 3.5 * u.abs() / shoulder
    } else {
        FAR_FROM_PEOPLE
    };
    head.max(neck).max(torso).clamp(FAR_FROM_PEOPLE, 4.0)
}

/// Stretches values linearly from their 2nd to 98th percentile to 0..=1.
fn stretch(values: Vec<f32>) -> Vec<f32> {
    let mut order = values.clone();
    let mut nth = |n: usize| *order.select_nth_unstable_by(n, f32::total_cmp).1;
    let (low, high) = (nth(values.len() / 50), nth(values.len() - 1 - values.len() / 50));
    let span = (high - low).max(1e-6);
    values
        .into_iter()
        .map(|v| ((v - low) / span).clamp(0.0, 1.0))
        .collect()
}

/// The threshold that best separates the values into two classes (Otsu 1979).
fn otsu(values: &[f32]) -> f32 {
    const BINS: usize = 64;
    let mut count = [0.0f32; BINS];
    for v in values {
        count[((v * BINS as f32) as usize).min(BINS - 1)] += 1.0;
    }
    let total = values.len() as f32;
    let sum: f32 = count.iter().enumerate().map(|(bin, n)| bin as f32 * n).sum();
    let (mut below, mut sum_below, mut best) = (0.0f32, 0.0f32, (0.0f32, BINS / 2));
    for (bin, n) in count.iter().enumerate() {
        below += n;
        sum_below += bin as f32 * n;
        if below < 0.5 || total - below < 0.5 {
            continue;
        }
        let distance = sum_below / below - (sum - sum_below) / (total - below);
        let between = below * (total - below) * distance * distance;
        if between > best.0 {
            best = (between, bin);
        }
    }
    (best.1 as f32 + 1.0) / BINS as f32
}

pub(super) fn sigmoid(v: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-v))
}
