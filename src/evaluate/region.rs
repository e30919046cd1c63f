//! Where the object is: a box or a mask of the picture.

use ndarray::Array2;

use super::error::EvaluateError;
use crate::frame::Frame;

/// A box in pixels of the upright picture, from its left upper corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoxArea {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// The part of a picture that the object covers.
#[derive(Clone, Debug, PartialEq)]
pub enum Region {
    /// A box of a picture of this width and height.
    Box { area: BoxArea, picture: (u32, u32) },
    /// [height, width] of the picture.
    Mask(Array2<bool>),
}

impl BoxArea {
    /// A box from `x,y,width,height`.
    ///
    /// # Errors
    /// [`EvaluateError::NotABox`].
    pub fn parse(text: &str) -> Result<BoxArea, EvaluateError> {
        let wrong = || EvaluateError::NotABox(text.to_owned());
        let numbers: Vec<f64> = text
            .split(',')
            .map(|number| number.trim().parse().map_err(|_| wrong()))
            .collect::<Result<_, _>>()?;
        match numbers.as_slice() {
            &[x, y, width, height] if numbers.iter().all(|number| number.is_finite()) => {
                Ok(BoxArea {
                    x,
                    y,
                    width,
                    height,
                })
            }
            _ => Err(wrong()),
        }
    }
}

impl std::fmt::Display for BoxArea {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        let BoxArea {
            x,
            y,
            width,
            height,
        } = self;
        write!(formatter, "{x},{y},{width},{height}")
    }
}

impl Region {
    /// A box of a picture of this width and height.
    ///
    /// # Errors
    /// [`EvaluateError::BoxOutside`], also for a box without area.
    pub fn of_box(area: BoxArea, picture: (u32, u32)) -> Result<Region, EvaluateError> {
        let (width, height) = (f64::from(picture.0), f64::from(picture.1));
        let starts_inside = area.x >= 0.0 && area.y >= 0.0;
        let has_area = area.width > 0.0 && area.height > 0.0;
        let ends_inside = area.x + area.width <= width && area.y + area.height <= height;
        if starts_inside && has_area && ends_inside {
            return Ok(Region::Box { area, picture });
        }
        Err(EvaluateError::BoxOutside {
            found: area.to_string(),
            width: picture.0,
            height: picture.1,
        })
    }

    /// A mask [height, width] of a picture of this width and height.
    ///
    /// # Errors
    /// [`EvaluateError::MaskSize`], [`EvaluateError::EmptyMask`].
    pub fn of_mask(mask: Array2<bool>, picture: (u32, u32)) -> Result<Region, EvaluateError> {
        let (height, width) = mask.dim();
        if (width, height) != (picture.0 as usize, picture.1 as usize) {
            return Err(EvaluateError::MaskSize {
                found_width: width as u32,
                found_height: height as u32,
                width: picture.0,
                height: picture.1,
            });
        }
        if !mask.iter().any(|&is_object| is_object) {
            return Err(EvaluateError::EmptyMask);
        }
        Ok(Region::Mask(mask))
    }

    /// Which pixels of the network's input [height, width] it covers: those whose centre lies
    /// in it. The picture is stretched to the input.
    ///
    /// # Errors
    /// [`EvaluateError::RegionTooSmall`] if it covers none.
    pub fn at_input(&self, height: usize, width: usize) -> Result<Array2<bool>, EvaluateError> {
        self.under(Frame::WHOLE, height, width)
    }

    /// The same for an input that lies on the picture as the frame says.
    ///
    /// # Errors
    /// [`EvaluateError::RegionTooSmall`] if it covers none.
    pub fn under(
        &self,
        frame: Frame,
        height: usize,
        width: usize,
    ) -> Result<Array2<bool>, EvaluateError> {
        let part = |pixel: usize, pixels: usize| (pixel as f64 + 0.5) / pixels as f64;
        let covered = Array2::from_shape_fn((height, width), |(row, column)| {
            let (across, down) = frame.to_picture(part(column, width), part(row, height));
            match self {
                Region::Box { area, picture } => {
                    let (x, y) = (across * f64::from(picture.0), down * f64::from(picture.1));
                    (area.x..area.x + area.width).contains(&x)
                        && (area.y..area.y + area.height).contains(&y)
                }
                Region::Mask(mask) => {
                    let (rows, columns) = mask.dim();
                    let (x, y) = (across * columns as f64, down * rows as f64);
                    let is_inside = x >= 0.0 && y >= 0.0;
                    is_inside && mask.get([y as usize, x as usize]) == Some(&true)
                }
            }
        });
        if covered.iter().any(|&is_covered| is_covered) {
            Ok(covered)
        } else {
            Err(EvaluateError::RegionTooSmall { height, width })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(result: Result<Region, EvaluateError>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn a_region_is_where_the_network_saw_it() {
        // Of 40 × 10 pixels the middle 10 × 10 were seen, on an input of 2 × 2.
        let middle = Frame {
            left: 0.375,
            width: 0.25,
            ..Frame::WHOLE
        };
        let of = |text: &str| Region::of_box(BoxArea::parse(text).unwrap(), (40, 10)).unwrap();
        let covered = of("15,0,5,5").under(middle, 2, 2).unwrap();
        assert_eq!(covered, ndarray::array![[true, false], [false, false]]);
        assert!(of("0,0,15,10").under(middle, 2, 2).is_err());
        let mask = of("15,0,5,5").at_input(10, 40).unwrap();
        let covered = Region::Mask(mask).under(middle, 2, 2).unwrap();
        assert_eq!(covered, ndarray::array![[true, false], [false, false]]);
        // Above and below the picture there is a border.
        let bordered = Frame {
            top: -1.5,
            height: 4.0,
            ..Frame::WHOLE
        };
        let covered = of("0,0,40,10").under(bordered, 4, 1).unwrap();
        assert_eq!(covered.iter().filter(|&&is_covered| is_covered).count(), 1);
    }

    #[test]
    fn boxes_are_inside_the_picture() {
        let of = |text: &str| Region::of_box(BoxArea::parse(text).unwrap(), (10, 8));
        assert!(of("0,0,10,8").is_ok());
        for outside in ["-1,0,2,2", "9,0,2,2", "0,7,1,2", "0,0,0,3", "1e300,0,1,1"] {
            let sentence = sentence(of(outside));
            assert!(sentence.contains("10 × 8 pixels"), "{sentence}");
        }
        for wrong in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "a,b,c,d",
            "NaN,0,1,1",
            "inf,0,1,1",
        ] {
            assert!(BoxArea::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn masks_fit_and_mark_something() {
        let none = Array2::from_elem((2, 3), false);
        assert!(sentence(Region::of_mask(none, (3, 2))).contains("no pixel"));
        let all = Array2::from_elem((2, 3), true);
        assert!(sentence(Region::of_mask(all.clone(), (2, 3))).contains("3 × 2"));
        assert!(Region::of_mask(all, (3, 2)).is_ok());
    }

    #[test]
    fn a_region_covers_the_pixels_whose_centres_it_holds() {
        let area = BoxArea::parse("0,0,6,4").unwrap();
        let region = Region::of_box(area, (12, 8)).unwrap();
        let covered = region.at_input(2, 4).unwrap();
        // Centres at x 1.5, 4.5, 7.5, 10.5 and y 2, 6.
        assert_eq!(
            covered.into_raw_vec_and_offset().0,
            [true, true, false, false, false, false, false, false]
        );
        let dot = Region::of_box(BoxArea::parse("0,0,1,1").unwrap(), (12, 8)).unwrap();
        assert!(dot.at_input(2, 4).is_err());
        let mut mask = Array2::from_elem((8, 12), false);
        mask.slice_mut(ndarray::s![..4, ..6]).fill(true);
        let region = Region::of_mask(mask, (12, 8)).unwrap();
        let marked = region.at_input(2, 4).unwrap();
        assert_eq!(marked.iter().filter(|&&is_marked| is_marked).count(), 2);
    }
}
