//! A part of the places for which a network gives logits.

use std::fmt;

use super::error::ExplainError;
use crate::frame::Frame;

/// Which places a target asks about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Area {
    /// Those that the network gives to the class.
    #[default]
    Called,
    /// A box on the grid of places.
    Box {
        left: u16,
        top: u16,
        width: u16,
        height: u16,
    },
    /// Those of the mask that was given.
    Mask,
}

impl Area {
    /// The area that these words say: none, `mask`, `x,y` or `x,y,width,height`.
    pub fn parse(words: &[&str]) -> Option<Area> {
        let numbers: Option<Vec<u16>> = words.iter().map(|word| word.trim().parse().ok()).collect();
        match (words, numbers.as_deref()) {
            ([], _) => Some(Area::Called),
            ([word], _) if word.trim() == "mask" => Some(Area::Mask),
            (_, Some(&[left, top])) => Some(Area::Box {
                left,
                top,
                width: 1,
                height: 1,
            }),
            (_, Some(&[left, top, width, height])) => Some(Area::Box {
                left,
                top,
                width,
                height,
            }),
            _ => None,
        }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Area::Called => Ok(()),
            Area::Mask => formatter.write_str(",mask"),
            Area::Box {
                left,
                top,
                width,
                height,
            } => write!(formatter, ",{left},{top},{width},{height}"),
        }
    }
}

/// A mask [height, width], row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    pub height: usize,
    pub width: usize,
    pub is_inside: Vec<bool>,
}

/// The class of each of h × w places, from K logits for each, one class after the other. A
/// network of one class has it where its logit is above 0, and else the number 1.
pub fn called(outputs: &[f32], classes: usize) -> Vec<usize> {
    let places = outputs.len() / classes.max(1);
    let logit = |class: usize, place: usize| outputs[class * places + place];
    let best = |place: usize| {
        if classes == 1 {
            return usize::from(logit(0, place) <= 0.0);
        }
        let better = |a: usize, b: usize| {
            if logit(b, place) > logit(a, place) {
                b
            } else {
                a
            }
        };
        (0..classes).reduce(better).unwrap_or(0)
    };
    (0..places).map(best).collect()
}

/// The places of an area, [height, width] row by row.
///
/// # Errors
/// [`ExplainError`] for an area without a place, or a mask of another size.
pub fn region(
    area: Area,
    class: usize,
    outputs: &[f32],
    classes: usize,
    size: (usize, usize),
    mask: Option<(&Mask, Frame)>,
) -> Result<Vec<bool>, ExplainError> {
    let (rows, columns) = size;
    let places = match area {
        Area::Called => {
            let called = called(outputs, classes).into_iter();
            called.map(|found| found == class).collect()
        }
        Area::Box {
            left,
            top,
            width,
            height,
        } => {
            let across = usize::from(left)..usize::from(left) + usize::from(width);
            let down = usize::from(top)..usize::from(top) + usize::from(height);
            if across.end > columns || down.end > rows {
                return Err(ExplainError::OutsideGrid { rows, columns });
            }
            let place =
                |at: usize| across.contains(&(at % columns)) && down.contains(&(at / columns));
            (0..rows * columns).map(place).collect()
        }
        Area::Mask => places_of(mask.ok_or(ExplainError::NoMask)?, rows, columns),
    };
    let places: Vec<bool> = places;
    if places.iter().any(|&is_inside| is_inside) {
        Ok(places)
    } else {
        Err(ExplainError::EmptyRegion)
    }
}

/// The places whose centres lie in a mask of the picture, on which the input lies as the frame says.
fn places_of((mask, frame): (&Mask, Frame), rows: usize, columns: usize) -> Vec<bool> {
    let centre = |place: usize, count: usize| (place as f64 + 0.5) / count as f64;
    let place = |number: usize| {
        let across = centre(number % columns, columns);
        let (across, down) = frame.to_picture(across, centre(number / columns, rows));
        let (column, row) = (across * mask.width as f64, down * mask.height as f64);
        let is_beside = column < 0.0 || row < 0.0 || column >= mask.width as f64;
        if is_beside {
            return false;
        }
        let inside = mask
            .is_inside
            .get(row as usize * mask.width + column as usize);
        inside.copied().unwrap_or(false)
    };
    (0..rows * columns).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_read_as_they_are_written() {
        for words in [
            vec![],
            vec!["mask"],
            vec!["1", "2"],
            vec!["1", "2", "3", "4"],
        ] {
            let area = Area::parse(&words).unwrap();
            let written = area.to_string();
            let words: Vec<&str> = written.split(',').filter(|word| !word.is_empty()).collect();
            assert_eq!(Area::parse(&words), Some(area));
        }
        for wrong in [
            vec!["1"],
            vec!["1", "2", "3"],
            vec!["-1", "2"],
            vec!["1", "x"],
        ] {
            assert_eq!(Area::parse(&wrong), None);
        }
    }

    #[test]
    fn the_places_of_each_area() {
        // Two classes on 2 × 2 places; the second wins at the second and fourth.
        fn of(area: Area, mask: Option<&Mask>) -> Result<Vec<bool>, ExplainError> {
            let outputs = [3.0, 1.0, 2.0, 0.0, 0.0, 4.0, 1.0, 0.5];
            let mask = mask.map(|mask| (mask, Frame::WHOLE));
            region(area, 1, &outputs, 2, (2, 2), mask)
        }
        assert_eq!(of(Area::Called, None).unwrap(), [false, true, false, true]);
        let corner = Area::parse(&["1", "1"]).unwrap();
        assert_eq!(of(corner, None).unwrap(), [false, false, false, true]);
        let beyond = Area::parse(&["1", "1", "2", "1"]).unwrap();
        assert!(matches!(
            of(beyond, None),
            Err(ExplainError::OutsideGrid { .. })
        ));
        assert!(matches!(of(Area::Mask, None), Err(ExplainError::NoMask)));
        let mut mask = Mask {
            height: 4,
            width: 4,
            is_inside: vec![false; 16],
        };
        assert!(matches!(
            of(Area::Mask, Some(&mask)),
            Err(ExplainError::EmptyRegion)
        ));
        mask.is_inside[4 * 3 + 1] = true;
        mask.is_inside[4 * 3] = true;
        assert_eq!(
            of(Area::Mask, Some(&mask)).unwrap(),
            [false, false, true, false]
        );
    }
}
