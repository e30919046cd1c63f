//! Curves of a metric, as lines; a slider chooses a point.

use wasm_bindgen::JsCast as _;
use web_sys::Element;
use yew::prelude::*;

use crate::app::number_format;
use crate::app::views::common::input_value;
use crate::app::words::WordsOf;
use crate::protocol::CurveSummary;

/// Of the plot, in its own units.
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 140.0;

/// The curves. `onpoint` is told which point of the first curve is looked at; without it there
/// is no slider.
pub fn curve_plot(
    words: WordsOf,
    name: &str,
    curves: &[CurveSummary],
    chosen_share: Option<f64>,
    onpoint: Option<Callback<f64>>,
) -> Html {
    let said = words.test();
    let values = || curves.iter().flat_map(|curve| curve.ys.iter().copied());
    let values = || values().filter(|value| value.is_finite());
    let (low, high) = (
        values().fold(0.0, f64::min),
        values().fold(f64::MIN_POSITIVE, f64::max),
    );
    let place = |x: f64, y: f64| (x * WIDTH, HEIGHT * (high - y) / (high - low));
    let line = |(number, curve): (usize, &CurveSummary)| {
        let points = curve.xs.iter().zip(&curve.ys);
        let points = points.filter(|(_, y)| y.is_finite()).map(|(&x, &y)| {
            let (x, y) = place(x, y);
            format!("{x:.1},{y:.1}")
        });
        html! { <polyline class={format!("curve-{number}")} points={points.collect::<Vec<_>>().join(" ")} /> }
    };
    let legend = |(number, curve): (usize, &CurveSummary)| {
        html! { <span class={format!("curve-{number}")}>{ &curve.name }</span> }
    };
    let words = |value: f64| number_format::value(value as f32);
    let xs = curves.first().map(|curve| curve.xs.clone());
    let xs = xs.unwrap_or_default();
    let nearest = |share: f64| {
        let distance = |&at: &usize| (xs[at] - share).abs();
        (0..xs.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
    };
    let at = chosen_share.and_then(nearest);
    let marker = at.map(|at| {
        let x = (xs[at] * WIDTH).to_string();
        html! { <line class="curve-marker" x1={x.clone()} x2={x} y1="0" y2={HEIGHT.to_string()} /> }
    });
    let read = at.and_then(|at| {
        let curve = curves.first()?;
        let y = curve.ys.get(at)?;
        Some(format!("{:.0} %: {}", 100.0 * xs[at], words(*y)))
    });
    let (last, chosen) = (xs.len().saturating_sub(1), at.unwrap_or(0));
    let onpoint = onpoint.filter(|_| xs.len() > 1);
    let onpointermove = {
        let (xs, onpoint) = (xs.clone(), onpoint.clone());
        Callback::from(move |event: PointerEvent| {
            // Listeners are the page's: what lies under the pointer is in the plot.
            let under: Option<Element> = event.target().and_then(|part| part.dyn_into().ok());
            let plot = under.and_then(|part| part.closest("svg").ok().flatten());
            let Some((plot, onpoint)) = plot.zip(onpoint.as_ref()) else {
                return;
            };
            let bounds = plot.get_bounding_client_rect();
            let share = (f64::from(event.client_x()) - bounds.left()) / bounds.width().max(1.0);
            let under = xs
                .iter()
                .min_by(|a, b| (*a - share).abs().total_cmp(&(*b - share).abs()));
            if let Some(share) =
                under.filter(|share| chosen_share.is_none_or(|at| (at - **share).abs() > 1e-3))
            {
                onpoint.emit(*share);
            }
        })
    };
    let slider = onpoint.map(|onpoint| {
        let xs = xs.clone();
        let choose = move |event: &Event| {
            let at: Option<usize> = input_value(event).and_then(|value| value.parse().ok());
            if let Some(share) = at.and_then(|at| xs.get(at)) {
                onpoint.emit(*share);
            }
        };
        let onfocus = choose.clone();
        html! {
            // Where it stands already is chosen by going there.
            <input type="range" min="0" max={last.to_string()} value={chosen.to_string()}
                oninput={Callback::from(move |event: InputEvent| choose(&event))}
                onfocus={Callback::from(move |event: FocusEvent| onfocus(&event))}
                aria-valuetext={read.clone()} aria-label={(said.point_of_curve)(name)} />
        }
    });
    html! {
        <figure class="curve-plot">
            <svg {onpointermove} viewBox={format!("-4 -4 {} {}", WIDTH + 8.0, HEIGHT + 8.0)} role="img"
                aria-label={(said.curve_from_to)(&words(low), &words(high))}>
                <rect class="curve-frame" width={WIDTH.to_string()} height={HEIGHT.to_string()} />
                { for curves.iter().enumerate().map(line) }
                { for marker }
            </svg>
            { for slider }
            <figcaption>
                { for curves.iter().enumerate().map(legend) }
                <small>{ (said.from_to)(&words(low), &words(high)) }</small>
                { for read.map(|words| html! { <output>{ words }</output> }) }
            </figcaption>
        </figure>
    }
}
