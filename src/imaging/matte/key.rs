//! Mattes an object in front of a uniform or graded background: all pixels that differ from the background are
//! foreground, except for the shadow.

use super::ground::GroundModel;
use super::region::PixelRegion;
use crate::imaging::plane::box_means;
use crate::imaging::{Picture, Plane};

/// How each pixel compares with the background model.
struct Contrast {
    /// Distance of the colour from the background colour, in levels.
    distance: Vec<f32>,
    /// Brightness relative to the background; lower in a shadow.
    shade: Plane,
    /// Distance after correction for `shade`.
    chroma: Vec<f32>,
    /// Distance below which a pixel is background.
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

/// The background pixels: those connected to the border through background and soft shadow, and holes.
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
    let mut backdrop = PixelRegion::new(w, h, passable).connected_to_border();
    for hole in holes(picture, contrast, ground, &backdrop, &smooth) {
        for at in hole {
            backdrop.inside[at] = true;
        }
    }
    drop_specks(contrast, &mut backdrop);
    backdrop
}

/// Background visible through the object: enclosed regions that look like the background, or like the background in
/// the object's shadow if a contrasting frame surrounds them. A pale label is neither.
fn holes(
    picture: &Picture,
    contrast: &Contrast,
    ground: &GroundModel,
    backdrop: &PixelRegion,
    smooth: &Plane,
) -> Vec<Vec<usize>> {
    let (w, h) = (backdrop.width, backdrop.height);
    let least = (w * h / 12_000).max(9);
    // A shadowed region of more than a fifth of the object belongs to the object, such as a white mug.
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

/// The lowest shade accepted for background in a hole: a little below the 5th percentile of the background around the
/// object, and close to 1 if there is no shadow.
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

/// Whether most pixels around a hole differ by more than `min_contrast` from the mean colour in it.
fn is_framed(hole: &[usize], picture: &Picture, min_contrast: f32) -> bool {
    // Compression noise beside a strong edge extends over its block.
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
            framed += usize::from((1..=STEPS).filter_map(step).map(off).fold(0.0, f32::max) > min_contrast);
        }
    }
    framed * 4 >= edges * 3
}

/// Drops small components that hardly differ from the background: they are noise.
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

/// Computes alpha by projection: the position of a pixel's colour between background and foreground colour.
fn soft_alpha(picture: &Picture, ground: &GroundModel, contrast: &Contrast, backdrop: &PixelRegion) -> Plane {
    let (w, h) = (picture.width, picture.height);
    let reach = (w.max(h) as f32 / 110.0).max(3.0) as u16;
    let wide = reach * 5;
    let thing = backdrop.complement();
    let inward = thing.depth(wide + 1);
    let outward = backdrop.depth(reach + 1);
    let colours = ForegroundColours::near(picture, contrast, &thing, &inward, reach);
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

/// Makes pixels far from the edge opaque unless a path of partly transparent pixels connects them to the edge, as in fur
/// and motion blur, but not in a pale label.
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
    let axis = sub(f, b);
    let length = norm(axis);
    if length < 2.0 * low {
        return fallback;
    }
    let raw = dot(sub(i, b), axis) / (length * length);
    // Noise must not show as a veil over the background or as pinholes in the object.
    let slack = (0.5 * low / length).min(0.2);
    ((raw - slack) / (1.0 - 2.0 * slack)).clamp(0.0, 1.0)
}

/// Foreground colours near each pixel of the edge: weighted sums of colour, and the weight.
struct ForegroundColours {
    sure: Vec<[f32; 4]>,
    strong: Vec<[f32; 4]>,
}

impl ForegroundColours {
    /// Collects colours from pixels well inside the object and, where there are none (wire, hair), from those that
    /// differ most from the background.
    fn near(picture: &Picture, contrast: &Contrast, thing: &PixelRegion, inward: &[u16], reach: u16) -> Self {
        let radius = usize::from(reach) * 2;
        let sure = inward.iter().map(|depth| if *depth > reach { 1.0 } else { 0.0 });
        let strong = contrast.distance.iter().zip(&thing.inside).map(|(d, inside)| {
            let square = (d / 64.0) * (d / 64.0);
            if *inside { square * square * square } else { 0.0 }
        });
        Self {
            sure: weighted_means(picture, sure, radius * 2),
            strong: weighted_means(picture, strong, radius / 2 + 1),
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

/// Box means of the weighted colours and of the weights.
fn weighted_means(picture: &Picture, weight: impl Iterator<Item = f32>, r: usize) -> Vec<[f32; 4]> {
    let lanes: Vec<[f32; 4]> = weight
        .zip(picture.rgb.chunks_exact(3))
        .map(|(k, p)| [k * f32::from(p[0]), k * f32::from(p[1]), k * f32::from(p[2]), k])
        .collect();
    box_means(&lanes, picture.width, r)
}

/// The mean shade of the background near each pixel; 1 if there is none.
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
