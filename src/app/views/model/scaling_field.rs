//! How pixel values become what the network takes.

use yew::prelude::*;

use super::select_field::{SelectOption, select_field};
use crate::app::state::{ModelAction, OverrideChange, PreparedModel, UserOverrides, scaling_name};
use crate::app::views::common::Props;
use crate::picture::SCALINGS;

/// How pixel values become what the network takes.
pub fn scaling_field(props: &Props, model: &PreparedModel, overrides: &UserOverrides) -> Html {
    let words = props.state.words;
    let said = words.model();
    let input = &model.summary.input;
    let own = match (&input.scaling_assumed, input.scaling.as_deref()) {
        (None, Some(id)) => (said.as_file_says)(scaling_name(words, Some(id))),
        (None, None) => said.as_file_says_alone.to_owned(),
        (Some(_), id) => (said.assumed)(scaling_name(words, id)),
    };
    let overridden = overrides.scaling.as_deref();
    let mut options = vec![SelectOption {
        value: String::new(),
        name: own,
        is_selected: overridden.is_none(),
    }];
    let fitting = SCALINGS
        .iter()
        .filter(|one| one.channels() == input.channels);
    options.extend(fitting.clone().map(|one| SelectOption {
        value: one.id.to_owned(),
        name: words.scaling(one).name.to_owned(),
        is_selected: overridden == Some(one.id),
    }));
    let shown = fitting
        .clone()
        .find(|one| Some(one.id) == overridden.or(input.scaling.as_deref()));
    let hint = shown.map_or("", |one| words.scaling(one).summary);
    let page = props.page.clone();
    let choose = move |id: String| {
        let scaling = SCALINGS.iter().find(|one| one.id == id).map(|one| one.id);
        page.dispatch(ModelAction::Override(OverrideChange::Scaling(scaling)));
    };
    html! {
        <div>
            { select_field(said.pixel_values, options, choose) }
            <small>{ hint }</small>
        </div>
    }
}
