//! The names of the classes.

use yew::prelude::*;

use super::override_change::override_change;
use crate::app::state::{
    LabelOverride, LabelSource, OverrideChange, PreparedModel, may_be_imagenet,
};
use crate::app::views::common::{Props, element_ids};

/// The names of the classes.
pub fn label_fields(props: &Props, model: &PreparedModel) -> Html {
    let (state, page) = (&props.state, &props.page);
    let classes = model.summary.classes;
    let source = state.label_source(&model.summary);
    let words = match &source {
        LabelSource::File => format!("{classes} classes, named by the model’s file"),
        LabelSource::Numbers => format!("{classes} classes, numbered"),
        LabelSource::ImageNet => format!("{classes} classes, named as ImageNet’s"),
        LabelSource::Own(name) if name.is_empty() => {
            format!("{classes} classes, named by a list of yours")
        }
        LabelSource::Own(name) => format!("{classes} classes, named by {name}"),
    };
    let other = |offered: LabelSource, labels: LabelOverride, words: &'static str| {
        let answer = OverrideChange::Labels(Some(labels));
        (source != offered)
            .then(|| html! { <button onclick={override_change(page, answer)}>{ words }</button> })
    };
    let file = !model.summary.labels.is_empty() && source != LabelSource::File;
    html! {
        <div class="field">
            <span>{ "Names of the classes" }</span>
            <small>{ words }</small>
            <div class="control-row">
                <label class="button file">
                    { "Open a list" }
                    <input id={element_ids::LABEL_FILE} type="file" accept=".txt,.json,.csv,text/plain,application/json"
                        aria-label="Open a list of names" onchange={page.on_labels_chosen()} />
                </label>
                if file {
                    <button onclick={override_change(page, OverrideChange::Labels(None))}>{ "As in the file" }</button>
                }
                if may_be_imagenet(classes) {
                    { for other(LabelSource::ImageNet, LabelOverride::ImageNet, "ImageNet’s") }
                }
                { for other(LabelSource::Numbers, LabelOverride::Numbers, "Numbers") }
            </div>
            <small>{ "Text with one name a line, CSV, or JSON, in the order of the outputs." }</small>
        </div>
    }
}
