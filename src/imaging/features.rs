//! What is seen in a picture without knowing what it means: shares of colours, texture, faces, codes. Everything is a
//! measure over decoded pixels; the same picture always gives the same.

use super::people::portrait_faces;
use super::{FaceBox, Picture};

/// Longer side of the picture while its colours are measured.
const SIDE: usize = 256;
/// Longer side of the picture while codes are sought.
const CODE_SIDE: usize = 1024;
/// Pictures of at most so many pixels a side are enlarged to seek once more.
const SMALL: usize = 400;

/// What is seen in a picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PictureFeatures {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Texts of the QR codes in it.
    pub codes: Vec<String>,
    /// Faces seen from the front that take a good part of the picture, in pixels, the surest first.
    pub faces: Vec<FaceBox>,
    /// Share of pixels of the colour of skin.
    pub skin: f32,
    /// Share of dark red pixels, as of blood.
    pub blood: f32,
    /// Share of bright yellow and orange pixels, as of fire.
    pub fire: f32,
    /// Share of pixels in flat, saturated areas, as in drawn advertisements.
    pub flat: f32,
    /// Share of small blocks with the contrast of print.
    pub print: f32,
    /// Mean difference of neighbouring pixels' brightness, 0 to 1.
    pub texture: f32,
    /// Perceptual hash: of each row of eight by nine, whether a pixel is brighter than its right neighbour.
    pub phash: u64,
}

impl PictureFeatures {
    /// Looks at a picture.
    pub fn of(picture: &Picture) -> Self {
        let small = picture.within(SIDE);
        let grey = greys(&small);
        let shares = Shares::of(&small);
        Self {
            width: picture.width,
            height: picture.height,
            codes: codes(picture),
            faces: portrait_faces(picture),
            skin: shares.skin,
            blood: shares.blood,
            fire: shares.fire,
            flat: flat(&small, &grey),
            print: print(&grey, small.width),
            texture: texture(&grey, small.width),
            phash: phash(picture),
        }
    }

    /// The measures in a line, for `explain`.
    pub fn described(&self) -> String {
        format!(
            "{}x{}, phash {:016x}, {} faces, {} codes, skin {:.2}, blood {:.2}, fire {:.2}, flat {:.2}, print {:.2}, texture {:.2}",
            self.width,
            self.height,
            self.phash,
            self.faces.len(),
            self.codes.len(),
            self.skin,
            self.blood,
            self.fire,
            self.flat,
            self.print,
            self.texture,
        )
    }
}

fn greys(picture: &Picture) -> Vec<u8> {
    let grey =
        |p: &[u8]| ((299 * u32::from(p[0]) + 587 * u32::from(p[1]) + 114 * u32::from(p[2])) / 1000) as u8;
    picture.rgb.chunks_exact(3).map(grey).collect()
}

/// Texts of QR codes. They are sought at the picture's own size first; a small one is sought again enlarged, since a
/// module of less than two pixels cannot be told from its neighbour.
fn codes(picture: &Picture) -> Vec<String> {
    let shown = picture.within(CODE_SIDE);
    let found = codes_at(&shown);
    if !found.is_empty() || shown.width.max(shown.height) > SMALL {
        return found;
    }
    codes_at(&shown.resized(shown.width * 2, shown.height * 2))
}

fn codes_at(picture: &Picture) -> Vec<String> {
    let (grey, width) = (greys(picture), picture.width);
    let mut prepared =
        rqrr::PreparedImage::prepare_from_greyscale(width, picture.height, |x, y| grey[y * width + x]);
    let grids = prepared.detect_grids();
    let texts = grids.iter().filter_map(|grid| grid.decode().ok());
    texts.map(|(_, text)| text).collect()
}

struct Shares {
    skin: f32,
    blood: f32,
    fire: f32,
}

impl Shares {
    fn of(picture: &Picture) -> Self {
        let (mut skin, mut blood, mut fire) = (0_u32, 0_u32, 0_u32);
        for pixel in picture.rgb.chunks_exact(3) {
            let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(i32::from);
            // Chrominance of skin of every tone (Chai and Ngan 1999: Cb 77–127, Cr 133–173).
            let cb = 128 + (-43 * r - 85 * g + 128 * b) / 256;
            let cr = 128 + (128 * r - 107 * g - 21 * b) / 256;
            skin += u32::from((77..=127).contains(&cb) && (133..=173).contains(&cr) && r > 60);
            blood += u32::from((70..200).contains(&r) && g * 3 < r && b * 3 < r);
            fire += u32::from(r > 220 && (90..230).contains(&g) && b < 100);
        }
        let share = |count: u32| count as f32 / picture.pixels().max(1) as f32;
        Self {
            skin: share(skin),
            blood: share(blood),
            fire: share(fire),
        }
    }
}

fn flat(picture: &Picture, grey: &[u8]) -> f32 {
    let width = picture.width;
    let is_flat = |at: usize| {
        let pixel = &picture.rgb[at * 3..at * 3 + 3];
        let (most, least) = (pixel.iter().max(), pixel.iter().min());
        let saturated = most.zip(least).is_some_and(|(most, least)| most - least > 120);
        let next = grey.get(at + 1).zip(grey.get(at + width));
        saturated
            && next
                .is_some_and(|(right, below)| grey[at].abs_diff(*right) < 3 && grey[at].abs_diff(*below) < 3)
    };
    (0..grey.len()).filter(|at| is_flat(*at)).count() as f32 / grey.len().max(1) as f32
}

/// Blocks of eight by eight whose pixels are nearly all of two brightnesses far apart, with many changes between them.
fn print(grey: &[u8], width: usize) -> f32 {
    const BLOCK: usize = 8;
    let rows = grey.len() / width.max(1);
    let (mut all, mut printed) = (0_u32, 0_u32);
    for top in (0..rows.saturating_sub(BLOCK - 1)).step_by(BLOCK) {
        for left in (0..width.saturating_sub(BLOCK - 1)).step_by(BLOCK) {
            let row = |y: usize| &grey[(top + y) * width + left..][..BLOCK];
            let pixels = (0..BLOCK).flat_map(row);
            let (least, most) = pixels.fold((255_u8, 0_u8), |(least, most), p| (least.min(*p), most.max(*p)));
            all += 1;
            if most - least > 100 {
                let middle = least + (most - least) / 2;
                let changes = |y: usize| {
                    row(y)
                        .windows(2)
                        .filter(|pair| (pair[0] > middle) != (pair[1] > middle))
                        .count()
                };
                printed += u32::from((0..BLOCK).map(changes).sum::<usize>() >= 14);
            }
        }
    }
    printed as f32 / all.max(1) as f32
}

fn texture(grey: &[u8], width: usize) -> f32 {
    let rows = grey.chunks_exact(width.max(1));
    let sum: u64 = rows
        .flat_map(|row| row.windows(2))
        .map(|pair| u64::from(pair[0].abs_diff(pair[1])))
        .sum();
    sum as f32 / (grey.len().max(1) as f32 * 255.0)
}

fn phash(picture: &Picture) -> u64 {
    let grey = greys(&picture.resized(9, 8));
    let brighter = grey
        .chunks_exact(9)
        .flat_map(|row| row.windows(2).map(|pair| pair[0] > pair[1]));
    brighter.fold(0, |hash, bit| hash << 1 | u64::from(bit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(width: usize, height: usize, colour: [u8; 3]) -> Picture {
        Picture {
            width,
            height,
            rgb: colour.repeat(width * height),
        }
    }

    #[test]
    fn colours_are_told_apart() {
        let of = |colour| PictureFeatures::of(&plain(64, 64, colour));
        assert!(of([224, 172, 140]).skin > 0.9);
        assert!(of([140, 10, 10]).blood > 0.9);
        assert!(of([255, 160, 20]).fire > 0.9);
        let grey = of([128, 128, 128]);
        assert_eq!(
            (grey.skin, grey.blood, grey.fire, grey.print),
            (0.0, 0.0, 0.0, 0.0)
        );
        assert!(of([20, 40, 240]).flat > 0.9);
    }

    #[test]
    fn the_smallest_pictures_are_looked_at_too() {
        for (width, height) in [(1, 1), (1, 300), (300, 1), (7, 7)] {
            PictureFeatures::of(&plain(width, height, [1, 2, 3]));
        }
    }

    #[test]
    fn a_picture_at_another_size_has_nearly_the_same_perceptual_hash() {
        let bytes = include_bytes!("../../fixtures/photos/chelsea.jpg");
        let range = super::super::PixelRange { least: 1, most: 9999 };
        let picture = Picture::decode(bytes, range, 100_000_000).unwrap();
        let small = picture.within(200);
        assert!((phash(&picture) ^ phash(&small)).count_ones() <= 2);
    }
}
