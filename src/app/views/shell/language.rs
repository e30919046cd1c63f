//! The language of the page.

use wasm_bindgen::JsCast as _;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::standing_words;
use crate::app::browser::elements;
use crate::app::views::common::{PageHandle, Props};
use crate::app::words::{Language, WordsOf};

/// Begins with the language that was kept or that the browser prefers, and says in the document
/// which it is.
#[hook]
pub fn use_language(words: WordsOf, page: &PageHandle) {
    {
        let page = page.clone();
        use_effect_with((), move |()| {
            let language = Language::load();
            if language != Language::default() {
                page.load_language(language);
            }
        });
    }
    use_effect_with(words, |words| {
        elements::set_root_attribute("lang", Some(words.shell().language_code));
        standing_words::show(*words);
    });
}

/// The languages to choose from, each by its own name.
pub fn language_field(props: &Props) -> Html {
    let words = props.state.words.shell();
    let page = props.page.clone();
    let onchange = Callback::from(move |event: Event| {
        let list = event.target();
        let list = list.and_then(|list| list.dyn_into::<HtmlSelectElement>().ok());
        if let Some(language) = list.and_then(|list| Language::of(&list.value())) {
            language.keep();
            page.load_language(language);
        }
    });
    html! {
        <label class="language">
            <span>{ words.language }</span>
            <select id="language" {onchange}>
                { for Language::ALL.into_iter().map(|language| html! {
                    <option value={language.code()} lang={language.code()}
                        selected={language.code() == words.language_code}>{ language.name() }</option>
                }) }
            </select>
        </label>
    }
}
