//! Closed-form matting (Levin, Lischinski, Weiss 2008): the alpha that is, in every 3×3 window, as nearly a
//! linear function of colour as can be, with a trimap held fixed. Solved for the unknown pixels alone, by
//! conjugate gradients that start from the solution at half size.

use crate::imaging::{Picture, Plane};

/// Least colour variance of a window, of 1.
const EPSILON: f64 = 1e-7;
/// Most rounds at each size; with the start from half size, 400 come within a hundredth of the end.
const ROUNDS: usize = 600;
/// Share of the first residual at which the rounds end.
const ENOUGH: f64 = 1e-5;
/// Side from which on a half-size solution is worth its cost.
const LARGE: usize = 64;
/// Pixels of a window.
const SQUARE: usize = 9;

/// The alpha of a picture for a trimap of its size: 0 is ground, 1 is thing, all between is unknown.
pub fn closed_form(picture: &Picture, trimap: &Plane) -> Plane {
    let (w, h) = (picture.width, picture.height);
    let mut alpha = trimap.clone();
    if w < 3 || h < 3 {
        return alpha;
    }
    let open: Vec<usize> = (0..w * h).filter(|at| is_unknown(trimap.data[*at])).collect();
    if w.max(h) > LARGE && !open.is_empty() {
        let coarse = closed_form(&halved(picture), &halved_trimap(trimap)).resize(w, h);
        for at in &open {
            alpha.data[*at] = coarse.data[*at];
        }
    }
    let laplacian = Laplacian::of(picture, trimap);
    for (at, value) in open.iter().zip(laplacian.solve(&open, &alpha)) {
        alpha.data[*at] = value.clamp(0.0, 1.0) as f32;
    }
    alpha
}

fn is_unknown(value: f32) -> bool {
    value > 0.0 && value < 1.0
}

/// The mean of each four pixels.
fn halved(picture: &Picture) -> Picture {
    let (w, h) = (picture.width.div_ceil(2), picture.height.div_ceil(2));
    let mut rgb = Vec::with_capacity(w * h * 3);
    for y in 0..h {
        for x in 0..w {
            let four = four(picture.width, picture.height, x, y).map(|(x, y)| picture.at(x, y));
            rgb.extend([0, 1, 2].map(|c| (four.iter().map(|p| u16::from(p[c])).sum::<u16>() / 4) as u8));
        }
    }
    Picture {
        width: w,
        height: h,
        rgb,
    }
}

/// Known where all four pixels are known alike.
fn halved_trimap(trimap: &Plane) -> Plane {
    let (w, h) = (trimap.width.div_ceil(2), trimap.height.div_ceil(2));
    let mut data = Vec::with_capacity(w * h);
    for y in 0..h {
        for x in 0..w {
            let four = four(trimap.width, trimap.height, x, y).map(|(x, y)| trimap.at(x, y));
            let all = |wanted: fn(f32) -> bool| four.iter().all(|v| wanted(*v));
            data.push(if all(|v| v <= 0.0) {
                0.0
            } else if all(|v| v >= 1.0) {
                1.0
            } else {
                0.5
            });
        }
    }
    Plane {
        width: w,
        height: h,
        data,
    }
}

fn four(w: usize, h: usize, x: usize, y: usize) -> [(usize, usize); 4] {
    let (right, below) = ((2 * x + 1).min(w - 1), (2 * y + 1).min(h - 1));
    [(2 * x, 2 * y), (right, 2 * y), (2 * x, below), (right, below)]
}

/// The matting Laplacian, as the windows it is the sum of.
struct Laplacian {
    width: usize,
    /// Windows with an unknown pixel in them.
    windows: Vec<Window>,
    /// Its diagonal, one number a pixel of the picture.
    diagonal: Vec<f64>,
}

struct Window {
    /// Its upper left pixel.
    corner: usize,
    /// The colours of its pixels, less their mean.
    off: [[f64; 3]; SQUARE],
    /// The inverse of their covariance: xx, xy, xz, yy, yz, zz.
    inverse: [f64; 6],
}

impl Window {
    /// Covariance inverse times a colour.
    fn weigh(&self, v: [f64; 3]) -> [f64; 3] {
        let [xx, xy, xz, yy, yz, zz] = self.inverse;
        [
            xx * v[0] + xy * v[1] + xz * v[2],
            xy * v[0] + yy * v[1] + yz * v[2],
            xz * v[0] + yz * v[1] + zz * v[2],
        ]
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

impl Laplacian {
    fn of(picture: &Picture, trimap: &Plane) -> Self {
        let (w, h) = (picture.width, picture.height);
        let mut all = Self {
            width: w,
            windows: Vec::new(),
            diagonal: vec![0.0; w * h],
        };
        for y in 0..h - 2 {
            for x in 0..w - 2 {
                let corner = y * w + x;
                if pixels(corner, w).iter().any(|at| is_unknown(trimap.data[*at])) {
                    all.add(window(picture, corner));
                }
            }
        }
        all
    }

    fn add(&mut self, window: Window) {
        for (at, off) in pixels(window.corner, self.width).into_iter().zip(window.off) {
            self.diagonal[at] += 1.0 - (1.0 + dot(off, window.weigh(off))) / SQUARE as f64;
        }
        self.windows.push(window);
    }

    /// The Laplacian times `x`; both have one number a pixel.
    fn times(&self, x: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for window in &self.windows {
            let pixels = pixels(window.corner, self.width);
            let (mut sum, mut point) = (0.0, [0.0; 3]);
            for (at, off) in pixels.iter().zip(&window.off) {
                sum += x[*at];
                for c in 0..3 {
                    point[c] += off[c] * x[*at];
                }
            }
            let slope = window.weigh(point);
            for (at, off) in pixels.iter().zip(&window.off) {
                out[*at] += x[*at] - (sum + dot(*off, slope)) / SQUARE as f64;
            }
        }
    }

    /// The values of the open pixels, from the guess in `alpha`, which also holds the known ones.
    fn solve(&self, open: &[usize], alpha: &Plane) -> Vec<f64> {
        let mut full: Vec<f64> = alpha.data.iter().map(|v| f64::from(*v)).collect();
        let mut product = vec![0.0; full.len()];
        self.times(&full, &mut product);
        let mut x: Vec<f64> = open.iter().map(|at| full[*at]).collect();
        let mut residual: Vec<f64> = open.iter().map(|at| -product[*at]).collect();
        let scaled = |residual: &[f64]| -> Vec<f64> {
            let diagonal = open.iter().map(|at| self.diagonal[*at].max(1e-12));
            residual.iter().zip(diagonal).map(|(r, d)| r / d).collect()
        };
        let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let mut z = scaled(&residual);
        let mut way = z.clone();
        let mut energy = inner(&residual, &z);
        let enough = energy * ENOUGH * ENOUGH;
        full.fill(0.0);
        for _ in 0..ROUNDS {
            if energy <= enough {
                break;
            }
            for (at, step) in open.iter().zip(&way) {
                full[*at] = *step;
            }
            self.times(&full, &mut product);
            let bent: Vec<f64> = open.iter().map(|at| product[*at]).collect();
            let length = energy / inner(&way, &bent).max(f64::MIN_POSITIVE);
            for k in 0..x.len() {
                x[k] += length * way[k];
                residual[k] -= length * bent[k];
            }
            z = scaled(&residual);
            let next = inner(&residual, &z);
            for (step, z) in way.iter_mut().zip(&z) {
                *step = z + next / energy * *step;
            }
            energy = next;
        }
        x
    }
}

fn pixels(corner: usize, w: usize) -> [usize; SQUARE] {
    std::array::from_fn(|k| corner + k / 3 * w + k % 3)
}

fn window(picture: &Picture, corner: usize) -> Window {
    let w = picture.width;
    let mut off = pixels(corner, w).map(|at| picture.at(at % w, at / w).map(|v| f64::from(v) / 255.0));
    let mean: [f64; 3] =
        std::array::from_fn(|c| off.iter().map(|colour| colour[c]).sum::<f64>() / SQUARE as f64);
    for colour in &mut off {
        for (value, mean) in colour.iter_mut().zip(mean) {
            *value -= mean;
        }
    }
    let covariance = |a: usize, b: usize| {
        let sum: f64 = off.iter().map(|colour| colour[a] * colour[b]).sum();
        sum / SQUARE as f64 + if a == b { EPSILON / SQUARE as f64 } else { 0.0 }
    };
    let (xx, xy, xz) = (covariance(0, 0), covariance(0, 1), covariance(0, 2));
    let (yy, yz, zz) = (covariance(1, 1), covariance(1, 2), covariance(2, 2));
    let (cx, cy, cz) = (yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy);
    let determinant = xx * cx + xy * cy + xz * cz;
    let inverse = [
        cx,
        cy,
        cz,
        xx * zz - xz * xz,
        xy * xz - xx * yz,
        xx * yy - xy * xy,
    ];
    Window {
        corner,
        off,
        inverse: inverse.map(|v| v / determinant),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blend_of_two_colours_is_told_apart() {
        // Between two sure margins, a ramp from green to red: alpha is linear in colour, so it comes back.
        let (w, h) = (40usize, 12usize);
        let truth = |x: usize| ((x as f32 - 8.0) / 24.0).clamp(0.0, 1.0);
        let mut rgb = Vec::new();
        let mut trimap = Plane::filled(w, h, 0.5);
        for at in 0..w * h {
            let a = truth(at % w);
            rgb.extend([(20.0 + 200.0 * a) as u8, (220.0 - 200.0 * a) as u8, 40]);
            if at % w < 6 || at % w >= 34 {
                trimap.data[at] = if at % w < 6 { 0.0 } else { 1.0 };
            }
        }
        let found = closed_form(
            &Picture {
                width: w,
                height: h,
                rgb,
            },
            &trimap,
        );
        for at in 0..w * h {
            assert!(
                (found.data[at] - truth(at % w)).abs() < 0.02,
                "{at}: {}",
                found.data[at]
            );
        }
    }
}
