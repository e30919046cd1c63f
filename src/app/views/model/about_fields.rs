//! What was assumed of a model, and the means to change it.

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
use crate::app::state::{OverrideChange, UserOverrides};
use crate::app::views::common::Props;

/// What was assumed of a model, and the means to change it.
pub fn about_fields(props: &Props) -> Html {
    let state = &props.state;
    let Some(model) = state.ready_model() else {
        return html! {};
    };
    let overrides = state.overrides();
    html! {
        <>
            { for state.assumptions().into_iter().map(|sentence| html! { <p class="hint">{ sentence }</p> }) }
            { scaling_trials(props, &model) }
            { scaling_field(props, &model, &overrides) }
            { fit_field(props, &model, &overrides) }
            { label_fields(props, &model) }
            { output_fields(props, &model, &overrides) }
            { input_fields(props, &model, &overrides) }
            { for model.summary.input.further.iter().map(|input| html! {
                <FurtherInputField key={input.name.clone()} input={input.clone()} page={props.page.clone()} words={state.words} />
            }) }
            <Report ..props.clone() />
            if overrides != (UserOverrides { size: overrides.size, ..UserOverrides::default() }) {
                <button class="quiet" onclick={override_change(&props.page, OverrideChange::Reset)}>{ state.words.model().as_first_assumed }</button>
            }
        </>
    }
}
