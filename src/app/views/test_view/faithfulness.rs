//! What the network does with pictures that are changed where the map says.

use yew::prelude::*;

use super::curve_plot::curve_plot;
use super::metric_list::metric_list;
use super::tested_map::{input_shown_size, tested_map};
use crate::app::state::{
    ChosenPicture, Measurement, PARTS, TestAction, TestQuestion, TestRequest, TestResult,
};
use crate::app::views::common::{MapCanvas, Props};
use crate::evaluate::{Group, Metric, Points};

/// Longest side of a picture, in CSS pixels.
const SIDE: f64 = 260.0;

/// The map, the picture of a point of a curve, and the metrics.
pub fn faithfulness(props: &Props, picture: &ChosenPicture) -> Html {
    let Some(size) = picture.canvas_size else {
        return html! {};
    };
    let words = props.state.words.test();
    let file = picture.key.file;
    html! {
        <>
            <p class="hint">{ words.faithfulness_hint }</p>
            <div class="test-pictures">
                <figure>
                    <MapCanvas page={props.page.clone()} {file} picture_size={size} side={SIDE} first={tested_map(props, picture)} label={words.picture_with_map} />
                    <figcaption>{ words.the_map }</figcaption>
                </figure>
                { for curve_picture(props, picture) }
            </div>
            { metric_list(props, Group::Faithfulness, 0, &|metric, found| curves(props, metric, found)) }
        </>
    }
}

/// The picture at the point of a curve that is looked at.
fn curve_picture(props: &Props, picture: &ChosenPicture) -> Option<Html> {
    let question = picture.pointed.as_ref()?;
    let map = props.state.tested_map()?;
    let is_here = |request: &TestRequest| {
        request.map == map && matches!(request.question, TestQuestion::CurvePicture { .. })
    };
    let mut tests = picture.tests.iter();
    let (request, canvas) = tests.find_map(|(request, result)| match result {
        TestResult::CurvePicture(canvas) if is_here(request) => Some((request, *canvas)),
        _ => None,
    })?;
    let input = &picture.prediction.as_ref()?.model.summary.input;
    let [height, width] = input.size;
    let size = input_shown_size(picture, (width as u32, height as u32));
    let TestQuestion::CurvePicture { share, .. } = request.question else {
        return None;
    };
    let words = props.state.words.test();
    let percent = 100.0 * f64::from(share) / f64::from(PARTS);
    let percent = format!("{percent:.0}");
    let is_late = request.question != *question;
    Some(html! {
        <figure class={classes!("curve-picture", is_late.then_some("is-late"))}>
            <MapCanvas page={props.page.clone()} file={canvas} picture_size={size} side={SIDE}
                label={(words.picture_changed)(&percent)} />
            <figcaption>{ (words.percent_changed)(&percent) }</figcaption>
        </figure>
    })
}

/// The curves of a metric; where a point has a picture, it is shown.
fn curves(props: &Props, metric: &'static Metric, found: &Measurement) -> Html {
    if found.summary.curves.is_empty() {
        return html! {};
    }
    let picture = props.state.picture.current.as_ref();
    let chosen = match picture.and_then(|picture| picture.pointed.clone()) {
        Some(TestQuestion::CurvePicture {
            metric: id, share, ..
        }) if id == metric.id => Some(f64::from(share) / f64::from(PARTS)),
        _ => None,
    };
    let has_pictures = matches!(metric.points, Points::Pictures { .. });
    let page = props.page.clone();
    let onpoint = Callback::from(move |share: f64| {
        page.dispatch(TestAction::Point(TestQuestion::CurvePicture {
            metric: metric.id,
            curve: 0,
            share: (share * f64::from(PARTS)).round() as u32,
        }));
    });
    curve_plot(
        props.state.words,
        props.state.words.metric(metric).name,
        &found.summary.curves,
        chosen,
        has_pictures.then_some(onpoint),
    )
}
