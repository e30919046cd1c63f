//! What is compared, the two maps that are laid over each other, and the grid.

use wasm_bindgen::JsCast as _;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::map_card::{map_card, name};
use crate::app::state::{
    Action, AppState, ChosenPicture, CompareAction, CompareAxis, EngineStep, MapKey,
    SettingsAction, question_words,
};
use crate::app::views::common::{DrawnMap, MapCanvas, Props};
use crate::evaluate::{METRICS, Needs};
use crate::explain::{Family, METHODS};

/// Longest side of the two maps that are laid over each other, in CSS pixels.
const LARGE_SIDE: f64 = 460.0;

/// The view of a picture that has a prediction.
#[component]
pub fn Comparison(props: &Props) -> Html {
    let state = &props.state;
    let words = state.words.compare();
    let picture = state.picture.current.as_ref();
    let Some(picture) = picture.filter(|picture| picture.prediction.is_some()) else {
        return html! {
            <section class="comparison" aria-label={words.side_by_side}>
                <p class="hint">{ words.picture_first }</p>
            </section>
        };
    };
    let keys = state.sorted_maps(picture);
    html! {
        <section class="comparison" aria-label={words.side_by_side}>
            <h2>{ for heading(state, picture) }<small>{ &picture.name }</small></h2>
            { controls(props, picture, &keys) }
            { pair(props, picture) }
            <ul class="map-grid">{ for keys.iter().map(|key| map_card(props, picture, key)) }</ul>
        </section>
    }
}

/// The question that all maps answer.
fn heading(state: &AppState, picture: &ChosenPicture) -> Option<String> {
    let target = state.target(picture)?;
    let prediction = picture.prediction.as_ref()?;
    Some(question_words(state.words, prediction, target))
}

fn controls(props: &Props, picture: &ChosenPicture, keys: &[MapKey]) -> Html {
    let state = &props.state;
    let words = state.words.compare();
    let axis_name = |axis: CompareAxis| match axis {
        CompareAxis::Methods => words.methods,
        CompareAxis::Layers => words.layers,
        CompareAxis::Classes => words.classes,
    };
    let axes = CompareAxis::ALL.into_iter().map(|axis| {
        let choose = props
            .page
            .callback(move |page| page.dispatch(CompareAction::ChooseAxis(axis)));
        html! {
            <button aria-pressed={(state.compare.axis == axis).to_string()} onclick={choose}>{ axis_name(axis) }</button>
        }
    });
    let own = state.settings.own_scale;
    let change_scale = props
        .page
        .callback(move |page| page.dispatch(SettingsAction::ChooseOwnScale(!own)));
    html! {
        <div class="comparison-controls">
            <div class="segments" role="group" aria-label={words.what_differs}>{ for axes }</div>
            if state.compare.axis != CompareAxis::Methods {
                <label class="toggle">
                    <input type="checkbox" checked={own} onchange={change_scale} />
                    <span>{ words.own_scales }</span>
                </label>
            } else {
                <small>{ words.methods_own_scale }</small>
            }
            { metrics(props) }
            { progress(props, picture, keys) }
            if state.compare.axis == CompareAxis::Methods {
                { methods(props) }
            }
        </div>
    }
}

/// By what the maps are measured and sorted.
fn metrics(props: &Props) -> Html {
    let words = props.state.words;
    let said = words.compare();
    let chosen = props.state.compare.metric;
    let page = props.page.clone();
    let onchange = Callback::from(move |event: Event| {
        let list = event.target().and_then(|list| list.dyn_into().ok());
        let id = list.map(|list: HtmlSelectElement| list.value());
        let metric = METRICS
            .iter()
            .find(|metric| Some(metric.id) == id.as_deref());
        page.dispatch(CompareAction::Measure(metric.map(|metric| metric.id)));
    });
    let offered = METRICS
        .iter()
        .filter(|metric| metric.needs != Needs::Region);
    html! {
        <label class="field">
            <span>{ said.sort_by }</span>
            <select {onchange}>
                <option value="" selected={chosen.is_none()}>{ said.nothing }</option>
                { for offered.map(|metric| html! {
                    <option value={metric.id} selected={chosen == Some(metric.id)}>{ words.metric(metric).name }</option>
                }) }
            </select>
        </label>
    }
}

/// How many maps are there, and the button that stops the rest or goes on.
fn progress(props: &Props, picture: &ChosenPicture, keys: &[MapKey]) -> Html {
    let state = &props.state;
    let words = state.words.compare();
    let done = keys
        .iter()
        .filter(|key| picture.maps.contains_key(key))
        .count();
    let failed = keys
        .iter()
        .filter(|key| picture.failed_maps.contains(key))
        .count();
    let running = state.engine.activity.as_ref();
    let is_running = running.is_some_and(|activity| {
        matches!(activity.step, EngineStep::Explain(_) | EngineStep::Test(_))
    });
    let stop = props.page.callback(|page| page.dispatch(Action::Cancel));
    let go_on = props
        .page
        .callback(|page| page.dispatch(CompareAction::GoOn));
    html! {
        <p class="comparison-progress">
            <span>{ (words.progress)(done, keys.len() - failed, runs(picture) as usize) }</span>
            if is_running {
                <button class="quiet" onclick={stop}>{ words.stop_all }</button>
            } else if done + failed < keys.len() || state.compare.is_stopped {
                <button class="quiet" onclick={go_on}>{ words.go_on }</button>
            }
        </p>
    }
}

fn runs(picture: &ChosenPicture) -> u32 {
    let maps = picture.maps.values();
    maps.map(|map| map.forward_runs).max().unwrap_or(1)
}

/// A box for each method, by family.
fn methods(props: &Props) -> Html {
    let words = props.state.words;
    let chosen = &props.state.compare.methods;
    let family = |family: Family| {
        let methods = METHODS.iter().filter(move |method| method.family == family);
        html! {
            <fieldset>
                <legend>{ words.family(family) }</legend>
                { for methods.map(|method| {
                    let id = method.id;
                    let toggle = props.page.callback(move |page| page.dispatch(CompareAction::ToggleMethod(id)));
                    html! {
                        <label class="toggle" title={words.method(method).plain_name}>
                            <input type="checkbox" checked={chosen.contains(&id)} onchange={toggle} />
                            <span>{ method.name }</span>
                        </label>
                    }
                }) }
            </fieldset>
        }
    };
    html! {
        <details>
            <summary>{ words.compare().methods }<small>{ (words.compare().chosen)(chosen.len()) }</small></summary>
            <div class="method-boxes">{ for Family::ALL.into_iter().map(family) }</div>
        </details>
    }
}

/// The maps that were chosen in the grid: one large, or two with a slider between them.
fn pair(props: &Props, picture: &ChosenPicture) -> Html {
    let state = &props.state;
    let words = state.words.compare();
    let drawn = |key: &MapKey| {
        let map = picture.map_of(key)?.clone();
        let style = state.comparison_style(picture, key);
        Some((name(props, picture, key), DrawnMap { map, style }))
    };
    let maps: Vec<_> = state.compare.pair.iter().filter_map(drawn).collect();
    let (Some(picture_size), Some((first_name, first))) = (picture.canvas_size, maps.first())
    else {
        return html! { <p class="hint">{ words.choose_map }</p> };
    };
    let second = maps.get(1);
    let label = match second {
        Some((second_name, _)) => (words.left_and_right)(first_name, second_name),
        None => first_name.clone(),
    };
    let page = props.page.clone();
    let split = Callback::from(move |event: InputEvent| {
        let slider: Option<HtmlInputElement> =
            event.target().and_then(|target| target.dyn_into().ok());
        if let Some(percent) = slider.and_then(|slider| slider.value().parse().ok()) {
            page.dispatch(CompareAction::ChooseSplit(percent));
        }
    });
    html! {
        <div class="map-pair">
            <MapCanvas page={props.page.clone()} file={picture.key.file} {picture_size} side={LARGE_SIDE} first={first.clone()}
                second={second.map(|(_, map)| map.clone())} split={state.compare.split} label={label.clone()} />
            if let Some((second_name, _)) = second {
                <label class="map-pair-slider">
                    <span>{ first_name }</span>
                    <input type="range" min="0" max="100" value={state.compare.split.to_string()} oninput={split}
                        aria-label={label} />
                    <span>{ second_name }</span>
                </label>
            } else {
                <p class="hint">{ first_name }</p>
            }
        </div>
    }
}
