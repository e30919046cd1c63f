//! How a picture that is not of the network's shape is fitted to it.

use yew::prelude::*;

use super::select_field::{SelectOption, select_field};
use crate::app::state::{ModelAction, OverrideChange, PreparedModel, UserOverrides};
use crate::app::views::common::PageHandle;
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
pub fn fit_field(page: &PageHandle, model: &PreparedModel, overrides: &UserOverrides) -> Html {
    let own = model.preprocess().map_or(Fit::Stretch, |known| known.fit);
    let own_name = if own == Fit::Stretch {
        format!("Assumed: {}", name(own))
    } else {
        format!("As the file says: {}", name(own))
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
        name: name(fit),
        is_selected: chosen == Some(fit),
    }));
    let page = page.clone();
    let choose = move |text: String| {
        let change = OverrideChange::Fit(text.parse().ok());
        page.dispatch(ModelAction::Override(change));
    };
    html! {
        <div>
            { select_field("Fit of the picture", options, choose) }
            <small>{ hint(chosen.unwrap_or(own)) }</small>
        </div>
    }
}

fn name(fit: Fit) -> String {
    match fit {
        Fit::Stretch => "Stretched".to_owned(),
        Fit::Crop { thousandths } => {
            format!("The middle, {} % of it", f64::from(thousandths) / 10.0)
        }
        Fit::LETTERBOX => "All of it in a grey border".to_owned(),
        Fit::Letterbox { color: [0, 0, 0] } => "All of it in a black border".to_owned(),
        Fit::Letterbox { .. } => "All of it in a border".to_owned(),
    }
}

fn hint(fit: Fit) -> &'static str {
    match fit {
        Fit::Stretch => "Width and height are resized each by itself, as Keras does.",
        Fit::Crop { .. } => {
            "The shorter side fills the input and the middle is cut out, as torchvision and timm do. \
             The network does not see the rest."
        }
        Fit::Letterbox { .. } => {
            "The whole picture in its own shape, with a border around it, as Ultralytics does."
        }
    }
}
