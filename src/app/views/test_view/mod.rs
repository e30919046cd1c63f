//! Whether a map can be believed: a tool for each way to find out.

mod attack;
mod cover;
mod curve_plot;
mod faithfulness;
mod metric_list;
mod object;
mod probabilities;
mod sanity;
mod test_page;
mod tested_map;

use wasm_split_helpers::wasm_split;
use yew::prelude::*;

use self::test_page::TestView;
use crate::app::browser::parts::NotLoaded;
use crate::app::views::common::{Draw, Props, lazy};

/// The tools to test a map with; loaded when they are first shown.
pub fn test_view(props: &Props) -> Html {
    lazy(props.state.words, "test", props, || Box::pin(draw()))
}

#[wasm_split(more, fallible)]
fn draw() -> Result<Draw, NotLoaded> {
    Ok(|props| html! { <TestView ..props.clone() /> })
}
