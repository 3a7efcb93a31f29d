//! Where pictures are worked on: settings, the model where one is installed, and what was made before.

use super::cache::ContentCache;
use super::matte::PixelRegion;
use super::people::{faces, people};
use super::{
    FaceBox, MatteMode, MatteModel, MatteOptions, PersonMask, Picture, PictureError, PictureFeatures,
    PixelRange, Sprite, encode_rgba, foreground, matte,
};
use bytes::Bytes;
use std::sync::Arc;

/// How pictures are worked on.
#[derive(Clone, Copy, Debug)]
pub struct StudioSettings {
    /// Which way to matte.
    pub way: MatteOptions,
    /// Most pixels that are decoded.
    pub max_pixels: u64,
    /// Bytes of results kept, so that a repeated picture costs a look-up.
    pub cache_bytes: usize,
}

/// Which side of a matte is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MatteSide {
    /// The thing.
    #[default]
    Thing,
    /// The ground around it, with a hole where the thing was.
    Ground,
}

/// A thing cut out of its picture.
#[derive(Clone, Debug)]
pub struct CutOut {
    /// The PNG, eight-bit RGBA.
    pub png: Bytes,
    /// XXH3-128 of the PNG, taken once: the name of its file is drawn from it at every call.
    pub digest: u128,
    /// How the matte was made and why, for `explain`.
    pub because: String,
}

/// A thing cut out to be put into another picture.
#[derive(Clone, Debug)]
pub struct ProductCutout {
    /// It.
    pub sprite: Arc<Sprite>,
    /// How the matte was made and why, for `explain`.
    pub because: String,
}

/// Where pictures are worked on.
pub struct Studio {
    settings: StudioSettings,
    model: Option<MatteModel>,
    cut_outs: ContentCache<CutOut>,
    pieces: ContentCache<ProductCutout>,
}

/// Pixels of the longer side of a thing that is put into another picture: no canvas shows more of it.
const MOST_OF_A_PIECE: usize = 2048;

impl Studio {
    /// A studio that remembers nothing yet.
    pub fn new(settings: StudioSettings, model: Option<MatteModel>) -> Self {
        let half = settings.cache_bytes / 2;
        Self {
            settings,
            model,
            cut_outs: ContentCache::new(half, |cut| cut.png.len()),
            pieces: ContentCache::new(half, |piece| piece.sprite.rgba.len()),
        }
    }

    /// What was cut out before of the picture with this XXH3-128.
    pub fn remembered_cut_out(&self, content: u128) -> Option<Arc<CutOut>> {
        self.cut_outs.get(content)
    }

    /// Cuts the thing, or what is around it, out of a picture.
    ///
    /// # Errors
    /// When it is no picture, broken, or outside `range`.
    pub fn cut_out(
        &self,
        bytes: &[u8],
        range: PixelRange,
        side: MatteSide,
    ) -> Result<Arc<CutOut>, PictureError> {
        let picture = self.picture(bytes, range)?;
        let content = xxhash_rust::xxh3::xxh3_128(bytes);
        if let Some(cut) = self
            .remembered_cut_out(content)
            .filter(|_| side == MatteSide::Thing)
        {
            return Ok(cut);
        }
        let (rgba, because) = self.matted(&picture, side);
        let png = encode_rgba(picture.width, picture.height, &rgba);
        let digest = xxhash_rust::xxh3::xxh3_128(&png);
        let cut = Arc::new(CutOut { png, digest, because });
        if side == MatteSide::Thing {
            self.cut_outs.put(content, cut.clone());
        }
        Ok(cut)
    }

    /// Cuts the thing out of a picture, to be put into another. Where nothing is left, it is the whole picture.
    ///
    /// # Errors
    /// When it is no picture, broken, or outside `range`.
    pub fn piece(&self, bytes: &[u8], range: PixelRange) -> Result<Arc<ProductCutout>, PictureError> {
        let content = xxhash_rust::xxh3::xxh3_128(bytes);
        if let Some(piece) = self.pieces.get(content) {
            return Ok(piece);
        }
        let picture = self.picture(bytes, range)?.within(MOST_OF_A_PIECE);
        let (mut rgba, because) = self.matted(&picture, MatteSide::Thing);
        drop_specks(&mut rgba, picture.width);
        let sprite = Sprite::trimmed(picture.width, &rgba);
        let sprite = Arc::new(sprite.unwrap_or_else(|| Sprite::whole(&picture)));
        let piece = Arc::new(ProductCutout { sprite, because });
        self.pieces.put(content, piece.clone());
        Ok(piece)
    }

    /// A side of a picture, four bytes a pixel; and how its matte was made.
    fn matted(&self, picture: &Picture, side: MatteSide) -> (Vec<u8>, String) {
        let mut matte = matte(picture, self.settings.way, self.model.as_ref());
        if side == MatteSide::Ground {
            for alpha in &mut matte.alpha.data {
                *alpha = 1.0 - *alpha;
            }
        }
        let colours = foreground(picture, &matte.alpha);
        let mut rgba = Vec::with_capacity(picture.pixels() * 4);
        for (colour, alpha) in colours.chunks_exact(3).zip(&matte.alpha.data) {
            let a = (alpha * 255.0 + 0.5) as u8;
            // What is wholly transparent has no colour: it would only hide the old ground in the file.
            rgba.extend(if a == 0 {
                [0, 0, 0, 0]
            } else {
                [colour[0], colour[1], colour[2], a]
            });
        }
        (rgba, matte.because)
    }

    /// A picture, decoded.
    ///
    /// # Errors
    /// When it is no picture, broken, or outside `range`.
    pub fn picture(&self, bytes: &[u8], range: PixelRange) -> Result<Picture, PictureError> {
        Picture::decode(bytes, range, self.settings.max_pixels)
    }

    /// The faces in a picture.
    ///
    /// # Errors
    /// When it is no picture, broken, or outside `range`.
    pub fn faces(&self, bytes: &[u8], range: PixelRange) -> Result<Vec<FaceBox>, PictureError> {
        Ok(faces(&self.picture(bytes, range)?))
    }

    /// The people in a picture.
    ///
    /// # Errors
    /// When it is no picture, broken, or outside `range`.
    pub fn people(&self, bytes: &[u8], range: PixelRange) -> Result<Vec<PersonMask>, PictureError> {
        let picture = self.picture(bytes, range)?;
        let matte = matte(&picture, self.settings.way, self.model.as_ref());
        Ok(people(&picture, &matte.alpha))
    }

    /// What is seen in a picture, in one frame of it or, where `most_frames` is more than one and it is animated, in
    /// each of its first frames.
    ///
    /// # Errors
    /// When it is no picture, broken, or has too many pixels.
    pub fn impressions(
        &self,
        bytes: &[u8],
        most_frames: usize,
    ) -> Result<Vec<PictureFeatures>, PictureError> {
        let range = PixelRange {
            least: 1,
            most: u32::MAX,
        };
        let frames = Picture::frames(bytes, most_frames, (range, self.settings.max_pixels))?;
        Ok(frames.iter().map(PictureFeatures::of).collect())
    }

    /// The tier in use where a picture's border is not uniform.
    pub fn tier(&self) -> &'static str {
        match (self.settings.way.mode, &self.model) {
            (MatteMode::Key, _) => "key",
            (MatteMode::Classic, _) => "classic",
            (MatteMode::Auto, None) => "key, else classic",
            (MatteMode::Auto, Some(_)) => "key, else neural",
            (MatteMode::Neural, None) => "classic (no model is installed)",
            (MatteMode::Neural, Some(_)) => "neural",
        }
    }
}

/// Parts smaller than this share of the largest are specks of the ground.
const SPECK: usize = 100;

/// Makes transparent what hangs together with nothing and is tiny: it would make the thing seem larger than it is.
fn drop_specks(rgba: &mut [u8], width: usize) {
    let there = rgba.chunks_exact(4).map(|pixel| pixel[3] > 0).collect();
    let parts = PixelRegion::new(width, rgba.len() / 4 / width, there).components();
    let largest = parts.iter().map(Vec::len).max().unwrap_or(0);
    for part in parts.iter().filter(|part| part.len() * SPECK < largest) {
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
