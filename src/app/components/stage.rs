use yew::prelude::*;

use super::about::ABOUT_ID;
use super::canvas::{Canvas, Point};
use super::controls::controls;
use super::empty::empty;
use super::legend::legend;
use super::notice::notices;
use super::page::{Page, Props};
use super::progress::Progress;
use crate::app::hands;
use crate::app::result::Subject;
use crate::app::state::{Place, State};
use crate::protocol::MapState;
use crate::render::Sign;

#[derive(Properties, PartialEq)]
pub struct StageProps {
    pub state: UseReducerHandle<State>,
    pub page: Page,
    /// The picture is shown without its map.
    pub alone: bool,
    pub set_alone: UseStateSetter<bool>,
}

/// The picture, where the network looked, and how that is shown.
#[component]
pub fn Stage(props: &StageProps) -> Html {
    let point = use_state(|| None::<Point>);
    let StageProps { state, page, .. } = props;
    let common = Props {
        state: state.clone(),
        page: page.clone(),
    };
    let subject = state.on_stage();
    let class = if subject.is_some() {
        "stage"
    } else {
        "stage is-empty"
    };
    html! {
        <section {class} aria-label="The picture and where the network looked">
            <input id="picture-file" class="unseen" type="file" accept="image/png,image/jpeg,image/gif,image/webp,image/bmp"
                aria-label="Choose a picture" onchange={page.on_file_chosen()} />
            <input id="model-file" class="unseen" type="file" accept=".onnx" tabindex="-1"
                aria-label="Choose an ONNX file" onchange={page.on_file_chosen()} />
            { notices(&common, &[Place::Picture]) }
            if let Some(subject) = subject {
                { title(state, subject) }
                <Canvas state={state.clone()} page={page.clone()} alone={props.alone} set_point={point.setter()} />
                if state.is_working() {
                    <Progress ..common />
                } else {
                    { for sentence(state, subject).map(|sentence| html! { <p class="finding">{ sentence }</p> }) }
                }
                { for notes(state, subject).map(|note| html! { <p class="hint">{ note }</p> }) }
                { assumed(state, page) }
                if subject.map().is_some() {
                    { legend(state, point.as_ref()) }
                    { controls(props) }
                }
            } else {
                { empty(&common) }
            }
        </section>
    }
}

/// "Where it looked for cup", the picture's name, and the way to another.
fn title(state: &State, subject: &Subject) -> Html {
    let class = subject.map().map(|map| map.summary.class);
    let label = class
        .zip(subject.prediction.as_ref())
        .map(|(class, prediction)| prediction.label(class).to_owned());
    let words = match label {
        Some(label) => html! { <>{ "Where it looked for " }<em>{ label }</em></> },
        None if state.model_is_ready() && state.is_working() => html! { "Looking…" },
        None => html! { "Your picture" },
    };
    html! {
        <div class="stage-title">
            <h2>{ words }<small>{ &subject.name }</small></h2>
            <label class="button" for="picture-file">{ "Another picture" }</label>
        </div>
    }
}

/// What a person should know about how the picture was read and about the model.
fn notes<'a>(state: &'a State, subject: &'a Subject) -> impl Iterator<Item = &'a String> {
    let picture = subject
        .prediction
        .iter()
        .flat_map(|prediction| &prediction.notes);
    let model = state.ready.iter().map(|model| &model.summary);
    picture.chain(model.flat_map(|model| model.notes.iter().chain(&model.cache_note)))
}

/// What was assumed of the model, and the way to change it.
fn assumed(state: &State, page: &Page) -> Html {
    let sentences = state.assumptions();
    if sentences.is_empty() {
        return html! {};
    }
    let show = page.on(|_| hands::unfold(ABOUT_ID));
    html! {
        <p class="hint assumed">
            { sentences.join(" ") }{ " " }
            <button class="quiet" onclick={show}>{ "Change" }</button>
        </p>
    }
}

/// What must be said when the map has nothing to show.
fn sentence(state: &State, subject: &Subject) -> Option<String> {
    let map = subject.map()?;
    let label = subject.prediction.as_ref()?.label(map.summary.class);
    match map.summary.state {
        MapState::Evidence => None,
        MapState::NotFinite => Some(format!(
            "The network’s values for {label} are not all numbers, so there is no map to show. \
             The model overflows on this picture; try another picture or a model in full precision."
        )),
        MapState::NoPositiveEvidence if state.choices.sign == Sign::Positive => Some(format!(
            "Nothing in this picture speaks for {label}. “For and against” shows what speaks against it."
        )),
        MapState::NoPositiveEvidence => {
            Some(format!("Nothing in this picture speaks for {label}."))
        }
    }
}
