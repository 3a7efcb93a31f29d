//! What a small picture tells of thing and ground before anything is learned.

use super::mixture::Mixture;
use crate::imaging::{Picture, Plane};

/// Numbers that describe a pixel: brightness, two colours, roughness.
pub(super) const FEATURES: usize = 4;

/// A small picture as features, with the first cues.
pub(super) struct Cues {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) features: Vec<[f32; FEATURES]>,
    /// How far each pixel stands out from the border in colour, 0–1.
    contrast: Vec<f32>,
    /// How high the lowest barrier between each pixel and the border is, 0–1.
    barrier: Vec<f32>,
    /// How central each pixel is, 0–1.
    centre: Vec<f32>,
}

impl Cues {
    pub(super) fn of(picture: &Picture) -> Self {
        let (width, height) = (picture.width, picture.height);
        let features = features(picture);
        let mut cues = Self {
            width,
            height,
            features,
            contrast: Vec::new(),
            barrier: Vec::new(),
            centre: centre(width, height),
        };
        cues.contrast = stretched(cues.contrast_with_border());
        cues.barrier = stretched(cues.barrier_to_border());
        cues
    }

    /// The first guess at the thing.
    pub(super) fn seed(&self) -> Plane {
        let data = (0..self.features.len())
            .map(|at| {
                let stands_out = 0.5 * self.contrast[at] + 0.5 * self.barrier[at];
                (stands_out * (0.4 + 0.9 * self.centre[at]) * 1.4 - 0.1).clamp(0.02, 0.98)
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

    /// How likely each pixel is of the thing, by the learned colours, its place and the barrier.
    pub(super) fn belief(&self, thing: &Mixture, ground: &Mixture, share: &Plane) -> Plane {
        let spread = share.box_mean(self.width.max(self.height) / 10);
        let data = (0..self.features.len())
            .map(|at| {
                let colour = (thing.log_likelihood(&self.features[at])
                    - ground.log_likelihood(&self.features[at]))
                .clamp(-4.0, 4.0);
                let place = 0.6 * (self.centre[at] - 0.45) + 4.5 * (spread.data[at] - 0.5);
                let apart = 0.8 * (self.barrier[at] - 0.45);
                sigmoid(1.2 * colour + place + apart)
            })
            .collect();
        Plane {
            width: self.width,
            height: self.height,
            data,
        }
    }

    fn contrast_with_border(&self) -> Vec<f32> {
        let band = (self.width.min(self.height) / 20).max(1);
        let weight = |at: usize| {
            let (x, y) = (at % self.width, at / self.width);
            let near = x < band || y < band || x + band >= self.width || y + band >= self.height;
            if near { 1.0 } else { 0.0 }
        };
        let border = Mixture::learn(self, weight);
        self.features.iter().map(|f| -border.log_likelihood(f)).collect()
    }

    /// Minimum barrier distance (Zhang et al. 2015): three raster passes, summed over the colours.
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
                for step in 0..w * h {
                    let at = if pass % 2 == 0 { step } else { w * h - 1 - step };
                    let (x, y) = (at % w, at / w);
                    if x == 0 || y == 0 || x + 1 == w || y + 1 == h {
                        continue;
                    }
                    let (a, b) = if pass % 2 == 0 {
                        (at - 1, at - w)
                    } else {
                        (at + 1, at + w)
                    };
                    visit(at, a);
                    visit(at, b);
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

/// Between the second and the ninety-eighth percentile.
fn stretched(values: Vec<f32>) -> Vec<f32> {
    let mut sorted = values.clone();
    sorted.sort_by(f32::total_cmp);
    let (low, high) = (
        sorted[sorted.len() / 50],
        sorted[sorted.len() - 1 - sorted.len() / 50],
    );
    let span = (high - low).max(1e-6);
    values
        .into_iter()
        .map(|v| ((v - low) / span).clamp(0.0, 1.0))
        .collect()
}

/// The threshold that parts the values best (Otsu 1979).
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
        let apart = sum_below / below - (sum - sum_below) / (total - below);
        let between = below * (total - below) * apart * apart;
        if between > best.0 {
            best = (between, bin);
        }
    }
    (best.1 as f32 + 1.0) / BINS as f32
}

pub(super) fn sigmoid(v: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-v))
}
