//! The size of a picture, for a file that leaves it open.

use yew::prelude::*;

use crate::app::state::INPUT_SIDES_PIXELS;
use crate::app::views::common::input_value;
use crate::app::words::{StartWords, WordsOf};

/// What the form begins with, and who gets the size.
#[derive(Properties, PartialEq)]
pub struct InputSizeFormProps {
    pub words: WordsOf,
    /// Height and width in pixels to begin with.
    pub size: [usize; 2],
    pub choose: Callback<[usize; 2]>,
}

/// Sizes that most networks were trained with.
const USUAL_SIDES_PIXELS: [usize; 2] = [224, 299];

/// Width and height of the picture in pixels: the usual squares, or any rectangle. What is
/// refused is said with the reason.
#[component]
pub fn InputSizeForm(props: &InputSizeFormProps) -> Html {
    let words = props.words.start();
    let [height, width] = props.size;
    let sides = [
        use_state(|| width.to_string()),
        use_state(|| height.to_string()),
    ];
    let refused = use_state(|| None::<String>);
    let usual = |side: usize| {
        let choose = props.choose.clone();
        Callback::from(move |_: MouseEvent| choose.emit([side; 2]))
    };
    let onsubmit = {
        let texts = [(*sides[0]).clone(), (*sides[1]).clone()];
        let (choose, refused) = (props.choose.clone(), refused.setter());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let width = side(words, words.width_refused, &texts[0]);
            let height = side(words, words.height_refused, &texts[1]);
            match (width, height) {
                (Ok(width), Ok(height)) => {
                    refused.set(None);
                    choose.emit([height, width]);
                }
                (Err(reason), _) | (_, Err(reason)) => refused.set(Some(reason)),
            }
        })
    };
    let field = |number: usize, label: &'static str| {
        let setter = sides[number].setter();
        let oninput = Callback::from(move |event: InputEvent| {
            if let Some(value) = input_value(&event) {
                setter.set(value);
            }
        });
        // Any text, so that what is wrong with it can be said.
        html! {
            <input type="text" inputmode="numeric" size="5" aria-label={label}
                aria-invalid={refused.is_some().to_string()} value={(*sides[number]).clone()} {oninput} />
        }
    };
    html! {
        <form class="control-row size-form" {onsubmit} novalidate=true>
            { for USUAL_SIDES_PIXELS.iter().map(|side| html! {
                <button type="button" onclick={usual(*side)}>{ format!("{side} × {side}") }</button>
            }) }
            { field(0, words.size_width) }<span aria-hidden="true">{ "×" }</span>{ field(1, words.size_height) }
            <button type="submit">{ words.use_it }</button>
            if let Some(reason) = &*refused {
                <p class="refused" role="alert">{ reason.clone() }</p>
            }
        </form>
    }
}

/// A side in pixels from what was typed.
///
/// # Errors
/// Why it is none.
fn side(
    words: &StartWords,
    refused: fn(usize, usize, &str) -> String,
    text: &str,
) -> Result<usize, String> {
    let (least, most) = (INPUT_SIDES_PIXELS.start(), INPUT_SIDES_PIXELS.end());
    let read = text.trim().parse().ok();
    read.filter(|side| INPUT_SIDES_PIXELS.contains(side))
        .ok_or_else(|| {
            let typed = if text.trim().is_empty() {
                words.typed_nothing
            } else {
                text.trim()
            };
            refused(*least, *most, typed)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_that_is_refused_is_told_why() {
        let words = WordsOf::default().start();
        let side = |text| side(words, words.height_refused, text);
        assert_eq!(side(" 320 "), Ok(320));
        for text in ["", "4", "12.5", "100000", "wide"] {
            assert!(side(text).unwrap_err().contains("from 8 to 4096"));
        }
    }
}
