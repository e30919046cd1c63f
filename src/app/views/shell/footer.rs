//! On what the network runs, and the language.

use yew::prelude::*;

use super::engine_chip::variant_name;
use super::language::language_field;
use crate::app::views::common::Props;

/// On what the network runs, and the language.
pub fn footer(props: &Props) -> Html {
    let words = props.state.words.shell();
    let running = props.state.engine.facts.as_ref().map_or_else(
        || words.engine_starts.to_owned(),
        |engine| {
            let threads = (words.threads)(engine.threads);
            (words.runs_here)(variant_name(&engine.variant), &threads)
        },
    );
    html! {
        <footer>
            <span>{ running }{ " " }{ words.engine_messages }</span>
            { language_field(props) }
        </footer>
    }
}
