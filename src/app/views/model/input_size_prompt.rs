//! The question that a model of open size asks.

use yew::prelude::*;

use super::input_size_form::InputSizeForm;
use crate::app::state::ModelAction;
use crate::app::views::common::Props;
use crate::text::shown_name;

/// What has to be known before a model can be prepared.
pub fn input_size_prompt(props: &Props) -> Html {
    let Some(question) = &props.state.model.size_question else {
        return html! {};
    };
    let words = props.state.words;
    let said = words.start();
    let page = props.page.clone();
    let choose = Callback::from(move |size| page.dispatch(ModelAction::AnswerSizeQuestion(size)));
    let dismiss = props
        .page
        .callback(|page| page.dispatch(ModelAction::DropSizeQuestion));
    html! {
        <div class="notice question" role="group" aria-label={said.size_label}>
            <p>{ (said.size_question)(question.source.name(), &shown_name(&question.input)) }</p>
            <InputSizeForm {words} size={[224; 2]} {choose} />
            <div class="notice-ways"><button class="quiet" onclick={dismiss}>{ words.shell().close }</button></div>
        </div>
    }
}
