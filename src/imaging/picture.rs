//! Decoded pictures, and decoding within limits.

use super::PictureFormat;
use super::declared::check_declared;
use crate::exchange::InputError;
use image::codecs::gif::GifDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::cell::Cell;
use std::io::Cursor;

/// A decoded picture: eight-bit sRGB, three bytes per pixel, row by row, in upright orientation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// `width × height × 3` bytes.
    pub rgb: Vec<u8>,
}

/// Smallest and largest allowed side in pixels, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelRange {
    /// Smallest side.
    pub least: u32,
    /// Largest side.
    pub most: u32,
}

impl PixelRange {
    /// Whether both sides are within the range.
    pub fn holds(self, width: u32, height: u32) -> bool {
        let sides = self.least..=self.most;
        sides.contains(&width) && sides.contains(&height)
    }

    /// For services that limit only bytes and formats: any side that can be decoded.
    pub const ANY: Self = Self {
        least: 1,
        most: 32_768,
    };
}

/// How many pixels a call may still have decoded, over all pictures and frames that it brings.
#[derive(Debug)]
pub struct DecodeBudget {
    /// Most pixels of one picture.
    pub max_pixels: u64,
    left: Cell<u64>,
}

impl DecodeBudget {
    /// So many pixels at once and in all.
    pub fn new(max_pixels: u64, in_all: u64) -> Self {
        Self {
            max_pixels,
            left: Cell::new(in_all),
        }
    }

    fn check_any_left(&self) -> Result<(), PictureError> {
        (self.left.get() > 0).then_some(()).ok_or(PictureError::Spent)
    }

    /// Takes from what is left; what is decoded already may take more than that.
    fn spend(&self, pixels: usize) -> Result<(), PictureError> {
        self.check_any_left()?;
        self.left.set(self.left.get().saturating_sub(pixels as u64));
        Ok(())
    }
}

/// Why a picture was not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The format is not supported.
    #[error("not a kind of picture that is decoded here")]
    Kind,
    /// The file is broken, truncated, or empty.
    #[error("the picture is broken")]
    Broken,
    /// The picture has too few or too many pixels.
    #[error("the picture has too few or too many pixels")]
    Size,
    /// The call brings more pixels than one call may.
    #[error("the call brings more pixels than one call may")]
    Spent,
}

impl From<PictureError> for InputError {
    fn from(error: PictureError) -> Self {
        match error {
            PictureError::Kind => InputError::PictureKind,
            PictureError::Broken => InputError::PictureBroken,
            PictureError::Size | PictureError::Spent => InputError::PictureSize,
        }
    }
}

/// Number of pixels according to the file header; `None` if it cannot be read.
pub fn pixel_count(bytes: &[u8]) -> Option<u64> {
    let (width, height) = picture_size(bytes)?;
    Some(u64::from(width) * u64::from(height))
}

/// Width and height according to the file header; `None` if it cannot be read.
pub(super) fn picture_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let reader = image::ImageReader::new(std::io::Cursor::new(bytes));
    reader.with_guessed_format().ok()?.into_dimensions().ok()
}

impl Picture {
    /// Decodes a picture. Checks the dimensions in the file header before decoding.
    ///
    /// # Errors
    /// If the bytes are not a picture, are broken, or exceed `range` or `max_pixels`.
    pub fn decode(bytes: &[u8], range: PixelRange, max_pixels: u64) -> Result<Self, PictureError> {
        let format = PictureFormat::detect(bytes).ok_or(PictureError::Kind)?;
        if format == PictureFormat::Jpeg && !is_whole_jpeg(bytes) {
            return Err(PictureError::Broken);
        }
        let mut reader = ImageReader::with_format(Cursor::new(bytes), image_format(format));
        let mut limits = Limits::default();
        limits.max_image_width = Some(range.most.max(1));
        limits.max_image_height = Some(range.most.max(1));
        // Eight bytes per pixel for the widest sample format, and as much again for the decoder's buffers.
        limits.max_alloc = Some(max_pixels.saturating_mul(16));
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(|why| picture_error(&why))?;
        let (width, height) = decoder.dimensions();
        if width == 0 || height == 0 {
            return Err(PictureError::Broken);
        }
        if !range.holds(width, height) || u64::from(width) * u64::from(height) > max_pixels {
            return Err(PictureError::Size);
        }
        check_declared(bytes, format, width, height)?;
        let orientation = decoder.orientation().map_err(|why| picture_error(&why))?;
        let mut decoded = DynamicImage::from_decoder(decoder).map_err(|why| picture_error(&why))?;
        decoded.apply_orientation(orientation);
        Ok(Self::from_decoded(decoded))
    }

    /// Decodes the first `max_frames` frames of an animated GIF or WebP, or the only frame of any other picture, and has
    /// each looked at before the next is decoded. Frames beyond the budget are left out.
    ///
    /// # Errors
    /// As [`decode`](Self::decode); or when the budget is spent before the first frame.
    pub fn look_at_frames<T>(
        bytes: &[u8],
        max_frames: usize,
        budget: &DecodeBudget,
        look: impl Fn(&Self) -> T,
    ) -> Result<Vec<T>, PictureError> {
        budget.check_any_left()?;
        let first = Self::decode(bytes, PixelRange::ANY, budget.max_pixels)?;
        budget.spend(first.pixels())?;
        let format = PictureFormat::detect(bytes);
        if max_frames < 2 || !matches!(format, Some(PictureFormat::Gif | PictureFormat::WebP)) {
            return Ok(vec![look(&first)]);
        }
        let source = Cursor::new(bytes);
        let frames = if format == Some(PictureFormat::Gif) {
            GifDecoder::new(source)
                .map_err(|why| picture_error(&why))?
                .into_frames()
        } else {
            let decoder = WebPDecoder::new(source).map_err(|why| picture_error(&why))?;
            if !decoder.has_animation() {
                return Ok(vec![look(&first)]);
            }
            decoder.into_frames()
        };
        // The decoder makes it again.
        let mut all = vec![look(&first)];
        drop(first);
        for frame in frames.take(max_frames).skip(1) {
            let frame = frame.map_err(|why| picture_error(&why))?.into_buffer();
            if budget
                .spend(frame.width() as usize * frame.height() as usize)
                .is_err()
            {
                break;
            }
            all.push(look(&Self::from_decoded(DynamicImage::ImageRgba8(frame))));
        }
        Ok(all)
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
        // Transparent parts are shown on white, as in a picture viewer.
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

    /// Number of pixels.
    pub fn pixels(&self) -> usize {
        self.width * self.height
    }
}

fn image_format(format: PictureFormat) -> ImageFormat {
    match format {
        PictureFormat::Jpeg => ImageFormat::Jpeg,
        PictureFormat::Png => ImageFormat::Png,
        PictureFormat::Gif => ImageFormat::Gif,
        PictureFormat::Bmp => ImageFormat::Bmp,
        PictureFormat::WebP => ImageFormat::WebP,
    }
}

fn picture_error(why: &image::ImageError) -> PictureError {
    match why {
        image::ImageError::Limits(_) => PictureError::Size,
        image::ImageError::Decoding(_)
        | image::ImageError::Encoding(_)
        | image::ImageError::Parameter(_)
        | image::ImageError::Unsupported(_)
        | image::ImageError::IoError(_) => PictureError::Broken,
    }
}

/// Whether a JPEG has an end marker. The decoder would fill a truncated picture with grey.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let find = |marker: u8| bytes.windows(2).rposition(|pair| pair == [0xff, marker]);
    match (find(0xda), find(0xd9)) {
        (Some(scan), Some(end)) => end > scan,
        (Some(_) | None, _) => false,
    }
}

impl Picture {
    /// Scales the picture with integer arithmetic, which gives the same bytes on every machine.
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

    /// The square of `side` pixels whose upper left corner is at (`left`, `top`), clipped at the edges.
    #[must_use]
    pub fn crop_square(&self, left: usize, top: usize, side: usize) -> Self {
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

    /// Scales the picture down so that its longer side is at most `side`.
    pub fn fit_within(&self, side: usize) -> Self {
        let longest = self.width.max(self.height);
        if longest <= side {
            return self.clone();
        }
        let scaled = |n: usize| ((n * side + longest / 2) / longest).max(1);
        self.resized(scaled(self.width), scaled(self.height))
    }
}
