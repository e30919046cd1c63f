//! Which models this browser keeps, so that they work without a network, and the means to change it.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::app::browser::model_storage;
use crate::app::number_format;
use crate::app::state::AppState;
use crate::app::views::common::Props;
use crate::app::words::ModelWords;
use crate::protocol::ManifestEntry;

/// What is known of the browser's store.
#[derive(Clone, Default, PartialEq)]
struct Kept {
    /// Of each model of the site.
    models: Vec<bool>,
    /// The model that is being fetched.
    fetching: Option<String>,
    /// What went wrong.
    problem: Option<String>,
}

/// Which models this browser keeps, and the means to change it.
#[component]
pub fn KeptModels(props: &Props) -> Html {
    let kept = use_state(Kept::default);
    let words = props.state.words.model();
    let entries = entries(&props.state);
    {
        // A model that was just loaded is kept, too.
        let (setter, entries) = (kept.setter(), entries.clone());
        let loaded = props.state.model.prepared.as_ref();
        let loaded = loaded.map(|model| model.desired.key);
        use_effect_with((entries.len(), loaded), move |_| {
            spawn_local(async move { setter.set(look(words, &entries, None).await) });
        });
    }
    let act = |entry: &ManifestEntry, is_kept: bool| {
        let (setter, entries, entry) = (kept.setter(), entries.clone(), entry.clone());
        let models = kept.models.clone();
        Callback::from(move |_: MouseEvent| {
            let (setter, entries, entry) = (setter.clone(), entries.clone(), entry.clone());
            setter.set(Kept {
                models: models.clone(),
                fetching: (!is_kept).then(|| entry.id.clone()),
                problem: None,
            });
            spawn_local(async move {
                let done = if is_kept {
                    model_storage::remove(&entry).await
                } else {
                    model_storage::keep(&entry).await
                };
                let problem = done
                    .err()
                    .map(|error| problem_words(words, &entry, is_kept, &error));
                setter.set(look(words, &entries, problem).await);
            });
        })
    };
    let rows = entries.iter().zip(&kept.models).map(|(entry, &is_kept)| {
        let is_fetched = kept.fetching.as_ref() == Some(&entry.id);
        let (state, label) = match (is_fetched, is_kept) {
            (true, _) => (words.being_fetched, words.keep_offline),
            (_, true) => (words.on_device, words.remove),
            _ => (words.fetched_when_used, words.keep_offline),
        };
        let name = format!("{label}: {}", entry.name);
        html! {
            <li key={entry.id.clone()}>
                <span>{ &entry.name }<small>{ format!("{}, {state}", number_format::size(entry.bytes)) }</small></span>
                <button class="quiet" aria-label={name} disabled={kept.fetching.is_some()} onclick={act(entry, is_kept)}>{ label }</button>
            </li>
        }
    });
    let sum: u64 = (entries.iter().zip(&kept.models))
        .filter(|(_, is_kept)| **is_kept)
        .map(|(entry, _)| entry.bytes)
        .sum();
    html! {
        <details class="kept">
            <summary>{ words.without_network }<small>{ number_format::size(sum) }</small></summary>
            <p class="hint">{ page_words(words) }</p>
            <ul>{ for rows }</ul>
            { for kept.problem.as_ref().map(|problem| html! { <p class="refused" role="alert">{ problem }</p> }) }
        </details>
    }
}

fn entries(state: &AppState) -> Vec<ManifestEntry> {
    let manifest = state.model.manifest.as_ref();
    manifest.map_or_else(Vec::new, |manifest| manifest.models.clone())
}

async fn look(words: &ModelWords, entries: &[ManifestEntry], problem: Option<String>) -> Kept {
    let (models, refusal) = match model_storage::kept(entries).await {
        Ok(models) => (models, None),
        Err(error) => (Vec::new(), Some((words.keeps_nothing)(&error))),
    };
    Kept {
        models,
        fetching: None,
        problem: problem.or(refusal),
    }
}

fn problem_words(words: &ModelWords, entry: &ManifestEntry, is_kept: bool, error: &str) -> String {
    let name = &entry.name;
    if is_kept {
        (words.not_removed)(name, error)
    } else {
        (words.not_kept)(name, error)
    }
}

fn page_words(words: &ModelWords) -> &'static str {
    match model_storage::page_is_kept() {
        Some(true) => words.page_kept,
        Some(false) => words.page_not_kept,
        None => words.not_fetched_again,
    }
}
