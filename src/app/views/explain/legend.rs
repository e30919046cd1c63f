//! The colour bar.

use yew::prelude::*;

use super::stage_canvas::PointedPlace;
use crate::app::number_format;
use crate::app::state::{AppState, Finding};
use crate::protocol::MapUnit;
use crate::render::legend::{position, stops, ticks};
use crate::render::{ColorMap, Sign};

const GRADIENT_STOPS: usize = 17;
/// Of the bar, in its own units.
const WIDTH: f64 = 1000.0;

/// A colour map as a bar. `id` must be unique in the document.
pub fn ramp(map: ColorMap, id: &str) -> Html {
    let stops = stops(map, GRADIENT_STOPS)
        .into_iter()
        .enumerate()
        .map(|(index, color)| {
            let offset = index as f64 / (GRADIENT_STOPS - 1) as f64;
            html! { <stop offset={format!("{offset:.4}")} stop-color={color} /> }
        });
    html! {
        <svg class="ramp" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
            <defs><linearGradient id={id.to_owned()}>{ for stops }</linearGradient></defs>
            <rect width="1000" height="10" fill={format!("url(#{id})")} />
        </svg>
    }
}

/// The colour bar with its numbers, and the value where the pointer is; nothing for a map
/// that has no colour.
pub fn legend(state: &AppState, pointed: Option<PointedPlace>) -> Html {
    let Some(picture) = state.on_stage() else {
        return html! {};
    };
    let style = state.overlay_style(picture);
    let is_bare = match state.finding(picture) {
        Some(Finding::OnlyAgainst) => style.sign == Sign::Positive,
        Some(Finding::Nothing | Finding::NotFinite) => true,
        _ => false,
    };
    if is_bare {
        return html! {};
    }
    let ticks = ticks(style.scale, style.sign);
    if ticks.is_empty() {
        return html! {};
    }
    let at = |value: f32| WIDTH * position(value, style.scale, style.sign);
    let numbers = ticks.iter().map(|tick| {
        let anchor = match at(*tick) {
            x if x < 40.0 => "start",
            x if x > 960.0 => "end",
            _ => "middle",
        };
        // A nested drawing, because only the bar may be stretched.
        html! {
            <svg x={format!("{:.2}%", at(*tick) / 10.0)} overflow="visible" width="1" height="100%">
                <line y1="0" y2="4" />
                <text y="16" text-anchor={anchor}>{ number_format::tick(*tick) }</text>
            </svg>
        }
    });
    let is_map = picture.map().is_some();
    let is_unseen = pointed.is_some_and(|place| is_map && place.value(state).is_none());
    let pointed = pointed.and_then(|place| place.value(state));
    let mark = pointed.filter(|value| value.is_finite()).map(|value| {
        let x = format!("{:.2}%", at(value) / 10.0);
        html! { <line class="mark" x1={x.clone()} x2={x} y1="0" y2="100%" /> }
    });
    let said = state.words.picture();
    let reading = pointed.map_or_else(
        || match is_unseen {
            true => said.legend_not_seen.to_owned(),
            false => said.legend_point.to_owned(),
        },
        |value| (said.legend_here)(&number_format::value(value)),
    );
    let signed = style.sign == Sign::Signed;
    let unit = picture.map().map_or(MapUnit::None, |map| map.summary.unit);
    let words = match (unit, signed) {
        (MapUnit::None, _) => said.how_much_counts,
        (_, true) => said.raises_or_lowers,
        (_, false) => said.raises,
    };
    let unit_words = match unit {
        MapUnit::Logit => said.in_logits,
        MapUnit::Probability => said.in_probability,
        MapUnit::None => "",
    };
    html! {
        <div class="legend">
            <div class="legend-bar">
                { ramp(style.colormap, "legend-ramp") }
                <svg class="legend-mark" aria-hidden="true">{ for mark }</svg>
            </div>
            <svg class="legend-numbers" role="img" aria-label={(said.scale_up_to)(&number_format::value(style.scale))}>
                { for numbers }
            </svg>
            if signed {
                <p class="legend-ends"><span>{ said.against_end }</span><span>{ said.for_end }</span></p>
            }
            <p><span>{ words }{ unit_words }</span><output aria-live="off">{ reading }</output></p>
            if unit == MapUnit::Logit {
                <p><small>{ said.logits }</small></p>
            }
        </div>
    }
}
