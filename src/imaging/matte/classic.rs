//! Mattes a picture without a model and without a uniform background.
//!
//! The border is assumed to be background, the centre foreground. The seed is what differs from the border in colour
//! and cannot be reached from it without crossing an edge. Starting from the seed, learning colour models of foreground
//! and background alternates with a segmentation that follows the edges of the picture.

mod cues;
mod mixture;
mod walk;

use super::EdgeMethod;
use super::closed_form::closed_form;
use super::guided::GuidedFilter;
use super::region::PixelRegion;
use crate::imaging::people::portrait_faces;
use crate::imaging::{FaceBox, Picture, Plane};
use cues::SegmentationCues;
use mixture::ColourMixture;

/// Longer side to which the picture is scaled for segmentation.
const SIDE: usize = 160;
/// Longer side to which the picture is scaled to find the edge.
const EDGE_SIDE: usize = 512;
/// A hole or component smaller than the largest component divided by this is filled or dropped.
const MIN_PART_RATIO: usize = 12;
/// Iterations of learning and segmenting.
const ROUNDS: usize = 2;

pub(super) fn classic(picture: &Picture, edge: EdgeMethod) -> Plane {
    let small = picture.fit_within(SIDE);
    let scale = small.width as f32 / picture.width as f32;
    let faces = portrait_faces(picture).into_iter().map(|face| face.scaled(scale));
    let mask = segment(&small, &faces.collect::<Vec<_>>());
    refine(picture, &mask, edge)
}

/// The foreground share of each pixel of a small picture.
fn segment(small: &Picture, faces: &[FaceBox]) -> Plane {
    let cues = SegmentationCues::new(small, faces);
    let mut share = cues.seed();
    for _ in 0..ROUNDS {
        let foreground = ColourMixture::learn(&cues, |at| share.data[at]);
        let background = ColourMixture::learn(&cues, |at| 1.0 - share.data[at]);
        let belief = cues.belief(&foreground, &background, &share);
        share = walk::walk(&cues, &belief);
    }
    tidy(&share)
}

/// Drops small components and fills small holes.
fn tidy(share: &Plane) -> Plane {
    let (w, h) = (share.width, share.height);
    let region = PixelRegion::new(w, h, share.data.iter().map(|v| *v > 0.5).collect());
    let mut out = share.clone();
    let parts = region.components();
    let largest = parts.iter().map(Vec::len).max().unwrap_or(0);
    for part in parts.iter().filter(|part| part.len() * MIN_PART_RATIO < largest) {
        for at in part {
            out.data[*at] = 0.0;
        }
    }
    let holes = region.complement();
    let outside = holes.connected_to_border();
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
        .filter(|hole| hole.len() * MIN_PART_RATIO < largest)
    {
        for at in hole {
            out.data[*at] = 1.0;
        }
    }
    out
}

/// Scales a coarse mask to full size. Near its edge the alpha is soft and follows the picture; elsewhere it is 0 or 1.
pub(super) fn refine(picture: &Picture, mask: &Plane, edge: EdgeMethod) -> Plane {
    let middle = picture.fit_within(EDGE_SIDE);
    let mask = mask.resize(middle.width, middle.height);
    let (soft, certainty) = match edge {
        EdgeMethod::Guided => {
            let certainty = certainty(&mask, 3);
            let filter = GuidedFilter {
                radius: 3,
                epsilon: 1e-5,
            };
            let soft = filter.apply(picture, &middle, &mask, &certainty);
            (soft.map(|v| ((v - 0.06) / 0.88).clamp(0.0, 1.0)), certainty)
        }
        EdgeMethod::ClosedForm => {
            let certainty = certainty(&mask, 8);
            let alpha = closed_form(&middle, &certainty.map(|v| 0.5 + 0.5 * v));
            let filter = GuidedFilter {
                radius: 1,
                epsilon: 1e-6,
            };
            let soft = filter.apply(picture, &middle, &alpha, &certainty);
            (soft.map(|v| v.clamp(0.0, 1.0)), certainty)
        }
    };
    let certainty = certainty.resize(picture.width, picture.height);
    let mut alpha = soft;
    for (value, certainty) in alpha.data.iter_mut().zip(&certainty.data) {
        // Blends towards 0 below -0.5 and towards 1 above 0.5; in between the soft alpha stays.
        if *certainty > 0.5 {
            *value += (1.0 - *value) * (*certainty - 0.5) * 2.0;
        } else if *certainty < -0.5 {
            *value *= 1.0 - (-*certainty - 0.5) * 2.0;
        }
    }
    alpha
}

/// 1 where a pixel is certainly foreground, -1 where it is certainly background, 0 within `band` pixels of the mask's
/// edge.
fn certainty(mask: &Plane, band: u16) -> Plane {
    let foreground = PixelRegion::new(
        mask.width,
        mask.height,
        mask.data.iter().map(|v| *v > 0.5).collect(),
    );
    let inward = foreground.depth(band + 1);
    let outward = foreground.complement().depth(band + 1);
    let value = |(inward, outward): (&u16, &u16)| {
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
        data: inward.iter().zip(&outward).map(value).collect(),
    }
}
