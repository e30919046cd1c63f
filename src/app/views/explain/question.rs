//! What is asked about the class.

use wasm_bindgen::JsCast as _;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::app::state::{ChosenPicture, ExplanationAction, Prediction, question_words};
use crate::app::views::common::{Props, RegionEditor};
use crate::explain::{TARGET_KINDS, Target};

/// Classes that are offered for a comparison: the most probable ones.
const OFFERED_CLASSES: usize = 20;

/// Longest side of the picture that a part is marked on, in CSS pixels.
const REGION_SIDE: f64 = 280.0;

/// The kinds of questions, and for a comparison the other class.
pub fn question(props: &Props, picture: &ChosenPicture) -> Html {
    let state = &props.state;
    let (Some(prediction), Some(class)) = (&picture.prediction, state.class(picture)) else {
        return html! {};
    };
    let page = props.page.clone();
    let onchange = Callback::from(move |event: Event| {
        let value = list_value(&event);
        let kind = TARGET_KINDS
            .iter()
            .find(|kind| Some(kind.id) == value.as_deref());
        if let Some(kind) = kind {
            page.dispatch(ExplanationAction::ChooseTarget(kind.id));
        }
    });
    let chosen = state.target(picture).map_or("", Target::kind);
    let is_offered = |kind: &str| {
        let other = state.other_class(picture);
        let target = Target::new(kind, class, other);
        // Only a network that gives classes for places can be asked about a part of them.
        let has_places = prediction.model.summary.output.places.is_some();
        let is_here = kind != "region" || kind == chosen || has_places;
        is_here && target.is_ok_and(|target| target.check(prediction.logits.len()).is_ok())
    };
    let words = state.words.panel();
    html! {
        <details id="question">
            <summary>{ words.question }<small>{ state.target(picture).map(|target| question_words(state.words, prediction, target)) }</small></summary>
            <label class="field">
                <span class="unseen">{ words.question }</span>
                <select {onchange}>
                    { for TARGET_KINDS.iter().filter(|kind| is_offered(kind.id)).map(|kind| html! {
                        <option value={kind.id} selected={kind.id == chosen}>{ state.words.question(kind) }</option>
                    }) }
                </select>
            </label>
            if chosen == "contrast" {
                { other_class(props, picture, prediction, class) }
            }
            if chosen == "region" {
                <p class="hint">{ words.mark_part }</p>
                <RegionEditor state={state.clone()} page={props.page.clone()} side={REGION_SIDE} allows_point=true
                    label={words.mark_label} />
            }
            if chosen == "similarity" {
                { second_picture(props) }
            }
        </details>
    }
}

/// The picture that is compared with.
fn second_picture(props: &Props) -> Html {
    let second = props.state.picture.second.as_ref();
    let words = props.state.words.panel();
    let name = second.map_or(words.none_yet, |second| &second.name);
    html! {
        <div class="field">
            <span>{ words.second_picture }</span>
            <small>{ name }</small>
            <label class="button file">
                { words.choose }
                <input type="file" accept="image/*" aria-label={words.choose_second} onchange={props.page.on_second_chosen()} />
            </label>
        </div>
    }
}

fn other_class(
    props: &Props,
    picture: &ChosenPicture,
    prediction: &Prediction,
    class: usize,
) -> Html {
    let chosen = props.state.other_class(picture);
    let page = props.page.clone();
    let onchange = Callback::from(move |event: Event| {
        if let Some(other) = list_value(&event).and_then(|value| value.parse().ok()) {
            page.dispatch(ExplanationAction::ChooseOther(other));
        }
    });
    let ranking = prediction.ranking.iter().copied();
    let mut offered: Vec<usize> = ranking
        .filter(|other| *other != class)
        .take(OFFERED_CLASSES)
        .collect();
    offered.extend(chosen.filter(|chosen| !offered.contains(chosen)));
    html! {
        <label class="field">
            <span>{ props.state.words.panel().and_not }</span>
            <select {onchange}>
                { for offered.into_iter().map(|other| html! {
                    <option value={other.to_string()} selected={chosen == Some(other)}>{ prediction.label(other) }</option>
                }) }
            </select>
        </label>
    }
}

fn list_value(event: &Event) -> Option<String> {
    let list: HtmlSelectElement = event.target()?.dyn_into().ok()?;
    Some(list.value())
}
