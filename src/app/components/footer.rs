use yew::prelude::*;

use super::page::Props;
use crate::app::format;

/// On what the network runs.
pub fn footer(props: &Props) -> Html {
    let running = props.state.engine.as_ref().map_or_else(
        || "The engine starts.".to_owned(),
        |engine| {
            format!(
                "The network runs in this browser, on {} with {}.",
                format::threads(engine.threads),
                format::variant(&engine.variant)
            )
        },
    );
    html! { <footer>{ running }</footer> }
}
