//! Decoration: a safe subset of SVG, without references, text, scripts, filters or reuse.

use super::pixel_rect::PixelRect;
use super::style::Palette;
use super::template::{Ornament, OrnamentAnchor, Template};
use std::fmt::Write;
use tiny_skia::{Pixmap, Transform};
use usvg::{ImageHrefResolver, Options, Tree};

/// Allowed elements. Pictures, text, styles, links, reuse and filters are not allowed.
const ELEMENTS: [&str; 15] = [
    "g",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "defs",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "svg",
];
/// Maximum number of elements in an ornament.
const MAX_ELEMENTS: usize = 500;
/// Maximum nesting depth; each level may need a canvas of its own.
const MAX_DEPTH: usize = 5;
/// Minimum length of a dash, which limits the number of dashes.
const MIN_DASH: f32 = 0.5;

/// Checks that an SVG fragment can be drawn as decoration. The error completes "the fragment …".
pub(super) fn check(svg: &str) -> Result<(), String> {
    if svg.len() > 32 << 10 {
        return Err("is longer than 32,768 bytes".into());
    }
    let whole = wrap_in_svg(&substitute_colours(svg, &Palette::sample())?);
    let document = usvg::roxmltree::Document::parse(&whole).map_err(|why| why.to_string())?;
    let elements = || document.descendants().filter(usvg::roxmltree::Node::is_element);
    if let Some(other) = elements().find(|node| !ELEMENTS.contains(&node.tag_name().name())) {
        return Err(format!(
            "<{}> is not drawn as decoration",
            other.tag_name().name()
        ));
    }
    if elements().count() > MAX_ELEMENTS {
        return Err(format!("has more than {MAX_ELEMENTS} elements"));
    }
    // The document and the outer element are added by this module.
    if elements().any(|node| node.ancestors().count() > MAX_DEPTH + 2) {
        return Err(format!("has more than {MAX_DEPTH} elements within one another"));
    }
    elements()
        .flat_map(|node| node.attributes())
        .try_for_each(|own| check_attribute(own.name(), own.value()))?;
    tree(&whole).map(drop)
}

/// Checks that an attribute is allowed.
fn check_attribute(name: &str, value: &str) -> Result<(), String> {
    if matches!(name, "href" | "style" | "class") || name.starts_with("on") {
        return Err(format!("the attribute {name} is not allowed"));
    }
    let mut dashes = value.split([',', ' ']).filter(|dash| !dash.is_empty());
    let is_long = |dash: &str| dash.parse().is_ok_and(|dash: f32| dash >= MIN_DASH);
    if name == "stroke-dasharray" && !dashes.all(is_long) {
        return Err(format!(
            "stroke-dasharray: expected numbers of {MIN_DASH} and more"
        ));
    }
    Ok(())
}

fn wrap_in_svg(inner: &str) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"100\">{inner}</svg>")
}

/// Replaces colour names in braces by the colours of a palette.
fn substitute_colours(svg: &str, palette: &Palette) -> Result<String, String> {
    let mut all = String::with_capacity(svg.len());
    let mut rest = svg;
    while let Some((before, after)) = rest.split_once('{') {
        let (role, after) = after.split_once('}').ok_or("a { without its }")?;
        let colour = palette
            .by_name(role)
            .ok_or_else(|| format!("{{{role}}} is no colour"))?;
        all.push_str(before);
        all.push_str(&colour.to_hex());
        rest = after;
    }
    all.push_str(rest);
    Ok(all)
}

fn tree(svg: &str) -> Result<Tree, String> {
    let options = Options {
        // References are never resolved.
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    Tree::from_str(svg, &options).map_err(|why| why.to_string())
}

/// Draws the decoration of a template onto a canvas. `product` is the area of the product.
pub(super) fn draw(template: &Template, palette: &Palette, product: PixelRect, canvas: &mut Pixmap) {
    if template.decoration.is_empty() {
        return;
    }
    let (width, height) = (canvas.width() as f32, canvas.height() as f32);
    let whole = PixelRect {
        x: 0.0,
        y: 0.0,
        width,
        height,
    };
    let mut svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">");
    for piece in &template.decoration {
        let (x, y, side) = place(piece, whole, product);
        let inner = substitute_colours(&piece.svg, palette)
            .expect("a template's decoration is checked when it is read");
        let scale = side / 100.0;
        write!(
            svg,
            "<g transform=\"translate({x} {y}) scale({scale})\">{inner}</g>"
        )
        .expect("writing to a string does not fail");
    }
    svg.push_str("</svg>");
    let tree = tree(&svg).expect("a template's decoration is checked when it is read");
    resvg::render(&tree, Transform::identity(), &mut canvas.as_mut());
}

/// Position of the view box of an ornament: left, top, and side in pixels.
fn place(piece: &Ornament, whole: PixelRect, product: PixelRect) -> (f32, f32, f32) {
    let side = piece.size
        * match piece.at {
            OrnamentAnchor::Cover => whole.width.max(whole.height),
            OrnamentAnchor::Product | OrnamentAnchor::Floor => product.short_side(),
            OrnamentAnchor::TopLeft
            | OrnamentAnchor::Top
            | OrnamentAnchor::TopRight
            | OrnamentAnchor::Left
            | OrnamentAnchor::Right
            | OrnamentAnchor::BottomLeft
            | OrnamentAnchor::Bottom
            | OrnamentAnchor::BottomRight => whole.short_side(),
        };
    let (free_x, free_y) = (whole.width - side, whole.height - side);
    let (centre_x, centre_y) = product.centre();
    let (x, y) = match piece.at {
        OrnamentAnchor::TopLeft => (0.0, 0.0),
        OrnamentAnchor::Top => (free_x / 2.0, 0.0),
        OrnamentAnchor::TopRight => (free_x, 0.0),
        OrnamentAnchor::Left => (0.0, free_y / 2.0),
        OrnamentAnchor::Right => (free_x, free_y / 2.0),
        OrnamentAnchor::BottomLeft => (0.0, free_y),
        OrnamentAnchor::Bottom => (free_x / 2.0, free_y),
        OrnamentAnchor::BottomRight => (free_x, free_y),
        OrnamentAnchor::Cover => (free_x / 2.0, free_y / 2.0),
        OrnamentAnchor::Product => (centre_x - side / 2.0, centre_y - side / 2.0),
        OrnamentAnchor::Floor => (centre_x - side / 2.0, product.bottom() - side / 2.0),
    };
    (x, y, side)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoration_is_shapes_and_colours_and_nothing_else() {
        assert_eq!(
            check("<g><circle cx=\"50\" cy=\"50\" r=\"9\" fill=\"{tint}\"/></g>"),
            Ok(())
        );
        for wrong in [
            "<image href=\"file:///etc/passwd\"/>",
            "<text>hello</text>",
            "<rect fill=\"{nothing}\"/>",
            "<rect fill=\"{tint\"/>",
            "<rect",
            "<use href=\"#a\"/>",
            "<filter id=\"f\"/>",
            "<rect onclick=\"x\"/>",
            "</svg><script/><svg>",
            "<style>@import url(http://x)</style>",
            "<rect style=\"fill:red\"/>",
            "<path d=\"M0 0H90\" stroke=\"red\" stroke-dasharray=\"0.001\"/>",
            "<g><g><g><g><g><rect/></g></g></g></g></g>",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
        let many = "<circle r=\"1\"/>".repeat(501);
        assert_eq!(check(&many), Err("has more than 500 elements".into()));
    }
}
