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
            <button onclick={all}>{ props.state.words.test().measure_all }</button>
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
    let words = props.state.words.test();
    let said = props.state.words.metric(metric);
    html! {
        <li key={metric.id}>
            <div class="metric-title">
                <strong>{ said.name }</strong>
                <button class="quiet" onclick={measure} aria-label={(words.measure_one)(said.name)}>{ words.measure }</button>
            </div>
            <small>{ said.question }</small>
            if let Some(found) = found {
                { value(props, metric, found) }
                { beside(metric, found) }
            }
            { for failure.map(|words| html! { <p class="hint">{ words }</p> }) }
        </li>
    }
}

/// The value beside what chance gives, and what that means.
fn value(props: &Props, metric: &Metric, found: &Measurement) -> Html {
    let summary = &found.summary;
    let words = |value: f64| number_format::value(value as f32);
    let said = props.state.words.test();
    let chance = summary.chance.as_ref();
    let better = match metric.better {
        Better::Higher => said.higher,
        Better::Lower => said.lower,
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
            (true, true) => said.better_than_both,
            (true, false) => said.better_than_random,
            (false, _) => said.no_better,
        },
    );
    html! {
        <>
            <p class="metric-value" data-metric={metric.id}>
                <output>{ if summary.value.is_nan() { "…".to_owned() } else { words(summary.value) } }</output>
                if let Some(chance) = chance {
                    <span>{ (said.chance)(&words(chance.random), &words(chance.centre)) }</span>
                } else {
                    <span>{ said.no_chance }</span>
                }
                <small>{ format!("{better} · {}", (said.runs)(summary.runs as usize)) }</small>
            </p>
            { for verdict.map(|words| html! { <small>{ words }</small> }) }
            { for summary.left_out.as_ref().map(|words| html! { <small>{ said.not_finished }{ words }</small> }) }
            <small class="caution">{ props.state.words.metric(metric).caution }</small>
        </>
    }
}
