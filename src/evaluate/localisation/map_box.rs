//! The box around what a map marks, and how far two boxes agree.

use std::collections::VecDeque;

use ndarray::Array2;

/// First row and column of a box and the ones behind its last, in pixels of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelBox {
    pub rows: (usize, usize),
    pub columns: (usize, usize),
}

impl PixelBox {
    /// The box around the pixels that are marked; `None` if none is.
    pub fn around(marked: impl Iterator<Item = (usize, usize)>) -> Option<PixelBox> {
        marked.fold(None, |found, (row, column)| {
            let found = found.unwrap_or(PixelBox {
                rows: (row, row + 1),
                columns: (column, column + 1),
            });
            let grown = |(first, end): (usize, usize), at: usize| (first.min(at), end.max(at + 1));
            Some(PixelBox {
                rows: grown(found.rows, row),
                columns: grown(found.columns, column),
            })
        })
    }

    /// Area of the intersection over area of the union.
    pub fn overlap(self, other: PixelBox) -> f64 {
        let area = |box_: PixelBox| {
            let (rows, columns) = (box_.rows, box_.columns);
            (rows.1.saturating_sub(rows.0) * columns.1.saturating_sub(columns.0)) as f64
        };
        let common = |a: (usize, usize), b: (usize, usize)| (a.0.max(b.0), a.1.min(b.1));
        let intersection = area(PixelBox {
            rows: common(self.rows, other.rows),
            columns: common(self.columns, other.columns),
        });
        intersection / (area(self) + area(other) - intersection)
    }
}

/// The box around the largest connected part of a map [H, W] that is at least `share` of its
/// maximum; neighbours at corners connect, and of parts of one size the first counts. `None`
/// where the map has no value above zero.
pub fn map_box(map: &Array2<f32>, share: f64) -> Option<PixelBox> {
    let greatest = map.iter().copied().fold(0.0f32, f32::max);
    if greatest <= 0.0 {
        return None;
    }
    let threshold = share * f64::from(greatest);
    let mut left = map.mapv(|value| value > 0.0 && f64::from(value) >= threshold);
    let mut largest: Vec<(usize, usize)> = Vec::new();
    for row in 0..map.nrows() {
        for column in 0..map.ncols() {
            if left[[row, column]] {
                let part = connected(&mut left, (row, column));
                if part.len() > largest.len() {
                    largest = part;
                }
            }
        }
    }
    PixelBox::around(largest.into_iter())
}

/// Takes the connected part of a pixel out of those that are left.
fn connected(left: &mut Array2<bool>, start: (usize, usize)) -> Vec<(usize, usize)> {
    let (height, width) = left.dim();
    let mut part = Vec::new();
    let mut found = VecDeque::from([start]);
    left[start] = false;
    while let Some((row, column)) = found.pop_front() {
        part.push((row, column));
        for row in row.saturating_sub(1)..(row + 2).min(height) {
            for column in column.saturating_sub(1)..(column + 2).min(width) {
                if std::mem::take(&mut left[[row, column]]) {
                    found.push_back((row, column));
                }
            }
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr2;

    #[test]
    fn the_largest_part_is_boxed_and_corners_connect() {
        let map = arr2(&[
            [9.0f32, 0.0, 0.0, 0.0],
            [0.0, 0.0, 2.0, 0.0],
            [0.0, 0.0, 0.0, 3.0],
            [-9.0, -9.0, -9.0, -9.0],
        ]);
        let found = map_box(&map, 0.15).unwrap();
        assert_eq!((found.rows, found.columns), ((1, 3), (2, 4)));
        let high = map_box(&map, 0.5).unwrap();
        assert_eq!((high.rows, high.columns), ((0, 1), (0, 1)));
        assert_eq!(map_box(&(-map.mapv(f32::abs)), 0.15), None);
    }

    #[test]
    fn boxes_overlap_by_their_areas() {
        let of = |rows, columns| PixelBox { rows, columns };
        let (a, b) = (of((0, 2), (0, 2)), of((1, 3), (1, 3)));
        assert_eq!(a.overlap(b), 1.0 / 7.0);
        assert_eq!(a.overlap(a), 1.0);
        assert_eq!(a.overlap(of((5, 6), (0, 2))), 0.0);
    }
}
