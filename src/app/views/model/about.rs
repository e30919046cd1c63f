//! What is known of the model, what was assumed, and the means to change it.

use std::rc::Rc;

use wasm_split_helpers::wasm_split;
use yew::prelude::*;

use super::about_fields::about_fields;
use crate::app::browser::elements;
use crate::app::browser::parts::NotLoaded;
use crate::app::state::{NoticePlace, PreparedModel, UserOverrides};
use crate::app::views::common::{Draw, Props, element_ids, lazy, notices};

/// What is known of the model, what was assumed, and the means to change it.
#[component]
pub fn About(props: &Props) -> Html {
    let state = &props.state;
    let model = state.ready_model();
    // A file that says nothing opens the panel, unless something is remembered of
    // it; what is said from then on leaves the panel as it is.
    let asks = use_memo(model.as_ref().map(|model| model.desired.key), |_| {
        let assumed = |model: &Rc<PreparedModel>| model.summary.input.scaling_assumed.is_some();
        model.as_ref().is_some_and(assumed) && state.overrides() == UserOverrides::default()
    });
    let notice = state.notices.shown.get(&NoticePlace::About);
    use_effect_with(notice.cloned(), |notice| {
        if notice.is_some() {
            elements::reveal(element_ids::ABOUT_NOTICES);
        }
    });
    // Outside of the panel, which may be closed.
    let notices = html! {
        <div id={element_ids::ABOUT_NOTICES}>{ notices(props, &[NoticePlace::About]) }</div>
    };
    let is_open = use_state(|| false);
    let ontoggle = {
        let is_open = is_open.setter();
        Callback::from(move |_: Event| is_open.set(true))
    };
    let Some(model) = model else {
        return notices;
    };
    let assumed = state.assumptions().len();
    let words = state.words.start();
    let fact = match assumed {
        0 => String::new(),
        count => (words.assumed)(count),
    };
    html! {
        <section class="details" aria-label={words.about_model}>
            { notices }
            <details id={element_ids::ABOUT} key={model.desired.key} open={*asks} {ontoggle}>
                <summary>{ words.about_model }<small>{ fact }</small></summary>
                <div class="about">
                    if *asks || *is_open {
                        { lazy(props.state.words, "about", props, || Box::pin(draw())) }
                    }
                </div>
            </details>
        </section>
    }
}

#[wasm_split(more, fallible)]
fn draw() -> Result<Draw, NotLoaded> {
    Ok(about_fields)
}
