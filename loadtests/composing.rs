//! What composing costs: a banner, the largest canvas, ten sizes of one call on every core, and the memory of it all.
//!
//! `cargo bench --bench composing` prints medians; CPU time is that of the whole process.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::pedantic,
    clippy::disallowed_methods,
    reason = "a benchmark measures real time, may panic, and prints what it found"
)]

mod measure;

use measure::{cpu_ms, median, median_of, peak_kib, wall_ms};
use std::hint::black_box;
use std::sync::Arc;
use understudy::composition::{CanvasSize, Composer, CompositionRequest, builtins};
use understudy::imaging::{MatteOptions, PixelRange, Sprite, Studio, StudioSettings};

fn main() {
    let texts = ["夏日焕新", "轻盈一夏 · 清爽上市", "¥199", "立即抢购"].map(str::to_owned);
    let product = [cut()];
    let composer = Composer::default();
    let order = |nth: usize, size: CanvasSize| CompositionRequest {
        template: &builtins()[nth].template,
        size,
        products: &product,
        texts: &texts,
    };
    let square = CanvasSize {
        width: 800,
        height: 800,
    };
    let mut all: Vec<(f64, &str)> = Vec::new();
    for (nth, one) in builtins().iter().enumerate() {
        let cpu = median_of(9, || {
            cpu_ms(|| drop(black_box(composer.compose(order(nth, square)))))
        });
        all.push((cpu, one.id));
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    println!(
        "an 800×800 banner with a 1000×1000 product, {} templates: median {:.1} ms of CPU, least {:.1} ({}), most {:.1} ({})",
        all.len(),
        all[all.len() / 2].0,
        all[0].0,
        all[0].1,
        all[all.len() - 1].0,
        all[all.len() - 1].1
    );
    let matting = median_of(5, || cpu_ms(|| drop(black_box(cut()))));
    println!("cutting the product out of a 1000×1000 JPEG: {matting:.1} ms of CPU");
    let sizes: Vec<CanvasSize> = (0..10)
        .map(|nth| CanvasSize {
            width: 400 + 80 * nth,
            height: 1120 - 80 * nth,
        })
        .collect();
    let orders: Vec<CompositionRequest<'_>> = sizes.iter().map(|size| order(3, *size)).collect();
    let (mut together, mut apart) = (Vec::new(), Vec::new());
    for _ in 0..7 {
        together.push(wall_ms(|| drop(black_box(composer.compose_all(&orders)))));
        apart.push(wall_ms(|| {
            orders
                .iter()
                .for_each(|order| drop(black_box(composer.compose(*order))))
        }));
    }
    let (together, apart) = (median(together), median(apart));
    println!(
        "ten sizes of one call: {together:.0} ms of wall time on every core, {apart:.0} one after the other ({:.2} of it)",
        together / apart
    );
    let before = peak_kib() / 1024;
    let largest = CanvasSize {
        width: 4096,
        height: 4096,
    };
    let one = median_of(3, || {
        cpu_ms(|| drop(black_box(composer.compose(order(9, largest)))))
    });
    let orders = vec![order(9, largest); 10];
    let ten = wall_ms(|| drop(black_box(composer.compose_all(&orders))));
    println!(
        "4096×4096: {one:.0} ms of CPU; ten of them {ten:.0} ms of wall time; peak memory {before} MB before, {} MB after",
        peak_kib() / 1024
    );
}

/// The thing in a picture of a thing on white.
fn cut() -> Arc<Sprite> {
    let settings = StudioSettings {
        matte: MatteOptions::default(),
        max_pixels: 64 << 20,
        max_pixels_of_call: 1 << 30,
        memory_bytes: 8 << 30,
        cache_bytes: 0,
    };
    Studio::new(settings, None)
        .product_cutout(&photo(), PixelRange::ANY)
        .unwrap()
        .sprite
        .clone()
}

/// A 1000×1000 JPEG of a bag on white.
fn photo() -> Vec<u8> {
    let bag = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/emoji/1f45c.webp");
    let bag = image::open(bag)
        .unwrap()
        .resize_exact(800, 800, image::imageops::FilterType::CatmullRom);
    let mut canvas = image::RgbaImage::from_pixel(1000, 1000, image::Rgba([250, 250, 250, 255]));
    image::imageops::overlay(&mut canvas, &bag, 100, 100);
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 92)
        .encode_image(&image::DynamicImage::ImageRgba8(canvas).to_rgb8())
        .unwrap();
    jpeg
}
