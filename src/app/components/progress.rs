use gloo::timers::callback::Interval;
use yew::prelude::*;

use super::page::Props;
use crate::app::engine_client::now_ms;
use crate::app::format;
use crate::app::schedule::Step;
use crate::app::state::{Action, Activity, State};
use crate::protocol::Phase;

/// "63 %" while a model is fetched, else what is being done.
pub fn phase_words(activity: &Activity) -> String {
    let percent =
        (activity.total > 0.0).then(|| format!("{:.0} %", 100.0 * activity.done / activity.total));
    match (activity.phase, percent) {
        (Some(Phase::Download | Phase::Cache), Some(percent)) => percent,
        (Some(Phase::Download), None) => "fetching".to_owned(),
        (Some(Phase::Cache), None) => "from this browser's store".to_owned(),
        (Some(Phase::Prepare), _) if matches!(activity.step, Step::Explain(_)) => {
            "preparing the layer".to_owned()
        }
        (Some(Phase::Prepare), _) => "preparing".to_owned(),
        (Some(Phase::Decode), _) => "reading the picture".to_owned(),
        (Some(Phase::Run), _) => "looking".to_owned(),
        (None, _) => match activity.step {
            Step::Load(_) => "fetching".to_owned(),
            Step::Predict(_) => "looking".to_owned(),
            Step::Explain(_) => "explaining".to_owned(),
        },
    }
}

/// A bar with no words, which stand elsewhere.
pub fn thin(activity: &Activity) -> Html {
    let value = (activity.total > 0.0)
        .then(|| format!("{:.4}", (activity.done / activity.total).clamp(0.0, 1.0)));
    html! { <progress class="thin" {value} max="1" aria-label={phase_words(activity)}></progress> }
}

/// What the stage waits for, with its time and a way to stop it.
#[component]
pub fn Progress(props: &Props) -> Html {
    let tick = use_state(now_ms);
    {
        let tick = tick.setter();
        use_effect_with((), move |()| {
            let interval = Interval::new(200, move || tick.set(now_ms()));
            move || drop(interval)
        });
    }
    let Some(activity) = &props.state.activity else {
        return html! { <div class="progress"><p>{ "Waiting for the model" }</p></div> };
    };
    let elapsed = (*tick - activity.since_ms).max(0.0);
    html! {
        <div class="progress">
            { thin(activity) }
            <p>
                <span>{ words(&props.state, activity) }</span>
                <span class="elapsed">{ format!("{:.1} s", elapsed / 1000.0) }</span>
                <button class="quiet" onclick={props.page.on(|page| page.tell(Action::Cancel))}>{ "Cancel" }</button>
            </p>
        </div>
    }
}

fn words(state: &State, activity: &Activity) -> String {
    let phase = phase_words(activity);
    match (&activity.step, &state.wanted) {
        (Step::Load(_), Some(wish)) => {
            let (name, size) = (wish.source.name(), format::size(wish.source.bytes()));
            format!("Waiting for the model: {name} {size} · {phase}")
        }
        _ => {
            let (first, rest) = phase.split_at(1);
            first.to_ascii_uppercase() + rest
        }
    }
}
