//! Where the network's input lies on the picture: the one place that turns places of the picture
//! into places of the input and back.

/// The rectangle of the picture that the network's input covers, in parts of the picture's width
/// and height. It is the whole picture where that is stretched, a part of it where its middle is
/// cut out, and more than the picture where there is a border around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    pub left: f64,
    pub top: f64,
    /// Above 0, as `height`.
    pub width: f64,
    pub height: f64,
}

impl Default for Frame {
    fn default() -> Self {
        Frame::WHOLE
    }
}

impl Frame {
    /// The input is the whole picture.
    pub const WHOLE: Frame = Frame {
        left: 0.0,
        top: 0.0,
        width: 1.0,
        height: 1.0,
    };

    /// A point of the picture as parts of the input's width and height: below 0 or above 1 where
    /// the input does not reach.
    pub fn to_input(&self, across: f64, down: f64) -> (f64, f64) {
        (
            (across - self.left) / self.width,
            (down - self.top) / self.height,
        )
    }

    /// A point of the input, in parts of its width and height, as parts of the picture's.
    pub fn to_picture(&self, across: f64, down: f64) -> (f64, f64) {
        (
            self.left + across * self.width,
            self.top + down * self.height,
        )
    }

    /// A rectangle (left, top, width, height) of the picture on the input, as far as the input
    /// reaches; without width or height where it does not.
    pub fn area_to_input(&self, [left, top, width, height]: [f64; 4]) -> [f64; 4] {
        if *self == Frame::WHOLE {
            return [left, top, width, height];
        }
        let start = self.to_input(left, top);
        let end = self.to_input(left + width, top + height);
        area(clamped(start), clamped(end))
    }

    /// A rectangle (left, top, width, height) of the input on the picture, as far as there is one.
    pub fn area_to_picture(&self, [left, top, width, height]: [f64; 4]) -> [f64; 4] {
        if *self == Frame::WHOLE {
            return [left, top, width, height];
        }
        let start = self.to_picture(left, top);
        let end = self.to_picture(left + width, top + height);
        area(clamped(start), clamped(end))
    }

    /// The part of the picture that the network saw: left, top, width and height.
    pub fn seen(&self) -> [f64; 4] {
        self.area_to_picture([0.0, 0.0, 1.0, 1.0])
    }

    /// Whether the network saw a point of the picture.
    pub fn sees(&self, across: f64, down: f64) -> bool {
        let (across, down) = self.to_input(across, down);
        (0.0..=1.0).contains(&across) && (0.0..=1.0).contains(&down)
    }

    /// Where the picture lies in an input of this width and height: left, top, width and height in
    /// pixels of it.
    pub fn place_in_input(&self, (width, height): (usize, usize)) -> [u32; 4] {
        let whole = self.area_to_input([0.0, 0.0, 1.0, 1.0]);
        pixels(whole, (width as u32, height as u32))
    }

    /// [`Frame::seen`] in pixels of a picture of this width and height, to whole pixels.
    pub fn seen_pixels(&self, size: (u32, u32)) -> [u32; 4] {
        pixels(self.seen(), size)
    }
}

/// A rectangle in parts of this width and height as whole pixels.
fn pixels([left, top, across, down]: [f64; 4], (width, height): (u32, u32)) -> [u32; 4] {
    let place = |part: f64, length: u32| (part * f64::from(length)).round() as u32;
    let (first, above) = (place(left, width), place(top, height));
    [
        first,
        above,
        place(left + across, width).saturating_sub(first),
        place(top + down, height).saturating_sub(above),
    ]
}

fn clamped((across, down): (f64, f64)) -> (f64, f64) {
    (across.clamp(0.0, 1.0), down.clamp(0.0, 1.0))
}

fn area(start: (f64, f64), end: (f64, f64)) -> [f64; 4] {
    [
        start.0,
        start.1,
        (end.0 - start.0).max(0.0),
        (end.1 - start.1).max(0.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDDLE: Frame = Frame {
        left: 0.25,
        top: 0.0,
        width: 0.5,
        height: 1.0,
    };

    #[test]
    fn there_and_back_is_the_same_place() {
        let (across, down) = MIDDLE.to_input(0.375, 0.5);
        assert_eq!((across, down), (0.25, 0.5));
        assert_eq!(MIDDLE.to_picture(across, down), (0.375, 0.5));
        assert!(MIDDLE.sees(0.3, 0.9) && !MIDDLE.sees(0.2, 0.9));
    }

    #[test]
    fn areas_end_where_the_input_ends() {
        let area = MIDDLE.area_to_input([0.0, 0.0, 0.5, 0.5]);
        assert_eq!(area, [0.0, 0.0, 0.5, 0.5]);
        assert_eq!(MIDDLE.area_to_input([0.0, 0.0, 0.2, 1.0])[2], 0.0);
        assert_eq!(MIDDLE.seen_pixels((400, 30)), [100, 0, 200, 30]);
        let bordered = Frame {
            top: -1.0,
            height: 3.0,
            ..Frame::WHOLE
        };
        assert_eq!(bordered.seen(), [0.0, 0.0, 1.0, 1.0]);
    }
}
