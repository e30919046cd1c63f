//! A list to choose from.

use wasm_bindgen::JsCast as _;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// One line of a list.
pub struct SelectOption {
    pub value: String,
    pub name: String,
    pub is_selected: bool,
}

/// A list to choose from; `choose` gets the value of the chosen option.
pub fn select_field(
    label: &'static str,
    options: Vec<SelectOption>,
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
                { for options.into_iter().map(|option| html! {
                    <option value={option.value} selected={option.is_selected}>{ option.name }</option>
                }) }
            </select>
        </label>
    }
}
