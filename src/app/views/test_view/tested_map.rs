//! The map that is tested.

use crate::app::state::ChosenPicture;
use crate::app::views::common::{DrawnMap, Props};

/// The map that is tested, and how it is drawn.
pub fn tested_map(props: &Props, picture: &ChosenPicture) -> Option<DrawnMap> {
    let key = props.state.tested_map()?;
    let map = picture.maps.get(&key)?.clone();
    let style = props.state.comparison_style(picture, &key);
    Some(DrawnMap { map, style })
}
