//! On what the network runs.

use yew::prelude::*;

use super::engine_chip::variant_name;
use crate::app::number_format;
use crate::app::views::common::Props;

/// On what the network runs.
pub fn footer(props: &Props) -> Html {
    let running = props.state.engine.facts.as_ref().map_or_else(
        || "The engine starts.".to_owned(),
        |engine| {
            format!(
                "The network runs in this browser, on {} with {}.",
                number_format::threads(engine.threads),
                variant_name(&engine.variant)
            )
        },
    );
    html! { <footer>{ running }</footer> }
}
