//! The size of a picture, for a file that leaves it open.

use yew::prelude::*;

use crate::app::state::INPUT_SIDES_PIXELS;
use crate::app::views::common::input_value;

/// What the form begins with, and who gets the size.
#[derive(Properties, PartialEq)]
pub struct InputSizeFormProps {
    /// Height and width in pixels to begin with.
    pub size: [usize; 2],
    pub choose: Callback<[usize; 2]>,
}

/// Sizes that most networks were trained with.
const USUAL_SIDES_PIXELS: [usize; 2] = [224, 299];

/// The side of a square picture in pixels: the usual ones, or any.
#[component]
pub fn InputSizeForm(props: &InputSizeFormProps) -> Html {
    let side = use_state(|| props.size[0].to_string());
    let read = side
        .parse()
        .ok()
        .filter(|side| INPUT_SIDES_PIXELS.contains(side));
    let choose = |side: usize| {
        let choose = props.choose.clone();
        Callback::from(move |_: MouseEvent| choose.emit([side; 2]))
    };
    let oninput = {
        let side = side.setter();
        Callback::from(move |event: InputEvent| {
            if let Some(value) = input_value(&event) {
                side.set(value);
            }
        })
    };
    html! {
        <div class="control-row size-form">
            { for USUAL_SIDES_PIXELS.iter().map(|usual| html! {
                <button onclick={choose(*usual)}>{ format!("{usual} × {usual}") }</button>
            }) }
            <input type="number" min="8" max="4096" step="1" aria-label="Side in pixels"
                value={(*side).clone()} {oninput} />
            <button disabled={read.is_none()} onclick={choose(read.unwrap_or(USUAL_SIDES_PIXELS[0]))}>{ "Use it" }</button>
        </div>
    }
}
