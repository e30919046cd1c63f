//! Notices beside what caused them.

use yew::prelude::*;

use super::page_handle::Props;
use crate::app::state::{NoticePlace, NoticesAction, Recovery};

/// Sentences about what went wrong, next to what caused it: those of `places`.
pub fn notices(props: &Props, places: &[NoticePlace]) -> Html {
    let notices = places
        .iter()
        .filter_map(|place| Some((*place, props.state.notices.shown.get(place)?)));
    notices
        .map(|(place, notice)| {
            let recovery = notice.recovery.clone().map(|recovery| {
                let label = label(&recovery);
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
                        <button class="quiet" onclick={dismiss}>{ "Close" }</button>
                    </div>
                </div>
            }
        })
        .collect()
}

fn label(recovery: &Recovery) -> String {
    match recovery {
        Recovery::FetchManifest | Recovery::FetchImageNet | Recovery::Explain => {
            "Try again".to_owned()
        }
        Recovery::GoOn => "Go on".to_owned(),
        Recovery::LoadAnyway(_) => "Load it all the same".to_owned(),
        Recovery::Load(source) => format!("Load {}", source.name()),
        Recovery::ChooseLabels => "Open another list".to_owned(),
        Recovery::ChooseModelFile => "Open another ONNX file".to_owned(),
        Recovery::ChoosePicture => "Choose another picture".to_owned(),
        Recovery::Predict => "Look again".to_owned(),
        Recovery::Reload => "Reload the page".to_owned(),
        Recovery::Restart => "Start it again".to_owned(),
    }
}
