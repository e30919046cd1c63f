//! The channels that carry the map.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::number_format;
use crate::app::state::{ChosenPicture, SaliencyMap};
use crate::app::views::common::{DrawnMap, MapCanvas, Props};
use crate::protocol::ChannelSummary;
use crate::render::{OverlayStyle, Sign};

/// Longest side of a channel's picture, in CSS pixels.
const SIDE: f64 = 104.0;

/// The channels that add most to the map, each with its activations, its weight and what it
/// adds.
#[component]
pub fn Channels(props: &Props) -> Html {
    let is_open = use_state(|| false);
    let picture = props.state.picture.current.as_ref();
    let map = picture.and_then(ChosenPicture::map);
    let shown = map.filter(|map| !map.summary.channels.is_empty());
    let channels = use_memo((shown.cloned(), *is_open), |(map, is_open)| {
        let map = map.as_ref().filter(|_| *is_open);
        map.map(|map| map.channels()).unwrap_or_default()
    });
    let (Some(map), Some(picture)) = (shown, picture) else {
        return html! {};
    };
    let ontoggle = {
        let (is_open, now) = (is_open.setter(), *is_open);
        Callback::from(move |_: Event| is_open.set(!now))
    };
    let said = props.state.words.panel();
    let card = |(number, activations): (usize, &Rc<SaliencyMap>)| {
        let channel = &map.summary.channels[number];
        let picture_size = picture.canvas_size?;
        let style = OverlayStyle {
            scale: activations.scale(Sign::Positive),
            sign: Sign::Positive,
            ..props.state.overlay_style(picture)
        };
        let map = Rc::clone(activations);
        let drawn = DrawnMap { map, style };
        let name = (said.channel)(channel.channel);
        Some(html! {
            <li key={channel.channel}>
                <MapCanvas page={props.page.clone()} file={picture.key.file} {picture_size} side={SIDE} first={drawn} label={name.clone()} />
                <strong>{ &name }</strong>
                { words(props, channel) }
            </li>
        })
    };
    html! {
        <details id="channels" {ontoggle}>
            <summary>{ said.channels }<small>{ (said.channels_fact)(map.summary.channels.len()) }</small></summary>
            <p class="hint">{ said.channels_hint }</p>
            <ul class="channels">{ for channels.iter().enumerate().filter_map(card) }</ul>
        </details>
    }
}

fn words(props: &Props, channel: &ChannelSummary) -> Html {
    let said = props.state.words.panel();
    let value = |value: f64| number_format::value(value as f32);
    html! {
        <>
            <small>{ said.weight }{ value(channel.weight) }</small>
            <small>{ said.adds }{ value(channel.contribution) }</small>
        </>
    }
}
