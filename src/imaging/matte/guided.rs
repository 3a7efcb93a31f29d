//! The colour guided filter (He et al. 2013): makes a coarse mask follow the edges of a picture. As in the fast guided
//! filter, coefficients are computed at a small size and applied at full size.

use crate::imaging::plane::{box_means, taps};
use crate::imaging::{Picture, Plane};

/// Side of the tiles the filter processes: small enough that all sums stay in the processor's cache.
const TILE: usize = 64;

/// Parameters of the filter.
#[derive(Clone, Copy)]
pub(super) struct GuidedFilter {
    /// Radius of the windows, in pixels of the guide.
    pub radius: usize,
    /// Regularisation of the colour covariance.
    pub epsilon: f32,
}

impl GuidedFilter {
    /// Filters `mask` along the edges of `guide`, a picture of the same size, and applies the result to `full`. The
    /// result is not computed where `certainty` is 1 or -1.
    pub(super) fn apply(self, full: &Picture, guide: &Picture, mask: &Plane, certainty: &Plane) -> Plane {
        let (w, h) = (mask.width, mask.height);
        let mut smooth = vec![[0.0f32; 4]; w * h];
        for top in (0..h).step_by(TILE) {
            for left in (0..w).step_by(TILE) {
                let tile = TileRect::at(left, top, w, h);
                if tile
                    .with_margin(1, w, h)
                    .pixels(w)
                    .all(|at| certainty.data[at].abs() >= 1.0)
                {
                    continue;
                }
                // Each of the two box means needs a margin of `radius`.
                let part = tile.with_margin(2 * self.radius, w, h);
                let lines = box_means(&self.lines(guide, mask, &part), part.width(), self.radius);
                for y in tile.top..tile.bottom {
                    let from = (y - part.top) * part.width() + tile.left - part.left;
                    smooth[y * w + tile.left..y * w + tile.right]
                        .copy_from_slice(&lines[from..][..tile.width()]);
                }
            }
        }
        apply_lines(full, &smooth, certainty)
    }

    /// The line `a·rgb + b` that best predicts the mask in the window around each pixel of a part.
    fn lines(self, guide: &Picture, mask: &Plane, part: &TileRect) -> Vec<[f32; 4]> {
        let (r, eps) = (self.radius, self.epsilon);
        let w = part.width();
        let samples: Vec<[f32; 4]> = part
            .pixels(mask.width)
            .map(|at| {
                let colour = |c: usize| f32::from(guide.rgb[at * 3 + c]) / 255.0;
                [colour(0), colour(1), colour(2), mask.data[at]]
            })
            .collect();
        // Box means of four quantities at a time: the means, products with the mask, products of the colours.
        let first = box_means(&samples, w, r);
        let means_of = |product: fn(&[f32; 4]) -> [f32; 4]| {
            box_means(&samples.iter().map(product).collect::<Vec<_>>(), w, r)
        };
        let cross = means_of(|[x, y, z, p]| [x * p, y * p, z * p, x * x]);
        let square = means_of(|[x, y, z, _]| [x * y, x * z, y * y, y * z]);
        let last = box_means(
            &samples.iter().map(|[_, _, z, _]| [z * z]).collect::<Vec<_>>(),
            w,
            r,
        );
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
}

/// A rectangle of pixels.
struct TileRect {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl TileRect {
    /// The tile at a corner, clipped to a picture of this size.
    fn at(left: usize, top: usize, w: usize, h: usize) -> Self {
        Self {
            left,
            top,
            right: (left + TILE).min(w),
            bottom: (top + TILE).min(h),
        }
    }

    /// The same with a margin, clipped to a picture of this size.
    fn with_margin(&self, margin: usize, w: usize, h: usize) -> Self {
        Self {
            left: self.left.saturating_sub(margin),
            top: self.top.saturating_sub(margin),
            right: (self.right + margin).min(w),
            bottom: (self.bottom + margin).min(h),
        }
    }

    fn width(&self) -> usize {
        self.right - self.left
    }

    /// Indices of the pixels, row by row, in a picture of width `w`.
    fn pixels(&self, w: usize) -> impl Iterator<Item = usize> {
        (self.top..self.bottom).flat_map(move |y| y * w + self.left..y * w + self.right)
    }
}

/// Interpolates the lines at each uncertain pixel of the full picture and applies them to its colour.
fn apply_lines(full: &Picture, lines: &[[f32; 4]], certainty: &Plane) -> Plane {
    let xs = taps(certainty.width, full.width);
    let mut data = Vec::with_capacity(full.pixels());
    for ((top, bottom, fy), row) in taps(certainty.height, full.height)
        .into_iter()
        .zip(full.rgb.chunks_exact(full.width * 3))
    {
        let (certainty_top, certainty_bottom) = (
            &certainty.data[top * certainty.width..],
            &certainty.data[bottom * certainty.width..],
        );
        let (top, bottom) = (
            &lines[top * certainty.width..],
            &lines[bottom * certainty.width..],
        );
        for ((x0, x1, fx), pixel) in xs.iter().zip(row.chunks_exact(3)) {
            let around = [
                certainty_top[*x0],
                certainty_top[*x1],
                certainty_bottom[*x0],
                certainty_bottom[*x1],
            ];
            if around.iter().all(|certainty| certainty.abs() >= 1.0) {
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
