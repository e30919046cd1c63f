use yew::prelude::*;

use super::page::Props;
use crate::app::format;
use crate::app::result::Subject;
use crate::app::state::{Action, method_name};
use crate::explain::METHODS;
use crate::protocol::LayerSummary;

/// How it was done: method and layer to choose, times and facts to read.
#[component]
pub fn Details(props: &Props) -> Html {
    let Some(subject) = props
        .state
        .subject
        .as_ref()
        .filter(|subject| subject.prediction.is_some())
    else {
        return html! {};
    };
    html! {
        <section class="details">
            <details>
                <summary>{ "Method" }<small>{ method_name(props.state.choices.method) }</small></summary>
                { for METHODS.iter().map(|method| {
                    let id = method.id;
                    let onchange = props.page.on(move |page| page.tell(Action::ChooseMethod(id)));
                    choice("method", method.name, method.summary, props.state.choices.method == id, onchange)
                }) }
            </details>
            { layers(props, subject) }
            <details>
                <summary>{ "Times and facts" }</summary>
                { facts(subject) }
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

fn layers(props: &Props, subject: &Subject) -> Html {
    let Some(prediction) = &subject.prediction else {
        return html! {};
    };
    let summary = &prediction.model.summary;
    let choose = |layer: &LayerSummary| {
        let name = layer.name.clone();
        let onchange = props
            .page
            .on(move |page| page.tell(Action::ChooseLayer(name.clone())));
        let [channels, height, width] = layer.shape;
        let hint = format!(
            "{}, {height} × {width} places, {channels} channels",
            layer.operator
        );
        choice(
            "layer",
            &layer.name,
            &hint,
            layer.name == summary.layer,
            onchange,
        )
    };
    html! {
        <details>
            <summary>{ "Layer" }<small>{ &summary.layer }</small></summary>
            <p class="hint">{ "A map is made from what one layer of the network saw. The last one with places is the usual choice." }</p>
            { for summary.layers.iter().map(choose) }
        </details>
    }
}

fn facts(subject: &Subject) -> Html {
    let Some(prediction) = &subject.prediction else {
        return html! {};
    };
    let summary = &prediction.model.summary;
    let [channels, height, width] = summary.layer_shape;
    let mut rows = vec![
        (
            "Picture",
            format!("{} × {} pixels", prediction.width, prediction.height),
        ),
        (
            "The network sees",
            format!(
                "{} × {} pixels",
                summary.input_size[1], summary.input_size[0]
            ),
        ),
        (
            "Layer",
            format!(
                "{}: {height} × {width} places, {channels} channels",
                summary.layer
            ),
        ),
        (
            "Read and resized in",
            format::duration(prediction.timings.decode + prediction.timings.resize),
        ),
        ("Looked in", format::duration(prediction.timings.forward)),
    ];
    if let Some(map) = subject.map() {
        rows.push(("Explained in", format::duration(map.timings.explain)));
        rows.push((
            "Map",
            format!("{} × {} values", map.summary.height, map.summary.width),
        ));
        rows.push((
            "Least and greatest",
            format!(
                "{} … {}",
                format::value(map.summary.min),
                format::value(map.summary.max)
            ),
        ));
    }
    rows.push((
        "Model fetched in",
        format::duration(prediction.model.timings.fetch),
    ));
    rows.push((
        "Model prepared in",
        format::duration(prediction.model.timings.prepare),
    ));
    rows.extend(summary.source.clone().map(|source| ("Model from", source)));
    rows.extend(summary.license.clone().map(|license| ("Licence", license)));
    rows.extend(
        summary
            .assumptions
            .iter()
            .map(|note| ("Assumed", note.clone())),
    );
    html! {
        <dl>{ for rows.into_iter().map(|(name, value)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> }) }</dl>
    }
}
