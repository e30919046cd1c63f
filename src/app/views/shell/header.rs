//! Name, model, engine, theme.

use yew::prelude::*;

use super::engine_chip::{engine_chip, engine_facts};
use super::help;
use super::model_chip::{model_chip, model_key};
use super::theme_button::ThemeButton;
use crate::app::state::{
    EngineStep, NoticePlace, PictureAction, RestorationAction, SettingsAction, View,
};
use crate::app::views::common::{Popover, Props, notices, progress_bar};
use crate::app::views::model::{input_size_prompt, model_list};

/// Name, model, engine, theme.
pub fn header(props: &Props) -> Html {
    let state = &props.state;
    let words = state.words.shell();
    let loading = state
        .engine
        .activity
        .as_ref()
        .filter(|activity| matches!(activity.step, EngineStep::Load(_)));
    // A link, for opening it in another tab; here it keeps model and picture.
    let page = props.page.clone();
    let leave = Callback::from(move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            page.dispatch(PictureAction::Leave);
        }
    });
    // As phones show a way back.
    let back = state
        .on_stage()
        .map(|_| html! { <span class="back" aria-hidden="true">{ "‹" }<span>{ words.back }</span></span> });
    html! {
        <header>
            <div class="header-row">
                <h1><a class="home" href="./" onclick={leave} title={words.back_title}>{ for back }<span class="home-name">{ "gradcam" }</span></a><small>{ words.tagline }</small></h1>
                { view_tabs(props) }
                <div class="chips">
                    <Popover id="models" label={words.models} chip={model_chip(state)} closes_with={model_key(state)}>
                        { model_list(props) }
                    </Popover>
                    <Popover id="engine" label={words.engine_and_browser} chip={engine_chip(state)}>
                        { engine_facts(state) }
                    </Popover>
                    <button class="chip" onclick={Callback::from(|_: MouseEvent| help::open())} aria-label={words.help} title={words.help}>
                        <span class="sign" aria-hidden="true">{ "?" }</span>
                    </button>
                    <ThemeButton words={state.words} />
                </div>
            </div>
            <div class="header-bar">
                { for loading.map(|activity| progress_bar(state.words, activity)) }
            </div>
            { notices(props, &[NoticePlace::Engine, NoticePlace::Model, NoticePlace::Files]) }
            { input_size_prompt(props) }
            { restoration(props) }
        </header>
    }
}

/// What is to be said of a saved explanation that is made again.
fn restoration(props: &Props) -> Html {
    let Some(sentence) = props.state.restoration_sentence() else {
        return html! {};
    };
    let leave = props
        .page
        .callback(|page| page.dispatch(RestorationAction::Leave));
    html! {
        <div class="notice question restoration" role="status">
            <p>{ sentence }</p>
            <div class="notice-ways"><button class="quiet" onclick={leave}>{ props.state.words.shell().close }</button></div>
        </div>
    }
}

/// One map, or many: shown when there is a picture.
fn view_tabs(props: &Props) -> Html {
    if props.state.picture.current.is_none() {
        return html! {};
    }
    let words = props.state.words.shell();
    let view_name = |view: View| match view {
        View::Explain => words.view_explain,
        View::Compare => words.view_compare,
        View::Test => words.view_test,
    };
    let tab = |view: View| {
        let choose = props
            .page
            .callback(move |page| page.dispatch(SettingsAction::ChooseView(view)));
        let is_chosen = props.state.settings.view == view;
        html! { <button aria-pressed={is_chosen.to_string()} onclick={choose}>{ view_name(view) }</button> }
    };
    html! { <nav class="segments view-tabs" aria-label={words.views}>{ for View::ALL.into_iter().map(tab) }</nav> }
}
