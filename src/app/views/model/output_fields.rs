//! Which numbers are explained, and what makes probabilities of them.

use yew::prelude::*;

use super::select_field::{SelectOption, select_field};
use crate::app::state::{ModelAction, OverrideChange, PreparedModel, UserOverrides};
use crate::app::views::common::PageHandle;
use crate::protocol::OutputActivation;
use crate::text::shown_name;

/// Which numbers are explained, and what makes probabilities of them.
pub fn output_fields(page: &PageHandle, model: &PreparedModel, overrides: &UserOverrides) -> Html {
    let output = &model.summary.output;
    let chosen = overrides.output_activation.unwrap_or(output.probabilities);
    let describe = |activation: OutputActivation| match activation {
        OutputActivation::Softmax => ("softmax", "Softmax: one of the classes"),
        OutputActivation::Sigmoid => ("sigmoid", "Sigmoid: each class by itself"),
    };
    let activations = [OutputActivation::Softmax, OutputActivation::Sigmoid].map(|activation| {
        let (id, words) = describe(activation);
        SelectOption {
            value: id.to_owned(),
            name: words.to_owned(),
            is_selected: activation == chosen,
        }
    });
    let own = output.probabilities;
    let handle = page.clone();
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
        None => "the file ends with it",
        Some(OutputActivation::Softmax) => "before the softmax that ends the file",
        Some(OutputActivation::Sigmoid) => "before the sigmoid that ends the file",
    };
    html! {
        <>
            <div>
                { logits(page, model, overrides) }
                <small>{ format!("“{}”: {before}", shown_name(&output.logits)) }</small>
            </div>
            { select_field("Probabilities", activations.into(), choose) }
        </>
    }
}

/// The tensor that is explained; a list where the file has others to offer.
fn logits(page: &PageHandle, model: &PreparedModel, overrides: &UserOverrides) -> Html {
    let output = &model.summary.output;
    if output.others.is_empty() && overrides.logits.is_none() {
        return html! { <span class="field-name">{ "Explained output" }</span> };
    }
    let mut options = vec![SelectOption {
        value: String::new(),
        name: "Found by itself".to_owned(),
        is_selected: overrides.logits.is_none(),
    }];
    let tensors = std::iter::once(&output.logits).chain(&output.others);
    options.extend(tensors.map(|tensor| SelectOption {
        value: tensor.clone(),
        name: shown_name(tensor).into_owned(),
        is_selected: overrides.logits.as_ref() == Some(tensor),
    }));
    let page = page.clone();
    select_field("Explained output", options, move |tensor| {
        let tensor = (!tensor.is_empty()).then_some(tensor);
        page.dispatch(ModelAction::Override(OverrideChange::Logits(tensor)));
    })
}
