//! Segmentation that follows the edges: of all smooth labellings near the belief, the one that changes only
//! where the picture does (random walker with priors, Grady 2005), by Gauss–Seidel sweeps.

use super::cues::{Cues, FEATURES};
use crate::imaging::Plane;

const SWEEPS: usize = 40;
/// How much a pixel holds to its own belief against its four neighbours.
const OWN: f32 = 0.03;
/// How sharply likeness falls with the difference of colour.
const SHARPNESS: f32 = 260.0;

pub(super) fn walk(cues: &Cues, belief: &Plane) -> Plane {
    let (w, h) = (cues.width, cues.height);
    let like = |a: &[f32; FEATURES], b: &[f32; FEATURES]| {
        let square: f32 = (0..3).map(|k| (a[k] - b[k]) * (a[k] - b[k])).sum();
        libm::expf(-SHARPNESS * square) + 0.0005
    };
    let mut right = vec![0.0f32; w * h];
    let mut down = vec![0.0f32; w * h];
    for at in 0..w * h {
        if at % w + 1 < w {
            right[at] = like(&cues.features[at], &cues.features[at + 1]);
        }
        if at + w < w * h {
            down[at] = like(&cues.features[at], &cues.features[at + w]);
        }
    }
    let mut share = belief.clone();
    for sweep in 0..SWEEPS {
        for step in 0..w * h {
            let at = if sweep % 2 == 0 { step } else { w * h - 1 - step };
            let x = at % w;
            let (mut sum, mut weight) = (OWN * belief.data[at], OWN);
            let mut take = |k: f32, from: usize| {
                sum += k * share.data[from];
                weight += k;
            };
            if x > 0 {
                take(right[at - 1], at - 1);
            }
            if x + 1 < w {
                take(right[at], at + 1);
            }
            if at >= w {
                take(down[at - w], at - w);
            }
            if at + w < w * h {
                take(down[at], at + w);
            }
            let next = sum / weight;
            // A little over-relaxation halves the sweeps needed.
            let now = share.data[at];
            share.data[at] = (now + 1.6 * (next - now)).clamp(0.0, 1.0);
        }
    }
    share
}
