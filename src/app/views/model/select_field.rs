//! A list to choose from.

use wasm_bindgen::JsCast as _;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// A list to choose from; `choose` gets the value of the chosen option.
pub fn select_field(
    label: &'static str,
    options: Vec<(String, String, bool)>,
    choose: impl Fn(String) + 'static,
) -> Html {
    let onchange = Callback::from(move |event: Event| {
        let list = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        if let Some(list) = list {
            choose(list.value());
        }
    });
    html! {
        <label class="field">
            <span>{ label }</span>
            <select {onchange}>
                { for options.into_iter().map(|(value, name, selected)| html! {
                    <option {value} {selected}>{ name }</option>
                }) }
            </select>
        </label>
    }
}
