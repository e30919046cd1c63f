//! How a picture that is not of the network's shape is fitted to it.

use yew::prelude::*;

use super::select_field::{SelectOption, select_field};
use crate::app::state::{ModelAction, OverrideChange, PreparedModel, UserOverrides};
use crate::app::views::common::Props;
use crate::app::words::ModelWords;
use crate::picture::Fit;

/// What is offered: torchvision's and timm's usual crops, and borders in grey and black.
const FITS: [Fit; 6] = [
    Fit::Stretch,
    Fit::Crop { thousandths: 1000 },
    Fit::Crop { thousandths: 950 },
    Fit::Crop { thousandths: 875 },
    Fit::LETTERBOX,
    Fit::Letterbox { color: [0; 3] },
];

/// How a picture that is not of the network's shape is fitted to it.
pub fn fit_field(props: &Props, model: &PreparedModel, overrides: &UserOverrides) -> Html {
    let words = props.state.words.model();
    let own = model.preprocess().map_or(Fit::Stretch, |known| known.fit);
    let own_name = if own == Fit::Stretch {
        (words.assumed)(&name(words, own))
    } else {
        (words.as_file_says)(&name(words, own))
    };
    let chosen = overrides.fit();
    let mut options = vec![SelectOption {
        value: String::new(),
        name: own_name,
        is_selected: chosen.is_none(),
    }];
    // One that was saved elsewhere may be none of the usual.
    let other = chosen.filter(|fit| !FITS.contains(fit));
    options.extend(FITS.into_iter().chain(other).map(|fit| SelectOption {
        value: fit.to_string(),
        name: name(words, fit),
        is_selected: chosen == Some(fit),
    }));
    let page = props.page.clone();
    let choose = move |text: String| {
        let change = OverrideChange::Fit(text.parse().ok());
        page.dispatch(ModelAction::Override(change));
    };
    html! {
        <div>
            { select_field(words.fit, options, choose) }
            <small>{ hint(words, chosen.unwrap_or(own)) }</small>
        </div>
    }
}

fn name(words: &ModelWords, fit: Fit) -> String {
    match fit {
        Fit::Stretch => words.stretched.to_owned(),
        Fit::Crop { thousandths } => (words.middle)(&(f64::from(thousandths) / 10.0).to_string()),
        Fit::LETTERBOX => words.grey_border.to_owned(),
        Fit::Letterbox { color: [0, 0, 0] } => words.black_border.to_owned(),
        Fit::Letterbox { .. } => words.border.to_owned(),
    }
}

fn hint(words: &ModelWords, fit: Fit) -> &'static str {
    match fit {
        Fit::Stretch => words.stretched_hint,
        Fit::Crop { .. } => words.middle_hint,
        Fit::Letterbox { .. } => words.border_hint,
    }
}
