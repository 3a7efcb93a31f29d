//! The mattes keep the figures they are said to have, on scenes with a known truth.

use super::support::skip;
use super::support::synthetic::{Backdrop, Scene, scenes};
use understudy::imaging::{MatteMode, Model, Picture, PixelRange, Tier, foreground, matte};

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
    let model = Model::load(&file).unwrap();
    let photo = super::support::fixture("photos/astronaut.jpg");
    let picture = Picture::decode(&photo, ANY, 1 << 24).unwrap();
    let found = matte(&picture, MatteMode::Auto, Some(&model));
    assert_eq!(found.tier, Tier::Neural);
    let share = found.alpha.data.iter().sum::<f32>() / found.alpha.data.len() as f32;
    assert!(
        (0.3..0.8).contains(&share),
        "the astronaut fills {share} of her portrait"
    );
    // Her face is hers, the upper left corner is not.
    assert!(found.alpha.at(220, 130) > 0.95 && found.alpha.at(20, 20) < 0.05);
}
