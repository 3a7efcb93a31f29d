//! The colour guided filter: makes a coarse mask follow the edges of the picture (He et al. 2013), with its
//! coefficients computed small and applied at full size (the fast guided filter).

use crate::imaging::{Picture, Plane};

/// The picture as three planes in 0–1.
pub(super) fn planes(picture: &Picture) -> [Plane; 3] {
    [0, 1, 2].map(|c| Plane {
        width: picture.width,
        height: picture.height,
        data: picture
            .rgb
            .chunks_exact(3)
            .map(|p| f32::from(p[c]) / 255.0)
            .collect(),
    })
}

/// Filters `mask` (of `guide`'s size) and applies the result at `full`'s size.
pub(super) fn guided(full: &[Plane; 3], guide: &[Plane; 3], mask: &Plane, r: usize, eps: f32) -> Plane {
    let mean = [0, 1, 2].map(|c| guide[c].box_mean(r));
    let mean_p = mask.box_mean(r);
    let cross = [0, 1, 2].map(|c| product(&guide[c], mask).box_mean(r));
    let pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)];
    let square = pairs.map(|(i, j)| product(&guide[i], &guide[j]).box_mean(r));
    let n = mask.data.len();
    let mut a = [0, 1, 2].map(|_| Plane::filled(mask.width, mask.height, 0.0));
    let mut b = Plane::filled(mask.width, mask.height, 0.0);
    for at in 0..n {
        let m = [mean[0].data[at], mean[1].data[at], mean[2].data[at]];
        let p = mean_p.data[at];
        let cov = [0, 1, 2].map(|c| cross[c].data[at] - m[c] * p);
        let var = |k: usize| {
            let (i, j) = pairs[k];
            square[k].data[at] - m[i] * m[j] + if i == j { eps } else { 0.0 }
        };
        let s = solve([var(0), var(1), var(2), var(3), var(4), var(5)], cov);
        for c in 0..3 {
            a[c].data[at] = s[c];
        }
        b.data[at] = p - s[0] * m[0] - s[1] * m[1] - s[2] * m[2];
    }
    let (w, h) = (full[0].width, full[0].height);
    let a = a.map(|plane| plane.box_mean(r).resize(w, h));
    let mut out = b.box_mean(r).resize(w, h);
    for at in 0..out.data.len() {
        out.data[at] += (0..3).map(|c| a[c].data[at] * full[c].data[at]).sum::<f32>();
    }
    out
}

fn product(a: &Plane, b: &Plane) -> Plane {
    let data = a.data.iter().zip(&b.data).map(|(a, b)| a * b).collect();
    Plane {
        width: a.width,
        height: a.height,
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
