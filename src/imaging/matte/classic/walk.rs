//! Edge-aware segmentation: a random walker with priors (Grady 2005), which finds a smooth labelling close to the
//! belief that changes only at edges of the picture. Solved by red–black over-relaxation.

use super::cues::{FEATURES, SegmentationCues};
use crate::imaging::Plane;

const SWEEPS: usize = 30;
/// Weight of a pixel's own belief relative to its four neighbours.
const BELIEF_WEIGHT: f32 = 0.03;
/// How fast similarity falls with colour difference.
const SHARPNESS: f32 = 260.0;
/// Over-relaxation factor: halves the number of sweeps.
const RELAXATION: f32 = 1.6;

/// Weights of a pixel's neighbours, and its weighted belief; all weights sum to one.
#[derive(Clone, Copy)]
struct PixelWeights {
    left: f32,
    right: f32,
    up: f32,
    down: f32,
    own: f32,
}

pub(super) fn walk(cues: &SegmentationCues, belief: &Plane) -> Plane {
    let (w, h) = (cues.width, cues.height);
    let weights = weights(cues, belief);
    // A margin of one pixel, so that every pixel has four neighbours.
    let stride = w + 2;
    let mut share = vec![0.0f32; stride * (h + 2)];
    for y in 0..h {
        share[(y + 1) * stride + 1..][..w].copy_from_slice(&belief.data[y * w..][..w]);
    }
    for half in 0..2 * SWEEPS {
        for y in 0..h {
            // Black pixels depend only on red ones and vice versa.
            for x in ((y + half) % 2..w).step_by(2) {
                let weight = &weights[y * w + x];
                let at = (y + 1) * stride + x + 1;
                let next = weight.own
                    + weight.left * share[at - 1]
                    + weight.right * share[at + 1]
                    + weight.up * share[at - stride]
                    + weight.down * share[at + stride];
                let now = share[at];
                share[at] = (now + RELAXATION * (next - now)).clamp(0.0, 1.0);
            }
        }
    }
    let rows = share.chunks_exact(stride).skip(1).take(h);
    Plane {
        width: w,
        height: h,
        data: rows.flat_map(|row| row[1..=w].iter().copied()).collect(),
    }
}

fn weights(cues: &SegmentationCues, belief: &Plane) -> Vec<PixelWeights> {
    let (w, h) = (cues.width, cues.height);
    let similarity = |a: usize, b: usize| {
        let (a, b): (&[f32; FEATURES], _) = (&cues.features[a], &cues.features[b]);
        let square: f32 = (0..3).map(|k| (a[k] - b[k]) * (a[k] - b[k])).sum();
        libm::expf(-SHARPNESS * square) + 0.0005
    };
    let mut weights: Vec<PixelWeights> = Vec::with_capacity(w * h);
    for at in 0..w * h {
        let (x, y) = (at % w, at / w);
        weights.push(PixelWeights {
            left: if x > 0 { weights[at - 1].right } else { 0.0 },
            right: if x + 1 < w { similarity(at, at + 1) } else { 0.0 },
            up: if y > 0 { weights[at - w].down } else { 0.0 },
            down: if y + 1 < h { similarity(at, at + w) } else { 0.0 },
            own: BELIEF_WEIGHT * belief.data[at],
        });
    }
    for weight in &mut weights {
        let scale = 1.0 / (BELIEF_WEIGHT + weight.left + weight.right + weight.up + weight.down);
        for part in [
            &mut weight.left,
            &mut weight.right,
            &mut weight.up,
            &mut weight.down,
            &mut weight.own,
        ] {
            *part *= scale;
        }
    }
    weights
}
