//! A colour model: a mixture of axis-aligned Gaussians in feature space.

use super::cues::{FEATURES, SegmentationCues};

const COMPONENTS: usize = 6;
const ITERATIONS: usize = 5;
/// Minimum variance of each feature, about that of noise.
const MIN_VARIANCE: [f32; FEATURES] = [6e-4, 3e-4, 3e-4, 3e-4];

#[derive(Clone, Copy)]
struct GaussianComponent {
    mean: [f32; FEATURES],
    inverse: [f32; FEATURES],
    /// Logarithm of weight over the root of the determinant.
    log_scale: f32,
}

/// A mixture of Gaussian components.
pub(super) struct ColourMixture {
    components: Vec<GaussianComponent>,
}

impl ColourMixture {
    /// Fits the model to weighted pixels: k-means from distant seeds, then one component per cluster.
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
                components: vec![component(&[([0.5, 0.0, 0.0, 0.0], 1.0)], 1.0)],
            };
        }
        let mut means = seeds(&samples);
        let mut member = vec![0usize; samples.len()];
        for _ in 0..ITERATIONS {
            for (own, (f, _)) in member.iter_mut().zip(&samples) {
                *own = nearest(&means, f);
            }
            let mut sums = [([0.0f32; FEATURES], 1e-6f32); COMPONENTS];
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
        let components = (0..means.len())
            .filter_map(|k| {
                let own: Vec<_> = samples
                    .iter()
                    .zip(&member)
                    .filter(|(_, m)| **m == k)
                    .map(|(s, _)| *s)
                    .collect();
                (!own.is_empty()).then(|| component(&own, all))
            })
            .collect();
        Self { components }
    }

    /// Log likelihood of a pixel, up to a constant.
    pub(super) fn log_likelihood(&self, f: &[f32; FEATURES]) -> f32 {
        let mut best = f32::MIN;
        for component in &self.components {
            let mut square = 0.0;
            for (k, value) in f.iter().enumerate() {
                let off = value - component.mean[k];
                square += off * off * component.inverse[k];
            }
            best = best.max(component.log_scale - 0.5 * square);
        }
        best.max(-60.0)
    }
}

fn component(own: &[([f32; FEATURES], f32)], all: f32) -> GaussianComponent {
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
        let variance = square[k].max(MIN_VARIANCE[k]);
        inverse[k] = 1.0 / variance;
        log_scale -= 0.5 * libm::logf(variance);
    }
    GaussianComponent {
        mean,
        inverse,
        log_scale,
    }
}

/// Distant starting points: the middle sample, then each time the sample with the largest weighted distance to all
/// points so far.
fn seeds(samples: &[([f32; FEATURES], f32)]) -> Vec<[f32; FEATURES]> {
    let mut means = vec![samples[samples.len() / 2].0];
    let step = (samples.len() / 2000).max(1);
    while means.len() < COMPONENTS {
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
