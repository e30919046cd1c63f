//! Values of what the network takes besides the picture, such as an age.

use yew::prelude::*;

use crate::app::browser::text::{float32, number_of};
use crate::app::state::{ModelAction, OverrideChange};
use crate::app::views::common::{PageHandle, input_value};
use crate::app::words::{ModelWords, WordsOf};
use crate::protocol::FurtherInputSummary;
use crate::text::shown_name;

/// One input, and who hears of its values.
#[derive(Properties, PartialEq)]
pub struct FurtherInputProps {
    pub input: FurtherInputSummary,
    pub page: PageHandle,
    pub words: WordsOf,
}

/// A field for its values: numbers with commas or spaces between, zero where it is empty.
#[component]
pub fn FurtherInputField(props: &FurtherInputProps) -> Html {
    let FurtherInputSummary {
        name,
        shape,
        values,
    } = &props.input;
    let count: usize = shape.iter().product();
    let given = values.as_deref().map(|values| {
        let values: Vec<String> = values.iter().map(|&value| float32(value)).collect();
        values.join(", ")
    });
    let words = props.words.model();
    let text = use_state(|| given.unwrap_or_default());
    let refused = use_state(|| None::<String>);
    let onsubmit = {
        let (page, name) = (props.page.clone(), name.clone());
        let (typed, refused) = ((*text).clone(), refused.setter());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match numbers(words, &typed, count) {
                Ok(values) => {
                    refused.set(None);
                    let change = OverrideChange::Input(name.clone(), values);
                    page.dispatch(ModelAction::Override(change));
                }
                Err(reason) => refused.set(Some(reason)),
            }
        })
    };
    let oninput = {
        let text = text.setter();
        Callback::from(move |event: InputEvent| {
            if let Some(value) = input_value(&event) {
                text.set(value);
            }
        })
    };
    let sizes = shape.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (name, sizes) = (shown_name(name), sizes.join(" × "));
    let state = if values.is_some() {
        words.as_given
    } else {
        words.zero
    };
    html! {
        <form class="field further" {onsubmit} novalidate=true>
            <label>
                <span>{ (words.input_named)(&name) }</span>
                <input type="text" value={(*text).clone()} {oninput} placeholder="0"
                    aria-invalid={refused.is_some().to_string()} />
            </label>
            <small>{ (words.input_hint)(count, &sizes, state) }</small>
            <div class="control-row"><button type="submit">{ words.use_them }</button></div>
            if let Some(reason) = &*refused {
                <p class="refused" role="alert">{ reason.clone() }</p>
            }
        </form>
    }
}

/// The numbers of a text: as many as are wanted, or one for all; none for zeros.
///
/// # Errors
/// Why they are none.
fn numbers(words: &ModelWords, text: &str, wanted: usize) -> Result<Vec<f32>, String> {
    let is_between = |sign: char| sign == ',' || sign == ';' || sign.is_whitespace();
    let typed: Vec<&str> = text
        .split(is_between)
        .filter(|word| !word.is_empty())
        .collect();
    let mut values = Vec::new();
    for word in typed {
        match number_of(word) {
            Some(value) if (value as f32).is_finite() => values.push(value as f32),
            _ => {
                return Err((words.no_number)(word));
            }
        }
    }
    match values.len() {
        0 => Ok(values),
        1 => Ok(vec![values[0]; wanted]),
        count if count == wanted => Ok(values),
        count => Err((words.wrong_count)(count, wanted)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_many_as_the_input_takes() {
        let words = WordsOf::default().model();
        let numbers = |text, wanted| numbers(words, text, wanted);
        assert_eq!(numbers("1, 2;3", 3), Ok(vec![1.0, 2.0, 3.0]));
        assert_eq!(numbers(" 0.5 ", 2), Ok(vec![0.5, 0.5]));
        assert_eq!(numbers("", 4), Ok(vec![]));
        assert!(numbers("1 2", 3).unwrap_err().contains("takes 3"));
        assert!(numbers("1 old", 2).unwrap_err().contains("old"));
        assert!(numbers("1e999", 1).is_err());
    }
}
