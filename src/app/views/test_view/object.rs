//! How well the map agrees with an object that a person marks.

use yew::prelude::*;

use super::metric_list::metric_list;
use super::tested_map::tested_map;
use crate::app::state::ChosenPicture;
use crate::app::views::common::{Props, RegionEditor};
use crate::evaluate::Group;

/// Longest side of the picture, in CSS pixels.
const SIDE: f64 = 400.0;

/// The picture to mark, and the metrics that compare with what is marked.
pub fn object(props: &Props, picture: &ChosenPicture) -> Html {
    let region = picture.region.as_ref();
    let words = props.state.words.test();
    let map = tested_map(props, picture);
    html! {
        <>
            <p class="hint">{ words.object_hint }</p>
            <RegionEditor state={props.state.clone()} page={props.page.clone()} side={SIDE} {map}
                label={words.object_label} />
            if let Some(region) = region {
                { metric_list(props, Group::Localisation, region.number, &|_, _| html! {}) }
            }
        </>
    }
}
