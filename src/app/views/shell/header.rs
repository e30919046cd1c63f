//! Name, model, engine, theme.

use yew::prelude::*;

use super::engine_chip::{engine_chip, engine_facts};
use super::model_chip::{model_chip, model_key};
use super::theme_button::ThemeButton;
use crate::app::state::{EngineStep, NoticePlace};
use crate::app::views::common::{Popover, Props, notices, progress_bar};
use crate::app::views::model::{input_size_prompt, model_list};

/// Name, model, engine, theme.
pub fn header(props: &Props) -> Html {
    let state = &props.state;
    let loading = state
        .engine
        .activity
        .as_ref()
        .filter(|activity| matches!(activity.step, EngineStep::Load(_)));
    html! {
        <header>
            <div class="header-row">
                <h1>{ "gradcam" }<small>{ "where a network looks" }</small></h1>
                <div class="chips">
                    <Popover id="models" label="Models" chip={model_chip(state)} closes_with={model_key(state)}>
                        { model_list(props) }
                    </Popover>
                    <Popover id="engine" label="The engine and this browser" chip={engine_chip(state)}>
                        { engine_facts(state) }
                    </Popover>
                    <ThemeButton />
                </div>
            </div>
            <div class="header-bar">
                { for loading.map(progress_bar) }
            </div>
            { notices(props, &[NoticePlace::Engine, NoticePlace::Model, NoticePlace::Files]) }
            { input_size_prompt(props) }
        </header>
    }
}
