//! Whether the map depends on the network, the class and the picture, with the maps that it is
//! compared with.

use yew::prelude::*;

use super::metric_list::metric_list;
use super::tested_map::tested_map;
use crate::app::number_format;
use crate::app::state::{ChosenPicture, Measurement};
use crate::app::views::common::{DrawnMap, MapCanvas, Props};
use crate::app::words::TestWords;
use crate::evaluate::Group;

/// Longest side of a map, in CSS pixels.
const SIDE: f64 = 120.0;

/// The metrics, each with its row of maps.
pub fn sanity(props: &Props, picture: &ChosenPicture) -> Html {
    html! {
        <>
            <p class="hint">{ props.state.words.test().sanity_hint }</p>
            { metric_list(props, Group::Sanity, 0, &|_, found| maps(props, picture, found)) }
        </>
    }
}

/// The map itself and those it was compared with, each on its own scale.
fn maps(props: &Props, picture: &ChosenPicture, found: &Measurement) -> Html {
    let (Some(size), Some(own)) = (picture.canvas_size, tested_map(props, picture)) else {
        return html! {};
    };
    let said = props.state.words.test();
    let style = own.style;
    let curve = found.summary.curves.first();
    let card = |map: DrawnMap, words: String| {
        html! {
            <figure>
                <MapCanvas page={props.page.clone()} file={picture.key.file} picture_size={size} side={SIDE} first={map} label={words.clone()} />
                <figcaption>{ words }</figcaption>
            </figure>
        }
    };
    let others = found.maps.iter().enumerate().map(|(number, map)| {
        let scale = map.scale(style.sign);
        let drawn = DrawnMap {
            map: map.clone(),
            style: crate::render::OverlayStyle { scale, ..style },
        };
        let alike = curve.and_then(|curve| curve.ys.get(number));
        let alike = alike.map_or_else(String::new, |alike| number_format::value(*alike as f32));
        let share = curve.and_then(|curve| curve.xs.get(number)).copied();
        let what = what(said, &found.summary.metric, share.unwrap_or(0.0));
        card(drawn, (said.alike)(&what, &alike))
    });
    html! { <div class="test-pictures">{ card(own, said.own_map.to_owned()) }{ for others }</div> }
}

/// What a map of a row is of.
fn what(words: &TestWords, metric: &str, share: f64) -> String {
    match metric {
        "cascading-randomisation" => (words.layers_random)(&format!("{:.0}", 100.0 * share)),
        "random-logit" => words.another_class.to_owned(),
        _ => words.noisy_copy.to_owned(),
    }
}
