//! What the engine is doing, as a bar and in a few words.

use yew::prelude::*;

use crate::app::state::{Activity, EngineStep};
use crate::app::words::WordsOf;
use crate::protocol::Phase;

/// "63 %" while a model is fetched, else what is being done.
pub fn phase_words(words: WordsOf, activity: &Activity) -> String {
    let words = words.shell();
    let percent =
        (activity.total > 0.0).then(|| format!("{:.0} %", 100.0 * activity.done / activity.total));
    match (activity.phase, percent) {
        (Some(Phase::Download | Phase::Cache), Some(percent)) => percent,
        (Some(Phase::Download), None) => words.fetching.to_owned(),
        (Some(Phase::Cache), None) => words.from_store.to_owned(),
        (Some(Phase::Prepare), _) if matches!(activity.step, EngineStep::Explain(_)) => {
            words.preparing_layer.to_owned()
        }
        (Some(Phase::Prepare), _) => words.preparing.to_owned(),
        (Some(Phase::Decode), _) => words.reading_picture.to_owned(),
        (Some(Phase::Explain), _) => {
            let doing = match activity.step {
                EngineStep::Test(_) => words.testing,
                EngineStep::Probe(_) => words.trying_out,
                _ => words.explaining,
            };
            let [done, total] = [activity.done, activity.total].map(|count| format!("{count:.0}"));
            (words.doing_of)(doing, &done, &total)
        }
        (Some(Phase::Run), _) => words.looking.to_owned(),
        (None, _) => match activity.step {
            EngineStep::Load(_) => words.fetching,
            EngineStep::Predict(_) => words.looking,
            EngineStep::Explain(_) => words.explaining,
            EngineStep::Test(_) => words.testing,
            EngineStep::Probe(_) => words.trying_out,
        }
        .to_owned(),
    }
}

/// A bar with no words, which stand elsewhere.
pub fn progress_bar(words: WordsOf, activity: &Activity) -> Html {
    let value = (activity.total > 0.0)
        .then(|| format!("{:.4}", (activity.done / activity.total).clamp(0.0, 1.0)));
    html! { <progress class="thin" {value} max="1" aria-label={phase_words(words, activity)}></progress> }
}
