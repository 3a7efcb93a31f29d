//! Scenes with a known alpha: a thing, real or drawn, before a ground, real or drawn, as a JPEG.
//!
//! Things: rendered emoji (MIT, `fixtures/emoji`), balls of fur, wires, lace, glass, motion blur. Grounds:
//! studio white, gradients, textures and photographs (`fixtures/photos`), sharp or out of focus, half of
//! them with a contact shadow that belongs to the ground.

use image::imageops::{self, FilterType};
use image::{ImageBuffer, Rgb, Rgba};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::PathBuf;

pub const SIDE: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Backdrop {
    White,
    Graded,
    /// Photographs and textures, behind what has a body: emoji and fur.
    Photographic,
    /// The same grounds behind wire, lace, glass and motion, where no figure is promised.
    Hard,
}

pub struct Scene {
    pub name: String,
    pub backdrop: Backdrop,
    /// The picture as a client would send it: JPEG quality 92, 4:4:4.
    pub jpeg: Vec<u8>,
    /// The true alpha, 0–1, `SIDE × SIDE`.
    pub alpha: Vec<f32>,
    /// The thing's true colours, 0–255.
    pub colours: Vec<[f32; 3]>,
}

type Canvas = ImageBuffer<Rgba<f32>, Vec<f32>>;

/// Random numbers that read as what they are for.
struct Luck(ChaCha8Rng);

impl Luck {
    fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / (1u32 << 24) as f32
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }

    fn colour(&mut self, low: f32, high: f32) -> [f32; 3] {
        [
            self.between(low, high),
            self.between(low, high),
            self.between(low, high),
        ]
    }
}

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// `per_backdrop` scenes of each kind of ground. Even and odd seeds use different emoji.
pub fn scenes(seed: u64, per_backdrop: usize) -> Vec<Scene> {
    let mut all = Vec::new();
    for backdrop in [
        Backdrop::White,
        Backdrop::Graded,
        Backdrop::Photographic,
        Backdrop::Hard,
    ] {
        for nth in 0..per_backdrop {
            let mut luck = Luck(ChaCha8Rng::seed_from_u64(seed * 1000 + nth as u64));
            let (name, thing) = thing(&mut luck, seed, nth, backdrop);
            all.push(compose(name, thing, backdrop, &mut luck));
        }
    }
    all
}

/// Before plain grounds six in ten are emoji and the rest take turns; before photographs four in five.
fn thing(luck: &mut Luck, seed: u64, nth: usize, backdrop: Backdrop) -> (String, Canvas) {
    let kind = match backdrop {
        Backdrop::White | Backdrop::Graded => {
            ["fur", "wire", "glass", "lace or motion"].get(nth % 10).copied()
        }
        Backdrop::Photographic => ["fur"].get(nth % 5).copied(),
        Backdrop::Hard => ["wire", "glass", "lace or motion"].get(nth % 3).copied(),
    };
    match kind {
        Some("fur") => ("fur".into(), fur(luck)),
        Some("wire") => ("wire".into(), wire(luck)),
        Some("glass") => ("glass".into(), glass(luck)),
        Some(_) if nth % 2 == 1 => ("lace".into(), lace(luck)),
        Some(_) => {
            let (name, sharp) = emoji(luck, seed);
            (format!("{name} in motion"), in_motion(&sharp, 15))
        }
        None => emoji(luck, seed),
    }
}

fn emoji(luck: &mut Luck, seed: u64) -> (String, Canvas) {
    let mut files: Vec<PathBuf> = std::fs::read_dir(fixtures().join("emoji"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "webp"))
        .collect();
    files.sort();
    let half: Vec<&PathBuf> = files.iter().skip((seed % 2) as usize).step_by(2).collect();
    let file = half[luck.below(half.len())];
    let side = luck.between(300.0, 420.0) as u32;
    let small = image::open(file).unwrap().into_rgba8();
    let mut premultiplied = Canvas::new(small.width(), small.height());
    for (to, from) in premultiplied.pixels_mut().zip(small.pixels()) {
        let [r, g, b, a] = from.0.map(|v| f32::from(v) / 255.0);
        to.0 = [r * a, g * a, b * a, a];
    }
    let large = imageops::resize(&premultiplied, side, side, FilterType::CatmullRom);
    let mut canvas = Canvas::new(SIDE as u32, SIDE as u32);
    let room = (SIDE as u32 - side) as f32;
    let (left, top) = (luck.between(0.3, 0.7) * room, luck.between(0.3, 0.7) * room);
    imageops::replace(&mut canvas, &large, left as i64, top as i64);
    for pixel in canvas.pixels_mut() {
        pixel.0[3] = pixel.0[3].clamp(0.0, 1.0);
        for c in 0..3 {
            pixel.0[c] = pixel.0[c].clamp(0.0, pixel.0[3]);
        }
    }
    (
        format!("emoji {}", file.file_stem().unwrap().to_string_lossy()),
        canvas,
    )
}

/// Draws at twice the size with hard edges, then averages: true fractional alpha. Premultiplied.
struct Drawing {
    pixels: Vec<[f32; 4]>,
}

const LARGE: usize = SIDE * 2;

impl Drawing {
    fn new() -> Self {
        Self {
            pixels: vec![[0.0; 4]; LARGE * LARGE],
        }
    }

    fn dot(&mut self, x: f32, y: f32, colour: [f32; 3], alpha: f32) {
        if x >= 0.0 && y >= 0.0 && (x as usize) < LARGE && (y as usize) < LARGE {
            let pixel = &mut self.pixels[y as usize * LARGE + x as usize];
            for c in 0..3 {
                pixel[c] = colour[c] / 255.0 * alpha + pixel[c] * (1.0 - alpha);
            }
            pixel[3] = alpha + pixel[3] * (1.0 - alpha);
        }
    }

    fn disc(&mut self, x: f32, y: f32, r: f32, colour: [f32; 3]) {
        let n = r.ceil() as i32;
        for dy in -n..=n {
            for dx in -n..=n {
                if (dx * dx + dy * dy) as f32 <= r * r {
                    self.dot(x + dx as f32, y + dy as f32, colour, 1.0);
                }
            }
        }
    }

    fn line(&mut self, from: (f32, f32), to: (f32, f32), r: f32, colour: [f32; 3]) {
        let steps = (to.0 - from.0).hypot(to.1 - from.1).ceil().max(1.0);
        for step in 0..=steps as usize {
            let t = step as f32 / steps;
            self.disc(
                from.0 + (to.0 - from.0) * t,
                from.1 + (to.1 - from.1) * t,
                r,
                colour,
            );
        }
    }

    fn ring(&mut self, centre: (f32, f32), radius: f32, r: f32, colour: [f32; 3]) {
        let steps = (radius * 7.0) as usize;
        for step in 0..steps {
            let (sin, cos) = (step as f32 / steps as f32 * std::f32::consts::TAU).sin_cos();
            self.disc(centre.0 + radius * cos, centre.1 + radius * sin, r, colour);
        }
    }

    fn finish(self) -> Canvas {
        Canvas::from_fn(SIDE as u32, SIDE as u32, |x, y| {
            let mut sum = [0.0; 4];
            for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let from = self.pixels[(2 * y as usize + dy) * LARGE + 2 * x as usize + dx];
                for c in 0..4 {
                    sum[c] += from[c] / 4.0;
                }
            }
            Rgba(sum)
        })
    }
}

/// Nine thousand bent hairs round a body.
fn fur(luck: &mut Luck) -> Canvas {
    let mut drawing = Drawing::new();
    let centre = (luck.between(480.0, 544.0), luck.between(480.0, 544.0));
    let body = luck.between(190.0, 250.0);
    let base = luck.colour(40.0, 200.0);
    drawing.disc(centre.0, centre.1, body, base);
    for _ in 0..9000 {
        let turn = luck.between(0.0, std::f32::consts::TAU);
        let start = body * luck.between(0.5, 1.0);
        let (mut x, mut y) = (centre.0 + start * turn.cos(), centre.1 + start * turn.sin());
        let mut heading = turn + luck.between(-0.5, 0.5);
        let bend = luck.between(-0.02, 0.02);
        let light = luck.between(0.7, 1.25);
        let colour = base.map(|v| (v * light).min(255.0));
        let thick = luck.between(0.0, 1.0) > 0.5;
        for _ in 0..luck.between(30.0, 110.0) as usize {
            drawing.dot(x, y, colour, 1.0);
            if thick {
                drawing.dot(x + 1.0, y, colour, 1.0);
            }
            x += heading.cos();
            y += heading.sin();
            heading += bend;
        }
    }
    drawing.finish()
}

/// A wheel of rings and spokes on a stand.
fn wire(luck: &mut Luck) -> Canvas {
    let mut drawing = Drawing::new();
    let colour = luck.colour(10.0, 110.0);
    let (centre, radius) = (
        (luck.between(460.0, 560.0), luck.between(420.0, 500.0)),
        luck.between(260.0, 330.0),
    );
    drawing.ring(centre, radius, luck.between(8.0, 13.0), colour);
    drawing.ring(centre, radius * 0.55, 3.0, colour);
    drawing.disc(centre.0, centre.1, 40.0, colour);
    let spokes = 8 + luck.below(8);
    for spoke in 0..spokes {
        let (sin, cos) = (spoke as f32 / spokes as f32 * std::f32::consts::TAU).sin_cos();
        drawing.line(
            centre,
            (centre.0 + radius * cos, centre.1 + radius * sin),
            luck.between(1.5, 3.0),
            colour,
        );
    }
    drawing.line(centre, (centre.0 - 120.0, 960.0), 10.0, colour);
    drawing.line(centre, (centre.0 + 120.0, 960.0), 10.0, colour);
    drawing.finish()
}

/// A bottle: opaque cap and label, body of glass with alpha 0.2–0.6, brighter and denser at its sides.
fn glass(luck: &mut Luck) -> Canvas {
    let mut drawing = Drawing::new();
    let (cx, half) = (luck.between(460.0, 564.0), luck.between(90.0, 120.0));
    let (tint, label, cap) = (
        luck.colour(20.0, 140.0),
        luck.colour(60.0, 240.0),
        luck.colour(20.0, 120.0),
    );
    let least = luck.between(0.2, 0.35);
    for y in 300..900 {
        for x in (cx - half) as i32..(cx + half) as i32 {
            let side = ((x as f32 - cx) / half).abs();
            let alpha = (least + 0.25 * side * side).min(0.6);
            let wall = side > 0.94 || y > 880;
            drawing.dot(x as f32, y as f32, tint, if wall { 0.9 } else { alpha });
            if (480..760).contains(&y) {
                drawing.dot(x as f32, y as f32, label, 1.0);
            }
        }
    }
    for y in 180..300 {
        for x in (cx - half * 0.5) as i32..(cx + half * 0.5) as i32 {
            drawing.dot(x as f32, y as f32, cap, 1.0);
        }
    }
    drawing.finish()
}

/// A round doily: a solid middle and a grid with holes.
fn lace(luck: &mut Luck) -> Canvas {
    let mut drawing = Drawing::new();
    let colour = luck.colour(30.0, 190.0);
    let (centre, radius) = ((512.0, 512.0), luck.between(300.0, 360.0));
    drawing.disc(centre.0, centre.1, radius * 0.4, colour);
    let step = luck.between(36.0, 52.0);
    let mut offset = -radius;
    while offset <= radius {
        let reach = (radius * radius - offset * offset).max(0.0).sqrt();
        drawing.line(
            (512.0 + offset, 512.0 - reach),
            (512.0 + offset, 512.0 + reach),
            6.0,
            colour,
        );
        drawing.line(
            (512.0 - reach, 512.0 + offset),
            (512.0 + reach, 512.0 + offset),
            6.0,
            colour,
        );
        offset += step;
    }
    drawing.ring(centre, radius, 10.0, colour);
    drawing.finish()
}

fn in_motion(sharp: &Canvas, length: i64) -> Canvas {
    Canvas::from_fn(SIDE as u32, SIDE as u32, |x, y| {
        let mut sum = [0.0; 4];
        for offset in -length / 2..=length / 2 {
            let from = sharp.get_pixel((i64::from(x) + offset).clamp(0, SIDE as i64 - 1) as u32, y);
            for c in 0..4 {
                sum[c] += from.0[c] / length as f32;
            }
        }
        Rgba(sum)
    })
}

fn compose(name: String, thing: Canvas, backdrop: Backdrop, luck: &mut Luck) -> Scene {
    let mut ground = ground(backdrop, luck);
    if luck.unit() < 0.5 {
        contact_shadow(&mut ground, &thing);
    }
    let mut rgb = Vec::with_capacity(SIDE * SIDE * 3);
    let mut alpha = Vec::with_capacity(SIDE * SIDE);
    let mut colours = Vec::with_capacity(SIDE * SIDE);
    for (front, behind) in thing.pixels().zip(ground.pixels()) {
        let a = front.0[3];
        for c in 0..3 {
            rgb.push((front.0[c] * 255.0 + (1.0 - a) * behind.0[c] + 0.5).clamp(0.0, 255.0) as u8);
        }
        colours.push([0, 1, 2].map(|c| if a > 0.0 { front.0[c] / a * 255.0 } else { 0.0 }));
        alpha.push(a);
    }
    let mut jpeg = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, 92);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
    encoder
        .encode(&rgb, SIDE as u16, SIDE as u16, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    Scene {
        name,
        backdrop,
        jpeg,
        alpha,
        colours,
    }
}

type Ground = ImageBuffer<Rgb<f32>, Vec<f32>>;

fn ground(backdrop: Backdrop, luck: &mut Luck) -> Ground {
    match backdrop {
        Backdrop::White => {
            let level = luck.between(0.93, 1.0) * 255.0;
            Ground::from_pixel(SIDE as u32, SIDE as u32, Rgb([level; 3]))
        }
        Backdrop::Graded => {
            let (from, to) = (luck.colour(90.0, 250.0), luck.colour(90.0, 250.0));
            let (sin, cos) = luck.between(0.0, std::f32::consts::TAU).sin_cos();
            let mix = luck.between(0.3, 0.7);
            let mut noise = Luck(ChaCha8Rng::seed_from_u64(luck.0.next_u64()));
            Ground::from_fn(SIDE as u32, SIDE as u32, |x, y| {
                let (u, v) = (x as f32 / SIDE as f32 - 0.5, y as f32 / SIDE as f32 - 0.5);
                let t = (mix * (u * cos + v * sin) + 0.5).clamp(0.0, 1.0);
                Rgb([0, 1, 2].map(|c| from[c] + (to[c] - from[c]) * t + noise.between(-1.0, 1.0)))
            })
        }
        Backdrop::Photographic | Backdrop::Hard => {
            // `imageops` takes floating-point colours to lie within 0–1.
            let sharp = if luck.unit() < 0.5 {
                photograph(luck)
            } else {
                texture(luck)
            };
            let mut ground = match luck.below(3) {
                0 => sharp,
                1 => imageops::blur(&sharp, 1.5),
                _ => imageops::blur(&sharp, 4.0),
            };
            for pixel in ground.pixels_mut() {
                pixel.0 = pixel.0.map(|v| v * 255.0);
            }
            ground
        }
    }
}

fn photograph(luck: &mut Luck) -> Ground {
    let name = ["astronaut.jpg", "chelsea.jpg", "coffee.jpg"][luck.below(3)];
    let photo = image::open(fixtures().join("photos").join(name))
        .unwrap()
        .into_rgb32f();
    let shorter = photo.width().min(photo.height()) as f32;
    let side = luck.between(0.3, 0.6) * shorter;
    let left = luck.between(0.0, photo.width() as f32 - side);
    let top = luck.between(0.0, photo.height() as f32 - side);
    let crop = imageops::crop_imm(&photo, left as u32, top as u32, side as u32, side as u32).to_image();
    let mut out = imageops::resize(&crop, SIDE as u32, SIDE as u32, FilterType::CatmullRom);
    if luck.unit() < 0.5 {
        imageops::flip_horizontal_in_place(&mut out);
    }
    out
}

/// Planks, gravel, tiles or cloth.
fn texture(luck: &mut Luck) -> Ground {
    let (one, two) = (luck.colour(50.0, 220.0), luck.colour(50.0, 220.0));
    let kind = luck.below(4);
    let size = luck.between(18.0, 60.0);
    let mut noise = Luck(ChaCha8Rng::seed_from_u64(luck.0.next_u64()));
    let mut speckle = Ground::from_fn(SIDE as u32, SIDE as u32, |_, _| Rgb([noise.unit(); 3]));
    speckle = imageops::blur(&speckle, if kind == 1 { 2.5 } else { 1.0 });
    Ground::from_fn(SIDE as u32, SIDE as u32, |x, y| {
        let s = (speckle.get_pixel(x, y).0[0] - 0.5) * if kind == 1 { 5.0 } else { 1.2 };
        let (x, y) = (x as f32, y as f32);
        let t = match kind {
            0 => (((x + 6.0 * (y / 40.0).sin()) / 9.0).sin() * 0.25 + 0.4) + f32::from(y % size < 2.0) * 0.5,
            1 => 0.5,
            2 => f32::from(x % size < 3.0 || y % size < 3.0),
            _ => 0.5 + 0.3 * ((x / 3.0).sin() * (y / 3.0).sin()),
        };
        Rgb([0, 1, 2].map(|c| (one[c] + (two[c] - one[c]) * (t + s).clamp(0.0, 1.0)) / 255.0))
    })
}

/// A soft shadow, shifted by (14, 8), sigma 14, strength 0.35.
fn contact_shadow(ground: &mut Ground, thing: &Canvas) {
    let mask = ImageBuffer::<image::Luma<f32>, _>::from_fn(SIDE as u32, SIDE as u32, |x, y| {
        let (from_x, from_y) = (i64::from(x) - 14, i64::from(y) - 8);
        image::Luma([if from_x >= 0 && from_y >= 0 {
            thing.get_pixel(from_x as u32, from_y as u32).0[3]
        } else {
            0.0
        }])
    });
    let soft = imageops::blur(&mask, 14.0);
    for (pixel, shadow) in ground.pixels_mut().zip(soft.pixels()) {
        pixel.0 = pixel.0.map(|v| v * (1.0 - 0.35 * shadow.0[0]));
    }
}
