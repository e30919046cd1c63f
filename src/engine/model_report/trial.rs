//! What can be asked of a model, tried out on the picture predicted last.

use serde_json::{Value, json};

use crate::engine::question::Question;
use crate::engine::session::Session;
use crate::engine::session_error::SessionError;
use crate::explain::{self, Budget, LocalFuture, METHODS, Saliency, Stopped, TARGET_KINDS, Target};

/// Ids of methods and targets that give a map, and of others why they do not.
pub struct Trial {
    class: String,
    methods: Vec<(&'static str, Result<(), String>)>,
    targets: Vec<(&'static str, Result<(), String>)>,
}

impl Trial {
    /// What works by ids, and sentences about what does not.
    pub fn as_json(&self) -> Value {
        let works = |tried: &[(&'static str, Result<(), String>)]| {
            let works = tried.iter().filter(|(_, found)| found.is_ok());
            works.map(|(id, _)| *id).collect::<Vec<_>>().join(", ")
        };
        let tried = self.methods.iter().chain(&self.targets);
        let not = tried.filter_map(|(id, found)| Some(format!("{id}: {}", found.as_ref().err()?)));
        json!({
            "prediction": self.class,
            "methods": works(&self.methods),
            "targets": works(&self.targets),
            "not": not.collect::<Vec<_>>(),
        })
    }
}

impl Session {
    /// Tries every method with a single step on the picture predicted last, and every target by
    /// the first method.
    ///
    /// # Errors
    /// [`SessionError`] if there is no model or no picture yet, or the budget's owner said stop.
    pub async fn try_everything(&mut self, budget: &mut dyn Budget) -> Result<Trial, SessionError> {
        let (network, subject) = self.parts()?;
        let (description, logits) = (network.description(), subject.run.logits());
        let probabilities = description.probabilities(logits);
        let order = explain::rank_classes(&probabilities, logits);
        let class = order.first().copied().unwrap_or(0);
        let second = order.get(1).copied().unwrap_or(class);
        let label = description.labels.get(class).map_or("", String::as_str);
        let probability = probabilities.get(class).copied().unwrap_or(0.0);
        let mut trial = Trial {
            class: format!("{label}, {probability:.3}"),
            methods: Vec::new(),
            targets: Vec::new(),
        };
        let total = METHODS.len() + TARGET_KINDS.len();
        for (done, method) in METHODS.iter().enumerate() {
            budget.step(done, total);
            let found = self.try_one(method.id, Ok(Target::Logit(class)), budget);
            trial.methods.push((method.id, found.await?));
        }
        for (done, kind) in TARGET_KINDS.iter().enumerate() {
            budget.step(METHODS.len() + done, total);
            let text = match kind.classes {
                0 => kind.id.to_owned(),
                1 => format!("{}:{class}", kind.id),
                _ => format!("{}:{class},{second}", kind.id),
            };
            let found = self.try_one(METHODS[0].id, Target::parse(&text), budget);
            trial.targets.push((kind.id, found.await?));
        }
        Ok(trial)
    }

    /// Asks one question with a single step.
    async fn try_one(
        &mut self,
        method: &str,
        target: Result<Target, explain::ExplainError>,
        budget: &mut dyn Budget,
    ) -> Result<Result<(), String>, SessionError> {
        let target = match target {
            Ok(target) => target,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let question = Question {
            method,
            target,
            layer: None,
            settings: &[],
            seed: 0,
        };
        match self.ask(&question, &mut OneStep { budget }).await {
            Err(error) if error.is_stop() => Err(error),
            asked => Ok(asked.map(drop).map_err(|error| error.to_string())),
        }
    }
}

/// Another's budget, for a single run of the network and no map on the way.
struct OneStep<'a> {
    budget: &'a mut dyn Budget,
}

impl Budget for OneStep<'_> {
    fn is_pause_due(&mut self) -> bool {
        self.budget.is_pause_due()
    }

    fn pause(&mut self) -> LocalFuture<'_, Result<(), Stopped>> {
        self.budget.pause()
    }

    fn step(&mut self, _: usize, _: usize) -> bool {
        false
    }

    fn show(&mut self, _: &Saliency) {}
}
