//! People in a picture: faces by a detector, bodies by what is below them, each pixel with a class.

use super::{Picture, Plane};
use rustface::{Detector, ImageData};
use std::cell::RefCell;

/// The SeetaFace frontal model (BSD-2-Clause), as the detector's crate carries it.
static MODEL: &[u8] = include_bytes!("../../fixtures/faces/seeta_fd_frontal_v1.0.bin");

thread_local! {
    /// A detector for each thread that works on pictures: making one takes milliseconds.
    static DETECTOR: RefCell<Box<dyn Detector>> = RefCell::new(detector());
}

fn detector() -> Box<dyn Detector> {
    let model = rustface::read_model(MODEL).expect("the shipped model can be read");
    let mut detector = rustface::create_detector_with_model(model);
    detector.set_min_face_size(24);
    detector.set_slide_window_step(4, 4);
    detector
}

/// Longer side of the picture while faces are sought.
const SIDE: usize = 480;
/// The same while only faces that make a portrait are sought.
const PORTRAIT_SIDE: usize = 160;
/// Side of the part of a picture in which a face is looked at again, and its least score there.
const SECOND_LOOK: (usize, f64) = (80, 6.0);
/// Faces looked at, the surest first.
const MOST: usize = 4;

/// A face, in pixels of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaceBox {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Width; also the height.
    pub side: f32,
    /// How sure the detector is, 0–1.
    pub score: f32,
}

impl FaceBox {
    /// The same face in a picture of another size.
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

/// A person with the class of each pixel of the picture (0 where the pixel is not of this person).
#[derive(Clone, Debug, PartialEq)]
pub struct PersonMask {
    /// Left edge of the person's box.
    pub left: usize,
    /// Upper edge.
    pub top: usize,
    /// Right edge, excluded.
    pub right: usize,
    /// Lower edge, excluded.
    pub bottom: usize,
    /// How sure the detector is, 0–1.
    pub score: f32,
    /// Width of the picture, the length of a row of `classes`.
    pub width: usize,
    /// One class a pixel of the picture.
    pub classes: Vec<u8>,
}

/// Classes given (`wire/jdcloud.md` §1.4); the others are never claimed.
const HAIR: u8 = 2;
const CLOTHES: u8 = 5;
const FACE: u8 = 13;

/// The faces of a picture, the surest first.
pub(super) fn faces(picture: &Picture) -> Vec<FaceBox> {
    sought(picture, (SIDE, 0.8), 2.0)
}

/// The faces that make a picture a portrait, found small in a tenth of the time and each looked at again.
pub(super) fn portrait_faces(picture: &Picture) -> Vec<FaceBox> {
    let mut faces = sought(picture, (PORTRAIT_SIDE, 0.6), 2.0);
    faces.retain(|face| {
        let margin = 0.3 * face.side;
        let corner = |at: f32| (at - margin).max(0.0) as usize;
        let side = (face.side + 2.0 * margin) as usize;
        let part = picture.part(corner(face.left), corner(face.top), side);
        !sought(&part, (SECOND_LOOK.0, 0.7), SECOND_LOOK.1).is_empty()
    });
    faces
}

/// Faces sought in a picture of this longer side, each search so much smaller than the last, with this score
/// at least.
fn sought(picture: &Picture, (side, shrink): (usize, f32), least: f64) -> Vec<FaceBox> {
    let small = picture.within(side);
    let scale = picture.width as f32 / small.width as f32;
    let grey: Vec<u8> = small
        .rgb
        .chunks_exact(3)
        .map(|p| ((299 * u32::from(p[0]) + 587 * u32::from(p[1]) + 114 * u32::from(p[2])) / 1000) as u8)
        .collect();
    let (w, h) = (small.width as u32, small.height as u32);
    let found = DETECTOR.with_borrow_mut(|detector| {
        detector.set_score_thresh(least);
        detector.set_pyramid_scale_factor(shrink);
        detector.detect(&ImageData::new(&grey, w, h))
    });
    let mut faces: Vec<FaceBox> = found
        .iter()
        .map(|found| FaceBox {
            left: (found.bbox().x() as f32 * scale).max(0.0),
            top: (found.bbox().y() as f32 * scale).max(0.0),
            side: found.bbox().width() as f32 * scale,
            // The detector's scores run from the threshold to about 40.
            score: (found.score() as f32 / 40.0).clamp(0.05, 1.0),
        })
        .collect();
    faces.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.left.total_cmp(&b.left)));
    faces.truncate(MOST);
    faces
}

/// People by their faces, within the matte of the whole picture. Each pixel of the matte goes to the person
/// whose face is nearest across; above and beside the face it is hair, below it clothes.
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
    // From the face's middle, in units of its half side; a face is higher than wide.
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
