//! The placeholder product for calls without one: a gift with a ribbon.

use crate::imaging::Sprite;
use tiny_skia::{Pixmap, Transform};

/// Size at which the placeholder is rendered; it is scaled down when drawn.
const SIDE: u32 = 1200;

/// Renders the placeholder.
pub(super) fn sprite() -> Sprite {
    let options = usvg::Options::default();
    let tree = usvg::Tree::from_str(include_str!("gift.svg"), &options).expect("the shipped SVG is valid");
    let mut canvas = Pixmap::new(SIDE, SIDE).expect("a fixed size");
    let scale = SIDE as f32 / tree.size().width();
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut canvas.as_mut());
    let straight: Vec<u8> = canvas
        .pixels()
        .iter()
        .flat_map(|pixel| {
            let plain = pixel.demultiply();
            [plain.red(), plain.green(), plain.blue(), plain.alpha()]
        })
        .collect();
    Sprite::from_straight_rgba(SIDE as usize, &straight).expect("the gift is not empty")
}
