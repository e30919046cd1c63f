//! What the network takes: the size of the picture and the order of the axes.

use yew::prelude::*;

use super::input_size_form::InputSizeForm;
use super::select_field::{SelectOption, select_field};
use crate::app::state::{ModelAction, OverrideChange, PreparedModel, UserOverrides, layout_name};
use crate::app::views::common::Props;
use crate::text::shown_name;

/// What the network takes: a fact, unless the file leaves the size or the order
/// of the axes open.
pub fn input_fields(props: &Props, model: &PreparedModel, overrides: &UserOverrides) -> Html {
    let words = props.state.words;
    let said = words.model();
    let input = &model.summary.input;
    let [height, width] = input.size;
    let order = layout_name(words, input.channels_last);
    let shape = input.shape.map(|side| side.to_string()).join(", ");
    html! {
        <div class="field">
            <span>{ said.input }</span>
            <small>{ (said.input_facts)(&shown_name(&input.name), width, height, order, &shape) }</small>
            if input.layout_is_open {
                { layout(props, model, overrides) }
            }
            if input.size_is_chosen {
                <InputSizeForm {words} size={input.size} choose={
                    let page = props.page.clone();
                    Callback::from(move |size| page.dispatch(ModelAction::Override(OverrideChange::Size(size))))
                } />
            }
        </div>
    }
}

/// Where the channels are, for a file that would allow both.
fn layout(props: &Props, model: &PreparedModel, overrides: &UserOverrides) -> Html {
    let words = props.state.words.model();
    let overridden = overrides.channels_last;
    // Without an override, what was assumed is shown.
    let shown = overridden.unwrap_or(model.summary.input.channels_last);
    let options = [false, true].map(|last| {
        let name = if last {
            words.channels_last
        } else {
            words.channels_first
        };
        SelectOption {
            value: last.to_string(),
            name: name.to_owned(),
            is_selected: last == shown,
        }
    });
    let page = props.page.clone();
    select_field(words.order_of_axes, options.into(), move |last| {
        page.dispatch(ModelAction::Override(OverrideChange::ChannelsLast(
            last.parse().ok(),
        )));
    })
}
