//! A cut-out object, ready to be composed into another picture.

use super::Picture;
use fast_image_resize as fir;

/// A cut-out object: eight-bit sRGB with premultiplied alpha, four bytes per pixel, trimmed to the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sprite {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// `width × height × 4` bytes.
    pub rgba: Vec<u8>,
}

/// Pixels with a lower alpha do not belong to the object.
const MIN_ALPHA: u8 = 10;

impl Sprite {
    /// Trims a picture with straight alpha to its visible part; `None` if nothing is visible.
    pub fn from_straight_rgba(width: usize, rgba: &[u8]) -> Option<Self> {
        let is_visible = |pixel: &[u8]| pixel[3] >= MIN_ALPHA;
        let rows = || rgba.chunks_exact(width * 4);
        let top = rows().position(|row| row.chunks_exact(4).any(is_visible))?;
        let bottom = rows().rposition(|row| row.chunks_exact(4).any(is_visible))?;
        let firsts = rows().filter_map(|row| row.chunks_exact(4).position(is_visible));
        let lasts = rows().filter_map(|row| row.chunks_exact(4).rposition(is_visible));
        let (left, right) = (firsts.min()?, lasts.max()?);
        let kept = rows().skip(top).take(bottom + 1 - top);
        let pixels = kept.flat_map(|row| row[left * 4..(right + 1) * 4].chunks_exact(4));
        Some(Self {
            width: right + 1 - left,
            height: bottom + 1 - top,
            rgba: pixels.flat_map(premultiply).collect(),
        })
    }

    /// An opaque sprite of a whole picture.
    pub fn from_picture(picture: &Picture) -> Self {
        let pixels = picture.rgb.chunks_exact(3);
        Self {
            width: picture.width,
            height: picture.height,
            rgba: pixels
                .flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255])
                .collect(),
        }
    }

    /// Scales the sprite.
    pub fn resized(&self, width: usize, height: usize) -> Self {
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let side = |n: usize| u32::try_from(n).expect("sides of sprites fit");
        let kind = fir::PixelType::U8x4;
        let source = fir::images::ImageRef::new(side(self.width), side(self.height), &self.rgba, kind)
            .expect("a sprite holds width × height × 4 bytes");
        let mut target = fir::images::Image::new(side(width), side(height), kind);
        let options = fir::ResizeOptions::new()
            .resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::CatmullRom))
            .use_alpha(false);
        fir::Resizer::new()
            .resize(&source, &mut target, Some(&options))
            .expect("both have the same pixel type");
        let mut rgba = target.into_vec();
        // The filter overshoots, but a premultiplied colour must not exceed its alpha.
        for pixel in rgba.chunks_exact_mut(4) {
            let alpha = pixel[3];
            pixel[..3]
                .iter_mut()
                .for_each(|channel| *channel = (*channel).min(alpha));
        }
        Self { width, height, rgba }
    }
}

/// Enlarges one eight-bit channel by bilinear interpolation. Sizes are width and height.
pub fn enlarge(channel: &[u8], (width, height): (usize, usize), (wide, high): (usize, usize)) -> Vec<u8> {
    let side = |n: usize| u32::try_from(n).expect("sides of canvases fit");
    let kind = fir::PixelType::U8;
    let source = fir::images::ImageRef::new(side(width), side(height), channel, kind);
    let source = source.expect("a channel holds width × height bytes");
    let mut target = fir::images::Image::new(side(wide), side(high), kind);
    let options =
        fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Interpolation(fir::FilterType::Bilinear));
    let done = fir::Resizer::new().resize(&source, &mut target, Some(&options));
    done.expect("both have the same pixel type");
    target.into_vec()
}

fn premultiply(pixel: &[u8]) -> [u8; 4] {
    let alpha = u32::from(pixel[3]);
    let times = |channel: u8| ((u32::from(channel) * alpha + 127) / 255) as u8;
    [times(pixel[0]), times(pixel[1]), times(pixel[2]), pixel[3]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sprite_is_as_small_as_its_thing() {
        let mut rgba = vec![0; 5 * 4 * 4];
        for (x, y) in [(1, 1), (3, 2)] {
            rgba[(y * 5 + x) * 4..][..4].copy_from_slice(&[200, 100, 50, 128]);
        }
        let sprite = Sprite::from_straight_rgba(5, &rgba).unwrap();
        assert_eq!((sprite.width, sprite.height), (3, 2));
        assert_eq!(sprite.rgba[..4], [100, 50, 25, 128]);
        assert_eq!(Sprite::from_straight_rgba(5, &[0; 80]), None);
    }

    #[test]
    fn no_colour_is_brighter_than_its_alpha() {
        let rgba: Vec<u8> = (0..64 * 64)
            .flat_map(|n| [255, 255, 255, if n % 7 < 3 { 255 } else { 0 }])
            .collect();
        let small = Sprite::from_straight_rgba(64, &rgba).unwrap().resized(23, 31);
        assert!(
            small
                .rgba
                .chunks_exact(4)
                .all(|p| p[..3].iter().all(|c| *c <= p[3]))
        );
    }
}
