use yew::prelude::*;

use super::page::Props;
use crate::app::state::{Action, Place, WayOut};

/// Sentences about what went wrong, next to what caused it: those of `places`.
pub fn notices(props: &Props, places: &[Place]) -> Html {
    let notices = places
        .iter()
        .filter_map(|place| Some((*place, props.state.notices.get(place)?)));
    notices
        .map(|(place, notice)| {
            let way_out = notice.way_out.clone().map(|way_out| {
                let label = label(&way_out);
                let go = props.page.on(move |page| page.go(place, way_out.clone()));
                html! { <button class="quiet" onclick={go}>{ label }</button> }
            });
            let dismiss = props.page.on(move |page| page.tell(Action::Dismiss(place)));
            html! {
                <div class="notice" role="alert" key={place as usize}>
                    <p>{ &notice.message }</p>
                    <div class="notice-ways">
                        { for way_out }
                        <button class="quiet" onclick={dismiss}>{ "Close" }</button>
                    </div>
                </div>
            }
        })
        .collect()
}

fn label(way_out: &WayOut) -> String {
    match way_out {
        WayOut::FetchManifest | WayOut::FetchImageNet | WayOut::Explain => "Try again".to_owned(),
        WayOut::Load(source) => format!("Load {}", source.name()),
        WayOut::ChooseLabels => "Open another list".to_owned(),
        WayOut::ChooseModelFile => "Open another ONNX file".to_owned(),
        WayOut::ChoosePicture => "Choose another picture".to_owned(),
        WayOut::Look => "Look again".to_owned(),
        WayOut::Reload => "Reload the page".to_owned(),
        WayOut::Restart => "Start it again".to_owned(),
    }
}
