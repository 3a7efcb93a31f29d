//! A matte without a model and without a uniform ground.
//!
//! The border is taken for ground, the middle for the thing; what stands out from the border in colour and
//! cannot be reached from it without crossing an edge is the seed. From the seed, colour models of thing and
//! ground are learned in turns with a segmentation that follows the edges of the picture.

mod cues;
mod mixture;
mod walk;

use super::EdgeMethod;
use super::closed_form::closed_form;
use super::guided::guided;
use super::region::PixelRegion;
use crate::imaging::people::portrait_faces;
use crate::imaging::{FaceBox, Picture, Plane};
use cues::SegmentationCues;
use mixture::ColourMixture;

/// Longer side of the picture while it is segmented.
const SIDE: usize = 160;
/// Longer side at which the edge is found.
const EDGE_SIDE: usize = 512;
/// A hole of less than this part of the thing is filled.
const HOLE: usize = 12;
/// Rounds of learning and segmenting.
const ROUNDS: usize = 2;

pub(super) fn classic(picture: &Picture, edge: EdgeMethod) -> Plane {
    let small = picture.within(SIDE);
    let scale = small.width as f32 / picture.width as f32;
    let faces = portrait_faces(picture).into_iter().map(|face| face.scaled(scale));
    let mask = segment(&small, &faces.collect::<Vec<_>>());
    refine(picture, &mask, edge)
}

/// The share of the thing in each pixel of a small picture.
fn segment(small: &Picture, faces: &[FaceBox]) -> Plane {
    let cues = SegmentationCues::of(small, faces);
    let mut share = cues.seed();
    for _ in 0..ROUNDS {
        let thing = ColourMixture::learn(&cues, |at| share.data[at]);
        let ground = ColourMixture::learn(&cues, |at| 1.0 - share.data[at]);
        let belief = cues.belief(&thing, &ground, &share);
        share = walk::walk(&cues, &belief);
    }
    tidy(&share)
}

/// Keeps what hangs together: the largest part and others of some size; fills small holes.
fn tidy(share: &Plane) -> Plane {
    let (w, h) = (share.width, share.height);
    let region = PixelRegion::new(w, h, share.data.iter().map(|v| *v > 0.5).collect());
    let mut out = share.clone();
    let parts = region.components();
    let largest = parts.iter().map(Vec::len).max().unwrap_or(0);
    for part in parts.iter().filter(|part| part.len() * 12 < largest) {
        for at in part {
            out.data[*at] = 0.0;
        }
    }
    let holes = region.complement();
    let outside = holes.reached_from_border();
    let enclosed = PixelRegion::new(
        w,
        h,
        holes
            .inside
            .iter()
            .zip(&outside.inside)
            .map(|(hole, out)| *hole && !out)
            .collect(),
    );
    for hole in enclosed
        .components()
        .iter()
        .filter(|hole| hole.len() * HOLE < largest)
    {
        for at in hole {
            out.data[*at] = 1.0;
        }
    }
    out
}

/// Brings a coarse mask to full size: soft near its edge, where it follows the picture; sure elsewhere.
pub(super) fn refine(picture: &Picture, mask: &Plane, edge: EdgeMethod) -> Plane {
    let middle = picture.within(EDGE_SIDE);
    let mask = mask.resize(middle.width, middle.height);
    let (soft, sure) = match edge {
        EdgeMethod::Guided => {
            let sure = sureness(&mask, 3);
            let soft = guided(picture, &middle, (&mask, &sure), 3, 1e-5);
            (soft.map(|v| ((v - 0.06) / 0.88).clamp(0.0, 1.0)), sure)
        }
        EdgeMethod::ClosedForm => {
            let sure = sureness(&mask, 8);
            let alpha = closed_form(&middle, &sure.map(|v| 0.5 + 0.5 * v));
            (
                guided(picture, &middle, (&alpha, &sure), 1, 1e-6).map(|v| v.clamp(0.0, 1.0)),
                sure,
            )
        }
    };
    let sure = sure.resize(picture.width, picture.height);
    let mut alpha = soft;
    for (value, sure) in alpha.data.iter_mut().zip(&sure.data) {
        // -1: surely ground, 1: surely thing, between: as the edge says.
        if *sure > 0.5 {
            *value += (1.0 - *value) * (*sure - 0.5) * 2.0;
        } else if *sure < -0.5 {
            *value *= 1.0 - (-*sure - 0.5) * 2.0;
        }
    }
    alpha
}

/// 1 well inside the mask, -1 well outside, 0 in a band of so many pixels on both sides of its edge.
fn sureness(mask: &Plane, band: u16) -> Plane {
    let thing = PixelRegion::new(
        mask.width,
        mask.height,
        mask.data.iter().map(|v| *v > 0.5).collect(),
    );
    let inward = thing.depth(band + 1);
    let outward = thing.complement().depth(band + 1);
    let sure = |(inward, outward): (&u16, &u16)| {
        if *inward > band {
            1.0
        } else if *outward > band {
            -1.0
        } else {
            0.0
        }
    };
    Plane {
        width: mask.width,
        height: mask.height,
        data: inward.iter().zip(&outward).map(sure).collect(),
    }
}
