//! Entry point for picture processing: settings, the optional matting model, and caches of results.

use super::cache::ContentCache;
use super::matte::PixelRegion;
use super::memory::{CUT_OUT, LOOKED_AT, MemoryBudget, MemoryReservation};
use super::people::{faces, people};
use super::picture::picture_size;
use super::{
    DecodeBudget, FaceBox, MatteMode, MatteModel, MatteOptions, PersonMask, Picture, PictureError,
    PictureFeatures, PixelRange, Sprite, encode_rgba, foreground, matte, pixel_count,
};
use crate::exchange::ContentDigest;
use bytes::Bytes;
use std::sync::Arc;

/// Settings of the [`Studio`].
#[derive(Clone, Copy, Debug)]
pub struct StudioSettings {
    /// How to matte.
    pub matte: MatteOptions,
    /// Maximum number of pixels of a picture.
    pub max_pixels: u64,
    /// Maximum number of pixels of all pictures and frames that a call brings.
    pub max_pixels_of_call: u64,
    /// Memory in bytes that pictures take at once while they are worked on.
    pub memory_bytes: u64,
    /// Size of the result caches in bytes; a repeated picture costs only a look-up.
    pub cache_bytes: usize,
}

/// Which side of a matte a cut-out keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MatteSide {
    /// The object.
    #[default]
    Foreground,
    /// The background, with a hole where the object was.
    Background,
}

/// A cut-out as a PNG.
#[derive(Clone, Debug)]
pub struct CutOut {
    /// The encoded PNG, eight-bit RGBA.
    pub png: Bytes,
    /// The digest of the PNG. File names are drawn from it on every call, so it is computed once.
    pub digest: ContentDigest,
    /// The matting method and the reason for it, for `explain`.
    pub because: String,
}

/// A cut-out object to be composed into another picture.
#[derive(Clone, Debug)]
pub struct ProductCutout {
    /// The trimmed object.
    pub sprite: Arc<Sprite>,
    /// The matting method and the reason for it, for `explain`.
    pub because: String,
}

/// Processes pictures and caches the results.
pub struct Studio {
    settings: StudioSettings,
    memory: MemoryBudget,
    model: Option<MatteModel>,
    cut_outs: ContentCache<CutOut>,
    products: ContentCache<ProductCutout>,
}

/// Longer side in pixels to which a product picture is scaled down: no canvas shows more of it.
const MAX_PRODUCT_SIDE: usize = 2048;

impl Studio {
    /// Creates a studio with empty caches.
    pub fn new(settings: StudioSettings, model: Option<MatteModel>) -> Self {
        let half = settings.cache_bytes / 2;
        Self {
            settings,
            memory: MemoryBudget::new(settings.memory_bytes),
            model,
            cut_outs: ContentCache::new(half, |cut| cut.png.len()),
            products: ContentCache::new(half, |cutout| cutout.sprite.rgba.len()),
        }
    }

    /// The cached foreground cut-out of the picture with this digest.
    pub fn cached_cut_out(&self, content: ContentDigest) -> Option<Arc<CutOut>> {
        self.cut_outs.get(content)
    }

    /// Cuts the foreground or the background out of a picture.
    ///
    /// # Errors
    /// If the bytes are not a picture, are broken, or exceed `range`.
    pub fn cut_out(
        &self,
        bytes: &[u8],
        range: PixelRange,
        side: MatteSide,
    ) -> Result<Arc<CutOut>, PictureError> {
        let content = ContentDigest::of(bytes);
        let cut = || {
            self.look_at(bytes, range, CUT_OUT, |picture| {
                let (rgba, because) = self.cut(picture, side);
                let png = encode_rgba(picture.width, picture.height, &rgba);
                let digest = ContentDigest::of(&png);
                Arc::new(CutOut { png, digest, because })
            })
        };
        if side == MatteSide::Background {
            return cut();
        }
        // What was cut out before was of a size that another operation takes: it is checked again.
        if let Some(cut) = self.cached_cut_out(content) {
            return check_size(bytes, range).map(|()| cut);
        }
        let cut = cut()?;
        self.cut_outs.put(content, cut.clone());
        Ok(cut)
    }

    /// Cuts the object out of a picture, to be composed into another. Returns the whole picture if no foreground is found.
    ///
    /// # Errors
    /// If the bytes are not a picture, are broken, or exceed `range`.
    pub fn product_cutout(
        &self,
        bytes: &[u8],
        range: PixelRange,
    ) -> Result<Arc<ProductCutout>, PictureError> {
        let content = ContentDigest::of(bytes);
        if let Some(cutout) = self.products.get(content) {
            return Ok(cutout);
        }
        let picture = self.look_at(bytes, range, LOOKED_AT, |picture| {
            picture.fit_within(MAX_PRODUCT_SIDE)
        })?;
        let _memory = self.memory.reserve(CUT_OUT * picture.pixels() as u64)?;
        let (mut rgba, because) = self.cut(&picture, MatteSide::Foreground);
        drop_specks(&mut rgba, picture.width);
        let sprite = Sprite::from_straight_rgba(picture.width, &rgba);
        let sprite = Arc::new(sprite.unwrap_or_else(|| Sprite::from_picture(&picture)));
        let cutout = Arc::new(ProductCutout { sprite, because });
        self.products.put(content, cutout.clone());
        Ok(cutout)
    }

    /// Mattes a picture. Returns one side of it, four bytes per pixel, and the matting method with its reason.
    fn cut(&self, picture: &Picture, side: MatteSide) -> (Vec<u8>, String) {
        let mut matte = matte(picture, self.settings.matte, self.model.as_ref());
        if side == MatteSide::Background {
            for alpha in &mut matte.alpha.data {
                *alpha = 1.0 - *alpha;
            }
        }
        let colours = foreground(picture, &matte.alpha);
        let mut rgba = Vec::with_capacity(picture.pixels() * 4);
        for (colour, alpha) in colours.chunks_exact(3).zip(&matte.alpha.data) {
            let a = (alpha * 255.0 + 0.5) as u8;
            // Transparent pixels get no colour, as it would keep the old background in the file.
            rgba.extend(if a == 0 {
                [0, 0, 0, 0]
            } else {
                [colour[0], colour[1], colour[2], a]
            });
        }
        (rgba, matte.because)
    }

    /// Reserves what a picture takes by its head: nothing where it has too many pixels, since it is refused by the same
    /// head.
    fn reserve(&self, bytes: &[u8], bytes_a_pixel: u64) -> Result<MemoryReservation<'_>, PictureError> {
        let pixels = pixel_count(bytes).filter(|pixels| *pixels <= self.settings.max_pixels);
        self.memory.reserve(bytes_a_pixel * pixels.unwrap_or(0))
    }

    /// Decodes a picture and looks at it; it takes so many bytes a pixel meanwhile.
    fn look_at<T>(
        &self,
        bytes: &[u8],
        range: PixelRange,
        bytes_a_pixel: u64,
        look: impl FnOnce(&Picture) -> T,
    ) -> Result<T, PictureError> {
        let _memory = self.reserve(bytes, bytes_a_pixel)?;
        let picture = Picture::decode(bytes, range, self.settings.max_pixels)?;
        Ok(look(&picture))
    }

    /// Decodes a picture and makes something of it, which takes so many copies of it at its full size.
    ///
    /// # Errors
    /// If the bytes are not a picture, are broken, or exceed `range`.
    pub fn map_picture<T>(
        &self,
        bytes: &[u8],
        range: PixelRange,
        copies: u64,
        make: impl FnOnce(&Picture) -> T,
    ) -> Result<T, PictureError> {
        self.look_at(bytes, range, LOOKED_AT + 4 * copies, make)
    }

    /// Detects the faces in a picture.
    ///
    /// # Errors
    /// If the bytes are not a picture, are broken, or exceed `range`.
    pub fn faces(&self, bytes: &[u8], range: PixelRange) -> Result<Vec<FaceBox>, PictureError> {
        self.look_at(bytes, range, LOOKED_AT, faces)
    }

    /// Detects the people in a picture.
    ///
    /// # Errors
    /// If the bytes are not a picture, are broken, or exceed `range`.
    pub fn people(&self, bytes: &[u8], range: PixelRange) -> Result<Vec<PersonMask>, PictureError> {
        self.look_at(bytes, range, CUT_OUT, |picture| {
            let matte = matte(picture, self.settings.matte, self.model.as_ref());
            people(picture, &matte.alpha)
        })
    }

    /// What a call may have decoded, over all pictures that it brings.
    pub fn decode_budget(&self) -> DecodeBudget {
        DecodeBudget::new(self.settings.max_pixels, self.settings.max_pixels_of_call)
    }

    /// Measures the features of the first `max_frames` frames of an animated picture, or of the only frame of another.
    ///
    /// # Errors
    /// If the bytes are not a picture, are broken, or have too many pixels, or the budget is spent.
    pub fn features(
        &self,
        bytes: &[u8],
        max_frames: usize,
        budget: &DecodeBudget,
    ) -> Result<Vec<PictureFeatures>, PictureError> {
        let _memory = self.reserve(bytes, LOOKED_AT)?;
        Picture::look_at_frames(bytes, max_frames, budget, PictureFeatures::measure)
    }

    /// The matting methods in use, for the health report.
    pub fn matte_methods(&self) -> &'static str {
        match (self.settings.matte.mode, &self.model) {
            (MatteMode::Key, _) => "key",
            (MatteMode::Classic, _) => "classic",
            (MatteMode::Auto, None) => "key, else classic",
            (MatteMode::Auto, Some(_)) => "key, else neural",
            (MatteMode::Neural, None) => "classic (no model is installed)",
            (MatteMode::Neural, Some(_)) => "neural",
        }
    }
}

/// Whether a picture's sides are within a range, by its head.
fn check_size(bytes: &[u8], range: PixelRange) -> Result<(), PictureError> {
    let (width, height) = picture_size(bytes).ok_or(PictureError::Broken)?;
    range.holds(width, height).then_some(()).ok_or(PictureError::Size)
}

/// A component smaller than the largest divided by this is background noise.
const SPECK_RATIO: usize = 100;

/// Makes tiny isolated components transparent, which would enlarge the bounds of the object.
fn drop_specks(rgba: &mut [u8], width: usize) {
    let visible = rgba.chunks_exact(4).map(|pixel| pixel[3] > 0).collect();
    let parts = PixelRegion::new(width, rgba.len() / 4 / width, visible).components();
    let largest = parts.iter().map(Vec::len).max().unwrap_or(0);
    for part in parts.iter().filter(|part| part.len() * SPECK_RATIO < largest) {
        for at in part {
            rgba[at * 4..at * 4 + 4].fill(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specks_go_and_parts_stay() {
        let mut rgba = vec![0; 40 * 40 * 4];
        let mut fill = |left: usize, top: usize, side: usize| {
            for y in top..top + side {
                for x in left..left + side {
                    rgba[(y * 40 + x) * 4 + 3] = 255;
                }
            }
        };
        fill(0, 0, 20);
        fill(25, 25, 6);
        fill(38, 2, 1);
        drop_specks(&mut rgba, 40);
        let alpha = |x: usize, y: usize| rgba[(y * 40 + x) * 4 + 3];
        assert_eq!((alpha(5, 5), alpha(26, 26), alpha(38, 2)), (255, 255, 0));
    }
}
