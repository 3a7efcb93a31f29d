//! Searches pictures for QR codes, within a bound on the work.

use image::{GenericImage, GenericImageView, Luma};
use rqrr::PreparedImage;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

/// How often a pixel is looked at, on average, before the search is given up. A photograph takes 5.
const LOOKS_A_PIXEL: u64 = 100;

/// The texts of the QR codes in a picture in shades of grey, row by row; `None` where the search took too much work.
pub(super) fn find_codes(width: usize, grey: Vec<u8>) -> Option<Vec<String>> {
    let looks_left = Rc::new(Cell::new(LOOKS_A_PIXEL * grey.len() as u64));
    let image = SearchedImage {
        width,
        grey,
        looks_left,
    };
    let search = || {
        let mut prepared = PreparedImage::prepare(image);
        let grids = prepared.detect_grids();
        let texts = grids.iter().filter_map(|grid| grid.decode().ok());
        texts.map(|(_, text)| text).collect()
    };
    // Nothing of the search is used any more where it was ended.
    catch_unwind(AssertUnwindSafe(search)).ok()
}

/// A picture that counts how often it is looked at. The search tries all corners that may belong to one code, each on a
/// copy of the picture, and cannot be told to stop: beyond the bound it is ended by unwinding.
struct SearchedImage {
    width: usize,
    grey: Vec<u8>,
    /// Shared with its copies.
    looks_left: Rc<Cell<u64>>,
}

impl SearchedImage {
    fn count_looks(&self, looks: usize) {
        match self.looks_left.get().checked_sub(looks as u64) {
            Some(left) => self.looks_left.set(left),
            None => resume_unwind(Box::new("looked often enough")),
        }
    }

    fn index(&self, x: u32, y: u32) -> usize {
        y as usize * self.width + x as usize
    }
}

impl Clone for SearchedImage {
    fn clone(&self) -> Self {
        // A copy of 32 bytes costs about as much as a look.
        self.count_looks(self.grey.len() / 32);
        Self {
            width: self.width,
            grey: self.grey.clone(),
            looks_left: self.looks_left.clone(),
        }
    }
}

impl GenericImageView for SearchedImage {
    type Pixel = Luma<u8>;

    fn dimensions(&self) -> (u32, u32) {
        (self.width as u32, (self.grey.len() / self.width) as u32)
    }

    fn get_pixel(&self, x: u32, y: u32) -> Luma<u8> {
        self.count_looks(1);
        Luma([self.grey[self.index(x, y)]])
    }
}

impl GenericImage for SearchedImage {
    fn get_pixel_mut(&mut self, _: u32, _: u32) -> &mut Luma<u8> {
        unreachable!("deprecated, and never called by the search")
    }

    fn put_pixel(&mut self, x: u32, y: u32, pixel: Luma<u8>) {
        let at = self.index(x, y);
        self.grey[at] = pixel.0[0];
    }

    fn blend_pixel(&mut self, x: u32, y: u32, pixel: Luma<u8>) {
        self.put_pixel(x, y, pixel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::{Picture, PixelRange, code_picture};

    fn grey(bytes: &[u8]) -> (usize, Vec<u8>) {
        let picture = Picture::decode(bytes, PixelRange::ANY, 2_000_000).unwrap();
        let picture = picture.fit_within(1024);
        let grey = picture.rgb.chunks_exact(3).map(|pixel| pixel[1]);
        (picture.width, grey.collect())
    }

    #[test]
    fn a_sheet_of_codes_is_searched_to_its_end() {
        let (side, code) = grey(&code_picture("understudy:porn/0").unwrap());
        let row = |y: usize| &code[y * side..][..side];
        let sheet: Vec<u8> = (0..2 * side).flat_map(|y| row(y % side).repeat(2)).collect();
        let texts = find_codes(2 * side, sheet).unwrap();
        assert!(!texts.is_empty());
        assert!(texts.iter().all(|text| text == "understudy:porn/0"), "{texts:?}");
    }

    #[test]
    fn pictures_made_to_be_searched_for_minutes_are_given_up() {
        let names = [
            "289_real_codes.png",
            "qr_flood_1024.png",
            "finders_side_768_step_20_scale_2_j0.png",
            "finders_side_1024_step_30_scale_3_j4.png",
        ];
        for name in names {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/hostile/").to_owned() + name;
            let (width, grey) = grey(&std::fs::read(path).unwrap());
            assert_eq!(find_codes(width, grey), None, "{name}");
        }
    }
}
