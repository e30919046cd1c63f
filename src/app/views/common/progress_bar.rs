//! What the engine is doing, as a bar and in a few words.

use yew::prelude::*;

use crate::app::state::{Activity, EngineStep};
use crate::protocol::Phase;

/// "63 %" while a model is fetched, else what is being done.
pub fn phase_words(activity: &Activity) -> String {
    let percent =
        (activity.total > 0.0).then(|| format!("{:.0} %", 100.0 * activity.done / activity.total));
    match (activity.phase, percent) {
        (Some(Phase::Download | Phase::Cache), Some(percent)) => percent,
        (Some(Phase::Download), None) => "fetching".to_owned(),
        (Some(Phase::Cache), None) => "from this browser's store".to_owned(),
        (Some(Phase::Prepare), _) if matches!(activity.step, EngineStep::Explain(_)) => {
            "preparing the layer".to_owned()
        }
        (Some(Phase::Prepare), _) => "preparing".to_owned(),
        (Some(Phase::Decode), _) => "reading the picture".to_owned(),
        (Some(Phase::Explain), _) => {
            let doing = match activity.step {
                EngineStep::Test(_) => "testing",
                EngineStep::Probe(_) => "trying the model out",
                _ => "explaining",
            };
            format!("{doing}, {:.0} of {:.0}", activity.done, activity.total)
        }
        (Some(Phase::Run), _) => "looking".to_owned(),
        (None, _) => match activity.step {
            EngineStep::Load(_) => "fetching".to_owned(),
            EngineStep::Predict(_) => "looking".to_owned(),
            EngineStep::Explain(_) => "explaining".to_owned(),
            EngineStep::Test(_) => "testing".to_owned(),
            EngineStep::Probe(_) => "trying the model out".to_owned(),
        },
    }
}

/// A bar with no words, which stand elsewhere.
pub fn progress_bar(activity: &Activity) -> Html {
    let value = (activity.total > 0.0)
        .then(|| format!("{:.4}", (activity.done / activity.total).clamp(0.0, 1.0)));
    html! { <progress class="thin" {value} max="1" aria-label={phase_words(activity)}></progress> }
}
