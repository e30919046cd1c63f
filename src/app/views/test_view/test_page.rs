//! The tools, and the one that is chosen.

use yew::prelude::*;

use super::{attack, cover, faithfulness, object, sanity};
use crate::app::state::{
    Action, Activity, ChosenPicture, EngineStep, TestAction, TestTool, method_name, question_words,
};
use crate::app::views::common::{Props, phase_words, progress_bar};

/// The view of a picture that has a map.
#[component]
pub fn TestView(props: &Props) -> Html {
    let state = &props.state;
    let words = state.words.test();
    let tool_name = |tool: TestTool| match tool {
        TestTool::Faithfulness => words.faithfulness,
        TestTool::Cover => words.cover,
        TestTool::Attack => words.attack,
        TestTool::Object => words.object,
        TestTool::Sanity => words.sanity,
    };
    let tool = |tool: TestTool| {
        let choose = props
            .page
            .callback(move |page| page.dispatch(TestAction::ChooseTool(tool)));
        html! { <button aria-pressed={(state.test.tool == tool).to_string()} onclick={choose}>{ tool_name(tool) }</button> }
    };
    let picture = state.picture.current.as_ref();
    html! {
        <section class="test-view" aria-label={words.label}>
            <h2>{ words.believe }<small>{ for picture.and_then(|picture| tested(props, picture)) }</small></h2>
            { for state.picture.guide.map(|guide| html! { <p class="finding guide">{ guide.sentence(state.words) }</p> }) }
            <div class="segments" role="group" aria-label={words.test}>{ for TestTool::ALL.into_iter().map(tool) }</div>
            { progress(props) }
            if let Some(picture) = picture.filter(|_| state.tested_map().is_some()) {
                { match state.test.tool {
                    TestTool::Faithfulness => faithfulness::faithfulness(props, picture),
                    TestTool::Cover => cover::cover(props, picture),
                    TestTool::Attack => attack::attack(props, picture),
                    TestTool::Object => object::object(props, picture),
                    TestTool::Sanity => sanity::sanity(props, picture),
                } }
            } else {
                <p class="hint">{ words.no_map }</p>
            }
        </section>
    }
}

/// Which map is tested.
fn tested(props: &Props, picture: &ChosenPicture) -> Option<String> {
    let key = props.state.tested_map()?;
    let question = question_words(props.state.words, picture.prediction.as_ref()?, key.target);
    Some(format!("{} · {question}", method_name(key.method)))
}

/// How far a test is, and what stops it.
fn progress(props: &Props) -> Html {
    let activity = props.state.engine.activity.as_ref();
    let running = activity.filter(|activity| {
        matches!(activity.step, EngineStep::Test(_) | EngineStep::Explain(_))
            && activity.phase.is_some()
    });
    let stop = props.page.callback(|page| page.dispatch(Action::Cancel));
    let of = running.and_then(|activity| other_map(props, activity));
    html! {
        <p class="comparison-progress">
            if let Some(activity) = running {
                { progress_bar(props.state.words, activity) }
                <span>{ phase_words(props.state.words, activity) }{ for of }</span>
                <button class="quiet" onclick={stop}>{ props.state.words.test().stop }</button>
            }
        </p>
    }
}

/// Of which map something is measured, if it is not the one that is shown.
fn other_map(props: &Props, activity: &Activity) -> Option<String> {
    let EngineStep::Test(request) = &activity.step else {
        return None;
    };
    let picture = props.state.picture.current.as_ref()?;
    let prediction = picture.prediction.as_ref()?;
    let is_other = props.state.tested_map().as_ref() != Some(&request.map);
    is_other.then(|| {
        let method = method_name(request.map.method);
        (props.state.words.test().other_map)(method, prediction.label(request.map.class()))
    })
}
