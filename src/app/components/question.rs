use yew::prelude::*;

use super::about::SizeForm;
use super::page::Props;
use crate::app::state::Action;

/// What has to be known before a model can be prepared.
pub fn question(props: &Props) -> Html {
    let Some(question) = &props.state.question else {
        return html! {};
    };
    let page = props.page.clone();
    let choose = Callback::from(move |size| page.tell(Action::AnswerSize(size)));
    let dismiss = props.page.on(|page| page.tell(Action::DropQuestion));
    html! {
        <div class="notice question" role="group" aria-label="Size of the picture">
            <p>{ format!(
                "{} takes pictures of any size at its input “{}”. With which size was it trained?",
                question.source.name(), question.input
            ) }</p>
            <SizeForm size={[224; 2]} {choose} />
            <div class="notice-ways"><button class="quiet" onclick={dismiss}>{ "Close" }</button></div>
        </div>
    }
}
