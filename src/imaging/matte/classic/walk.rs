//! Segmentation that follows the edges: of all smooth labellings near the belief, the one that changes only
//! where the picture does (random walker with priors, Grady 2005), by red–black over-relaxation.

use super::cues::{FEATURES, SegmentationCues};
use crate::imaging::Plane;

const SWEEPS: usize = 30;
/// How much a pixel holds to its own belief against its four neighbours.
const OWN: f32 = 0.03;
/// How sharply likeness falls with the difference of colour.
const SHARPNESS: f32 = 260.0;
/// Over-relaxation: halves the sweeps needed.
const STRIDE: f32 = 1.6;

/// What a pixel takes from its neighbours and from its own belief; the shares sum to one.
#[derive(Clone, Copy)]
struct Pull {
    left: f32,
    right: f32,
    up: f32,
    down: f32,
    own: f32,
}

pub(super) fn walk(cues: &SegmentationCues, belief: &Plane) -> Plane {
    let (w, h) = (cues.width, cues.height);
    let pulls = pulls(cues, belief);
    // With a frame of one pixel, so that no neighbour is outside.
    let stride = w + 2;
    let mut share = vec![0.0f32; stride * (h + 2)];
    for y in 0..h {
        share[(y + 1) * stride + 1..][..w].copy_from_slice(&belief.data[y * w..][..w]);
    }
    for half in 0..2 * SWEEPS {
        for y in 0..h {
            // Black pixels depend on red ones alone, and the other way round.
            for x in ((y + half) % 2..w).step_by(2) {
                let pull = &pulls[y * w + x];
                let at = (y + 1) * stride + x + 1;
                let next = pull.own
                    + pull.left * share[at - 1]
                    + pull.right * share[at + 1]
                    + pull.up * share[at - stride]
                    + pull.down * share[at + stride];
                let now = share[at];
                share[at] = (now + STRIDE * (next - now)).clamp(0.0, 1.0);
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

fn pulls(cues: &SegmentationCues, belief: &Plane) -> Vec<Pull> {
    let (w, h) = (cues.width, cues.height);
    let like = |a: usize, b: usize| {
        let (a, b): (&[f32; FEATURES], _) = (&cues.features[a], &cues.features[b]);
        let square: f32 = (0..3).map(|k| (a[k] - b[k]) * (a[k] - b[k])).sum();
        libm::expf(-SHARPNESS * square) + 0.0005
    };
    let mut pulls: Vec<Pull> = Vec::with_capacity(w * h);
    for at in 0..w * h {
        let (x, y) = (at % w, at / w);
        pulls.push(Pull {
            left: if x > 0 { pulls[at - 1].right } else { 0.0 },
            right: if x + 1 < w { like(at, at + 1) } else { 0.0 },
            up: if y > 0 { pulls[at - w].down } else { 0.0 },
            down: if y + 1 < h { like(at, at + w) } else { 0.0 },
            own: OWN * belief.data[at],
        });
    }
    for pull in &mut pulls {
        let scale = 1.0 / (OWN + pull.left + pull.right + pull.up + pull.down);
        for part in [
            &mut pull.left,
            &mut pull.right,
            &mut pull.up,
            &mut pull.down,
            &mut pull.own,
        ] {
            *part *= scale;
        }
    }
    pulls
}
