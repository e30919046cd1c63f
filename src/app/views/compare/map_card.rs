//! One map of the grid.

use yew::prelude::*;

use crate::app::number_format;
use crate::app::state::{
    ChosenPicture, CompareAction, CompareAxis, EngineStep, MapKey, Measurement, method_name,
};
use crate::app::views::common::{DrawnMap, MapCanvas, Props, phase_words, progress_bar};
use crate::app::words::WordsOf;
use crate::evaluate::METRICS;
use crate::protocol::MapState;
use crate::text::shown_name;

/// Longest side of a small map, in CSS pixels.
const SIDE: f64 = 208.0;

/// A map with its name, its time and its runs; or how far it is.
pub fn map_card(props: &Props, picture: &ChosenPicture, key: &MapKey) -> Html {
    let state = &props.state;
    let words = state.words.compare();
    let map = picture.map_of(key).cloned();
    let name = name(props, picture, key);
    let Some(picture_size) = picture.canvas_size else {
        return html! {};
    };
    let drawn = map.clone().map(|map| DrawnMap {
        map,
        style: state.comparison_style(picture, key),
    });
    let is_chosen = state.compare.pair.contains(key);
    let toggle = {
        let key = key.clone();
        props
            .page
            .callback(move |page| page.dispatch(CompareAction::ToggleMap(key.clone())))
    };
    let open = {
        let key = key.clone();
        props
            .page
            .callback(move |page| page.dispatch(CompareAction::Open(key.clone())))
    };
    html! {
        <li key={format!("{} {} {}", key.method, key.target, key.layer)} class="map-card">
            <button class="map-card-picture" aria-pressed={is_chosen.to_string()} disabled={map.is_none()} onclick={toggle}
                title={words.lay_over}>
                <MapCanvas page={props.page.clone()} file={picture.key.file} {picture_size} side={SIDE} first={drawn}
                    label={name.clone()} />
            </button>
            <div class="map-card-words">
                <strong>{ &name }</strong>
                { facts(props, picture, key) }
                if map.is_some() {
                    <button class="quiet" onclick={open} aria-label={(words.open_map)(&name)}>{ words.open }</button>
                }
            </div>
        </li>
    }
}

/// What differs between the maps of the comparison.
pub fn name(props: &Props, picture: &ChosenPicture, key: &MapKey) -> String {
    match props.state.compare.axis {
        CompareAxis::Methods => method_name(key.method).to_owned(),
        CompareAxis::Layers => {
            let layer = picture.model().and_then(|model| model.layer(&key.layer));
            layer.map_or_else(
                || shown_name(&key.layer).into_owned(),
                |layer| layer.title().into_owned(),
            )
        }
        CompareAxis::Classes => {
            let prediction = picture.prediction.as_ref();
            prediction.map_or_else(String::new, |found| found.label(key.class()).to_owned())
        }
    }
}

/// What was measured of the map in the view of tests.
fn measure_words(words: WordsOf, found: &Measurement) -> Option<String> {
    let metric = METRICS
        .iter()
        .find(|metric| metric.id == found.summary.metric)?;
    let value = number_format::value(found.summary.value as f32);
    Some(format!("{} {value}", words.metric(metric).name))
}

fn facts(props: &Props, picture: &ChosenPicture, key: &MapKey) -> Html {
    let state = &props.state;
    let said = state.words.compare();
    let activity = state.engine.activity.as_ref();
    let running =
        activity.filter(|activity| matches!(&activity.step, EngineStep::Explain(at) if at == key));
    if let Some(activity) = running {
        return html! { <>{ progress_bar(state.words, activity) }<small>{ phase_words(state.words, activity) }</small></> };
    }
    let Some(map) = picture.map_of(key) else {
        let words = if picture.failed_maps.contains(key) {
            said.cannot_be_had
        } else if state.compare.is_stopped {
            said.stopped
        } else {
            said.waiting
        };
        return html! { <small>{ words }</small> };
    };
    let mut words = vec![number_format::duration(map.timings.explain)];
    if map.summary.runs > 0 {
        words.push((said.runs)(map.summary.runs as usize));
    }
    let alike: Vec<&str> = {
        let others = map.summary.coincides_with.iter();
        others.map(|id| method_name(id)).collect()
    };
    let state_words = match map.summary.state {
        MapState::Evidence => None,
        MapState::NoPositiveEvidence => Some(said.nothing_speaks_for_it),
        MapState::NotFinite => Some(said.not_numbers),
    };
    html! {
        <>
            <small>{ words.join(" · ") }</small>
            { for state_words.map(|words| html! { <small>{ words }</small> }) }
            { for state.measurements(picture, key).filter_map(|found| measure_words(state.words, found)).map(|words| html! { <small>{ words }</small> }) }
            { for map.summary.left_out.as_ref().map(|words| html! { <small>{ words }</small> }) }
            if state.compare.axis == CompareAxis::Methods && !alike.is_empty() {
                <small>{ (said.same_map_as)(&alike.join(", ")) }</small>
            }
        </>
    }
}
