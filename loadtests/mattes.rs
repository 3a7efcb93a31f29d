//! How good the mattes are: error of alpha and of colour on scenes with a known truth.
//!
//! `cargo bench --bench mattes` prints the figures for two seeds that nothing was tuned on. With
//! `-- --seed N --scenes N` other scenes; with `-- --sheet DIR` pictures to look at, of the scenes and of the
//! photographs in `fixtures/photos`; with `-- --model FILE` the neural matte too.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::pedantic,
    reason = "a benchmark may panic, and prints what it found"
)]

#[path = "../tests/support/scenes.rs"]
mod scenes;

use scenes::{Backdrop, SIDE, Scene, scenes};
use std::collections::BTreeMap;
use understudy::imaging::{MatteMode, MatteModel, Picture, PixelRange, foreground, matte};

struct Options {
    seeds: Vec<u64>,
    scenes: usize,
    sheet: Option<std::path::PathBuf>,
    model: Option<MatteModel>,
}

fn main() {
    let options = options();
    let modes: Vec<(&str, MatteMode)> = if options.model.is_some() {
        vec![("neural", MatteMode::Neural), ("auto", MatteMode::Auto)]
    } else {
        vec![("model-free", MatteMode::Auto)]
    };
    for (name, mode) in modes {
        photographs(name, mode, &options);
        for seed in &options.seeds {
            report(name, mode, *seed, &options);
        }
    }
}

fn options() -> Options {
    let mut options = Options {
        seeds: vec![101, 102],
        scenes: 40,
        sheet: None,
        model: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seed" => options.seeds = vec![words.next().unwrap().parse().unwrap()],
            "--scenes" => options.scenes = words.next().unwrap().parse().unwrap(),
            "--sheet" => options.sheet = Some(words.next().unwrap().into()),
            "--model" => options.model = Some(MatteModel::load(words.next().unwrap().as_ref()).unwrap()),
            _ => {}
        }
    }
    options
}

/// The photographs, cut out, on a checkerboard and on magenta.
fn photographs(name: &str, mode: MatteMode, options: &Options) {
    let Some(folder) = &options.sheet else { return };
    let photos = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/photos");
    for file in std::fs::read_dir(photos)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if file.extension().is_none_or(|end| end != "jpg") {
            continue;
        }
        let range = PixelRange { least: 1, most: 4096 };
        let picture = Picture::decode(&std::fs::read(&file).unwrap(), range, 1 << 24).unwrap();
        let alpha = matte(&picture, mode, options.model.as_ref()).alpha;
        let colours = foreground(&picture, &alpha);
        let w = picture.width;
        let sheet = image::RgbImage::from_fn(2 * w as u32, picture.height as u32, |x, y| {
            let at = y as usize * w + x as usize % w;
            let light = if (x / 16 + y / 16) % 2 == 0 { 255.0 } else { 190.0 };
            let back = if (x as usize) < w {
                [light; 3]
            } else {
                [255.0, 0.0, 255.0]
            };
            let a = alpha.data[at];
            let on = |c: usize| (f32::from(colours[at * 3 + c]) * a + back[c] * (1.0 - a)) as u8;
            image::Rgb([on(0), on(1), on(2)])
        });
        let stem = file.file_stem().unwrap().to_string_lossy();
        sheet
            .save(folder.join(format!("photo-{stem}-{name}.png")))
            .unwrap();
    }
}

struct Figure {
    name: String,
    tier: String,
    error: f32,
    fringe: f32,
}

fn report(name: &str, mode: MatteMode, seed: u64, options: &Options) {
    let mut figures: BTreeMap<Backdrop, Vec<Figure>> = BTreeMap::new();
    for (nth, scene) in scenes(seed, options.scenes).iter().enumerate() {
        let range = PixelRange { least: 1, most: 4096 };
        let picture = Picture::decode(&scene.jpeg, range, 1 << 24).unwrap();
        let found = matte(&picture, mode, options.model.as_ref());
        let colours = foreground(&picture, &found.alpha);
        let figure = Figure {
            name: scene.name.clone(),
            tier: format!("{:?}", found.method),
            error: error(&found.alpha.data, &scene.alpha),
            fringe: fringe(&found.alpha.data, &colours, scene),
        };
        if let Some(folder) = &options.sheet {
            let file = format!("{:?}-{nth:03}-{:.4}.png", scene.backdrop, figure.error);
            sheet(&picture, &found.alpha.data, &colours, scene)
                .save(folder.join(file))
                .unwrap();
        }
        figures.entry(scene.backdrop).or_default().push(figure);
    }
    println!("{name}, seed {seed}, {} scenes a ground", options.scenes);
    println!(
        "{:<14} {:>8} {:>8} {:>8} {:>8}  worst / tiers",
        "ground", "mean", "median", "worst", "fringe"
    );
    for (backdrop, mut all) in figures {
        all.sort_by(|a, b| a.error.total_cmp(&b.error));
        let mean = all.iter().map(|f| f.error).sum::<f32>() / all.len() as f32;
        let fringe = all.iter().map(|f| f.fringe).sum::<f32>() / all.len() as f32;
        let worst = &all[all.len() - 1];
        let keyed = all.iter().filter(|f| f.tier == "Key").count();
        println!(
            "{:<14} {mean:>8.4} {:>8.4} {:>8.4} {fringe:>8.4}  {}; {keyed} keyed",
            format!("{backdrop:?}"),
            all[all.len() / 2].error,
            worst.error,
            worst.name,
        );
        let mut kinds: BTreeMap<&str, Vec<f32>> = BTreeMap::new();
        for f in &all {
            let kind = if f.name.ends_with("motion") {
                "motion"
            } else {
                f.name.split(' ').next().unwrap()
            };
            kinds.entry(kind).or_default().push(f.error);
        }
        let kinds: Vec<String> = kinds
            .iter()
            .map(|(kind, errors)| format!("{kind} {:.4}", errors.iter().sum::<f32>() / errors.len() as f32))
            .collect();
        println!("{:<14} {}", "", kinds.join(", "));
    }
}

/// Mean absolute difference of alpha.
fn error(found: &[f32], truth: &[f32]) -> f32 {
    found.iter().zip(truth).map(|(a, b)| (a - b).abs()).sum::<f32>() / truth.len() as f32
}

/// Composed on magenta: how much the soft edge differs in colour from the true thing's, 0–1.
fn fringe(alpha: &[f32], colours: &[u8], scene: &Scene) -> f32 {
    let (mut sum, mut weight) = (0.0f32, 1e-6f32);
    for at in 0..alpha.len() {
        let a = alpha[at].min(scene.alpha[at]);
        if a > 0.1 && scene.alpha[at] < 0.95 {
            let off: f32 = (0..3)
                .map(|c| (f32::from(colours[at * 3 + c]) - scene.colours[at][c]).abs())
                .sum::<f32>()
                / 765.0;
            sum += a * off;
            weight += a;
        }
    }
    sum / weight
}

/// The picture, the cut-out on magenta, found alpha, true alpha.
fn sheet(picture: &Picture, alpha: &[f32], colours: &[u8], scene: &Scene) -> image::RgbImage {
    image::RgbImage::from_fn(SIDE as u32 * 2, SIDE as u32, |x, y| {
        let half = SIDE as u32 / 2;
        let (column, sx) = (x / half, (x % half) * 2);
        let row = y / half;
        let at = ((y % half) * 2) as usize * SIDE + sx as usize;
        let grey = |v: f32| image::Rgb([(v * 255.0) as u8; 3]);
        match (column, row) {
            (0, 0) => image::Rgb(picture.at(at % SIDE, at / SIDE)),
            (1, 0) => {
                let a = alpha[at];
                let on = |c: usize, back: f32| (f32::from(colours[at * 3 + c]) * a + back * (1.0 - a)) as u8;
                image::Rgb([on(0, 255.0), on(1, 0.0), on(2, 255.0)])
            }
            (2, 0) => grey(alpha[at]),
            (3, 0) => grey(scene.alpha[at]),
            _ => image::Rgb([(((alpha[at] - scene.alpha[at]).abs()) * 255.0) as u8; 3]),
        }
    })
}
