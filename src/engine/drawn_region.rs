//! A part of the picture that a person marked on the page.

use ndarray::Array2;

use super::session::Session;
use crate::evaluate::{BoxArea, EvaluateError, Region};
use crate::explain::{Area, Mask};
use crate::frame::Frame;
use crate::protocol::DrawnRegion;

/// A box is rounded to so many parts of the picture's width and height.
const PARTS: u32 = 10_000;

impl Session {
    /// Makes a part of the picture that a person marked the one of regions that are drawn; its
    /// area on the network's grid of places.
    pub fn draw_region(&mut self, region: &DrawnRegion, bytes: &[u8]) -> Area {
        let grid = self.places();
        let grid = grid.map_or((1, 1), |places| (places.height, places.width));
        if let DrawnRegion::Mask { height, width } = *region {
            self.set_mask(mask(bytes, height, width));
        }
        area(region, self.frame(), grid)
    }
}

/// Where the object is, with the bytes of its mask.
///
/// # Errors
/// [`EvaluateError`] for a box outside of the picture, or an empty mask.
pub fn region(region: &DrawnRegion, mask: &[u8]) -> Result<Region, EvaluateError> {
    match *region {
        DrawnRegion::Box { area } => {
            let [x, y, width, height] = area.map(|part| part * f64::from(PARTS));
            let area = BoxArea {
                x,
                y,
                width,
                height,
            };
            Region::of_box(area, (PARTS, PARTS))
        }
        DrawnRegion::Mask { height, width } => {
            let marked = |(row, column)| mask.get(row * width + column).is_some_and(|&at| at != 0);
            let marks = Array2::from_shape_fn((height, width), marked);
            Region::of_mask(marks, (width as u32, height as u32))
        }
    }
}

/// The bytes of a mask as one.
fn mask(bytes: &[u8], height: usize, width: usize) -> Mask {
    let is_inside = bytes.iter().map(|&byte| byte != 0);
    let is_inside = is_inside.chain(std::iter::repeat(false));
    Mask {
        height,
        width,
        is_inside: is_inside.take(height * width).collect(),
    }
}

/// The area on a grid of rows and columns: of a box the places whose centres it holds, at least
/// the place where its own centre lies, unless the network did not see it.
fn area(region: &DrawnRegion, frame: Frame, (rows, columns): (usize, usize)) -> Area {
    let DrawnRegion::Box { area } = *region else {
        return Area::Mask;
    };
    let centre = (area[0] + area[2] / 2.0, area[1] + area[3] / 2.0);
    let [left, top, width, height] = frame.area_to_input(area);
    if (width == 0.0 || height == 0.0) && !frame.sees(centre.0, centre.1) {
        let (left, top, width, height) = (0, 0, 0, 0);
        return Area::Box {
            left,
            top,
            width,
            height,
        };
    }
    let (left, columns_inside) = places(left, width, columns);
    let (top, rows_inside) = places(top, height, rows);
    Area::Box {
        left,
        top,
        width: columns_inside,
        height: rows_inside,
    }
}

/// The first of the places whose centres lie in a part of the length, and how many they are.
fn places(start: f64, length: f64, count: usize) -> (u16, u16) {
    let count = count as f64;
    let first = (start * count - 0.5).ceil().max(0.0);
    let end = ((start + length) * count - 0.5).ceil().min(count);
    if end > first {
        return (first as u16, (end - first) as u16);
    }
    let centre = (start + 0.5 * length) * count;
    (centre.floor().clamp(0.0, count - 1.0) as u16, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(area: [f64; 4]) -> DrawnRegion {
        DrawnRegion::Box { area }
    }

    #[test]
    fn boxes_become_places_of_the_grid() {
        let of = |area| super::area(&boxed(area), Frame::WHOLE, (4, 8)).to_string();
        assert_eq!(of([0.0, 0.0, 1.0, 1.0]), ",0,0,8,4");
        assert_eq!(of([0.5, 0.25, 0.25, 0.5]), ",4,1,2,2");
        // A point, also at the edge.
        assert_eq!(of([0.99, 0.6, 0.0, 0.0]), ",7,2,1,1");
        assert_eq!(of([1.0, 1.0, 0.0, 0.0]), ",7,3,1,1");
    }

    #[test]
    fn a_box_lies_on_what_the_network_saw() {
        let middle = Frame {
            left: 0.25,
            width: 0.5,
            ..Frame::WHOLE
        };
        let of = |area| super::area(&boxed(area), middle, (4, 8)).to_string();
        assert_eq!(of([0.25, 0.0, 0.25, 1.0]), ",0,0,4,4");
        assert_eq!(of([0.0, 0.0, 0.5, 1.0]), ",0,0,4,4");
        assert_eq!(of([0.5, 0.5, 0.0, 0.0]), ",4,2,1,1");
        // What it did not see is no place.
        assert_eq!(of([0.0, 0.0, 0.2, 1.0]), ",0,0,0,0");
        assert_eq!(of([0.9, 0.5, 0.0, 0.0]), ",0,0,0,0");
    }

    #[test]
    fn marks_are_where_bytes_are_not_zero() {
        let drawn = DrawnRegion::Mask {
            height: 1,
            width: 3,
        };
        assert_eq!(mask(&[0, 9], 1, 3).is_inside, [false, true, false]);
        assert!(matches!(region(&drawn, &[0, 9]), Ok(Region::Mask(_))));
        assert!(matches!(region(&drawn, &[]), Err(EvaluateError::EmptyMask)));
        assert!(region(&boxed([0.2, 0.2, 0.1, 0.1]), &[]).is_ok());
        assert!(region(&boxed([0.2, 0.2, 0.0, 0.1]), &[]).is_err());
        assert!(region(&boxed([0.2, f64::NAN, 0.1, 0.1]), &[]).is_err());
    }
}
