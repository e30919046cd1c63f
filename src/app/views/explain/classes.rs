//! The most probable classes.

use yew::prelude::*;

use crate::app::number_format;
use crate::app::state::{AppState, ExplanationAction, NoticePlace, Prediction};
use crate::app::views::common::{Props, notices};

/// What the network says: the most probable classes, each a button that
/// explains it, and the chosen one if it is not among them.
pub fn classes(props: &Props) -> Html {
    let state = &props.state;
    let said = state.words.panel();
    let notices = notices(props, &[NoticePlace::Explanation]);
    let Some(picture) = &state.picture.current else {
        return html! {};
    };
    let Some(prediction) = &picture.prediction else {
        let words = match (
            picture.stopped,
            state.model_is_ready(),
            &state.model.desired,
        ) {
            (true, _, _) => said.not_looked_at,
            (_, true, _) => said.looking,
            (_, false, Some(_)) => said.waits_for_model,
            (_, false, None) => said.waits_for_a_model,
        };
        return html! {
            <section class="classes" aria-label={said.classes}>
                <h2>{ said.what_it_says }</h2>
                <p class="hint">{ words }</p>
                { notices }
            </section>
        };
    };
    let stale = state.current_prediction(picture).is_none();
    let chosen = state.class(picture);
    let top = prediction.top();
    let other = chosen.filter(|class| !top.contains(class));
    let rows = top
        .iter()
        .enumerate()
        .map(|(row, class)| (Some(row + 1), *class))
        .chain(other.map(|class| (None, class)));
    html! {
        <section class="classes" aria-label={said.classes}>
            <h2>{ said.what_it_says }
                if stale { <small>{ stale_words(state, prediction) }</small> }
            </h2>
            { notices }
            <ol class={classes!("rows", stale.then_some("stale"))}>
                { for rows.map(|(number, class)| row(props, prediction, number, class, chosen == Some(class), stale)) }
            </ol>
            { pin(props, prediction, chosen) }
            { for state.known_classes().map(|words| html! { <p class="hint knows">{ words }</p> }) }
        </section>
    }
}

/// Why the rows are not what was asked for.
fn stale_words(state: &AppState, prediction: &Prediction) -> &'static str {
    let words = state.words.panel();
    let desired = state.model.desired.as_ref().map(|desired| desired.key);
    if desired == Some(prediction.model.desired.key) {
        words.read_before
    } else {
        words.model_before
    }
}

/// Keeps the class for the pictures that follow, each of which else begins with its own.
fn pin(props: &Props, prediction: &Prediction, chosen: Option<usize>) -> Html {
    let Some(class) = chosen else {
        return html! {};
    };
    let pinned = props.state.settings.pinned;
    let change = props.page.callback(move |page| {
        page.dispatch(ExplanationAction::PinClass((!pinned).then_some(class)))
    });
    html! {
        <label class="toggle pin">
            <input type="checkbox" checked={pinned} onchange={change} />
            <span>{ (props.state.words.panel().keep)(prediction.label(class)) }</span>
        </label>
    }
}

fn row(
    props: &Props,
    prediction: &Prediction,
    number: Option<usize>,
    class: usize,
    chosen: bool,
    stale: bool,
) -> Html {
    let probability = prediction
        .probabilities
        .get(class)
        .copied()
        .unwrap_or(f32::NAN);
    let logit = prediction.logits.get(class).copied().unwrap_or(f32::NAN);
    let choose = props
        .page
        .callback(move |page| page.dispatch(ExplanationAction::ChooseClass(class)));
    let width = format!("{:.2}", f64::from(probability.clamp(0.0, 1.0)) * 100.0);
    html! {
        <li key={class}>
            <button class="row" aria-pressed={chosen.to_string()} disabled={stale} onclick={choose}>
                <span class="row-key" aria-hidden="true">{ number.map(|number| number.to_string()).unwrap_or_default() }</span>
                <span class="row-label">{ prediction.label(class) }</span>
                <span class="row-percent">{ number_format::percent(probability) }</span>
                <svg class="row-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="row-rail" width="100" height="1" />
                    <rect {width} height="1" />
                </svg>
                <small class="row-logit">{ props.state.words.panel().logit }{ number_format::value(logit) }</small>
            </button>
        </li>
    }
}
