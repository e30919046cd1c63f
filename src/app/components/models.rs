use yew::prelude::*;

use super::page::Props;
use crate::app::format;
use crate::app::state::Action;
use crate::protocol::{ManifestEntry, ModelSummary};

/// The models that this site offers, and the user's own.
pub fn models(props: &Props) -> Html {
    let entries = props
        .state
        .manifest
        .iter()
        .flat_map(|manifest| &manifest.models);
    let wanted = props.state.wanted.as_ref();
    let own = wanted.filter(|wish| wish.source.entry().is_none());
    html! {
        <>
            <h2>{ "Models" }</h2>
            <ul class="models">
                { for entries.map(|entry| model(props, entry)) }
                { for own.map(|wish| html! {
                    <li class="model chosen">
                        <span class="model-name">{ wish.source.name() }</span>
                        <small>{ format!("your own file, {}", format::size(wish.source.bytes())) }</small>
                    </li>
                }) }
            </ul>
            { for props.state.ready.as_ref().map(|model| facts(props, &model.summary)) }
            <label class="button file">
                { "Open an ONNX file" }
                <input type="file" accept=".onnx" onchange={props.page.on_file_chosen()} />
            </label>
            <small class="hint">{ "Or drop one anywhere. It stays on this device. It needs one picture as its input and one row of class values as its output." }</small>
            if props.state.activity.as_ref().is_some_and(|activity| matches!(activity.step, crate::app::schedule::Step::Load(_))) {
                <button class="quiet" onclick={props.page.on(|page| page.tell(Action::Cancel))}>{ "Stop loading" }</button>
            }
        </>
    }
}

fn model(props: &Props, entry: &ManifestEntry) -> Html {
    let chosen = props.state.choices.model.as_ref() == Some(&entry.id);
    let id = entry.id.clone();
    let choose = props
        .page
        .on(move |page| page.tell(Action::ChooseModel(id.clone())));
    html! {
        <li>
            <button class={classes!("model", chosen.then_some("chosen"))} aria-pressed={chosen.to_string()} onclick={choose}>
                <span class="model-name">{ &entry.name }<small>{ format::size(entry.bytes) }</small></span>
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
