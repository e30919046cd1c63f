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
    let said = state.words.model();
    let words = match &source {
        LabelSource::File => (said.named_by_file)(classes),
        LabelSource::Numbers => (said.numbered)(classes),
        LabelSource::ImageNet => (said.named_imagenet)(classes),
        LabelSource::Own(name) if name.is_empty() => (said.named_by_own_list)(classes),
        LabelSource::Own(name) => (said.named_by)(classes, name),
    };
    let other = |offered: LabelSource, labels: LabelOverride, words: &'static str| {
        let answer = OverrideChange::Labels(Some(labels));
        (source != offered)
            .then(|| html! { <button onclick={override_change(page, answer)}>{ words }</button> })
    };
    let file = !model.summary.labels.is_empty() && source != LabelSource::File;
    html! {
        <div class="field">
            <span>{ said.names }</span>
            <small>{ words }</small>
            <div class="control-row">
                <label class="button file">
                    { said.open_list }
                    <input id={element_ids::LABEL_FILE} type="file" accept=".txt,.json,.csv,text/plain,application/json"
                        aria-label={said.open_list_of_names} onchange={page.on_labels_chosen()} />
                </label>
                if file {
                    <button onclick={override_change(page, OverrideChange::Labels(None))}>{ said.as_in_file }</button>
                }
                if may_be_imagenet(classes) {
                    { for other(LabelSource::ImageNet, LabelOverride::ImageNet, said.imagenets) }
                }
                { for other(LabelSource::Numbers, LabelOverride::Numbers, said.numbers) }
            </div>
            <small>{ said.names_hint }</small>
        </div>
    }
}
