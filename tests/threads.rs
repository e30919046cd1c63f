//! The same seed gives the same bits on one thread and on two, by every method.
//!
//! `GRADCAM_OWN_KERNELS=1` has the kernels compute that browsers run, as `make test-native`
//! does; without it tract's own kernels are tested so.
#![cfg(feature = "thread_pool")]

mod common;

use common::{path, skipped};
use gradcam::engine::{Question, Session};
use gradcam::explain::{METHODS, Method, Target, Unlimited, block_on};
use gradcam::gradient::AttachOptions;
use tract_linalg::multithread::{Executor, multithread_tract_scope};

/// Fewer runs than by default, where a method has such a setting.
const FEW_RUNS: [(&str, &str); 6] = [
    ("samples", "2"),
    ("steps", "2"),
    ("masks", "4"),
    ("channels", "4"),
    ("window", "160"),
    ("stride", "64"),
];

fn few_runs(method: &Method) -> Vec<(String, String)> {
    let settings: Vec<&str> = (method.settings.iter().copied().flatten())
        .map(|setting| setting.id)
        .collect();
    (FEW_RUNS.iter())
        .filter(|(id, _)| settings.contains(id))
        .map(|&(id, value)| (id.to_owned(), value.to_owned()))
        .collect()
}

fn bits<'a>(values: impl IntoIterator<Item = &'a f32>) -> Vec<u32> {
    values.into_iter().map(|value| value.to_bits()).collect()
}

/// The logits and the map of each method, or what it says instead, from a model that is made
/// ready anew.
fn explanations(model: &str, picture: &str) -> Vec<(&'static str, Result<Vec<u32>, String>)> {
    let mut session = Session::default();
    let file = std::fs::read(path(model)).unwrap();
    let options = AttachOptions::default();
    session.load(file, &options, &mut |_, _, _| ()).unwrap();
    let picture = std::fs::read(path(picture)).unwrap();
    let prediction = session.predict(&picture, "picture", &mut |_, _, _| ());
    let logits = prediction.unwrap().logits;
    let mut found = vec![("the logits", Ok(bits(&logits)))];
    for method in METHODS {
        let settings = few_runs(method);
        let question = Question {
            method: method.id,
            target: Target::Logit(1),
            layer: None,
            settings: &settings,
            seed: 5,
        };
        let map = block_on(session.ask(&question, &mut Unlimited));
        let map = map.map(|(map, _)| bits(map.values.iter().chain(map.channels.iter().flatten())));
        found.push((method.id, map.map_err(|error| error.to_string())));
    }
    found
}

fn check(model: &str, picture: &str) {
    let of = |executor| multithread_tract_scope(executor, || explanations(model, picture));
    let (one, two) = (of(Executor::SingleThread), of(Executor::multithread(2)));
    let maps = one.iter().filter(|(_, map)| map.is_ok()).count();
    assert!(
        maps >= METHODS.len(),
        "{model}: only {maps} methods have a map"
    );
    for ((method, one), (_, two)) in one.into_iter().zip(two) {
        assert!(
            one == two,
            "{model}: {method} depends on the number of threads"
        );
    }
}

#[test]
fn the_small_model() {
    check("models/xception-tiny.onnx", "www/samples/fashion-boot.png");
}

#[test]
fn a_large_model() {
    let model = "www/models/efficientnet-lite0.onnx";
    if path(model).exists() {
        check(model, "www/samples/chelsea.png");
    } else {
        skipped("efficientnet-lite0 on two threads", "make models");
    }
}
