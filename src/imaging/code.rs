//! Pictures with a text as a QR code, large enough to survive resizing and JPEG compression.

use super::encode_rgba;
use bytes::Bytes;
use qrcode::{EcLevel, QrCode};

/// Side of the picture in pixels: the largest the agreement accepts (002 二.4), so that half of it still decodes.
const SIDE: usize = 512;
/// Width of the quiet zone around the code, in modules.
const QUIET: usize = 4;

/// Encodes a text as a QR code in the middle of a soft gradient: a PNG of 512 by 512 pixels. `None` if the text is too
/// long for a code.
pub fn code_picture(text: &str) -> Option<Bytes> {
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
    let modules = code.width() + 2 * QUIET;
    // The code fills two thirds of the picture: at half size a module still has several pixels.
    let scale = (SIDE * 2 / 3 / modules).max(1);
    let (across, start) = (modules * scale, (SIDE - modules * scale) / 2);
    let colours = code.to_colors();
    let mut rgba = Vec::with_capacity(SIDE * SIDE * 4);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let inside = |at: usize| {
                at.checked_sub(start)
                    .filter(|at| *at < across)
                    .map(|at| at / scale)
            };
            let pixel = match (inside(x), inside(y)) {
                (Some(column), Some(row)) => module(&colours, code.width(), column, row),
                (Some(_) | None, _) => [(150 + x / 8) as u8, (160 + y / 8) as u8, 200],
            };
            rgba.extend([pixel[0], pixel[1], pixel[2], 255]);
        }
    }
    Some(encode_rgba(SIDE, SIDE, &rgba))
}

fn module(colours: &[qrcode::Color], width: usize, column: usize, row: usize) -> [u8; 3] {
    let at = |n: usize| n.checked_sub(QUIET).filter(|n| *n < width);
    let dark = at(column)
        .zip(at(row))
        .is_some_and(|(x, y)| colours[y * width + x] == qrcode::Color::Dark);
    if dark { [20, 20, 30] } else { [250, 250, 250] }
}
