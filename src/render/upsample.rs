//! A map's values at more points than it has cells.

use std::ops::Range;

use crate::frame::Frame;

/// A map as it came from the network: `height`×`width` values, row-major,
/// signed, in logit units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapView<'a> {
    values: &'a [f32],
    height: usize,
    width: usize,
    frame: Frame,
}

/// Linear interpolation on one axis: two neighbouring cells, and the weight of the second.
#[derive(Clone, Copy)]
struct Interpolation {
    low: usize,
    high: usize,
    high_weight: f32,
}

impl<'a> MapView<'a> {
    /// `None` unless there is at least one cell and `values` has exactly
    /// `height`×`width` values.
    pub fn new(values: &'a [f32], height: usize, width: usize) -> Option<Self> {
        let fits = height > 0 && width > 0 && height.checked_mul(width) == Some(values.len());
        fits.then_some(Self {
            values,
            height,
            width,
            frame: Frame::WHOLE,
        })
    }

    /// The map where the network's input lies on the picture; without this on all of it.
    pub fn on(self, frame: Frame) -> Self {
        MapView { frame, ..self }
    }

    /// Where the map lies on the picture.
    pub fn frame(&self) -> Frame {
        self.frame
    }

    pub fn values(&self) -> &'a [f32] {
        self.values
    }

    pub fn height(&self) -> usize {
        self.height
    }

    pub fn width(&self) -> usize {
        self.width
    }

    /// The value at a point of the picture; `across` and `down` are parts of
    /// its width and height (0…1, clamped to the map). With `cells` the value of the cell
    /// that the point lies in, else bilinear between the centres of cells.
    pub fn at(&self, across: f64, down: f64, cells: bool) -> f32 {
        let (across, down) = self.frame.to_input(across, down);
        if cells {
            let cell = |part: f64, count: usize| ((part * count as f64) as usize).min(count - 1);
            return self.values[cell(down, self.height) * self.width + cell(across, self.width)];
        }
        let row = interpolation(down * self.height as f64 - 0.5, self.height);
        let column = interpolation(across * self.width as f64 - 0.5, self.width);
        self.mix(row, column)
    }

    /// Where the largest value is: the centre of its cell as parts of the
    /// picture's width and height. `None` if no value in the picture is a number.
    pub fn peak(&self) -> Option<(f64, f64)> {
        let finite = self
            .values
            .iter()
            .enumerate()
            .filter(|(_, value)| value.is_finite());
        let is_inside = |part: f64| (0.0..=1.0).contains(&part);
        let inside = finite.filter(|(index, _)| {
            let (across, down) = self.centre(*index);
            is_inside(across) && is_inside(down)
        });
        let (index, _) = inside.max_by(|a, b| a.1.total_cmp(b.1))?;
        Some(self.centre(index))
    }

    /// The centre of the cell which is so many columns and rows from that of a point of the
    /// picture; both as parts of its width and height.
    pub fn neighbour(&self, (across, down): (f64, f64), columns: i32, rows: i32) -> (f64, f64) {
        let step = |part: f64, by: i32, count: usize| {
            let count = count as f64;
            (((part * count).floor() + f64::from(by)).clamp(0.0, count - 1.0) + 0.5) / count
        };
        let (across, down) = self.frame.to_input(across, down);
        let (across, down) = self.frame.to_picture(
            step(across, columns, self.width),
            step(down, rows, self.height),
        );
        (across.clamp(0.0, 1.0), down.clamp(0.0, 1.0))
    }

    fn centre(&self, index: usize) -> (f64, f64) {
        let centre = |cell: usize, count: usize| (cell as f64 + 0.5) / count as f64;
        self.frame.to_picture(
            centre(index % self.width, self.width),
            centre(index / self.width, self.height),
        )
    }

    /// The map at `height`×`width` points, row-major: bilinear, half-pixel
    /// centres, edges clamped; or with `cells` each cell as a flat rectangle. NaN where the
    /// picture is not under the map.
    pub fn upsample(&self, height: usize, width: usize, cells: bool) -> Vec<f32> {
        let Frame { left, top, .. } = self.frame;
        let rows = axis(height, self.height, (top, self.frame.height), cells);
        let columns = axis(width, self.width, (left, self.frame.width), cells);
        let mut out = Vec::with_capacity(height * width);
        for &row in &rows {
            let Some(row) = row else {
                out.extend(std::iter::repeat_n(f32::NAN, width));
                continue;
            };
            // Rows first: then each point costs one interpolation.
            let line: Vec<f32> = self
                .row(row.low)
                .zip(self.row(row.high))
                .map(|(a, b)| lerp(a, b, row.high_weight))
                .collect();
            out.extend(columns.iter().map(|column| match column {
                Some(column) => lerp(line[column.low], line[column.high], column.high_weight),
                None => f32::NAN,
            }));
        }
        out
    }

    fn row(&self, index: usize) -> impl Iterator<Item = f32> {
        let Range { start, end } = index * self.width..(index + 1) * self.width;
        self.values[start..end].iter().copied()
    }

    fn mix(&self, row: Interpolation, column: Interpolation) -> f32 {
        let value = |y: usize, x: usize| self.values[y * self.width + x];
        let upper = lerp(
            value(row.low, column.low),
            value(row.low, column.high),
            column.high_weight,
        );
        let lower = lerp(
            value(row.high, column.low),
            value(row.high, column.high),
            column.high_weight,
        );
        lerp(upper, lower, row.high_weight)
    }
}

/// For each point of a picture the cells of a map that begins at `start` and is `length` long, in
/// parts of the picture; `None` beside the map.
fn axis(
    points: usize,
    cells: usize,
    (start, length): (f64, f64),
    flat: bool,
) -> Vec<Option<Interpolation>> {
    let step = cells as f64 / points as f64;
    (0..points)
        .map(|point| {
            // Exact where the map covers the picture.
            let position = ((point as f64 + 0.5) * step - start * cells as f64) / length;
            if !(0.0..=cells as f64).contains(&position) {
                return None;
            }
            Some(if flat {
                let cell = (position as usize).min(cells - 1);
                Interpolation {
                    low: cell,
                    high: cell,
                    high_weight: 0.0,
                }
            } else {
                interpolation(position - 0.5, cells)
            })
        })
        .collect()
}

/// `position` in cells, 0 being the centre of the first.
fn interpolation(position: f64, cells: usize) -> Interpolation {
    let last = cells - 1;
    let position = position.clamp(0.0, last as f64);
    let low = (position as usize).min(last);
    Interpolation {
        low,
        high: (low + 1).min(last),
        high_weight: (position - low as f64) as f32,
    }
}

fn lerp(a: f32, b: f32, weight: f32) -> f32 {
    // 0 × ∞ would be NaN.
    if weight == 0.0 {
        a
    } else {
        a + (b - a) * weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_shape_that_does_not_fit() {
        assert!(MapView::new(&[1.0, 2.0], 1, 3).is_none());
        assert!(MapView::new(&[], 0, 0).is_none());
        assert!(MapView::new(&[1.0], usize::MAX, 2).is_none());
    }

    #[test]
    fn half_pixel_centres_and_clamped_edges() {
        let map = MapView::new(&[0.0, 4.0], 1, 2).unwrap();
        assert_eq!(map.upsample(1, 4, false), [0.0, 1.0, 3.0, 4.0]);
        assert_eq!(
            map.upsample(2, 4, true),
            [0.0, 0.0, 4.0, 4.0, 0.0, 0.0, 4.0, 4.0]
        );
    }

    #[test]
    fn the_same_size_changes_nothing() {
        let values: Vec<f32> = (0..12).map(|i| (i * i) as f32).collect();
        let map = MapView::new(&values, 3, 4).unwrap();
        assert_eq!(map.upsample(3, 4, false), values);
        assert_eq!(map.upsample(3, 4, true), values);
    }

    #[test]
    fn a_point_reads_what_is_drawn() {
        let values: Vec<f32> = (0..9).map(|i| (i as f32).sin()).collect();
        let map = MapView::new(&values, 3, 3).unwrap();
        for cells in [false, true] {
            let drawn = map.upsample(30, 30, cells);
            for (y, x) in [(0, 0), (7, 13), (15, 15), (29, 29)] {
                let read = map.at((x as f64 + 0.5) / 30.0, (y as f64 + 0.5) / 30.0, cells);
                assert!((read - drawn[y * 30 + x]).abs() < 1e-6, "{cells} {y} {x}");
            }
        }
    }

    #[test]
    fn a_map_lies_on_what_the_network_saw() {
        let middle = Frame {
            left: 0.25,
            width: 0.5,
            ..Frame::WHOLE
        };
        let map = MapView::new(&[1.0, 2.0], 1, 2).unwrap().on(middle);
        let drawn = map.upsample(1, 4, true);
        assert!(drawn[0].is_nan() && drawn[3].is_nan());
        assert_eq!(drawn[1..3], [1.0, 2.0]);
        assert_eq!(map.peak(), Some((0.625, 0.5)));
        assert_eq!(map.at(0.3, 0.5, true), 1.0);
        assert_eq!(map.neighbour((0.625, 0.5), -1, 0), (0.375, 0.5));
        // The greatest value is in the border, which is not in the picture.
        let bordered = Frame {
            left: -1.0,
            width: 3.0,
            ..Frame::WHOLE
        };
        let map = MapView::new(&[9.0, 1.0, 2.0], 1, 3).unwrap().on(bordered);
        assert_eq!(map.peak(), Some((0.5, 0.5)));
    }

    #[test]
    fn points_outside_read_the_edge() {
        let map = MapView::new(&[1.0, 2.0, 3.0, 4.0], 2, 2).unwrap();
        assert_eq!(map.at(-3.0, -3.0, false), 1.0);
        assert_eq!(map.at(3.0, 3.0, true), 4.0);
    }

    #[test]
    fn peak_is_the_centre_of_the_largest_cell() {
        let map = MapView::new(&[0.0, f32::NAN, 5.0, 1.0], 2, 2).unwrap();
        assert_eq!(map.peak(), Some((0.25, 0.75)));
        assert_eq!(MapView::new(&[f32::NAN], 1, 1).unwrap().peak(), None);
    }
}
