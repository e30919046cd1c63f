//! What can be asked of a model, tried out.

use std::path::Path;

use gradcam::engine::{Prediction, Question};
use gradcam::explain::{self, METHODS, TARGET_KINDS, block_on};
use indicatif::ProgressBar;
use ndarray::Array4;
use serde_json::{Value, json};

use crate::asking::{Engine, RunBudget, find_target};

/// Ids of methods and targets that give a map, and of others why they do not.
pub struct Trial {
    class: String,
    methods: Vec<(&'static str, Result<(), String>)>,
    targets: Vec<(&'static str, Result<(), String>)>,
}

impl Trial {
    /// Tries every method with a single step, and every target by the first method.
    ///
    /// # Errors
    /// If the network cannot be run on the picture.
    pub fn run(engine: &mut Engine, image: Option<&Path>) -> anyhow::Result<Trial> {
        let prediction = match image {
            Some(path) => engine.see(path)?.prediction,
            None => {
                let input = greys(&engine.description.selection.picture.shape);
                engine.session.predict_tensor(input, &mut |_, _, _| ())?
            }
        };
        let order = explain::rank_classes(&prediction.probabilities, &prediction.logits);
        let class = order.first().copied().unwrap_or(0);
        let mut trial = Trial {
            class: class_in_words(engine, &prediction, class),
            methods: Vec::new(),
            targets: Vec::new(),
        };
        for method in METHODS {
            let found = ask(engine, method.id, "logit", class);
            trial.methods.push((method.id, found));
        }
        for kind in TARGET_KINDS {
            let target = match kind.classes {
                2 => format!(
                    "{}:{class},{}",
                    kind.id,
                    order.get(1).copied().unwrap_or(class)
                ),
                _ => kind.id.to_owned(),
            };
            let found = ask(engine, METHODS[0].id, &target, class);
            trial.targets.push((kind.id, found));
        }
        Ok(trial)
    }

    /// What works by ids, and sentences about what does not.
    pub fn as_json(&self) -> Value {
        let works = |tried: &[(&'static str, Result<(), String>)]| -> Vec<&str> {
            let tried = tried.iter();
            tried
                .filter(|(_, found)| found.is_ok())
                .map(|(id, _)| *id)
                .collect()
        };
        let tried = self.methods.iter().chain(&self.targets);
        let not = tried.filter_map(|(id, found)| Some(format!("{id}: {}", found.as_ref().err()?)));
        json!({
            "prediction": self.class,
            "methods": works(&self.methods).join(", "),
            "targets": works(&self.targets).join(", "),
            "not": not.collect::<Vec<_>>(),
        })
    }
}

fn ask(engine: &mut Engine, method: &str, target: &str, class: usize) -> Result<(), String> {
    let labels = &engine.description.labels;
    let target = find_target(labels, target, class).map_err(|error| error.to_string())?;
    let question = Question {
        method,
        target,
        layer: None,
        settings: &[],
        seed: 0,
    };
    let bar = ProgressBar::hidden();
    let mut budget = RunBudget::new(Some(1), None, &bar, method.to_owned());
    let asked = block_on(engine.session.ask(&question, &mut budget));
    asked.map(drop).map_err(|error| error.to_string())
}

fn class_in_words(engine: &Engine, prediction: &Prediction, class: usize) -> String {
    let label = engine.description.labels.get(class);
    let probability = prediction.probabilities.get(class).copied().unwrap_or(0.0);
    format!("{}, {:.3}", label.map_or("", String::as_str), probability)
}

/// An input tensor of shades from −1 to 1.
fn greys(shape: &[usize]) -> Array4<f32> {
    let axis = |axis: usize| shape.get(axis).copied().unwrap_or(1);
    Array4::from_shape_fn((axis(0), axis(1), axis(2), axis(3)), |(_, a, b, c)| {
        ((a * 31 + b * 17 + c * 7) % 64) as f32 / 32.0 - 1.0
    })
}
