//! Sets of pixels: connectivity to the border, components, distance to the edge.

/// A set of pixels of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::imaging) struct PixelRegion {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) inside: Vec<bool>,
}

impl PixelRegion {
    pub(in crate::imaging) fn new(width: usize, height: usize, inside: Vec<bool>) -> Self {
        Self {
            width,
            height,
            inside,
        }
    }

    /// The pixels connected to the border through this set (4-connectivity).
    pub(super) fn connected_to_border(&self) -> Self {
        let (w, h) = (self.width, self.height);
        let mut reached = vec![false; w * h];
        let mut queue: Vec<usize> = (0..w)
            .flat_map(|x| [x, (h - 1) * w + x])
            .chain((0..h).flat_map(|y| [y * w, y * w + w - 1]))
            .filter(|at| self.inside[*at])
            .collect();
        for at in &queue {
            reached[*at] = true;
        }
        while let Some(at) = queue.pop() {
            for next in neighbours(at, w, h) {
                if self.inside[next] && !reached[next] {
                    reached[next] = true;
                    queue.push(next);
                }
            }
        }
        Self::new(w, h, reached)
    }

    /// The connected components (4-connectivity), each as a list of pixels.
    pub(in crate::imaging) fn components(&self) -> Vec<Vec<usize>> {
        let mut seen = vec![false; self.inside.len()];
        let mut all = Vec::new();
        for start in 0..self.inside.len() {
            if !self.inside[start] || seen[start] {
                continue;
            }
            seen[start] = true;
            let mut component = vec![start];
            let mut at = 0;
            while at < component.len() {
                for next in neighbours(component[at], self.width, self.height) {
                    if self.inside[next] && !seen[next] {
                        seen[next] = true;
                        component.push(next);
                    }
                }
                at += 1;
            }
            all.push(component);
        }
        all
    }

    /// City-block distance to the nearest pixel outside the set, at most `max`; 0 outside.
    pub(super) fn depth(&self, max: u16) -> Vec<u16> {
        let (w, h) = (self.width, self.height);
        let mut depth: Vec<u16> = self
            .inside
            .iter()
            .map(|inside| if *inside { max } else { 0 })
            .collect();
        // Two passes: downwards from the row above and from the left, then upwards from the row below and from the right.
        for y in 0..h {
            let (above, row) = depth.split_at_mut(y * w);
            let row = &mut row[..w];
            if y > 0 {
                limit_by_row(row, &above[(y - 1) * w..]);
            }
            let mut left = max;
            for value in row {
                *value = (*value).min(left.saturating_add(1));
                left = *value;
            }
        }
        for y in (0..h).rev() {
            let (row, below) = depth.split_at_mut((y + 1) * w);
            let row = &mut row[y * w..];
            if y + 1 < h {
                limit_by_row(row, &below[..w]);
            }
            let mut right = max;
            for value in row.iter_mut().rev() {
                *value = (*value).min(right.saturating_add(1));
                right = *value;
            }
        }
        depth
    }

    pub(super) fn complement(&self) -> Self {
        Self::new(
            self.width,
            self.height,
            self.inside.iter().map(|inside| !inside).collect(),
        )
    }
}

/// Limits each value of a row to one more than its neighbour in the other row.
fn limit_by_row(row: &mut [u16], other: &[u16]) {
    for (value, near) in row.iter_mut().zip(other) {
        *value = (*value).min(near.saturating_add(1));
    }
}

/// The neighbours of a pixel, at most four.
pub(super) fn neighbours(at: usize, w: usize, h: usize) -> impl Iterator<Item = usize> {
    let x = at % w;
    [
        (x > 0).then(|| at - 1),
        (x + 1 < w).then(|| at + 1),
        (at >= w).then(|| at - w),
        (at + w < w * h).then(|| at + w),
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_steps_to_the_outside() {
        let mut inside = vec![true; 25];
        inside[12] = false;
        let depth = PixelRegion::new(5, 5, inside).depth(9);
        assert_eq!(depth[12], 0);
        assert_eq!(depth[11], 1);
        assert_eq!(depth[0], 4);
    }

    #[test]
    fn a_ring_keeps_the_flood_out() {
        let ring = |at: usize| {
            let (x, y) = (at % 7, at / 7);
            (1..=5).contains(&x) && (1..=5).contains(&y) && !((2..=4).contains(&x) && (2..=4).contains(&y))
        };
        let ground = PixelRegion::new(7, 7, (0..49).map(|at| !ring(at)).collect());
        assert_eq!(ground.components().len(), 2);
        assert!(!ground.connected_to_border().inside[24]);
    }
}
