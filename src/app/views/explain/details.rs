//! Question, method, layer, times and facts.

use yew::prelude::*;

use super::channels::Channels;
use super::layers::Layers;
use super::method_choice::method_choice;
use super::question::question;
use crate::app::number_format;
use crate::app::state::{ChosenPicture, PreparedModel, method_name};
use crate::app::views::common::Props;
use crate::app::words::PanelWords;
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
                <summary>{ props.state.words.panel().facts }</summary>
                { facts(props, picture) }
            </details>
        </section>
    }
}

fn layer_words(words: &PanelWords, model: &PreparedModel, name: &str) -> String {
    let Some(layer) = model.layer(name) else {
        return shown_name(name).into_owned();
    };
    let [channels, height, width] = layer.shape;
    let shape = (words.layer_shape)(height, width, channels);
    format!("{}: {shape}", layer.title())
}

fn facts(props: &Props, picture: &ChosenPicture) -> Html {
    let Some(prediction) = &picture.prediction else {
        return html! {};
    };
    let words = props.state.words.panel();
    let summary = &prediction.model.summary;
    let mut rows = vec![
        (
            words.picture,
            match (prediction.width, prediction.height) {
                (0, _) => words.array.to_owned(),
                (width, height) => (words.pixels)(width as usize, height as usize),
            },
        ),
        (
            words.network_sees,
            (words.pixels)(summary.input.size[1], summary.input.size[0]),
        ),
        (
            words.read_in,
            number_format::duration(prediction.timings.decode + prediction.timings.resize),
        ),
        (
            words.looked_in,
            number_format::duration(prediction.timings.forward),
        ),
    ];
    if let Some(map) = picture.map() {
        let method = method_name(&map.summary.method).to_owned();
        rows.push((words.method, method));
        rows.push((
            words.layer,
            layer_words(words, &prediction.model, &map.summary.layer),
        ));
        rows.push((
            words.explained_in,
            number_format::duration(map.timings.explain),
        ));
        rows.push((words.runs, map.summary.runs.to_string()));
        rows.extend(map.summary.completeness.as_ref().map(|found| {
            let values =
                [found.sum, found.expected].map(|value| number_format::value(value as f32));
            let sum = (words.sum_of)(&values[0], &values[1], &found.meaning);
            (words.adds_up_to, sum)
        }));
        rows.push((
            words.map,
            (words.values)(map.summary.height, map.summary.width),
        ));
        rows.push((
            words.least_and_greatest,
            format!(
                "{} … {}",
                number_format::value(map.summary.min),
                number_format::value(map.summary.max)
            ),
        ));
    }
    rows.push((
        words.fetched_in,
        number_format::duration(prediction.model.timings.fetch),
    ));
    rows.push((
        words.prepared_in,
        number_format::duration(prediction.model.timings.prepare),
    ));
    rows.extend(
        summary
            .source
            .clone()
            .map(|source| (words.model_from, source)),
    );
    rows.extend(
        summary
            .license
            .clone()
            .map(|license| (words.licence, license)),
    );
    rows.extend(
        props
            .state
            .assumptions()
            .into_iter()
            .map(|note| (words.assumed, note)),
    );
    html! {
        <dl>{ for rows.into_iter().map(|(name, value)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> }) }</dl>
    }
}
