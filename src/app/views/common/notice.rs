//! Notices beside what caused them.

use yew::prelude::*;

use super::page_handle::Props;
use crate::app::state::{NoticePlace, NoticesAction, Recovery};
use crate::app::words::ShellWords;

/// Sentences about what went wrong, next to what caused it: those of `places`.
pub fn notices(props: &Props, places: &[NoticePlace]) -> Html {
    let words = props.state.words.shell();
    let notices = places
        .iter()
        .filter_map(|place| Some((*place, props.state.notices.shown.get(place)?)));
    notices
        .map(|(place, notice)| {
            let recovery = notice.recovery.clone().map(|recovery| {
                let label = label(words, &recovery);
                let go = props
                    .page
                    .callback(move |page| page.recover(place, recovery.clone()));
                html! { <button class="quiet" onclick={go}>{ label }</button> }
            });
            let dismiss = props
                .page
                .callback(move |page| page.dispatch(NoticesAction::Dismiss(place)));
            html! {
                <div class="notice" role="alert" key={place as usize}>
                    <p>{ &notice.message }</p>
                    <div class="notice-ways">
                        { for recovery }
                        <button class="quiet" onclick={dismiss}>{ words.close }</button>
                    </div>
                </div>
            }
        })
        .collect()
}

fn label(words: &ShellWords, recovery: &Recovery) -> String {
    let label = match recovery {
        Recovery::Load(source) => return (words.load)(source.name()),
        Recovery::FetchManifest
        | Recovery::FetchImageNet
        | Recovery::Explain
        | Recovery::Speak(_) => words.try_again,
        Recovery::GoOn => words.go_on,
        Recovery::LoadAnyway(_) => words.load_anyway,
        Recovery::ChooseLabels => words.open_other_list,
        Recovery::ChooseModelFile => words.open_other_model,
        Recovery::ChoosePicture => words.choose_other_picture,
        Recovery::Predict => words.look_again,
        Recovery::Reload => words.reload,
        Recovery::Restart => words.start_again,
    };
    label.to_owned()
}
