//! How to read a map, for those who see their first.

use yew::prelude::*;

use crate::app::browser::local_storage;

/// Kept in the browser's storage once the lines were read.
const KEY: &str = "gradcam.read";

/// Three lines, until they are closed.
#[component]
pub fn ReadingHelp() -> Html {
    let is_read = use_state(|| local_storage::load(KEY).is_some());
    if *is_read {
        return html! {};
    }
    let close = {
        let is_read = is_read.setter();
        Callback::from(move |_: MouseEvent| {
            local_storage::store(KEY, "1");
            is_read.set(true);
        })
    };
    html! {
        <section class="reading" aria-label="How to read this">
            <ul>
                <li>{ "The brighter a place, the more it speaks for the class. Tap it, or point at it, for its value." }</li>
                <li>{ "Choose another class to see what speaks for that one." }</li>
                <li>{ "It shows where the network looked, not whether it is right." }</li>
            </ul>
            <button class="quiet" onclick={close}>{ "Got it" }</button>
        </section>
    }
}
