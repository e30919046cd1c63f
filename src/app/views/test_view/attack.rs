//! A picture that looks the same and is taken for something else.

use wasm_bindgen::JsCast as _;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::probabilities::probabilities;
use super::tested_map::{input_shown_size, tested_map};
use crate::app::export;
use crate::app::number_format;
use crate::app::state::{
    AttackChoice, ChangedPicture, ChosenPicture, NoticePlace, Prediction, TestAction, TestQuestion,
};
use crate::app::views::common::{DrawnMap, MapCanvas, Props};
use crate::app::words::TestWords;

/// Longest side of a picture, in CSS pixels.
const SIDE: f64 = 220.0;
/// How many steps are offered.
const STEPS: [usize; 4] = [1, 5, 10, 40];
/// Classes that are offered as a goal: the most probable ones.
const OFFERED_CLASSES: usize = 20;
/// The largest size, in tenths of grey levels.
const MAX_SIZE: u32 = 320;

/// What changes the picture, and what came of it.
pub fn attack(props: &Props, picture: &ChosenPicture) -> Html {
    let state = &props.state;
    let changed = state.changed_picture(|question| matches!(question, TestQuestion::Attack { .. }));
    let words = state.words.test();
    let go = props
        .page
        .callback(|page| page.dispatch(TestAction::Attack));
    html! {
        <>
            <p class="hint">{ words.attack_hint }</p>
            <div class="test-controls">
                { for picture.prediction.as_ref().map(|prediction| choices(props, picture, prediction)) }
                <button onclick={go}>{ words.change_picture }</button>
            </div>
            { for attack_failure(props).map(|words| html! { <p class="hint">{ words }</p> }) }
            { for changed.map(|(question, changed)| outcome(props, picture, question, changed)) }
        </>
    }
}

fn attack_failure(props: &Props) -> Option<&str> {
    let picture = props.state.picture.current.as_ref()?;
    let mut tests = picture.tests.iter();
    tests.find_map(|(request, _)| match request.question {
        TestQuestion::Attack { .. } => props.state.test_failure(request.question.clone()),
        _ => None,
    })
}

fn choices(props: &Props, picture: &ChosenPicture, prediction: &Prediction) -> Html {
    let attack = &props.state.test.attack;
    let words = props.state.words.test();
    let step_name = |steps: usize| match steps {
        1 => words.one_step_fgsm.to_owned(),
        count => (words.steps)(count),
    };
    let class = props.state.class(picture);
    let label = class.map_or("", |class| prediction.label(class));
    let choose = |change: fn(&mut AttackChoice, &str)| {
        let (page, attack) = (props.page.clone(), attack.clone());
        Callback::from(move |event: Event| {
            let list = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
            let mut attack = attack.clone();
            change(
                &mut attack,
                &list.map(|list| list.value()).unwrap_or_default(),
            );
            page.dispatch(TestAction::ChooseAttack(attack));
        })
    };
    let chosen_goal = props.state.attack_goal();
    let goals = prediction.ranking.iter().copied();
    let mut goals: Vec<usize> = goals
        .filter(|goal| Some(*goal) != class)
        .take(OFFERED_CLASSES)
        .collect();
    goals.extend(chosen_goal.filter(|goal| !goals.contains(goal)));
    let (page, chosen) = (props.page.clone(), attack.clone());
    let set_size = Callback::from(move |event: Event| {
        let field: Option<HtmlInputElement> =
            event.target().and_then(|field| field.dyn_into().ok());
        let Some(field) = field else {
            return;
        };
        // By the browser: a reader of numbers would take 12 kB.
        let levels = field.value_as_number();
        let size = if levels.is_finite() {
            ((levels * 10.0) as u32).clamp(1, MAX_SIZE)
        } else {
            chosen.size
        };
        // What stands in the field is what is used.
        field.set_value(&grey_levels(size));
        page.dispatch(TestAction::ChooseAttack(AttackChoice {
            size,
            ..chosen.clone()
        }));
    });
    html! {
        <>
            <label class="field">
                <span>{ words.grey_levels }</span>
                <input type="number" min="0.1" max="32" step="any" value={grey_levels(attack.size)} onchange={set_size} />
            </label>
            <label class="field">
                <span>{ words.by }</span>
                <select onchange={choose(|attack, text| attack.steps = text.parse().unwrap_or(1))}>
                    { for STEPS.into_iter().map(|steps| html! {
                        <option value={steps.to_string()} selected={steps == attack.steps}>{ step_name(steps) }</option>
                    }) }
                </select>
            </label>
            <label class="field">
                <span>{ words.goal }</span>
                <select onchange={choose(|attack, text| attack.towards = text.parse().ok())}>
                    <option value="" selected={chosen_goal.is_none()}>{ (words.away_from)(label) }</option>
                    { for goals.into_iter().map(|goal| html! {
                        <option value={goal.to_string()} selected={chosen_goal == Some(goal)}>{ (words.towards)(prediction.label(goal)) }</option>
                    }) }
                </select>
            </label>
        </>
    }
}

/// Pictures, classes and maps before and after.
fn outcome(
    props: &Props,
    picture: &ChosenPicture,
    question: &TestQuestion,
    changed: &ChangedPicture,
) -> Html {
    let words = props.state.words.test();
    let before = tested_map(props, picture).map(DrawnMap::on_input);
    let size = input_shown_size(picture, changed.size);
    let after = before.as_ref().map(|before| DrawnMap {
        map: changed.map.clone(),
        style: before.style,
    });
    let shown = |file: u32, map: Option<DrawnMap>, caption: &'static str| {
        html! {
            <figure>
                <MapCanvas page={props.page.clone()} {file} picture_size={size} side={SIDE} first={map} label={caption} />
                <figcaption>{ caption }</figcaption>
            </figure>
        }
    };
    let save = {
        let (file, name) = (changed.after, picture.name.clone());
        props.page.callback(move |page| {
            let saved = page
                .resources
                .canvas(file)
                .map(|canvas| export::save_canvas(&canvas, &name));
            if let Some(Err(error)) = saved {
                page.notify(NoticePlace::Save, error.in_words(page.words()));
            }
        })
    };
    html! {
        <>
            { probabilities(words, picture, changed) }
            <p class="hint">{ for made_by(words, picture, question) }</p>
            <div class="test-pictures">
                { shown(changed.before, None, words.before) }
                { shown(changed.after, None, words.after) }
                { shown(changed.difference, None, words.difference) }
                { shown(changed.before, before, words.map_before) }
                { shown(changed.after, after, words.map_after) }
            </div>
            <p>{ words.rank_correlation }<output>{ number_format::value(changed.correlation as f32) }</output></p>
            <button id="save-changed" onclick={save}>{ words.save_changed }</button>
            <small>{ words.save_changed_hint }</small>
        </>
    }
}

/// How a changed picture was made.
fn made_by(words: &TestWords, picture: &ChosenPicture, question: &TestQuestion) -> Option<String> {
    let TestQuestion::Attack {
        size,
        steps,
        class,
        towards,
    } = question
    else {
        return None;
    };
    let label = picture.prediction.as_ref()?.label(*class);
    let (levels, steps) = (grey_levels(*size), (words.steps)(*steps));
    let by = if *towards {
        words.raised_by
    } else {
        words.lowered_by
    };
    Some(by(&levels, &steps, label))
}

/// Tenths of grey levels in words.
fn grey_levels(tenths: u32) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}
