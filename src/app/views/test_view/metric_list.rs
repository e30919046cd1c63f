//! Metrics with what they found of the tested map.

use yew::prelude::*;

use crate::app::number_format;
use crate::app::state::{Measurement, TestAction, TestQuestion};
use crate::app::views::common::Props;
use crate::evaluate::{Better, Group, METRICS, Metric};

/// What is added to a metric that was measured.
pub type Beside<'a> = &'a dyn Fn(&'static Metric, &Measurement) -> Html;

/// The metrics of a group, each with a button that measures it, what it found, and what `beside`
/// adds.
pub fn metric_list(props: &Props, group: Group, region: u32, beside: Beside) -> Html {
    let is_listed = |metric: &&Metric| metric.group == group;
    let metrics: Vec<&'static Metric> = METRICS.iter().filter(is_listed).collect();
    let ids: Vec<&'static str> = metrics.iter().map(|metric| metric.id).collect();
    let all = props
        .page
        .callback(move |page| page.dispatch(TestAction::Measure(ids.clone())));
    html! {
        <>
            <button onclick={all}>{ "Measure all" }</button>
            <ul class="metrics">{ for metrics.into_iter().map(|metric| row(props, metric, region, beside)) }</ul>
        </>
    }
}

fn row(props: &Props, metric: &'static Metric, region: u32, beside: Beside) -> Html {
    let question = TestQuestion::Measure {
        metric: metric.id,
        region,
    };
    let found = props.state.measurement(metric.id, region);
    let failure = props.state.test_failure(question);
    let measure = props
        .page
        .callback(move |page| page.dispatch(TestAction::Measure(vec![metric.id])));
    html! {
        <li key={metric.id}>
            <div class="metric-title">
                <strong>{ metric.name }</strong>
                <button class="quiet" onclick={measure} aria-label={format!("Measure {}", metric.name)}>{ "Measure" }</button>
            </div>
            <small>{ metric.question }</small>
            if let Some(found) = found {
                { value(metric, found) }
                { beside(metric, found) }
            }
            { for failure.map(|words| html! { <p class="hint">{ words }</p> }) }
        </li>
    }
}

/// The value beside what chance gives, and what that means.
fn value(metric: &Metric, found: &Measurement) -> Html {
    let summary = &found.summary;
    let words = |value: f64| number_format::value(value as f32);
    let chance = summary.chance.as_ref();
    let better = match metric.better {
        Better::Higher => "higher is better",
        Better::Lower => "lower is better",
    };
    // What is shown as equal is equal.
    let beats = |other: f64| {
        let is_better = match metric.better {
            Better::Higher => summary.value > other,
            Better::Lower => summary.value < other,
        };
        is_better && words(summary.value) != words(other)
    };
    let verdict = chance.map(
        |chance| match (beats(chance.random), beats(chance.centre)) {
            (true, true) => "better than a random map and than a blob at the centre",
            (true, false) => "better than a random map, but not than a blob at the centre",
            (false, _) => "no better than a random map",
        },
    );
    html! {
        <>
            <p class="metric-value" data-metric={metric.id}>
                <output>{ if summary.value.is_nan() { "…".to_owned() } else { words(summary.value) } }</output>
                if let Some(chance) = chance {
                    <span>{ format!("random map {} · centre blob {}", words(chance.random), words(chance.centre)) }</span>
                } else {
                    <span>{ "chance is not measured yet" }</span>
                }
                <small>{ format!("{better} · {}", number_format::runs(summary.runs)) }</small>
            </p>
            { for verdict.map(|words| html! { <small>{ words }</small> }) }
            { for summary.left_out.as_ref().map(|words| html! { <small>{ "Not finished: " }{ words }</small> }) }
            <small class="caution">{ metric.caution }</small>
        </>
    }
}
