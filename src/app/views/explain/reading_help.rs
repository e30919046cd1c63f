//! How to read a map, for those who see their first.

use yew::prelude::*;

use crate::app::browser::local_storage;
use crate::app::words::WordsOf;

/// Kept in the browser's storage once the lines were read.
const KEY: &str = "gradcam.read";

#[derive(Properties, PartialEq)]
pub struct ReadingHelpProps {
    pub words: WordsOf,
}

/// Three lines, until they are closed.
#[component]
pub fn ReadingHelp(props: &ReadingHelpProps) -> Html {
    let words = props.words.picture();
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
        <section class="reading" aria-label={words.how_to_read}>
            <ul>
                <li>{ words.read_brighter }</li>
                <li>{ words.read_other }</li>
                <li>{ words.read_right }</li>
            </ul>
            <button class="quiet" onclick={close}>{ words.got_it }</button>
        </section>
    }
}
