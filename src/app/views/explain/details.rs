//! Question, method, layer, times and facts.

use yew::prelude::*;

use super::channels::Channels;
use super::layers::Layers;
use super::method_choice::method_choice;
use super::question::question;
use crate::app::number_format;
use crate::app::state::{ChosenPicture, PreparedModel, method_name};
use crate::app::views::common::Props;
use crate::text::shown_name;

/// How it was done: question, method and layer to choose, times and facts to read.
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
            { question(props, picture) }
            { method_choice(props) }
            <Layers ..props.clone() />
            <Channels ..props.clone() />
            <details>
                <summary>{ "Times and facts" }</summary>
                { facts(props, picture) }
            </details>
        </section>
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
            match (prediction.width, prediction.height) {
                (0, _) => "an array of the network’s input".to_owned(),
                (width, height) => format!("{width} × {height} pixels"),
            },
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
        let method = method_name(&map.summary.method).to_owned();
        rows.push(("Method", method));
        rows.push(("Layer", layer_words(&prediction.model, &map.summary.layer)));
        rows.push(("Explained in", number_format::duration(map.timings.explain)));
        rows.push(("Runs for this map", map.summary.runs.to_string()));
        rows.extend(map.summary.completeness.as_ref().map(|found| {
            let values =
                [found.sum, found.expected].map(|value| number_format::value(value as f32));
            let words = format!("{} of {}. {}", values[0], values[1], found.meaning);
            ("Adds up to", words)
        }));
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
