//! Classes before and after a change.

use yew::prelude::*;

use crate::app::number_format;
use crate::app::state::{ChangedPicture, ChosenPicture, Prediction};
use crate::app::words::TestWords;

/// How many classes are shown at least.
const SHOWN: usize = 3;

/// The most probable classes before, that after, and the explained one, with their
/// probabilities.
pub fn probabilities(words: &TestWords, picture: &ChosenPicture, changed: &ChangedPicture) -> Html {
    let Some(prediction) = &picture.prediction else {
        return html! {};
    };
    let before = prediction.ranking.first().copied().unwrap_or(0);
    let after = changed.top_class();
    let mut classes: Vec<usize> = prediction.ranking.iter().take(SHOWN).copied().collect();
    for class in [after, changed.map.summary.class] {
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    html! {
        <>
            <p class="verdict" data-class={after.to_string()}>
                if before == after {
                    { words.still_taken }<em>{ prediction.label(after) }</em>{ "." }
                } else {
                    { words.now_taken }<em>{ prediction.label(after) }</em>{ words.instead_of }{ prediction.label(before) }{ "." }
                }
            </p>
            <table class="before-after">
                <thead><tr><th>{ words.class }</th><th>{ words.before }</th><th>{ words.after }</th></tr></thead>
                <tbody>{ for classes.into_iter().map(|class| row(prediction, changed, class)) }</tbody>
            </table>
        </>
    }
}

fn row(prediction: &Prediction, changed: &ChangedPicture, class: usize) -> Html {
    let percent = |values: &[f32]| {
        let value = values.get(class).copied();
        value.map(number_format::percent).unwrap_or_default()
    };
    html! {
        <tr>
            <th scope="row">{ prediction.label(class) }</th>
            <td>{ percent(&prediction.probabilities) }</td>
            <td>{ percent(&changed.probabilities) }</td>
        </tr>
    }
}
