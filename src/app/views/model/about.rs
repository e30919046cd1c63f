//! What is known of the model, what was assumed, and the means to change it.

use std::rc::Rc;

use yew::prelude::*;

use super::fit_field::fit_field;
use super::further_input_fields::FurtherInputField;
use super::input_fields::input_fields;
use super::label_fields::label_fields;
use super::output_fields::output_fields;
use super::override_change::override_change;
use super::report::Report;
use super::scaling_field::scaling_field;
use super::scaling_trials::scaling_trials;
use crate::app::browser::elements;
use crate::app::state::{NoticePlace, OverrideChange, PreparedModel, UserOverrides};
use crate::app::views::common::{Props, element_ids, notices};

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
    let Some(model) = model else {
        return notices;
    };
    let overrides = state.overrides();
    let assumed = state.assumptions().len();
    let fact = match assumed {
        0 => String::new(),
        1 => "1 thing assumed".to_owned(),
        count => format!("{count} things assumed"),
    };
    html! {
        <section class="details" aria-label="About this model">
            { notices }
            <details id={element_ids::ABOUT} key={model.desired.key} open={*asks}>
                <summary>{ "About this model" }<small>{ fact }</small></summary>
                <div class="about">
                    { for state.assumptions().into_iter().map(|sentence| html! { <p class="hint">{ sentence }</p> }) }
                    { scaling_trials(props, &model) }
                    { scaling_field(&props.page, &model, &overrides) }
                    { fit_field(&props.page, &model, &overrides) }
                    { label_fields(props, &model) }
                    { output_fields(&props.page, &model, &overrides) }
                    { input_fields(&props.page, &model, &overrides) }
                    { for model.summary.input.further.iter().map(|input| html! {
                        <FurtherInputField key={input.name.clone()} input={input.clone()} page={props.page.clone()} />
                    }) }
                    <Report ..props.clone() />
                    if overrides != (UserOverrides { size: overrides.size, ..UserOverrides::default() }) {
                        <button class="quiet" onclick={override_change(&props.page, OverrideChange::Reset)}>{ "As first assumed" }</button>
                    }
                </div>
            </details>
        </section>
    }
}
