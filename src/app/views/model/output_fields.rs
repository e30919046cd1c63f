//! Which numbers are explained, and what makes probabilities of them.

use yew::prelude::*;

use super::select_field::{SelectOption, select_field};
use crate::app::state::{ModelAction, OverrideChange, PreparedModel, UserOverrides};
use crate::app::views::common::Props;
use crate::protocol::OutputActivation;
use crate::text::shown_name;

/// Which numbers are explained, and what makes probabilities of them.
pub fn output_fields(props: &Props, model: &PreparedModel, overrides: &UserOverrides) -> Html {
    let words = props.state.words.model();
    let output = &model.summary.output;
    let chosen = overrides.output_activation.unwrap_or(output.probabilities);
    let describe = |activation: OutputActivation| match activation {
        OutputActivation::Softmax => ("softmax", words.softmax),
        OutputActivation::Sigmoid => ("sigmoid", words.sigmoid),
    };
    let activations = [OutputActivation::Softmax, OutputActivation::Sigmoid].map(|activation| {
        let (id, name) = describe(activation);
        SelectOption {
            value: id.to_owned(),
            name: name.to_owned(),
            is_selected: activation == chosen,
        }
    });
    let own = output.probabilities;
    let handle = props.page.clone();
    let choose = move |id: String| {
        let all = [OutputActivation::Softmax, OutputActivation::Sigmoid];
        let activation = all
            .into_iter()
            .find(|activation| describe(*activation).0 == id);
        let activation = activation.filter(|activation| *activation != own);
        handle.dispatch(ModelAction::Override(OverrideChange::OutputActivation(
            activation,
        )));
    };
    let before = match output.activation {
        None => words.ends_with_it,
        Some(OutputActivation::Softmax) => words.before_softmax,
        Some(OutputActivation::Sigmoid) => words.before_sigmoid,
    };
    html! {
        <>
            <div>
                { logits(props, model, overrides) }
                <small>{ (words.tensor)(&shown_name(&output.logits), before) }</small>
            </div>
            { select_field(words.probabilities, activations.into(), choose) }
        </>
    }
}

/// The tensor that is explained; a list where the file has others to offer.
fn logits(props: &Props, model: &PreparedModel, overrides: &UserOverrides) -> Html {
    let words = props.state.words.model();
    let output = &model.summary.output;
    if output.others.is_empty() && overrides.logits.is_none() {
        return html! { <span class="field-name">{ words.explained_output }</span> };
    }
    let mut options = vec![SelectOption {
        value: String::new(),
        name: words.found_by_itself.to_owned(),
        is_selected: overrides.logits.is_none(),
    }];
    let tensors = std::iter::once(&output.logits).chain(&output.others);
    options.extend(tensors.map(|tensor| SelectOption {
        value: tensor.clone(),
        name: shown_name(tensor).into_owned(),
        is_selected: overrides.logits.as_ref() == Some(tensor),
    }));
    let page = props.page.clone();
    select_field(words.explained_output, options, move |tensor| {
        let tensor = (!tensor.is_empty()).then_some(tensor);
        page.dispatch(ModelAction::Override(OverrideChange::Logits(tensor)));
    })
}
