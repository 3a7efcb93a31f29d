//! The mattes keep the figures they are said to have, on scenes with a known truth.

use super::support::program::Folder;
use super::support::scenes::{Backdrop, SIDE, Scene, scenes};
use super::support::skip;
use understudy::imaging::{
    EdgeMethod, MatteMethod, MatteMode, MatteModel, MatteOptions, Picture, PixelRange, Plane, closed_form,
    foreground, matte,
};

const ANY: PixelRange = PixelRange { least: 1, most: 4096 };

fn error(scene: &Scene) -> f32 {
    let picture = Picture::decode(&scene.jpeg, ANY, 1 << 24).unwrap();
    let found = matte(&picture, MatteMode::Auto, None);
    found
        .alpha
        .data
        .iter()
        .zip(&scene.alpha)
        .map(|(a, b)| (a - b).abs())
        .sum::<f32>()
        / scene.alpha.len() as f32
}

#[test]
fn the_model_free_matte_is_as_good_as_its_figures() {
    // The seeds `cargo bench --bench mattes` prints by itself.
    let all: Vec<Scene> = [101, 102].into_iter().flat_map(|seed| scenes(seed, 20)).collect();
    let errors = |wanted: &[Backdrop]| -> Vec<f32> {
        all.iter()
            .filter(|scene| wanted.contains(&scene.backdrop))
            .map(error)
            .collect()
    };
    let mean = |errors: &[f32]| errors.iter().sum::<f32>() / errors.len() as f32;
    let studio = errors(&[Backdrop::White, Backdrop::Graded]);
    let worst = studio.iter().copied().fold(0.0, f32::max);
    assert!(
        mean(&studio) <= 0.012 && worst <= 0.05,
        "mean {} worst {worst}",
        mean(&studio)
    );
    let photographic = errors(&[Backdrop::Photographic]);
    assert!(mean(&photographic) <= 0.035, "mean {}", mean(&photographic));
}

#[test]
fn no_colour_of_the_ground_is_left_in_the_soft_edge() {
    for scene in scenes(104, 6)
        .iter()
        .filter(|scene| scene.backdrop == Backdrop::Graded)
    {
        let picture = Picture::decode(&scene.jpeg, ANY, 1 << 24).unwrap();
        let found = matte(&picture, MatteMode::Auto, None);
        let colours = foreground(&picture, &found.alpha);
        let (mut before, mut after, mut n) = (0.0f32, 0.0f32, 0.0f32);
        for at in 0..scene.alpha.len() {
            if (0.2..0.8).contains(&scene.alpha[at]) && (0.2..0.8).contains(&found.alpha.data[at]) {
                for c in 0..3 {
                    before += (f32::from(picture.rgb[at * 3 + c]) - scene.colours[at][c]).abs();
                    after += (f32::from(colours[at * 3 + c]) - scene.colours[at][c]).abs();
                }
                n += 3.0;
            }
        }
        assert!(
            n < 300.0 || after < 0.7 * before,
            "{}: {} then {}",
            scene.name,
            before / n,
            after / n
        );
    }
}

#[test]
fn the_neural_matte_is_used_where_a_model_is_installed() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/ci/models/u2netp.onnx");
    if !file.exists() {
        return skip("the neural matte's model is not installed in target/ci");
    }
    let model = MatteModel::load(&file).unwrap();
    let photo = super::support::fixture("photos/astronaut.jpg");
    let picture = Picture::decode(&photo, ANY, 1 << 24).unwrap();
    let found = matte(&picture, MatteMode::Auto, Some(&model));
    assert_eq!(found.method, MatteMethod::Neural);
    let share = found.alpha.data.iter().sum::<f32>() / found.alpha.data.len() as f32;
    assert!(
        (0.3..0.8).contains(&share),
        "the astronaut fills {share} of her portrait"
    );
    // Her face is hers, the upper left corner is not.
    assert!(found.alpha.at(220, 130) > 0.95 && found.alpha.at(20, 20) < 0.05);
}

/// Sure where the truth is sure all around, unknown elsewhere.
fn trimap(scene: &Scene) -> Plane {
    const REACH: usize = 6;
    let truth = Plane {
        width: SIDE,
        height: SIDE,
        data: scene.alpha.clone(),
    };
    // The mean of a box is 0 or 1 only where all of it is.
    truth.box_mean(REACH).map(|mean| {
        if mean < 1e-4 {
            0.0
        } else if mean > 1.0 - 1e-4 {
            1.0
        } else {
            0.5
        }
    })
}

#[test]
fn closed_form_is_as_good_as_pymattings_on_the_same_trimap() {
    let packages = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/pymatting-1.1.16");
    if !packages.exists() {
        return skip("pymatting is not installed: pip install --target target/clients/pymatting-1.1.16 …");
    }
    let folder = Folder::new("pymatting");
    let (mut ours, mut theirs) = (0.0f64, 0.0f64);
    for (nth, scene) in scenes(103, 2).iter().enumerate() {
        let picture = Picture::decode(&scene.jpeg, ANY, 1 << 24).unwrap();
        let known = trimap(scene);
        let file = |name: &str| folder.0.join(format!("{nth}-{name}.png"));
        let side = SIDE as u32;
        let grey = known.data.iter().map(|v| (v * 255.0) as u8).collect();
        image::RgbImage::from_raw(side, side, picture.rgb.clone())
            .unwrap()
            .save(file("picture"))
            .unwrap();
        image::GrayImage::from_raw(side, side, grey)
            .unwrap()
            .save(file("trimap"))
            .unwrap();
        let done = std::process::Command::new("python3")
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/clients/pymatting_cf.py"
            ))
            .args([file("picture"), file("trimap"), file("alpha")])
            .env("PYTHONPATH", &packages)
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let alpha = image::open(file("alpha")).unwrap().into_luma16();
        let off = |found: f32, truth: f32| f64::from((found - truth).abs());
        let found = closed_form(&picture, &known);
        ours += found
            .data
            .iter()
            .zip(&scene.alpha)
            .map(|(a, b)| off(*a, *b))
            .sum::<f64>();
        theirs += alpha
            .iter()
            .zip(&scene.alpha)
            .map(|(a, b)| off(f32::from(*a) / 65535.0, *b))
            .sum::<f64>();
    }
    let ratio = ours / theirs;
    eprintln!("closed form: our error over pymatting's is {ratio:.3}");
    assert!(ratio <= 1.05, "{ratio}");
}

#[test]
fn a_closed_form_edge_is_a_choice_and_no_worse_on_the_same_mask() {
    let photo = super::support::fixture("photos/coffee.jpg");
    let picture = Picture::decode(&photo, ANY, 1 << 24).unwrap();
    let way = |edge| MatteOptions {
        mode: MatteMode::Classic,
        edge,
    };
    let guided = matte(&picture, way(EdgeMethod::Guided), None);
    let closed = matte(&picture, way(EdgeMethod::ClosedForm), None);
    assert!(closed.because.contains("edge ClosedForm"), "{}", closed.because);
    let n = guided.alpha.data.len() as f32;
    let apart: f32 = guided
        .alpha
        .data
        .iter()
        .zip(&closed.alpha.data)
        .map(|(a, b)| (a - b).abs())
        .sum();
    // The same thing, with another edge.
    assert!((0.0005..0.05).contains(&(apart / n)), "{}", apart / n);
}
