//! What the network says of the picture by each scaling of its pixel values, where the scaling is
//! a guess: whoever knows the picture sees which is right.

use yew::prelude::*;

use super::override_change::override_change;
use crate::app::number_format::percent;
use crate::app::state::{OverrideChange, PreparedModel};
use crate::app::views::common::Props;
use crate::picture::SCALINGS;
use crate::protocol::ScalingTrial;

/// A list of the scalings that were tried, each with its likeliest classes, that which is in use
/// first to be confirmed.
pub fn scaling_trials(props: &Props, model: &PreparedModel) -> Html {
    let state = &props.state;
    let probes = state.probes();
    let trials = probes.map(|probes| &*probes.scalings).unwrap_or_default();
    if !state.asks_for_scaling() || trials.is_empty() {
        return html! {};
    }
    let words = state.words.model();
    html! {
        <div class="field trials" role="group" aria-label={words.which_is_right}>
            <span>{ words.which_is_right }</span>
            <small>{ words.which_is_right_hint }</small>
            <ul>{ for trials.iter().map(|trial| line(props, model, trial)) }</ul>
        </div>
    }
}

fn line(props: &Props, model: &PreparedModel, trial: &ScalingTrial) -> Html {
    let Some(scaling) = SCALINGS.iter().find(|one| one.id == trial.scaling) else {
        return html! {};
    };
    let is_used = model.summary.input.scaling.as_deref() == Some(scaling.id);
    let words = props.state.words;
    let label = |class: u32| {
        let label = model.labels.get(class as usize);
        label.map_or_else(
            || (words.start().class)(class as usize),
            ToString::to_string,
        )
    };
    let top = trial.top.iter();
    let top = top.map(|&(class, share)| format!("{} {}", label(class), percent(share)));
    let answers = top.collect::<Vec<_>>().join(", ");
    let choose = override_change(&props.page, OverrideChange::Scaling(Some(scaling.id)));
    html! {
        <li key={scaling.id}>
            <button onclick={choose} aria-pressed={is_used.to_string()}>
                { words.scaling(scaling).name }{ if is_used { words.model().assumed_mark } else { "" } }
            </button>
            <small>{ answers }</small>
        </li>
    }
}
