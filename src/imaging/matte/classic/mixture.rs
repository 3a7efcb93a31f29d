//! A colour model: a few Gaussian clouds, each along the axes of the feature space.

use super::cues::{FEATURES, SegmentationCues};

const CLOUDS: usize = 6;
const ROUNDS: usize = 5;
/// Least variance a feature has within a cloud: no cloud is sharper than the noise.
const LEAST: [f32; FEATURES] = [6e-4, 3e-4, 3e-4, 3e-4];

#[derive(Clone, Copy)]
struct Cloud {
    mean: [f32; FEATURES],
    inverse: [f32; FEATURES],
    /// Logarithm of weight over the root of the determinant.
    log_scale: f32,
}

/// A mixture of clouds.
pub(super) struct ColourMixture {
    clouds: Vec<Cloud>,
}

impl ColourMixture {
    /// Learns from the pixels with their weights: k-means from seeds far apart, then one cloud a cluster.
    pub(super) fn learn(cues: &SegmentationCues, weight: impl Fn(usize) -> f32) -> Self {
        let samples: Vec<([f32; FEATURES], f32)> = cues
            .features
            .iter()
            .enumerate()
            .map(|(at, f)| (*f, weight(at)))
            .filter(|(_, weight)| *weight > 0.3)
            .collect();
        if samples.is_empty() {
            return Self {
                clouds: vec![cloud(&[([0.5, 0.0, 0.0, 0.0], 1.0)], 1.0)],
            };
        }
        let mut means = seeds(&samples);
        let mut member = vec![0usize; samples.len()];
        for _ in 0..ROUNDS {
            for (own, (f, _)) in member.iter_mut().zip(&samples) {
                *own = nearest(&means, f);
            }
            let mut sums = [([0.0f32; FEATURES], 1e-6f32); CLOUDS];
            for ((f, weight), own) in samples.iter().zip(&member) {
                let (sum, total) = &mut sums[*own];
                *total += weight;
                for (s, v) in sum.iter_mut().zip(f) {
                    *s += weight * v;
                }
            }
            for (mean, (sum, total)) in means.iter_mut().zip(sums) {
                if total > 1e-3 {
                    *mean = sum.map(|s| s / total);
                }
            }
        }
        let all: f32 = samples.iter().map(|(_, weight)| weight).sum();
        let clouds = (0..means.len())
            .filter_map(|k| {
                let own: Vec<_> = samples
                    .iter()
                    .zip(&member)
                    .filter(|(_, m)| **m == k)
                    .map(|(s, _)| *s)
                    .collect();
                (!own.is_empty()).then(|| cloud(&own, all))
            })
            .collect();
        Self { clouds }
    }

    /// Logarithm of the likelihood of a pixel, up to a constant.
    pub(super) fn log_likelihood(&self, f: &[f32; FEATURES]) -> f32 {
        let mut best = f32::MIN;
        for cloud in &self.clouds {
            let mut square = 0.0;
            for (k, value) in f.iter().enumerate() {
                let off = value - cloud.mean[k];
                square += off * off * cloud.inverse[k];
            }
            best = best.max(cloud.log_scale - 0.5 * square);
        }
        best.max(-60.0)
    }
}

fn cloud(own: &[([f32; FEATURES], f32)], all: f32) -> Cloud {
    let total: f32 = own.iter().map(|(_, weight)| weight).sum::<f32>().max(1e-6);
    let mut mean = [0.0f32; FEATURES];
    let mut square = [0.0f32; FEATURES];
    for (f, weight) in own {
        for k in 0..FEATURES {
            mean[k] += weight * f[k] / total;
        }
    }
    for (f, weight) in own {
        for k in 0..FEATURES {
            square[k] += weight * (f[k] - mean[k]) * (f[k] - mean[k]) / total;
        }
    }
    let mut inverse = [0.0f32; FEATURES];
    let mut log_scale = libm::logf((total / all).max(1e-3));
    for k in 0..FEATURES {
        let variance = square[k].max(LEAST[k]);
        inverse[k] = 1.0 / variance;
        log_scale -= 0.5 * libm::logf(variance);
    }
    Cloud {
        mean,
        inverse,
        log_scale,
    }
}

/// Points far from one another: the weighted mean's farthest, then each time the farthest from all.
fn seeds(samples: &[([f32; FEATURES], f32)]) -> Vec<[f32; FEATURES]> {
    let mut means = vec![samples[samples.len() / 2].0];
    let step = (samples.len() / 2000).max(1);
    while means.len() < CLOUDS {
        let far = samples
            .iter()
            .step_by(step)
            .max_by(|(a, wa), (b, wb)| (wa * gap(&means, a)).total_cmp(&(wb * gap(&means, b))));
        match far {
            Some((f, _)) => means.push(*f),
            None => break,
        }
    }
    means
}

fn gap(means: &[[f32; FEATURES]], f: &[f32; FEATURES]) -> f32 {
    means
        .iter()
        .map(|mean| distance(mean, f))
        .fold(f32::MAX, f32::min)
}

fn nearest(means: &[[f32; FEATURES]], f: &[f32; FEATURES]) -> usize {
    let mut best = (f32::MAX, 0);
    for (k, mean) in means.iter().enumerate() {
        let d = distance(mean, f);
        if d < best.0 {
            best = (d, k);
        }
    }
    best.1
}

fn distance(a: &[f32; FEATURES], b: &[f32; FEATURES]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}
