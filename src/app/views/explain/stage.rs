//! The stage: a picture, or what to begin with.

use wasm_split_helpers::wasm_split;
use yew::prelude::*;

use super::empty_stage::empty_stage;
use super::picture_stage::PictureStage;
use super::stage_props::StageProps;
use crate::app::browser::parts::NotLoaded;
use crate::app::state::NoticePlace;
use crate::app::views::common::{Draw, Props, element_ids, lazy, notices};

/// The stage: a picture, or what to begin with.
pub fn stage(props: &StageProps) -> Html {
    let StageProps { state, page, .. } = props;
    let common = Props {
        state: state.clone(),
        page: page.clone(),
    };
    let words = state.words.start();
    let is_empty = state.on_stage().is_none();
    let is_awaited = is_empty && state.start_is_awaited();
    let class = classes!(
        "stage",
        is_empty.then_some("is-empty"),
        is_awaited.then_some("is-awaited")
    );
    html! {
        <section {class} aria-label={words.stage}>
            // Out of sight and of the order of Tab: buttons stand for them.
            <input id={element_ids::PICTURE_FILE} hidden=true type="file" accept="image/png,image/jpeg,image/gif,image/webp,image/bmp,image/tiff,image/avif,image/x-icon,image/heic,image/svg+xml,.npy,.csv,.dcm,.tif"
                aria-label={words.choose_picture} onchange={page.on_files_chosen()} />
            <input id={element_ids::MODEL_FILE} hidden=true type="file" multiple=true accept={element_ids::MODEL_FILES}
                aria-label={words.choose_model} onchange={page.on_files_chosen()} />
            { notices(&common, &[NoticePlace::Picture]) }
            if is_empty {
                { empty_stage(&common) }
            } else {
                { lazy(props.state.words, "picture", props, || Box::pin(draw())) }
            }
        </section>
    }
}

#[wasm_split(picture, fallible)]
fn draw() -> Result<Draw<StageProps>, NotLoaded> {
    Ok(|props| html! { <PictureStage ..props.clone() /> })
}
