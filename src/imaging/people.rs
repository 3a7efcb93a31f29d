//! Detects people: faces by a detector, hair and clothes by position relative to a face, with a class for each pixel.

use super::{Picture, Plane};
use rustface::{Detector, ImageData};
use std::cell::RefCell;

/// The SeetaFace frontal model (BSD-2-Clause), from the detector's crate.
static MODEL: &[u8] = include_bytes!("../../fixtures/faces/seeta_fd_frontal_v1.0.bin");

thread_local! {
    /// One detector per thread, as creating one takes milliseconds.
    static DETECTOR: RefCell<Box<dyn Detector>> = RefCell::new(detector());
}

fn detector() -> Box<dyn Detector> {
    let model = rustface::read_model(MODEL).expect("the shipped model can be read");
    let mut detector = rustface::create_detector_with_model(model);
    detector.set_min_face_size(24);
    detector.set_slide_window_step(4, 4);
    detector
}

/// Search for all faces.
const ALL_FACES: FaceSearch = FaceSearch {
    side: 480,
    pyramid_factor: 0.8,
    min_score: 2.0,
};
/// Search for faces large enough for a portrait.
const PORTRAIT_FACES: FaceSearch = FaceSearch {
    side: 160,
    pyramid_factor: 0.6,
    min_score: 2.0,
};
/// Second search in the surroundings of a portrait face, to confirm it.
const CONFIRM_FACE: FaceSearch = FaceSearch {
    side: 80,
    pyramid_factor: 0.7,
    min_score: 6.0,
};
/// Maximum number of faces, highest score first.
const MAX_FACES: usize = 4;

/// Parameters of a face search.
#[derive(Clone, Copy)]
struct FaceSearch {
    /// Longer side to which the picture is scaled.
    side: usize,
    /// Scale of each search relative to the one before.
    pyramid_factor: f32,
    min_score: f64,
}

/// The square around a face, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaceBox {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Width and height.
    pub side: f32,
    /// The detector's confidence, 0 to 1.
    pub score: f32,
}

impl FaceBox {
    /// The box in a picture scaled by `scale`.
    #[must_use]
    pub fn scaled(self, scale: f32) -> Self {
        Self {
            left: self.left * scale,
            top: self.top * scale,
            side: self.side * scale,
            score: self.score,
        }
    }
}

/// A person, with the class of each pixel of the picture (0 for pixels outside the person).
#[derive(Clone, Debug, PartialEq)]
pub struct PersonMask {
    /// Left edge of the person's box.
    pub left: usize,
    /// Upper edge.
    pub top: usize,
    /// Right edge, exclusive.
    pub right: usize,
    /// Lower edge, exclusive.
    pub bottom: usize,
    /// The detector's confidence, 0 to 1.
    pub score: f32,
    /// Width of the picture: the row length of `classes`.
    pub width: usize,
    /// One class per pixel of the picture.
    pub classes: Vec<u8>,
}

/// Pixel classes that are assigned (`wire/jdcloud.md` §1.4); the vendor's other classes are never used.
const HAIR: u8 = 2;
const CLOTHES: u8 = 5;
const FACE: u8 = 13;

/// Detects faces, highest score first.
pub(super) fn faces(picture: &Picture) -> Vec<FaceBox> {
    detect(picture, ALL_FACES)
}

/// Detects faces large enough for a portrait: on a small picture, in a tenth of the time, each confirmed by a second
/// search.
pub(super) fn portrait_faces(picture: &Picture) -> Vec<FaceBox> {
    let mut faces = detect(picture, PORTRAIT_FACES);
    faces.retain(|face| {
        let margin = 0.3 * face.side;
        let corner = |at: f32| (at - margin).max(0.0) as usize;
        let side = (face.side + 2.0 * margin) as usize;
        let surroundings = picture.crop_square(corner(face.left), corner(face.top), side);
        !detect(&surroundings, CONFIRM_FACE).is_empty()
    });
    faces
}

fn detect(picture: &Picture, search: FaceSearch) -> Vec<FaceBox> {
    let small = picture.fit_within(search.side);
    let scale = picture.width as f32 / small.width as f32;
    let grey: Vec<u8> = small
        .rgb
        .chunks_exact(3)
        .map(|p| ((299 * u32::from(p[0]) + 587 * u32::from(p[1]) + 114 * u32::from(p[2])) / 1000) as u8)
        .collect();
    let (w, h) = (small.width as u32, small.height as u32);
    let found = DETECTOR.with_borrow_mut(|detector| {
        detector.set_score_thresh(search.min_score);
        detector.set_pyramid_scale_factor(search.pyramid_factor);
        detector.detect(&ImageData::new(&grey, w, h))
    });
    let mut faces: Vec<FaceBox> = found
        .iter()
        .map(|found| FaceBox {
            left: (found.bbox().x() as f32 * scale).max(0.0),
            top: (found.bbox().y() as f32 * scale).max(0.0),
            side: found.bbox().width() as f32 * scale,
            // The detector's scores range from the threshold to about 40.
            score: (found.score() as f32 / 40.0).clamp(0.05, 1.0),
        })
        .collect();
    faces.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.left.total_cmp(&b.left)));
    faces.truncate(MAX_FACES);
    faces
}

/// Assigns the pixels of a matte to people: each pixel belongs to the person whose face is horizontally nearest; above
/// and beside the face it is hair, below it clothes.
pub fn people(picture: &Picture, alpha: &Plane) -> Vec<PersonMask> {
    let faces = faces(picture);
    let (w, h) = (picture.width, picture.height);
    let mut people: Vec<PersonMask> = faces
        .iter()
        .map(|face| PersonMask {
            left: w,
            top: h,
            right: 0,
            bottom: 0,
            score: face.score,
            width: w,
            classes: vec![0; w * h],
        })
        .collect();
    for y in 0..h {
        for x in 0..w {
            let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
            let across = |face: &FaceBox| ((px - face.left - face.side / 2.0) / face.side).abs();
            let Some((own, face)) = faces
                .iter()
                .enumerate()
                .min_by(|(_, a), (_, b)| across(a).total_cmp(&across(b)))
            else {
                return people;
            };
            let Some(class) = class(face, px, py, alpha.at(x, y)) else {
                continue;
            };
            let person = &mut people[own];
            person.classes[y * w + x] = class;
            person.left = person.left.min(x);
            person.top = person.top.min(y);
            person.right = person.right.max(x + 1);
            person.bottom = person.bottom.max(y + 1);
        }
    }
    people.retain(|person| person.right > person.left);
    people
}

fn class(face: &FaceBox, x: f32, y: f32, alpha: f32) -> Option<u8> {
    // Relative to the centre of the face, in half sides; a face is higher than wide.
    let u = (x - face.left - 0.5 * face.side) / (0.42 * face.side);
    let v = (y - face.top - 0.52 * face.side) / (0.58 * face.side);
    if u * u + v * v <= 1.0 {
        return Some(FACE);
    }
    if alpha < 0.5 || u.abs() > 5.0 {
        return None;
    }
    let chin = face.top + 1.1 * face.side;
    let above = y < chin && u.abs() < 2.4 && y > face.top - face.side;
    if above {
        Some(HAIR)
    } else if y >= chin {
        Some(CLOTHES)
    } else {
        None
    }
}
