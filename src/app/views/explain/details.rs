//! Method, layer, times and facts.

use yew::prelude::*;

use super::layers::Layers;
use crate::app::number_format;
use crate::app::state::{ChosenPicture, ExplanationAction, PreparedModel, method_name};
use crate::app::views::common::Props;
use crate::explain::METHODS;
use crate::text::shown_name;

/// How it was done: method and layer to choose, times and facts to read.
pub fn details(props: &Props) -> Html {
    let Some(picture) = props
        .state
        .picture
        .current
        .as_ref()
        .filter(|picture| picture.prediction.is_some())
    else {
        return html! {};
    };
    html! {
        <section class="details">
            // One method alone is no choice; what it is called stands among the facts.
            if METHODS.len() > 1 {
                <details>
                    <summary>{ "Method" }<small>{ method_name(props.state.settings.method) }</small></summary>
                    { for METHODS.iter().map(|method| {
                        let id = method.id;
                        let onchange = props.page.callback(move |page| page.dispatch(ExplanationAction::ChooseMethod(id)));
                        choice("method", method.name, method.summary, props.state.settings.method == id, onchange)
                    }) }
                </details>
            }
            <Layers ..props.clone() />
            <details>
                <summary>{ "Times and facts" }</summary>
                { facts(props, picture) }
            </details>
        </section>
    }
}

fn choice(
    group: &'static str,
    name: &str,
    hint: &str,
    checked: bool,
    onchange: Callback<Event>,
) -> Html {
    html! {
        <label class="toggle">
            <input type="radio" name={group} {checked} {onchange} />
            <span>{ name }<small>{ hint }</small></span>
        </label>
    }
}

fn layer_words(model: &PreparedModel, name: &str) -> String {
    let Some(layer) = model.layer(name) else {
        return shown_name(name).into_owned();
    };
    let [channels, height, width] = layer.shape;
    format!(
        "{}: {height} × {width} places, {channels} channels",
        layer.title()
    )
}

fn facts(props: &Props, picture: &ChosenPicture) -> Html {
    let Some(prediction) = &picture.prediction else {
        return html! {};
    };
    let summary = &prediction.model.summary;
    let mut rows = vec![
        (
            "Picture",
            format!("{} × {} pixels", prediction.width, prediction.height),
        ),
        (
            "The network sees",
            format!(
                "{} × {} pixels",
                summary.input.size[1], summary.input.size[0]
            ),
        ),
        (
            "Read and resized in",
            number_format::duration(prediction.timings.decode + prediction.timings.resize),
        ),
        (
            "Looked in",
            number_format::duration(prediction.timings.forward),
        ),
    ];
    if let Some(map) = picture.map() {
        let method = method_name(props.state.settings.method).to_owned();
        rows.push(("Method", method));
        rows.push(("Layer", layer_words(&prediction.model, &map.summary.layer)));
        rows.push(("Explained in", number_format::duration(map.timings.explain)));
        if map.timings.layer >= 1.0 {
            rows.push((
                "Layer prepared in",
                number_format::duration(map.timings.layer),
            ));
        }
        rows.push((
            "Map",
            format!("{} × {} values", map.summary.height, map.summary.width),
        ));
        rows.push((
            "Least and greatest",
            format!(
                "{} … {}",
                number_format::value(map.summary.min),
                number_format::value(map.summary.max)
            ),
        ));
    }
    rows.push((
        "Model fetched in",
        number_format::duration(prediction.model.timings.fetch),
    ));
    rows.push((
        "Model prepared in",
        number_format::duration(prediction.model.timings.prepare),
    ));
    rows.extend(summary.source.clone().map(|source| ("Model from", source)));
    rows.extend(summary.license.clone().map(|license| ("Licence", license)));
    rows.extend(
        props
            .state
            .assumptions()
            .into_iter()
            .map(|note| ("Assumed", note)),
    );
    html! {
        <dl>{ for rows.into_iter().map(|(name, value)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> }) }</dl>
    }
}
