//! A model of a uniform or graded background: a quadratic surface fitted to the border of the picture.

use crate::imaging::Picture;

/// Maximum number of border pixels used for the fit.
const MAX_SAMPLES: usize = 12_000;
/// Residual (levels of 255) below which a background counts as uniform.
const MAX_RESIDUAL: f64 = 5.0;
/// Share of the border that must fit the surface.
const MIN_INLIERS: f64 = 0.80;

/// A smooth background: per channel `c·(1, u, v, uv, u², v²)` with `u`, `v` in [-1, 1].
#[derive(Clone, Debug)]
pub(super) struct GroundModel {
    coefficients: [[f64; 6]; 3],
    /// Standard deviation of the border pixels from the surface, in levels.
    pub(super) residual: f64,
    inliers: f64,
    width: usize,
    height: usize,
}

struct Sample {
    basis: [f64; 6],
    rgb: [f64; 3],
}

impl GroundModel {
    /// Fits the surface to the border without outliers.
    pub(super) fn fit(picture: &Picture) -> Self {
        let samples = border(picture);
        let mut fit = Self {
            coefficients: [[0.0; 6]; 3],
            residual: 0.0,
            inliers: 0.0,
            width: picture.width,
            height: picture.height,
        };
        let median = median(&samples);
        for (channel, value) in fit.coefficients.iter_mut().zip(median) {
            channel[0] = value;
        }
        let mut reach = 60.0;
        for _ in 0..4 {
            let kept: Vec<&Sample> = samples.iter().filter(|s| fit.error(s) <= reach).collect();
            if kept.len() < 24 {
                break;
            }
            for channel in 0..3 {
                fit.coefficients[channel] = least_squares(&kept, channel);
            }
            let square: f64 = kept.iter().map(|s| fit.error(s).powi(2)).sum();
            fit.residual = (square / (3.0 * kept.len() as f64)).sqrt();
            reach = (3.0 * fit.residual * 3f64.sqrt()).max(6.0);
            fit.inliers = kept.len() as f64 / samples.len() as f64;
        }
        fit
    }

    /// Whether the border is one smooth background.
    pub(super) fn is_uniform(&self) -> bool {
        self.residual < MAX_RESIDUAL && self.inliers > MIN_INLIERS
    }

    /// The quality of the fit in words, for `explain`.
    pub(super) fn describe(&self) -> String {
        let word = if self.is_uniform() { "uniform" } else { "busy" };
        format!(
            "the border is {word} ({:.0} % of it fits one ground within {:.1} levels)",
            self.inliers * 100.0,
            self.residual
        )
    }

    /// Writes the background colours of a row to `out`.
    pub(super) fn row(&self, y: usize, out: &mut [[f32; 3]]) {
        let (_, v) = position(0, y, self.width, self.height);
        // For a fixed row, the polynomial in u has the coefficients c0 + c2 v + c5 v², c1 + c3 v, c4.
        let reduced = self
            .coefficients
            .map(|c| [c[0] + c[2] * v + c[5] * v * v, c[1] + c[3] * v, c[4]]);
        for (x, colour) in out.iter_mut().enumerate() {
            let (u, _) = position(x, y, self.width, self.height);
            *colour = reduced.map(|[a, b, c]| (a + u * (b + u * c)).clamp(0.0, 255.0) as f32);
        }
    }

    fn error(&self, sample: &Sample) -> f64 {
        let mut square = 0.0;
        for (c, seen) in self.coefficients.iter().zip(sample.rgb) {
            let fitted: f64 = c.iter().zip(sample.basis).map(|(c, b)| c * b).sum();
            square += (seen - fitted).powi(2);
        }
        square.sqrt()
    }
}

fn position(x: usize, y: usize, width: usize, height: usize) -> (f64, f64) {
    let unit = |at: usize, n: usize| 2.0 * (at as f64 + 0.5) / n as f64 - 1.0;
    (unit(x, width), unit(y, height))
}

fn basis(x: usize, y: usize, width: usize, height: usize) -> [f64; 6] {
    let (u, v) = position(x, y, width, height);
    [1.0, u, v, u * v, u * u, v * v]
}

fn border(picture: &Picture) -> Vec<Sample> {
    let (w, h) = (picture.width, picture.height);
    let band = (w.min(h) / 40).max(2).min(w.min(h));
    let mut all = Vec::new();
    for y in 0..h {
        let whole = y < band || y + band >= h;
        for x in 0..w {
            if whole || x < band || x + band >= w {
                all.push((x, y));
            }
        }
    }
    let step = all.len().div_ceil(MAX_SAMPLES).max(1);
    all.into_iter()
        .step_by(step)
        .map(|(x, y)| Sample {
            basis: basis(x, y, w, h),
            rgb: picture.at(x, y).map(f64::from),
        })
        .collect()
}

fn median(samples: &[Sample]) -> [f64; 3] {
    [0, 1, 2].map(|channel| {
        let mut values: Vec<f64> = samples.iter().map(|s| s.rgb[channel]).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(255.0)
    })
}

/// Solves the normal equations by elimination with pivoting.
fn least_squares(samples: &[&Sample], channel: usize) -> [f64; 6] {
    let mut m = [[0.0; 7]; 6];
    for s in samples {
        for i in 0..6 {
            for j in 0..6 {
                m[i][j] += s.basis[i] * s.basis[j];
            }
            m[i][6] += s.basis[i] * s.rgb[channel];
        }
    }
    for (i, row) in m.iter_mut().enumerate() {
        // Regularisation, for pictures of a pixel or two a side.
        row[i] += 1e-6;
    }
    for i in 0..6 {
        let pivot = (i..6)
            .max_by(|a, b| m[*a][i].abs().total_cmp(&m[*b][i].abs()))
            .unwrap_or(i);
        m.swap(i, pivot);
        let lead = m[i];
        for (k, row) in m.iter_mut().enumerate() {
            if k != i && lead[i] != 0.0 {
                let factor = row[i] / lead[i];
                for (value, from) in row.iter_mut().zip(lead) {
                    *value -= factor * from;
                }
            }
        }
    }
    let mut out = [0.0; 6];
    for (i, row) in m.iter().enumerate() {
        out[i] = if row[i] == 0.0 { 0.0 } else { row[6] / row[i] };
    }
    out
}
