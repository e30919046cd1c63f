//! The layers that can be explained.

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::app::browser::text;
use crate::app::state::{ChosenPicture, ExplanationAction, PreparedModel};
use crate::app::views::common::{Props, input_value};
use crate::protocol::LayerSummary;
use crate::text::shown_name;

/// Shorter lists need no filter.
const MIN_FILTERED_LAYERS: usize = 12;

/// Every layer that can be explained, the ends of blocks first.
#[component]
pub fn Layers(props: &Props) -> Html {
    let words = use_state(String::new);
    let state = &props.state;
    let picture = state.picture.current.as_ref();
    let Some(model) = picture.and_then(ChosenPicture::model) else {
        return html! {};
    };
    let chosen = state.layer(model).to_owned();
    let title = model
        .layer(&chosen)
        .map_or_else(|| shown_name(&chosen), LayerSummary::title)
        .into_owned();
    let FoundLayers { blocks, others } = find(model, &words);
    let is_empty = blocks.is_empty() && others.is_empty();
    let list = |layers: Vec<&LayerSummary>| -> Html {
        layers
            .into_iter()
            .map(|layer| item(props, layer, layer.name == chosen))
            .collect()
    };
    let oninput = {
        let words = words.setter();
        Callback::from(move |event: InputEvent| {
            if let Some(value) = input_value(&event) {
                words.set(value);
            }
        })
    };
    let said = state.words.panel();
    html! {
        <details>
            <summary>{ said.layer }<small>{ title }</small></summary>
            <p class="hint">{ said.layer_hint }</p>
            if model.summary.layers.len() > MIN_FILTERED_LAYERS {
                <input class="filter" type="search" aria-label={said.find_layer} placeholder={said.find_layer} autocomplete="off"
                    spellcheck="false" value={(*words).clone()} {oninput} />
            }
            <div class="layers" onkeydown={Callback::from(move_focus)}>
                if !blocks.is_empty() {
                    <h3>{ said.ends_of_blocks }</h3>
                    <ul>{ list(blocks) }</ul>
                    if !others.is_empty() { <h3>{ said.layers_between }</h3> }
                }
                <ul>{ list(others) }</ul>
                if is_empty { <p class="hint">{ said.no_layer }</p> }
            </div>
        </details>
    }
}

/// Layers whose name, alias or operator has the words that are looked for; from the last
/// of the network to the first.
struct FoundLayers<'a> {
    /// Ends of blocks.
    blocks: Vec<&'a LayerSummary>,
    others: Vec<&'a LayerSummary>,
}

fn find<'a>(model: &'a PreparedModel, words: &str) -> FoundLayers<'a> {
    let words = text::lowercase(words.trim());
    let fits = |text: &str| words.is_empty() || text::lowercase(text).contains(&words);
    let all = model.summary.layers.iter().rev();
    let found = all.filter(|layer| {
        fits(&layer.name) || fits(&layer.operator) || layer.alias.as_deref().is_some_and(fits)
    });
    let (blocks, others) = found.partition(|layer| layer.alias.is_some());
    FoundLayers { blocks, others }
}

fn item(props: &Props, layer: &LayerSummary, chosen: bool) -> Html {
    let name = layer.name.clone();
    let choose = props
        .page
        .callback(move |page| page.dispatch(ExplanationAction::ChooseLayer(name.clone())));
    let [channels, height, width] = layer.shape;
    let shape = (props.state.words.panel().layer_shape)(height, width, channels);
    let operator = shown_name(&layer.operator);
    let name = match &layer.alias {
        Some(_) => format!("{} · {operator}", shown_name(&layer.name)),
        None => operator.into_owned(),
    };
    html! {
        <li key={layer.name.clone()}>
            <button class="layer" aria-pressed={chosen.to_string()} onclick={choose}>
                <span>{ &*layer.title() }</span>
                <small>{ shape }</small>
                <small>{ name }</small>
            </button>
        </li>
    }
}

/// Arrow keys walk through the list, so that nobody needs to press Tab a hundred
/// times.
fn move_focus(event: KeyboardEvent) {
    let step: i32 = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return,
    };
    let focused = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let list = focused
        .as_ref()
        .and_then(|button| button.closest(".layers").ok().flatten());
    let Some(list) = list else {
        return;
    };
    let Ok(buttons) = list.query_selector_all("button") else {
        return;
    };
    let button = |place: u32| buttons.get(place)?.dyn_into::<HtmlElement>().ok();
    let at = (0..buttons.length()).find(|&place| {
        button(place).is_some_and(|button| focused.as_ref() == Some(button.unchecked_ref()))
    });
    let next = at
        .and_then(|at| at.checked_add_signed(step))
        .and_then(button);
    if let Some(next) = next {
        event.prevent_default();
        let _ = next.focus();
    }
}
