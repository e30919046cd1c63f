//! The map that is tested.

use crate::app::state::ChosenPicture;
use crate::app::views::common::{DrawnMap, Props};
use crate::frame::Frame;

/// The map that is tested, and how it is drawn.
pub fn tested_map(props: &Props, picture: &ChosenPicture) -> Option<DrawnMap> {
    let key = props.state.tested_map()?;
    let map = picture.maps.get(&key)?.clone();
    let style = props.state.comparison_style(picture, &key);
    Some(DrawnMap { map, style })
}

/// The size at which pictures of the network's input (width and height) are shown: that of the
/// picture itself where it is stretched to the input.
pub fn input_shown_size(picture: &ChosenPicture, input: (u32, u32)) -> (u32, u32) {
    let prediction = picture.prediction.as_ref();
    let is_stretched = prediction.is_none_or(|prediction| prediction.frame == Frame::WHOLE);
    picture
        .canvas_size
        .filter(|_| is_stretched)
        .unwrap_or(input)
}
