//! The picture, where the network looked, and how that is shown.

use yew::prelude::*;

use super::display_controls::display_controls;
use super::legend::legend;
use super::picture_choices::picture_choices;
use super::reading_help::ReadingHelp;
use super::stage_canvas::{PointedPlace, StageCanvas};
use super::stage_progress::StageProgress;
use super::stage_props::StageProps;
use crate::app::browser::elements;
use crate::app::number_format;
use crate::app::state::{
    AppState, ChosenPicture, ExplanationAction, Finding, SettingsAction, question_words,
};
use crate::app::views::common::{PageHandle, Props, element_ids};
use crate::explain::Target;
use crate::render::Sign;

/// The picture, where the network looked, and how that is shown.
#[component]
pub fn PictureStage(props: &StageProps) -> Html {
    let pointed = use_state(|| None::<PointedPlace>);
    let StageProps { state, page, .. } = props;
    let common = Props {
        state: state.clone(),
        page: page.clone(),
    };
    let picture = state.on_stage();
    use_effect_with(picture.is_some(), |is_shown| {
        // The sample or the drop zone that had the focus is gone.
        if *is_shown && elements::has_lost_focus() {
            elements::focus(element_ids::STAGE_TITLE);
        }
    });
    {
        let pointed = pointed.setter();
        use_effect_with(picture.map(|picture| picture.key.file), move |_| {
            pointed.set(None)
        });
    }
    let Some(picture) = picture else {
        return html! {};
    };
    html! {
        <>
            { title(state, page, picture) }
            { for state.picture.guide.map(|guide| html! { <p class="finding guide">{ guide.sentence(state.words) }</p> }) }
            <StageCanvas state={state.clone()} page={page.clone()} alone={props.alone} pointed={*pointed} set_pointed={pointed.setter()} />
            if state.is_working() {
                <StageProgress ..common />
            } else {
                { for finding_note(state, page, picture) }
            }
            { for left_out(state, page, picture) }
            { for notes(state, picture).map(|note| html! { <p class="hint">{ note }</p> }) }
            { picture_choices(state.words.picture(), page, picture) }
            { assumed(state, page) }
            if picture.map().is_some() {
                <ReadingHelp words={state.words} />
                { legend(state, *pointed) }
                { display_controls(props) }
            }
        </>
    }
}

/// "Where it looked for cup", the picture's name, and the way to another.
fn title(state: &AppState, page: &PageHandle, picture: &ChosenPicture) -> Html {
    let words = state.words.picture();
    let class = picture.map().map(|map| map.summary.class);
    let label = class
        .zip(picture.prediction.as_ref())
        .map(|(class, prediction)| prediction.label(class).to_owned());
    let (heading, heading_end) = match state.finding(picture) {
        Some(Finding::OnlyAgainst) if state.settings.sign == Sign::Signed => {
            (words.what_speaks_against, words.what_speaks_against_end)
        }
        Some(Finding::OnlyAgainst) => (words.nothing_speaks_for, ""),
        Some(Finding::Nothing) => (words.nothing_for_or_against, ""),
        Some(Finding::NotFinite) => (words.no_map_for, ""),
        _ => (words.where_it_looked_for, words.where_it_looked_for_end),
    };
    let other = other_question(state, picture);
    let title = match label {
        Some(_) if other.is_some() => html! { { for other } },
        Some(label) => html! { <>{ heading }<em>{ label }</em>{ heading_end }</> },
        None if state.model_is_ready() && state.is_working() => html! { words.looking },
        None => html! { words.your_picture },
    };
    html! {
        <div class="stage-title">
            <h2 id={element_ids::STAGE_TITLE} tabindex="-1">{ title }<small>{ &picture.name }</small></h2>
            <button onclick={page.callback(|_| elements::click(element_ids::PICTURE_FILE))}>{ words.another_picture }</button>
        </div>
    }
}

/// What a map that was not finished leaves out.
fn left_out(state: &AppState, page: &PageHandle, picture: &ChosenPicture) -> Option<Html> {
    let words = picture.map()?.summary.left_out.as_ref()?;
    let go_on = page.callback(|page| page.dispatch(ExplanationAction::ExplainAgain));
    // While the engine is at it there is nothing to go on with.
    let is_stopped = picture.early.is_none();
    Some(html! {
        <p class="hint">
            { state.words.picture().not_finished }{ words }{ ". " }
            if is_stopped { <button class="quiet" onclick={go_on}>{ state.words.shell().go_on }</button> }
        </p>
    })
}

/// The question that the shown map answers, if it is not the usual one.
fn other_question(state: &AppState, picture: &ChosenPicture) -> Option<String> {
    let target = picture.shown.as_ref()?.target;
    let prediction = picture.prediction.as_ref()?;
    (!matches!(target, Target::Logit(_))).then(|| question_words(state.words, prediction, target))
}

/// What a person should know about how the picture was read and about the model.
fn notes<'a>(state: &'a AppState, picture: &'a ChosenPicture) -> impl Iterator<Item = &'a String> {
    let picture = picture
        .prediction
        .iter()
        .flat_map(|prediction| &prediction.notes);
    let model = state.model.prepared.iter().map(|model| &model.summary);
    picture.chain(model.flat_map(|model| model.notes.iter().chain(&model.cache_note)))
}

/// What was assumed of the model, and the way to change it.
fn assumed(state: &AppState, page: &PageHandle) -> Html {
    let sentences = state.assumptions();
    if sentences.is_empty() {
        return html! {};
    }
    let show = page.callback(|_| elements::unfold(element_ids::ABOUT));
    html! {
        <p class="hint assumed">
            { sentences.join(" ") }{ " " }
            <button class="quiet" onclick={show}>{ state.words.picture().change }</button>
        </p>
    }
}

/// What must be said when the map has little or nothing to show, and the way to see more.
fn finding_note(state: &AppState, page: &PageHandle, picture: &ChosenPicture) -> Option<Html> {
    let words = state.words.picture();
    let map = picture.map()?;
    let label = picture.prediction.as_ref()?.label(map.summary.class);
    let signed = state.settings.sign == Sign::Signed;
    let (sentence, offer) = match state.finding(picture)? {
        Finding::Evidence => return None,
        Finding::Faint(percent) => (
            (words.faint)(label, &number_format::percent(percent / 100.0)),
            Some((
                words.show_on_own_scale,
                SettingsAction::ChooseOwnScale(true),
            )),
        ),
        Finding::OnlyAgainst if signed => ((words.only_against_shown)(label), None),
        Finding::OnlyAgainst => (
            (words.only_against)(label),
            Some((words.show_against, SettingsAction::ChooseSign(Sign::Signed))),
        ),
        Finding::Nothing => ((words.nothing)(label), None),
        Finding::NotFinite => ((words.not_finite)(label), None),
    };
    let offer = offer.map(|(label, action)| {
        let take = page.callback(move |page| page.dispatch(action.clone()));
        html! { <button class="quiet" onclick={take}>{ label }</button> }
    });
    Some(html! { <p class="finding">{ sentence }{ " " }{ for offer }</p> })
}
