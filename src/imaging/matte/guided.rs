//! The colour guided filter: makes a coarse mask follow the edges of the picture (He et al. 2013), with its
//! coefficients computed small and applied at full size (the fast guided filter).

use crate::imaging::plane::{box_means, taps};
use crate::imaging::{Picture, Plane};

/// Side of the tiles the filter works in: small enough that all its sums stay in the processor's cache.
const TILE: usize = 64;

/// Filters `mask` along the edges of `guide`, a picture of its size, and applies the result to `full`. Where
/// `sure` is 1 or -1, the result is of no interest and not worked out.
pub(super) fn guided(
    full: &Picture,
    guide: &Picture,
    (mask, sure): (&Plane, &Plane),
    r: usize,
    eps: f32,
) -> Plane {
    let (w, h) = (mask.width, mask.height);
    let mut smooth = vec![[0.0f32; 4]; w * h];
    for top in (0..h).step_by(TILE) {
        for left in (0..w).step_by(TILE) {
            let tile = Part::around(left, top, 0, (w, h));
            if Part::around(left, top, 1, (w, h))
                .pixels(w)
                .all(|at| sure.data[at].abs() >= 1.0)
            {
                continue;
            }
            // Both means reach `r` beyond what they are for.
            let part = Part::around(left, top, 2 * r, (w, h));
            let lines = box_means(&lines(guide, mask, &part, r, eps), part.width(), r);
            for y in tile.top..tile.bottom {
                let from = (y - part.top) * part.width() + tile.left - part.left;
                smooth[y * w + tile.left..y * w + tile.right].copy_from_slice(&lines[from..][..tile.width()]);
            }
        }
    }
    apply(full, &smooth, sure)
}

/// A rectangle of pixels.
struct Part {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Part {
    /// The tile at a corner with a margin, as far as the picture reaches.
    fn around(left: usize, top: usize, margin: usize, (w, h): (usize, usize)) -> Self {
        Self {
            left: left.saturating_sub(margin),
            top: top.saturating_sub(margin),
            right: (left + TILE + margin).min(w),
            bottom: (top + TILE + margin).min(h),
        }
    }

    fn width(&self) -> usize {
        self.right - self.left
    }

    /// Its pixels, row by row, in a picture of this width.
    fn pixels(&self, w: usize) -> impl Iterator<Item = usize> {
        (self.top..self.bottom).flat_map(move |y| y * w + self.left..y * w + self.right)
    }
}

/// For each pixel of a part the line `a·rgb + b` that predicts the mask best in the square around it.
fn lines(guide: &Picture, mask: &Plane, part: &Part, r: usize, eps: f32) -> Vec<[f32; 4]> {
    let w = part.width();
    let seen: Vec<[f32; 4]> = part
        .pixels(mask.width)
        .map(|at| {
            let colour = |c: usize| f32::from(guide.rgb[at * 3 + c]) / 255.0;
            [colour(0), colour(1), colour(2), mask.data[at]]
        })
        .collect();
    // Four quantities at a time: the means, their products with the mask, the products of the colours.
    let first = box_means(&seen, w, r);
    let of =
        |product: fn(&[f32; 4]) -> [f32; 4]| box_means(&seen.iter().map(product).collect::<Vec<_>>(), w, r);
    let cross = of(|[x, y, z, p]| [x * p, y * p, z * p, x * x]);
    let square = of(|[x, y, z, _]| [x * y, x * z, y * y, y * z]);
    let last = box_means(&seen.iter().map(|[_, _, z, _]| [z * z]).collect::<Vec<_>>(), w, r);
    first
        .iter()
        .zip(&cross)
        .zip(square.iter().zip(&last))
        .map(|(([x, y, z, p], [xp, yp, zp, xx]), ([xy, xz, yy, yz], [zz]))| {
            let variance = [
                xx - x * x + eps,
                xy - x * y,
                xz - x * z,
                yy - y * y + eps,
                yz - y * z,
                zz - z * z + eps,
            ];
            let [a, b, c] = solve(variance, [xp - x * p, yp - y * p, zp - z * p]);
            [a, b, c, p - a * x - b * y - c * z]
        })
        .collect()
}

/// The lines, read between their pixels, at each pixel of the full picture that is not sure.
fn apply(full: &Picture, lines: &[[f32; 4]], sure: &Plane) -> Plane {
    let xs = taps(sure.width, full.width);
    let mut data = Vec::with_capacity(full.pixels());
    for ((top, bottom, fy), row) in taps(sure.height, full.height)
        .into_iter()
        .zip(full.rgb.chunks_exact(full.width * 3))
    {
        let (sure_top, sure_bottom) = (&sure.data[top * sure.width..], &sure.data[bottom * sure.width..]);
        let (top, bottom) = (&lines[top * sure.width..], &lines[bottom * sure.width..]);
        for ((x0, x1, fx), pixel) in xs.iter().zip(row.chunks_exact(3)) {
            let around = [sure_top[*x0], sure_top[*x1], sure_bottom[*x0], sure_bottom[*x1]];
            if around.iter().all(|sure| sure.abs() >= 1.0) {
                data.push(0.0);
                continue;
            }
            let mut line = [0.0f32; 4];
            for (k, value) in line.iter_mut().enumerate() {
                let above = top[*x0][k] + (top[*x1][k] - top[*x0][k]) * fx;
                let below = bottom[*x0][k] + (bottom[*x1][k] - bottom[*x0][k]) * fx;
                *value = above + (below - above) * fy;
            }
            let colour = [0, 1, 2].map(|c| f32::from(pixel[c]) / 255.0);
            data.push(line[3] + line[0] * colour[0] + line[1] * colour[1] + line[2] * colour[2]);
        }
    }
    Plane {
        width: full.width,
        height: full.height,
        data,
    }
}

/// Solves the symmetric 3×3 system with entries xx, xy, xz, yy, yz, zz.
fn solve([xx, xy, xz, yy, yz, zz]: [f32; 6], v: [f32; 3]) -> [f32; 3] {
    let (cx, cy, cz) = (yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy);
    let det = xx * cx + xy * cy + xz * cz;
    if det.abs() < 1e-12 {
        return [0.0; 3];
    }
    let inv = 1.0 / det;
    let (dy, dyz, dz) = (xx * zz - xz * xz, xy * xz - xx * yz, xx * yy - xy * xy);
    [
        inv * (cx * v[0] + cy * v[1] + cz * v[2]),
        inv * (cy * v[0] + dy * v[1] + dyz * v[2]),
        inv * (cz * v[0] + dyz * v[1] + dz * v[2]),
    ]
}
