//! A decoded picture, and decoding within limits.

use super::PictureFormat;
use crate::exchange::InputError;
use image::codecs::gif::GifDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// Eight-bit sRGB, three bytes a pixel, row by row, turned upright.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width × height × 3` bytes.
    pub rgb: Vec<u8>,
}

/// Least and most pixels a side, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelRange {
    /// Least.
    pub least: u32,
    /// Most.
    pub most: u32,
}

impl PixelRange {
    /// Of services that bound bytes and kinds alone: whatever may be decoded at all.
    pub const ANY: Self = Self {
        least: 1,
        most: 32_768,
    };
}

/// Why a picture was not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Not a kind we decode.
    #[error("not a kind of picture that is decoded here")]
    Kind,
    /// Broken, cut short, or empty.
    #[error("the picture is broken")]
    Broken,
    /// Too few or too many pixels.
    #[error("the picture has too few or too many pixels")]
    Size,
}

impl From<PictureError> for InputError {
    fn from(flaw: PictureError) -> Self {
        match flaw {
            PictureError::Kind => InputError::PictureKind,
            PictureError::Broken => InputError::PictureBroken,
            PictureError::Size => InputError::PictureSize,
        }
    }
}

/// Pixels of a picture by its header; none where it cannot be read.
pub fn pixel_count(bytes: &[u8]) -> Option<u64> {
    let reader = image::ImageReader::new(std::io::Cursor::new(bytes));
    let (width, height) = reader.with_guessed_format().ok()?.into_dimensions().ok()?;
    Some(u64::from(width) * u64::from(height))
}

impl Picture {
    /// Decodes a picture. Dimensions are read from the head and checked before anything is decoded.
    ///
    /// # Errors
    /// When it is no picture, broken, or outside `range` or `max_pixels`.
    pub fn decode(bytes: &[u8], range: PixelRange, max_pixels: u64) -> Result<Self, PictureError> {
        let kind = PictureFormat::of(bytes).ok_or(PictureError::Kind)?;
        if kind == PictureFormat::Jpeg && !is_whole_jpeg(bytes) {
            return Err(PictureError::Broken);
        }
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format(kind));
        let mut limits = Limits::default();
        limits.max_image_width = Some(range.most.max(1));
        limits.max_image_height = Some(range.most.max(1));
        // Eight bytes a pixel for the widest sample format, and as much again for the decoder's own buffers.
        limits.max_alloc = Some(max_pixels.saturating_mul(16));
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(|why| flaw(&why))?;
        let (width, height) = decoder.dimensions();
        if width == 0 || height == 0 {
            return Err(PictureError::Broken);
        }
        let fits = |side: u32| (range.least..=range.most).contains(&side);
        if !fits(width) || !fits(height) || u64::from(width) * u64::from(height) > max_pixels {
            return Err(PictureError::Size);
        }
        let orientation = decoder.orientation().map_err(|why| flaw(&why))?;
        let mut decoded = DynamicImage::from_decoder(decoder).map_err(|why| flaw(&why))?;
        decoded.apply_orientation(orientation);
        Ok(Self::from_decoded(decoded))
    }

    /// The first frames of an animated GIF or WebP; of every other picture the one there is.
    ///
    /// # Errors
    /// As [`decode`](Self::decode).
    pub fn frames(
        bytes: &[u8],
        most: usize,
        (range, max_pixels): (PixelRange, u64),
    ) -> Result<Vec<Self>, PictureError> {
        let first = Self::decode(bytes, range, max_pixels)?;
        let kind = PictureFormat::of(bytes);
        if most < 2 || !matches!(kind, Some(PictureFormat::Gif | PictureFormat::WebP)) {
            return Ok(vec![first]);
        }
        let source = Cursor::new(bytes);
        let frames = if kind == Some(PictureFormat::Gif) {
            GifDecoder::new(source).map_err(|why| flaw(&why))?.into_frames()
        } else {
            let decoder = WebPDecoder::new(source).map_err(|why| flaw(&why))?;
            if !decoder.has_animation() {
                return Ok(vec![first]);
            }
            decoder.into_frames()
        };
        let mut all = Vec::new();
        for frame in frames.take(most) {
            let frame = frame.map_err(|why| flaw(&why))?;
            all.push(Self::from_decoded(DynamicImage::ImageRgba8(frame.into_buffer())));
        }
        Ok(if all.is_empty() { vec![first] } else { all })
    }

    fn from_decoded(decoded: DynamicImage) -> Self {
        let has_alpha = decoded.color().has_alpha();
        let (width, height) = (decoded.width() as usize, decoded.height() as usize);
        if !has_alpha {
            return Self {
                width,
                height,
                rgb: decoded.into_rgb8().into_raw(),
            };
        }
        // What is transparent already is shown on white, as a viewer would.
        let mut rgb = Vec::with_capacity(width * height * 3);
        for pixel in decoded.into_rgba8().pixels() {
            let [r, g, b, a] = pixel.0.map(u32::from);
            rgb.extend([r, g, b].map(|c| ((c * a + 255 * (255 - a) + 127) / 255) as u8));
        }
        Self { width, height, rgb }
    }

    /// Red, green and blue of a pixel.
    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// How many pixels there are.
    pub fn pixels(&self) -> usize {
        self.width * self.height
    }
}

fn format(kind: PictureFormat) -> ImageFormat {
    match kind {
        PictureFormat::Jpeg => ImageFormat::Jpeg,
        PictureFormat::Png => ImageFormat::Png,
        PictureFormat::Gif => ImageFormat::Gif,
        PictureFormat::Bmp => ImageFormat::Bmp,
        PictureFormat::WebP => ImageFormat::WebP,
    }
}

fn flaw(why: &image::ImageError) -> PictureError {
    match why {
        image::ImageError::Limits(_) => PictureError::Size,
        image::ImageError::Decoding(_)
        | image::ImageError::Encoding(_)
        | image::ImageError::Parameter(_)
        | image::ImageError::Unsupported(_)
        | image::ImageError::IoError(_) => PictureError::Broken,
    }
}

/// Whether a JPEG has its end. The decoder would fill up with grey what was cut off.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let find = |marker: u8| bytes.windows(2).rposition(|pair| pair == [0xff, marker]);
    match (find(0xda), find(0xd9)) {
        (Some(scan), Some(end)) => end > scan,
        (Some(_) | None, _) => false,
    }
}

impl Picture {
    /// The picture at another size, in whole numbers: the same bytes on every machine.
    pub fn resized(&self, width: usize, height: usize) -> Self {
        use fast_image_resize as fir;
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let side = |n: usize| u32::try_from(n).expect("decoded sides fit");
        let kind = fir::PixelType::U8x3;
        let source = fir::images::ImageRef::new(side(self.width), side(self.height), &self.rgb, kind)
            .expect("a picture holds width × height × 3 bytes");
        let mut target = fir::images::Image::new(side(width), side(height), kind);
        let mut resizer = fir::Resizer::new();
        let options =
            fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Bilinear));
        resizer
            .resize(&source, &mut target, Some(&options))
            .expect("both have the same pixel type");
        Self {
            width,
            height,
            rgb: target.into_vec(),
        }
    }

    /// The square part of so many pixels a side from a corner on, cut where the picture ends.
    #[must_use]
    pub fn part(&self, left: usize, top: usize, side: usize) -> Self {
        let width = side.clamp(1, self.width - left.min(self.width - 1));
        let height = side.clamp(1, self.height - top.min(self.height - 1));
        let rows = self
            .rgb
            .chunks_exact(self.width * 3)
            .skip(top.min(self.height - 1));
        let left = left.min(self.width - 1) * 3;
        Self {
            width,
            height,
            rgb: rows
                .take(height)
                .flat_map(|row| row[left..left + width * 3].iter().copied())
                .collect(),
        }
    }

    /// The picture at a size whose longer side is at most `side`.
    pub fn within(&self, side: usize) -> Self {
        let longest = self.width.max(self.height);
        if longest <= side {
            return self.clone();
        }
        let scaled = |n: usize| ((n * side + longest / 2) / longest).max(1);
        self.resized(scaled(self.width), scaled(self.height))
    }
}
