//! The matte of a thing before a measured ground: what is not the ground is the thing, save its shadow.

use super::ground::GroundModel;
use super::region::PixelRegion;
use crate::imaging::plane::box_means;
use crate::imaging::{Picture, Plane};

/// How each pixel compares with the ground behind it.
struct Contrast {
    /// Distance of the colour from the ground's, in levels.
    distance: Vec<f32>,
    /// Brightness as a share of the ground's: what a shadow lowers.
    shade: Plane,
    /// What is left of the distance when the shade is allowed for.
    chroma: Vec<f32>,
    /// Distance below which a pixel is the ground.
    low: f32,
}

pub(super) fn key(picture: &Picture, ground: &GroundModel) -> Plane {
    let contrast = Contrast::measure(picture, ground);
    let backdrop = backdrop(picture, &contrast, ground);
    soft_alpha(picture, ground, &contrast, &backdrop)
}

impl Contrast {
    fn measure(picture: &Picture, ground: &GroundModel) -> Self {
        let (w, h) = (picture.width, picture.height);
        let mut distance = Vec::with_capacity(w * h);
        let mut chroma = Vec::with_capacity(w * h);
        let mut shade = Vec::with_capacity(w * h);
        let mut behind = vec![[0.0f32; 3]; w];
        for (y, row) in picture.rgb.chunks_exact(w * 3).enumerate() {
            ground.row(y, &mut behind);
            for (pixel, b) in row.chunks_exact(3).zip(&behind) {
                let i = [f32::from(pixel[0]), f32::from(pixel[1]), f32::from(pixel[2])];
                let s = dot(i, *b) / dot(*b, *b).max(1.0);
                distance.push(norm(sub(i, *b)));
                chroma.push(norm(sub(i, scale(*b, s))));
                shade.push(s);
            }
        }
        let low = (2.5 * ground.residual as f32).max(5.0);
        Self {
            distance,
            shade: Plane {
                width: w,
                height: h,
                data: shade,
            },
            chroma,
            low,
        }
    }
}

/// The pixels that show the ground: reached from the border through ground and soft shadow, and holes.
fn backdrop(picture: &Picture, contrast: &Contrast, ground: &GroundModel) -> PixelRegion {
    let (w, h) = (picture.width, picture.height);
    let smooth = contrast.shade.box_mean(2);
    let slope = |at: usize| {
        let (x, y) = (at % w, at / w);
        let dx = smooth.at((x + 1).min(w - 1), y) - smooth.at(x.saturating_sub(1), y);
        let dy = smooth.at(x, (y + 1).min(h - 1)) - smooth.at(x, y.saturating_sub(1));
        255.0 * 0.5 * (dx * dx + dy * dy).sqrt()
    };
    let bare: Vec<bool> = contrast.distance.iter().map(|d| *d < contrast.low).collect();
    let passable: Vec<bool> = (0..w * h)
        .map(|at| {
            let s = contrast.shade.data[at];
            let shadow = s > 0.45 && s < 1.02 && contrast.chroma[at] < 0.9 * contrast.low;
            bare[at] || (shadow && slope(at) < 3.0)
        })
        .collect();
    let mut backdrop = PixelRegion::new(w, h, passable).reached_from_border();
    for hole in holes(picture, contrast, ground, &backdrop, &smooth) {
        for at in hole {
            backdrop.inside[at] = true;
        }
    }
    drop_specks(contrast, &mut backdrop);
    backdrop
}

/// The ground seen through the thing: enclosed, and either just like the ground, or like the ground in the
/// shadow that the thing casts close by, behind a frame that stands out from it. A pale label is neither.
fn holes(
    picture: &Picture,
    contrast: &Contrast,
    ground: &GroundModel,
    backdrop: &PixelRegion,
    smooth: &Plane,
) -> Vec<Vec<usize>> {
    let (w, h) = (backdrop.width, backdrop.height);
    let least = (w * h / 12_000).max(9);
    // A shadowed part of more than a fifth of the thing is the thing itself: a white mug.
    let thing = backdrop.inside.iter().filter(|inside| !**inside).count();
    let like_ground = |at: usize| {
        let s = contrast.shade.data[at];
        contrast.distance[at] < contrast.low
            || (s > 0.45 && s < 1.02 && contrast.chroma[at] < 0.9 * contrast.low)
    };
    let enclosed = (0..w * h)
        .map(|at| !backdrop.inside[at] && like_ground(at))
        .collect();
    let darkest = darkest_shadow(backdrop, smooth);
    let most = (1.5 * ground.residual as f32).max(2.0);
    let mut holes = PixelRegion::new(w, h, enclosed).components();
    holes.retain(|hole| {
        let middle = |values: &[f32]| {
            let mut own: Vec<f32> = hole.iter().map(|at| values[*at]).collect();
            let half = own.len() / 2;
            *own.select_nth_unstable_by(half, f32::total_cmp).1
        };
        let (distance, shade) = (middle(&contrast.distance), middle(&contrast.shade.data));
        let is_window = hole.len() * 5 < thing;
        hole.len() > least
            && (distance < most
                || (is_window && shade > darkest && is_framed(hole, picture, 2.0 * contrast.low)))
    });
    holes
}

/// How dark the ground in a hole may be: a little darker than the darkest (but for the last twentieth) of the
/// open ground around the thing, and hardly darker than the bare ground where nothing casts a shadow.
fn darkest_shadow(backdrop: &PixelRegion, smooth: &Plane) -> f32 {
    let (w, h) = (backdrop.width, backdrop.height);
    let margin = w.max(h) / 16;
    let thing: Vec<usize> = (0..w * h).filter(|at| !backdrop.inside[*at]).collect();
    let (xs, ys) = (thing.iter().map(|at| at % w), thing.iter().map(|at| at / w));
    let (left, right) = (xs.clone().min().unwrap_or(0), xs.max().unwrap_or(0));
    let (top, bottom) = (ys.clone().min().unwrap_or(0), ys.max().unwrap_or(0));
    let mut shades = Vec::new();
    for y in (top.saturating_sub(margin)..=(bottom + margin).min(h - 1)).step_by(2) {
        for x in (left.saturating_sub(margin)..=(right + margin).min(w - 1)).step_by(2) {
            if backdrop.inside[y * w + x] {
                shades.push(smooth.at(x, y));
            }
        }
    }
    let twentieth = shades.len() / 20;
    let darkest = if shades.is_empty() {
        1.0
    } else {
        *shades.select_nth_unstable_by(twentieth, f32::total_cmp).1
    };
    if darkest < 0.97 { darkest - 0.2 } else { 0.97 }
}

/// Whether most of what is around a hole differs clearly from what is in it.
fn is_framed(hole: &[usize], picture: &Picture, clearly: f32) -> bool {
    // Coding noise beside a strong edge reaches as far as its block.
    const STEPS: i32 = 8;
    let (w, h) = (picture.width, picture.height);
    let own: std::collections::HashSet<usize> = hole.iter().copied().collect();
    let n = hole.len() as f32;
    let mut mean = [0.0f32; 3];
    for at in hole {
        let colour = picture.at(at % w, at / w);
        for (sum, value) in mean.iter_mut().zip(colour) {
            *sum += f32::from(value) / n;
        }
    }
    let (mut edges, mut framed) = (0usize, 0usize);
    for at in hole {
        let (x, y) = ((at % w) as i32, (at / w) as i32);
        for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
            let step = |k: i32| {
                let (nx, ny) = (x + dx * k, y + dy * k);
                (nx >= 0 && ny >= 0 && nx < w as i32 && ny < h as i32).then_some((nx as usize, ny as usize))
            };
            if step(1).is_some_and(|(nx, ny)| own.contains(&(ny * w + nx))) {
                continue;
            }
            edges += 1;
            let off = |(nx, ny): (usize, usize)| norm(sub(picture.at(nx, ny).map(f32::from), mean));
            framed += usize::from((1..=STEPS).filter_map(step).map(off).fold(0.0, f32::max) > clearly);
        }
    }
    framed * 4 >= edges * 3
}

/// Little things that hardly differ from the ground are noise, not thing.
fn drop_specks(contrast: &Contrast, backdrop: &mut PixelRegion) {
    let parts = backdrop.complement().components();
    let largest = parts.iter().map(Vec::len).max().unwrap_or(0);
    for speck in parts.iter().filter(|part| part.len() * 60 < largest) {
        let strongest = speck.iter().map(|at| contrast.distance[*at]).fold(0.0, f32::max);
        if strongest < 4.0 * contrast.low {
            for at in speck {
                backdrop.inside[*at] = true;
            }
        }
    }
}

/// Alpha by projection: how far a pixel lies on the way from the ground's colour to the thing's.
fn soft_alpha(picture: &Picture, ground: &GroundModel, contrast: &Contrast, backdrop: &PixelRegion) -> Plane {
    let (w, h) = (picture.width, picture.height);
    let reach = (w.max(h) as f32 / 110.0).max(3.0) as u16;
    let wide = reach * 5;
    let thing = backdrop.complement();
    let inward = thing.depth(wide + 1);
    let outward = backdrop.depth(reach + 1);
    let colours = Colours::near(picture, contrast, &thing, &inward, reach);
    let shade = shade_nearby(contrast, backdrop, usize::from(reach));
    let mut alpha = Plane::filled(w, h, 0.0);
    let mut behind = vec![[0.0f32; 3]; w];
    for y in 0..h {
        ground.row(y, &mut behind);
        for x in 0..w {
            let at = y * w + x;
            let inside = thing.inside[at];
            alpha.data[at] = if inside { 1.0 } else { 0.0 };
            let near = if inside {
                inward[at] <= wide
            } else {
                outward[at] <= reach
            };
            if near {
                let b = scale(behind[x], shade[at].clamp(0.45, 1.02));
                let i = picture.at(x, y).map(f32::from);
                alpha.data[at] = project(i, b, colours.at(at), contrast.low, alpha.data[at]);
            }
        }
    }
    keep_deep_pixels(&mut alpha, &inward, reach);
    alpha
}

/// Beyond the reach of the edge a pixel is only part ground where the way to it from the edge is, too:
/// fur and motion blur are, a pale label is not.
fn keep_deep_pixels(alpha: &mut Plane, inward: &[u16], reach: u16) {
    const SOLID: f32 = 0.93;
    let (w, h) = (alpha.width, alpha.height);
    let around = alpha.box_mean(2);
    let mut open: Vec<bool> = inward.iter().map(|depth| *depth <= reach).collect();
    let mut queue: Vec<usize> = (0..w * h)
        .filter(|at| (1..=reach).contains(&inward[*at]) && around.data[*at] < SOLID)
        .collect();
    while let Some(at) = queue.pop() {
        for next in super::region::neighbours(at, w, h) {
            if !open[next] && around.data[next] < SOLID {
                open[next] = true;
                queue.push(next);
            }
        }
    }
    for (value, open) in alpha.data.iter_mut().zip(open) {
        if !open {
            *value = 1.0;
        }
    }
}

fn project(i: [f32; 3], b: [f32; 3], f: Option<[f32; 3]>, low: f32, fallback: f32) -> f32 {
    let Some(f) = f else { return fallback };
    let way = sub(f, b);
    let length = norm(way);
    if length < 2.0 * low {
        return fallback;
    }
    let raw = dot(sub(i, b), way) / (length * length);
    // The ground's own noise must not show as a veil, nor the thing's as pinholes.
    let slack = (0.5 * low / length).min(0.2);
    ((raw - slack) / (1.0 - 2.0 * slack)).clamp(0.0, 1.0)
}

/// The thing's colour near each pixel of the edge: weighted sums of colour, and the weight.
struct Colours {
    sure: Vec<[f32; 4]>,
    strong: Vec<[f32; 4]>,
}

impl Colours {
    /// From the thing's pixels well inside, and, where there are none (wire, hair), from those that differ
    /// most from the ground.
    fn near(picture: &Picture, contrast: &Contrast, thing: &PixelRegion, inward: &[u16], reach: u16) -> Self {
        let radius = usize::from(reach) * 2;
        let sure = inward.iter().map(|depth| if *depth > reach { 1.0 } else { 0.0 });
        let strong = contrast.distance.iter().zip(&thing.inside).map(|(d, inside)| {
            let square = (d / 64.0) * (d / 64.0);
            if *inside { square * square * square } else { 0.0 }
        });
        Self {
            sure: weighted(picture, sure, radius * 2),
            strong: weighted(picture, strong, radius / 2 + 1),
        }
    }

    fn at(&self, at: usize) -> Option<[f32; 3]> {
        let mean = |[r, g, b, weight]: [f32; 4]| [r / weight, g / weight, b / weight];
        let (sure, strong) = (self.sure[at], self.strong[at]);
        if sure[3] > 0.04 {
            Some(mean(sure))
        } else if strong[3] > 1e-7 {
            Some(mean(strong))
        } else {
            None
        }
    }
}

fn weighted(picture: &Picture, weight: impl Iterator<Item = f32>, r: usize) -> Vec<[f32; 4]> {
    let lanes: Vec<[f32; 4]> = weight
        .zip(picture.rgb.chunks_exact(3))
        .map(|(k, p)| [k * f32::from(p[0]), k * f32::from(p[1]), k * f32::from(p[2]), k])
        .collect();
    box_means(&lanes, picture.width, r)
}

/// The mean shade of the ground near each pixel; 1 where there is none.
fn shade_nearby(contrast: &Contrast, backdrop: &PixelRegion, r: usize) -> Vec<f32> {
    let lanes: Vec<[f32; 2]> = backdrop
        .inside
        .iter()
        .zip(&contrast.shade.data)
        .map(|(out, shade)| if *out { [*shade, 1.0] } else { [0.0, 0.0] })
        .collect();
    box_means(&lanes, backdrop.width, r)
        .into_iter()
        .map(|[sum, weight]| if weight > 1e-3 { sum / weight } else { 1.0 })
        .collect()
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn norm(a: [f32; 3]) -> f32 {
    dot(a, a).sqrt()
}

fn sub(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn scale(a: [f32; 3], s: f32) -> [f32; 3] {
    a.map(|v| v * s)
}
