//! Maps of one picture side by side.
//!
//! - `comparison`: the whole view: what is compared, and the grid
//! - `map_card`: one map of the grid

mod comparison;
mod map_card;

use wasm_split_helpers::wasm_split;
use yew::prelude::*;

use self::comparison::Comparison;
use crate::app::browser::parts::NotLoaded;
use crate::app::views::common::{Draw, Props, lazy};

/// Many maps side by side; loaded when they are first shown.
pub fn compare(props: &Props) -> Html {
    lazy(props.state.words, "compare", props, || Box::pin(draw()))
}

#[wasm_split(more, fallible)]
fn draw() -> Result<Draw, NotLoaded> {
    Ok(|props| html! { <Comparison ..props.clone() /> })
}
