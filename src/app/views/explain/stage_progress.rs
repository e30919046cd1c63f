//! What the stage waits for.

use gloo::timers::callback::Interval;
use yew::prelude::*;

use crate::app::browser::clock::now_ms;
use crate::app::number_format;
use crate::app::state::{Action, Activity, AppState, EngineStep};
use crate::app::views::common::{Props, phase_words, progress_bar};

/// What the stage waits for, with its time and a way to stop it.
#[component]
pub fn StageProgress(props: &Props) -> Html {
    let tick = use_state(now_ms);
    {
        let tick = tick.setter();
        use_effect_with((), move |()| {
            let interval = Interval::new(200, move || tick.set(now_ms()));
            move || drop(interval)
        });
    }
    let Some(activity) = &props.state.engine.activity else {
        return html! { <div class="progress"><p>{ props.state.words.picture().waiting_for_model }</p></div> };
    };
    let elapsed = (*tick - activity.since_ms).max(0.0);
    html! {
        <div class="progress">
            { progress_bar(props.state.words, activity) }
            <p>
                <span>{ words(&props.state, activity) }</span>
                <span class="elapsed">{ format!("{:.1} s", elapsed / 1000.0) }</span>
                <button class="quiet" onclick={props.page.callback(|page| page.dispatch(Action::Cancel))}>{ stop_words(&props.state, activity) }</button>
            </p>
        </div>
    }
}

/// What the button does: of a map that is shown already it keeps what there is.
fn stop_words(state: &AppState, activity: &Activity) -> &'static str {
    let words = state.words.picture();
    let picture = state.picture.current.as_ref();
    let has_early = picture.is_some_and(|picture| picture.early.is_some());
    match activity.step {
        EngineStep::Explain(_) if has_early => words.stop_and_keep,
        _ => words.cancel,
    }
}

fn words(state: &AppState, activity: &Activity) -> String {
    let phase = phase_words(state.words, activity);
    match (&activity.step, &state.model.desired) {
        (EngineStep::Load(_), Some(desired)) => {
            let (name, size) = (
                desired.source.name(),
                number_format::size(desired.source.bytes()),
            );
            (state.words.picture().waiting_for)(name, &size, &phase)
        }
        _ => {
            let (first, rest) = phase.split_at(1);
            first.to_ascii_uppercase() + rest
        }
    }
}
