//! Measures low-level features of a picture: colour shares, texture, faces, QR codes. The same pixels always give the
//! same features.

use super::code_search::find_codes;
use super::people::portrait_faces;
use super::{FaceBox, Picture};

/// Longer side to which the picture is scaled for colour measures.
const SIDE: usize = 256;
/// Longer side to which the picture is scaled for QR detection.
const CODE_SIDE: usize = 1024;
/// If no QR code is found in a picture of at most this many pixels a side, it is enlarged and searched again.
const SMALL: usize = 400;

/// Low-level features of a picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PictureFeatures {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Texts of its QR codes.
    pub codes: Vec<String>,
    /// Whether there are so many corners of codes that the search for texts was given up.
    pub too_many_codes: bool,
    /// Large frontal faces, in pixels, highest score first.
    pub faces: Vec<FaceBox>,
    /// Share of skin-coloured pixels.
    pub skin: f32,
    /// Share of dark red pixels, as in blood.
    pub blood: f32,
    /// Share of bright yellow and orange pixels, as in fire.
    pub fire: f32,
    /// Share of pixels in flat, saturated areas, as in drawn advertisements.
    pub flat: f32,
    /// Share of small blocks with the contrast of printed text.
    pub print: f32,
    /// Mean brightness difference of neighbouring pixels, 0 to 1.
    pub texture: f32,
    /// Perceptual hash: in each row of the picture scaled to 9 by 8, whether a pixel is brighter than its right neighbour.
    pub phash: u64,
}

impl PictureFeatures {
    /// Measures the features of a picture.
    pub fn measure(picture: &Picture) -> Self {
        let small = picture.fit_within(SIDE);
        let grey = greys(&small);
        let shares = ColourShares::measure(&small);
        let codes = codes(picture);
        Self {
            width: picture.width,
            height: picture.height,
            too_many_codes: codes.is_none(),
            codes: codes.unwrap_or_default(),
            faces: portrait_faces(picture),
            skin: shares.skin,
            blood: shares.blood,
            fire: shares.fire,
            flat: flat_share(&small, &grey),
            print: print_share(&grey, small.width),
            texture: texture(&grey, small.width),
            phash: phash(picture),
        }
    }

    /// Whether it shows a QR code.
    pub fn has_code(&self) -> bool {
        self.too_many_codes || !self.codes.is_empty()
    }

    /// All features on one line, for `explain`.
    pub fn summary(&self) -> String {
        format!(
            "{}x{}, phash {:016x}, {} faces, {} codes{}, skin {:.2}, blood {:.2}, fire {:.2}, flat {:.2}, print {:.2}, texture {:.2}",
            self.width,
            self.height,
            self.phash,
            self.faces.len(),
            self.codes.len(),
            if self.too_many_codes {
                " (too many to search)"
            } else {
                ""
            },
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

/// Decodes the QR codes of a picture. A small picture without a code is enlarged and searched again, as modules
/// below two pixels cannot be told apart.
fn codes(picture: &Picture) -> Option<Vec<String>> {
    let scaled = picture.fit_within(CODE_SIDE);
    let found = find_codes(scaled.width, greys(&scaled))?;
    if !found.is_empty() || scaled.width.max(scaled.height) > SMALL {
        return Some(found);
    }
    let enlarged = scaled.resized(scaled.width * 2, scaled.height * 2);
    find_codes(enlarged.width, greys(&enlarged))
}

struct ColourShares {
    skin: f32,
    blood: f32,
    fire: f32,
}

impl ColourShares {
    fn measure(picture: &Picture) -> Self {
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

fn flat_share(picture: &Picture, grey: &[u8]) -> f32 {
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

/// Share of 8×8 blocks with high contrast and many changes between dark and bright along their rows.
fn print_share(grey: &[u8], width: usize) -> f32 {
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
        let of = |colour| PictureFeatures::measure(&plain(64, 64, colour));
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
            PictureFeatures::measure(&plain(width, height, [1, 2, 3]));
        }
    }

    #[test]
    fn a_picture_at_another_size_has_nearly_the_same_perceptual_hash() {
        let bytes = include_bytes!("../../fixtures/photos/chelsea.jpg");
        let range = super::super::PixelRange { least: 1, most: 9999 };
        let picture = Picture::decode(bytes, range, 100_000_000).unwrap();
        let small = picture.fit_within(200);
        assert!((phash(&picture) ^ phash(&small)).count_ones() <= 2);
    }
}
