//! The models that this site offers, and the user's own.

use wasm_split_helpers::wasm_split;
use yew::prelude::*;

use super::kept_models::KeptModels;
use crate::app::browser::parts::NotLoaded;
use crate::app::number_format;
use crate::app::state::{Action, EngineStep, ModelAction};
use crate::app::views::common::element_ids;
use crate::app::views::common::{Draw, Props, lazy};
use crate::protocol::{ManifestEntry, ModelSummary};

/// The models that this site offers, and the user's own; loaded when the list is first opened.
pub fn model_list(props: &Props) -> Html {
    lazy(props.state.words, "models", props, || Box::pin(draw()))
}

#[wasm_split(more, fallible)]
fn draw() -> Result<Draw, NotLoaded> {
    Ok(list)
}

fn list(props: &Props) -> Html {
    let words = props.state.words.model();
    let entries = props
        .state
        .model
        .manifest
        .iter()
        .flat_map(|manifest| &manifest.models);
    let desired = props.state.model.desired.as_ref();
    let own = desired.filter(|desired| desired.source.entry().is_none());
    html! {
        <>
            <h2>{ words.models }</h2>
            <ul class="models">
                { for entries.map(|entry| model(props, entry)) }
                { for own.map(|desired| html! {
                    <li class="model chosen">
                        <span class="model-name">{ desired.source.name() }</span>
                        <small>{ (words.own_file)(&number_format::size(desired.source.bytes())) }</small>
                    </li>
                }) }
            </ul>
            { for props.state.model.prepared.as_ref().map(|model| facts(props, &model.summary)) }
            if props.state.model.manifest.is_some() {
                <KeptModels ..props.clone() />
            }
            <label class="button file">
                { words.open_onnx }
                <input type="file" multiple=true accept={element_ids::MODEL_FILES} onchange={props.page.on_files_chosen()} />
            </label>
            <small class="hint">{ words.open_hint }</small>
            if props.state.engine.activity.as_ref().is_some_and(|activity| matches!(activity.step, EngineStep::Load(_))) {
                <button class="quiet" onclick={props.page.callback(|page| page.dispatch(Action::Cancel))}>{ words.stop_loading }</button>
            }
        </>
    }
}

fn model(props: &Props, entry: &ManifestEntry) -> Html {
    let chosen = props.state.settings.model.as_ref() == Some(&entry.id);
    let id = entry.id.clone();
    let choose = props
        .page
        .callback(move |page| page.dispatch(ModelAction::Choose(id.clone())));
    html! {
        <li>
            <button class={classes!("model", chosen.then_some("chosen"))} aria-pressed={chosen.to_string()} onclick={choose}>
                <span class="model-name">{ &entry.name }<small>{ number_format::size(entry.bytes) }</small></span>
                <small>{ &entry.description }</small>
            </button>
        </li>
    }
}

fn facts(props: &Props, summary: &ModelSummary) -> Html {
    let notes = props.state.no_samples().into_iter();
    let notes = notes.chain(summary.notes.iter().chain(&summary.cache_note).cloned());
    html! { <ul class="notes">{ for notes.map(|note| html! { <li>{ note }</li> }) }</ul> }
}
