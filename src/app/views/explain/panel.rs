//! What stands beside the picture: classes and files above what is known of the model, question,
//! method and layer below it.

use wasm_split_helpers::wasm_split;
use yew::prelude::*;

use super::class_search::ClassSearch;
use super::classes::classes;
use super::copy_link::CopyLink;
use super::details::details;
use super::save_buttons::SaveButtons;
use crate::app::browser::parts::NotLoaded;
use crate::app::views::common::{Draw, Props, lazy};

/// Classes and files.
pub fn upper_panel(props: &Props) -> Html {
    if props.state.picture.current.is_some() {
        return lazy(props.state.words, "upper panel", props, || {
            Box::pin(draw_upper())
        });
    }
    let words = props.state.words.start();
    html! {
        <section class="classes" aria-label={words.classes}>
            <h2>{ words.what_it_says }</h2>
            <p class="hint">{ words.classes_will_stand }</p>
        </section>
    }
}

/// Question, method and layer.
pub fn lower_panel(props: &Props) -> Html {
    if props.state.picture.current.is_some() {
        return lazy(props.state.words, "lower panel", props, || {
            Box::pin(draw_lower())
        });
    }
    html! {}
}

#[wasm_split(picture, fallible)]
fn draw_upper() -> Result<Draw, NotLoaded> {
    Ok(|props| {
        html! {
            <>
                { classes(props) }
                <ClassSearch ..props.clone() />
                <SaveButtons ..props.clone() />
            </>
        }
    })
}

#[wasm_split(picture, fallible)]
fn draw_lower() -> Result<Draw, NotLoaded> {
    Ok(|props| {
        html! {
            <>
                { details(props) }
                <CopyLink ..props.clone() />
            </>
        }
    })
}
