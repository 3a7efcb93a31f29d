//! What a cut-out costs: decode, matte, foreground, encode, in CPU time.
//!
//! `cargo bench --bench pictures` prints medians for 512×512 and 2000×2000, key and classic, and for a
//! repeated picture.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::pedantic,
    clippy::disallowed_methods,
    reason = "a benchmark measures real time, may panic, and prints what it found"
)]

mod measure;

use measure::{median_of, wall_ms};
use understudy::imaging::{MatteOptions, MatteSide, PixelRange, Studio, StudioSettings};

const ANY: PixelRange = PixelRange { least: 1, most: 8192 };

fn main() {
    for (name, file) in [
        ("photograph (classic)", "photos/astronaut.jpg"),
        ("studio (key)", "pictures/plain.jpg"),
    ] {
        for side in [512, 2000] {
            let picture = scaled(file, side);
            let mut nth = 0_u32;
            let cost = median_of(if side == 512 { 15 } else { 5 }, || {
                // Bytes after the end make it a new picture to the cache.
                nth += 1;
                let mut picture = picture.clone();
                picture.extend(nth.to_le_bytes());
                let studio = studio();
                wall_ms(|| drop(studio.cut_out(&picture, ANY, MatteSide::Foreground).unwrap()))
            });
            println!("{name:<22} {side:>4}×{side:<4} {cost:>8.1} ms, one thread");
        }
    }
    let mut picture = scaled("photos/astronaut.jpg", 512);
    picture.resize(200_000, 0);
    let studio = studio();
    studio.cut_out(&picture, ANY, MatteSide::Foreground).unwrap();
    let cost = median_of(101, || {
        let remembered = || studio.cached_cut_out(understudy::exchange::ContentDigest::of(&picture));
        wall_ms(|| drop(std::hint::black_box(remembered()).unwrap())) * 1e3
    });
    println!("200 kB from the cache: {cost:.1} µs");
}

fn studio() -> Studio {
    let settings = StudioSettings {
        matte: MatteOptions::default(),
        max_pixels: 40_000_000,
        max_pixels_of_call: 1 << 30,
        memory_bytes: 8 << 30,
        cache_bytes: 64 << 20,
    };
    Studio::new(settings, None)
}

fn scaled(file: &str, side: u32) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(file);
    let picture =
        image::open(path)
            .unwrap()
            .resize_exact(side, side, image::imageops::FilterType::CatmullRom);
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 90);
    encoder
        .encode(
            &picture.into_rgb8(),
            side as u16,
            side as u16,
            jpeg_encoder::ColorType::Rgb,
        )
        .unwrap();
    jpeg
}
