//! A plane of one number per pixel, with box filters and resizing.

/// One number per pixel, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// `width × height` numbers.
    pub data: Vec<f32>,
}

impl Plane {
    /// A plane filled with one value.
    pub fn filled(width: usize, height: usize, value: f32) -> Self {
        Self {
            width,
            height,
            data: vec![value; width * height],
        }
    }

    /// The number at a pixel.
    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.data[y * self.width + x]
    }

    /// Applies a function to every number.
    pub fn map(&self, function: impl Fn(f32) -> f32) -> Self {
        Self {
            width: self.width,
            height: self.height,
            data: self.data.iter().map(|v| function(*v)).collect(),
        }
    }

    /// Mean over the square of side `2r + 1` around each pixel, clipped at the edges.
    pub fn box_mean(&self, r: usize) -> Self {
        let (lanes, _) = self.data.as_chunks::<1>();
        Self {
            data: box_means(lanes, self.width, r).into_flattened(),
            ..*self
        }
    }

    /// Resizes bilinearly, with pixel centres aligned.
    pub fn resize(&self, width: usize, height: usize) -> Self {
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let xs = taps(self.width, width);
        let ys = taps(self.height, height);
        let mut data = Vec::with_capacity(width * height);
        for &(y0, y1, fy) in &ys {
            let (top, bottom) = (&self.data[y0 * self.width..], &self.data[y1 * self.width..]);
            for &(x0, x1, fx) in &xs {
                let a = top[x0] + (top[x1] - top[x0]) * fx;
                let b = bottom[x0] + (bottom[x1] - bottom[x0]) * fx;
                data.push(a + (b - a) * fy);
            }
        }
        Self { width, height, data }
    }
}

/// [`Plane::box_mean`] of several interleaved planes at once: one pass over memory, with the running sums of all lanes
/// in one register.
pub fn box_means<const N: usize>(data: &[[f32; N]], width: usize, r: usize) -> Vec<[f32; N]> {
    if r == 0 || data.is_empty() {
        return data.to_vec();
    }
    let (w, h) = (width, data.len() / width);
    let mut rows = vec![[0.0f32; N]; w * h];
    for (out, row) in rows.chunks_exact_mut(w).zip(data.chunks_exact(w)) {
        running_mean(row, out, r);
    }
    let mut out = vec![[0.0f32; N]; w * h];
    // Column sums are updated row by row, so that memory is read in order.
    let mut sums = vec![[0.0f32; N]; w];
    for row in rows.chunks_exact(w).take((r + 1).min(h)) {
        for (sum, value) in sums.iter_mut().zip(row) {
            add(sum, value);
        }
    }
    for y in 0..h {
        let (top, bottom) = (y.saturating_sub(r), (y + r).min(h - 1));
        let scale = 1.0 / (bottom - top + 1) as f32;
        for (o, s) in out[y * w..(y + 1) * w].iter_mut().zip(&sums) {
            *o = s.map(|s| s * scale);
        }
        if y + r + 1 < h {
            for (sum, value) in sums.iter_mut().zip(&rows[(y + r + 1) * w..]) {
                add(sum, value);
            }
        }
        if y >= r {
            for (sum, value) in sums.iter_mut().zip(&rows[(y - r) * w..]) {
                subtract(sum, value);
            }
        }
    }
    out
}

fn add<const N: usize>(sum: &mut [f32; N], value: &[f32; N]) {
    for (s, v) in sum.iter_mut().zip(value) {
        *s += v;
    }
}

fn subtract<const N: usize>(sum: &mut [f32; N], value: &[f32; N]) {
    for (s, v) in sum.iter_mut().zip(value) {
        *s -= v;
    }
}

fn running_mean<const N: usize>(row: &[[f32; N]], out: &mut [[f32; N]], r: usize) {
    let n = row.len();
    let mut sum = [0.0f32; N];
    for value in &row[..(r + 1).min(n)] {
        add(&mut sum, value);
    }
    let whole = 1.0 / (2 * r + 1) as f32;
    for x in 0..n {
        let (left, right) = (x.saturating_sub(r), (x + r).min(n - 1));
        let scale = if right - left == 2 * r {
            whole
        } else {
            1.0 / (right - left + 1) as f32
        };
        out[x] = sum.map(|s| s * scale);
        if x + r + 1 < n {
            add(&mut sum, &row[x + r + 1]);
        }
        if x >= r {
            subtract(&mut sum, &row[x - r]);
        }
    }
}

/// For each target pixel, its two source pixels and the weight of the second.
pub(super) fn taps(from: usize, to: usize) -> Vec<(usize, usize, f32)> {
    let step = from as f32 / to as f32;
    (0..to)
        .map(|x| {
            let at = ((x as f32 + 0.5) * step - 0.5).clamp(0.0, (from - 1) as f32);
            let low = at as usize;
            (low, (low + 1).min(from - 1), at - low as f32)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_mean_is_the_mean_of_the_box() {
        let plane = Plane {
            width: 7,
            height: 5,
            data: (0..35).map(|v| (v * v % 11) as f32).collect(),
        };
        let mean = plane.box_mean(2);
        for y in 0..5usize {
            for x in 0..7usize {
                let (mut sum, mut n) = (0.0, 0.0);
                for yy in y.saturating_sub(2)..=(y + 2).min(4) {
                    for xx in x.saturating_sub(2)..=(x + 2).min(6) {
                        sum += plane.at(xx, yy);
                        n += 1.0;
                    }
                }
                assert!((mean.at(x, y) - sum / n).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn a_resized_ramp_is_a_ramp() {
        let ramp = Plane {
            width: 8,
            height: 1,
            data: (0..8).map(|v| v as f32).collect(),
        };
        let half = ramp.resize(4, 1);
        assert_eq!(half.data, [0.5, 2.5, 4.5, 6.5]);
    }
}
