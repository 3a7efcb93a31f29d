//! Paints the background.

use super::colour::Rgb;
use super::pixel_rect::PixelRect;
use super::style::Palette;
use super::template::Background;
use tiny_skia::Pixmap;

/// Number of shades between the two colours of a gradient.
const SHADES: usize = 1024;

/// Paints the background of a canvas. `product` and `copy` are the areas of product and copy.
pub(super) fn paint_background(
    background: Background,
    palette: &Palette,
    product: PixelRect,
    copy: PixelRect,
    canvas: &mut Pixmap,
) {
    let (one, two) = (palette.ground, palette.ground_2);
    let (width, height) = (canvas.width() as f32, canvas.height() as f32);
    match background {
        Background::Flat => shade(canvas, one, one, |_, _| 0.0),
        Background::Slope => {
            // The gradient follows the diagonal.
            let (across, down) = (0.5 / width, 0.5 / height);
            shade(canvas, one, two, |x, y| x * across + y * down);
        }
        Background::Glow => {
            let (middle, centre) = product.centre();
            let reach = product.width.max(product.height) * 0.95;
            shade(canvas, two, one, |x, y| {
                let (x, y) = (x - middle, y - centre);
                (x * x + y * y).sqrt() / reach
            });
        }
        Background::Split => {
            let whole = PixelRect {
                x: 0.0,
                y: 0.0,
                width,
                height,
            };
            let side = side(whole, product, copy);
            let is_within =
                |x: f32, y: f32| side.x <= x && x < side.right() && side.y <= y && y < side.bottom();
            shade(canvas, one, two, |x, y| if is_within(x, y) { 1.0 } else { 0.0 });
        }
    }
}

/// Paints each pixel with a mix of two colours. `share` gives the share of the second colour at a point.
fn shade(canvas: &mut Pixmap, one: Rgb, two: Rgb, share: impl Fn(f32, f32) -> f32) {
    let shades: [[u8; 4]; SHADES] = std::array::from_fn(|nth| {
        let [r, g, b] = one.mix(two, nth as f32 / (SHADES - 1) as f32).0;
        [r, g, b, 255]
    });
    let width = canvas.width() as usize;
    for (y, row) in canvas.data_mut().chunks_exact_mut(width * 4).enumerate() {
        let y = y as f32 + 0.5;
        for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
            let nth = (share(x as f32 + 0.5, y) * (SHADES - 1) as f32 + 0.5) as usize;
            pixel.copy_from_slice(&shades[nth.min(SHADES - 1)]);
        }
    }
}

/// The part of the canvas on the product's side of the middle between product and copy.
fn side(whole: PixelRect, product: PixelRect, copy: PixelRect) -> PixelRect {
    let middle = |a: f32, b: f32| f32::midpoint(a, b).round();
    if product.x >= copy.right() {
        let x = middle(copy.right(), product.x);
        return PixelRect {
            x,
            width: whole.width - x,
            ..whole
        };
    }
    if product.right() <= copy.x {
        return PixelRect {
            width: middle(product.right(), copy.x),
            ..whole
        };
    }
    if product.y >= copy.bottom() {
        let y = middle(copy.bottom(), product.y);
        return PixelRect {
            y,
            height: whole.height - y,
            ..whole
        };
    }
    PixelRect {
        height: middle(product.bottom(), copy.y),
        ..whole
    }
}
