//! What the head of a picture declares, against what its bytes can hold: checked before anything is allocated.

use super::{PictureError, PictureFormat};
use memchr::memchr_iter;

/// Most pixels that all scans of a JPEG go over. A progressive one has about ten scans.
const MOST_SCANNED: u64 = 600_000_000;

/// A block of 64 pixels takes a bit at least: the code of its mean.
const JPEG_PIXELS_A_BYTE: u64 = 64 * 8;

/// The most that deflate unpacks from a byte.
const DEFLATE_BYTES_A_BYTE: u64 = 1032;

/// Checks the size that a picture declares.
///
/// # Errors
/// [`PictureError::Broken`] where its bytes cannot hold so many pixels, [`PictureError::Size`] where going over them as
/// often as it asks would take too long.
pub(super) fn check_declared(
    bytes: &[u8],
    format: PictureFormat,
    width: u32,
    height: u32,
) -> Result<(), PictureError> {
    let (own, pixels) = (bytes.len() as u64, u64::from(width) * u64::from(height));
    let holds = match format {
        PictureFormat::Jpeg => {
            if pixels.saturating_mul(count_scans(bytes)) > MOST_SCANNED {
                return Err(PictureError::Size);
            }
            pixels <= own.saturating_mul(JPEG_PIXELS_A_BYTE)
        }
        PictureFormat::Png => png_bytes(bytes, width, height) <= own.saturating_mul(DEFLATE_BYTES_A_BYTE),
        PictureFormat::Bmp => bmp_bytes(bytes, pixels) <= own,
        // A frame may be as small as it likes, and a WebP of one colour takes no bytes: the budget of pixels bounds them.
        PictureFormat::Gif | PictureFormat::WebP => true,
    };
    holds.then_some(()).ok_or(PictureError::Broken)
}

/// The scans of a JPEG (ITU-T T.81, B.1.1): each begins with a marker that stands in no other segment and is never part
/// of compressed data.
fn count_scans(bytes: &[u8]) -> u64 {
    let mut scans = 0;
    // Where the segment ends that begins before.
    let mut skip = 2;
    for at in memchr_iter(0xff, bytes) {
        if at < skip {
            continue;
        }
        let Some(kind) = bytes.get(at + 1) else { break };
        match kind {
            // A byte of data, a restart, a fill byte.
            0x00 | 0xd0..=0xd7 | 0xff | 0x01 => {}
            0xd8 => skip = at + 2,
            // What follows the end belongs to nobody.
            0xd9 => break,
            _ => {
                scans += u64::from(*kind == 0xda);
                let length = bytes.get(at + 2..at + 4).unwrap_or(&[0, 0]);
                skip = at + 2 + usize::from(u16::from_be_bytes([length[0], length[1]]));
            }
        }
    }
    scans
}

/// The bytes that the rows of a PNG unpack to, each with its filter.
fn png_bytes(bytes: &[u8], width: u32, height: u32) -> u64 {
    let (depth, colour) = (bytes.get(24).copied(), bytes.get(25).copied());
    let channels = match colour {
        Some(2) => 3,
        Some(4) => 2,
        Some(6) => 4,
        Some(_) | None => 1,
    };
    let bits = u64::from(width) * channels * u64::from(depth.unwrap_or(1));
    u64::from(height) * (1 + bits.div_ceil(8))
}

/// The bytes that the pixels of a BMP take; of a compressed one it is not known.
fn bmp_bytes(bytes: &[u8], pixels: u64) -> u64 {
    let word = |at: usize| bytes.get(at..)?.first_chunk().map(|own| u16::from_le_bytes(*own));
    match (word(28), word(30)) {
        (Some(depth), Some(0)) => pixels.saturating_mul(u64::from(depth)) / 8,
        (_, _) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(name: &str) -> Vec<u8> {
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/").to_owned() + name).unwrap()
    }

    #[test]
    fn scans_are_counted_and_thumbnails_are_not() {
        assert_eq!(count_scans(&fixture("pictures/plain.jpg")), 1);
        assert_eq!(count_scans(&fixture("pictures/progressive.jpg")), 10);
        assert_eq!(count_scans(&fixture("hostile/jpg_scans400_6300.jpg")), 401);
        // A whole JPEG inside a comment.
        let inner = fixture("pictures/grey.jpg");
        let outer = fixture("pictures/plain.jpg");
        let length = u16::try_from(inner.len() + 2).unwrap().to_be_bytes();
        let thumbnail = [&outer[..2], &[0xff, 0xfe], &length, &inner, &outer[2..]].concat();
        assert_eq!(count_scans(&thumbnail), 1);
    }

    #[test]
    fn what_no_bytes_can_hold_is_broken_before_it_is_decoded() {
        let check = |name: &str, format, width, height| check_declared(&fixture(name), format, width, height);
        let (jpeg, png) = (PictureFormat::Jpeg, PictureFormat::Png);
        assert_eq!(
            check("hostile/jpg6300_short.jpg", jpeg, 6300, 6300),
            Err(PictureError::Broken)
        );
        assert_eq!(
            check("hostile/jpg_scans400_6300.jpg", jpeg, 6300, 6300),
            Err(PictureError::Size)
        );
        assert_eq!(check("hostile/png6300_1bit.png", png, 6300, 6300), Ok(()));
        assert_eq!(
            check("hostile/png_1x40M.png", png, 60_000, 60_000),
            Err(PictureError::Broken)
        );
        assert_eq!(check("pictures/plain.bmp", PictureFormat::Bmp, 160, 120), Ok(()));
        assert_eq!(
            check("pictures/plain.bmp", PictureFormat::Bmp, 16_000, 12_000),
            Err(PictureError::Broken)
        );
    }
}
