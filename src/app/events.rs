//! How the state takes what the engine says.

use std::rc::Rc;

use super::answers::SizeQuestion;
use super::engine_client::EngineEvent;
use super::format;
use super::result::{Map, Model, Prediction, Subject};
use super::schedule::{MapKey, ModelChoice, PictureKey, Step};
use super::state::{Activity, EngineFacts, Place, State, TOP, WayOut};
use crate::protocol::{FailureKind, MapState, PROTOCOL_VERSION};

impl State {
    pub(super) fn hear(&mut self, event: EngineEvent) {
        match event {
            EngineEvent::Started {
                protocol,
                variant,
                threads,
            } => self.engine_started(protocol, variant, threads),
            EngineEvent::Began { step, now_ms } => {
                self.activity = Some(Activity {
                    step,
                    phase: None,
                    done: 0.0,
                    total: 0.0,
                    since_ms: now_ms,
                });
            }
            EngineEvent::Progress { phase, done, total } => {
                if let Some(activity) = &mut self.activity {
                    (activity.phase, activity.done, activity.total) = (Some(phase), done, total);
                }
            }
            EngineEvent::Idle => self.activity = None,
            EngineEvent::Ready {
                wish,
                summary,
                timings,
            } => {
                self.ended();
                if self
                    .wanted
                    .as_ref()
                    .is_some_and(|wanted| wanted.key == wish.key)
                {
                    self.announcement = format!("Model ready: {}", wish.source.name());
                    self.undo = None;
                    self.ready = Some(Rc::new(Model {
                        wish,
                        summary,
                        labels: Rc::default(),
                        timings,
                    }));
                    self.relabel();
                }
            }
            EngineEvent::SizeWanted { key, sha256, input } => {
                self.ended();
                self.size_wanted(key, sha256, input);
            }
            EngineEvent::Predicted {
                picture,
                model,
                logits,
                probabilities,
                width,
                height,
                notes,
                timings,
            } => {
                self.ended();
                let Some(ready) = self.ready.clone().filter(|ready| ready.wish.key == model) else {
                    return;
                };
                let order = by_probability(&probabilities, &logits);
                let prediction = Prediction {
                    model: ready,
                    reading: picture.reading,
                    logits,
                    probabilities,
                    order,
                    width,
                    height,
                    notes,
                    timings,
                };
                self.predicted(picture, prediction);
            }
            EngineEvent::Mapped {
                picture,
                model,
                key,
                map,
            } => {
                self.ended();
                self.mapped(picture, model, key, map);
            }
            EngineEvent::Failed {
                step,
                kind,
                message,
            } => {
                self.ended();
                self.failed(step, kind, message);
            }
            EngineEvent::Crashed {
                step,
                again,
                message,
            } => {
                self.ended();
                self.crashed(step, again, &message);
            }
        }
    }

    fn ended(&mut self) {
        self.activity = None;
    }

    fn engine_started(&mut self, protocol: u32, variant: String, threads: usize) {
        self.engine = Some(EngineFacts { variant, threads });
        if protocol == PROTOCOL_VERSION {
            return;
        }
        self.outdated = true;
        let sentence = "This page and its engine are of different versions, because the site was renewed. \
                        Reload the page to get both anew.";
        self.tell(Place::Engine, sentence, Some(WayOut::Reload));
    }

    fn predicted(&mut self, picture: PictureKey, prediction: Prediction) {
        let Some(subject) = self
            .subject
            .as_mut()
            .filter(|subject| subject.key == picture)
        else {
            return;
        };
        let is_same = subject.prediction.as_ref().is_some_and(|before| {
            before.model.wish.key == prediction.model.wish.key
                && before.reading == prediction.reading
        });
        if !is_same {
            subject.maps.clear();
            subject.explained = None;
        }
        subject.refused.clear();
        let best = prediction.order.first().map(|&class| {
            format!(
                "{}, {}",
                prediction.label(class),
                format::percent(prediction.probabilities[class])
            )
        });
        subject.prediction = Some(Rc::new(prediction));
        self.former = None;
        self.notices.remove(&Place::Picture);
        self.announcement = format!("It is taken for: {}", best.unwrap_or_default());
    }

    fn mapped(&mut self, picture: PictureKey, model: u32, key: MapKey, map: Map) {
        let Some(mut subject) = self.subject.take() else {
            return;
        };
        let same_model = self
            .current(&subject)
            .is_some_and(|prediction| prediction.model.wish.key == model);
        if subject.key == picture && same_model {
            subject.maps.insert(key.clone(), Rc::new(map));
            if self.map_key(&subject).as_ref() == Some(&key) {
                subject.explained = Some(key);
                self.notices.remove(&Place::Explanation);
                self.announce_map(&subject);
            }
        }
        self.subject = Some(subject);
    }

    pub(super) fn announce_map(&mut self, subject: &Subject) {
        let (Some(map), Some(prediction)) = (subject.map(), subject.prediction.as_ref()) else {
            return;
        };
        let class = map.summary.class;
        let label = prediction.label(class);
        let percent = prediction
            .probabilities
            .get(class)
            .copied()
            .map(format::percent)
            .unwrap_or_default();
        let model = &prediction.model;
        let layer = Some(&map.summary.layer).filter(|name| **name != model.summary.layer);
        let layer = layer.and_then(|name| model.layer(name));
        let at = layer.map_or(String::new(), |layer| format!(", at {}", layer.title()));
        self.announcement = match map.summary.state {
            MapState::Evidence => format!("Explained: {label}, {percent}{at}"),
            MapState::NoPositiveEvidence => {
                format!("Nothing in this picture speaks for {label}, {percent}")
            }
            MapState::NotFinite => format!("The map for {label} has values that are not numbers"),
        };
    }

    fn failed(&mut self, step: Step, kind: FailureKind, message: String) {
        match step {
            Step::Load(key) => self.load_failed(key, message),
            Step::Predict(key) => {
                let Some(subject) = self.subject.as_mut().filter(|subject| subject.key == key)
                else {
                    return;
                };
                if kind == FailureKind::Picture {
                    // The former result stays until there is a new one.
                    self.subject = self.former.take();
                    self.tell(Place::Picture, message, Some(WayOut::ChoosePicture));
                } else {
                    subject.stopped = true;
                    self.tell(Place::Picture, message, Some(WayOut::Look));
                }
            }
            Step::Explain(key) => self.refuse(key, message),
        }
    }

    /// A map that cannot be had; another layer gives way to the one that is shown.
    fn refuse(&mut self, key: MapKey, message: String) {
        let Some(subject) = &mut self.subject else {
            return;
        };
        let shown = subject.explained.as_ref().map(|shown| &shown.layer);
        let is_other = shown.is_some_and(|shown| *shown != key.layer);
        subject.refused.push(key);
        if is_other {
            self.return_to_shown();
        }
        let way_out = (!is_other).then_some(WayOut::Explain);
        self.tell(Place::Explanation, message, way_out);
    }

    /// A model that cannot be used gives way to the one before it, and a change
    /// that cannot be made to what was before it.
    fn load_failed(&mut self, key: u32, message: String) {
        let undo = self.undo.take();
        let Some(failed) = self.give_way(key, undo.is_some()) else {
            return;
        };
        if let Some((sha256, answers)) = undo {
            self.memory.set(&sha256, answers);
            self.relabel();
            return self.tell(Place::About, message, None);
        }
        let way_out = match failed {
            // The same file would fail the same way.
            ModelChoice::File { .. } => WayOut::ChooseModelFile,
            source => WayOut::Load(source),
        };
        self.tell(Place::Model, message, Some(way_out));
    }

    /// Wants the model again that was ready before the one with this key, which is
    /// returned. `same` says that it may be the same file.
    fn give_way(&mut self, key: u32, same: bool) -> Option<ModelChoice> {
        let failed = self.wanted.take_if(|wanted| wanted.key == key)?.source;
        let former = self.ready.as_ref().map(|model| model.wish.clone());
        let former = former.filter(|wish| same || wish.source != failed);
        if let Some(wish) = former {
            self.choices.model = wish.source.entry().map(|entry| entry.id.clone());
            // Its own result is still right, so it keeps its key.
            self.wanted = Some(wish);
            self.return_to_shown();
        }
        Some(failed)
    }

    /// A model waits for an answer; until then there is the one before it.
    fn size_wanted(&mut self, key: u32, sha256: String, input: String) {
        if let Some(source) = self.give_way(key, false) {
            let name = source.name();
            self.announcement = format!("{name} takes pictures of any size: which one?");
            self.question = Some(SizeQuestion {
                sha256,
                source,
                input,
            });
        }
    }

    fn crashed(&mut self, step: Option<Step>, again: bool, message: &str) {
        let what = match &step {
            // Before it has been tried again it may as well have died idle.
            None if again => "The engine broke down",
            None => "The engine could not start",
            Some(Step::Load(_)) => "The engine broke down while it prepared the model",
            Some(Step::Predict(_)) => "The engine broke down while it looked at the picture",
            Some(Step::Explain(_)) => "The engine broke down while it explained",
        };
        let detail = if message.is_empty() {
            String::new()
        } else {
            format!(" (the browser says: {message})")
        };
        if again {
            let sentence =
                format!("{what}{detail}. It was replaced, and goes on with what you had chosen.");
            self.tell(Place::Engine, sentence, None);
            return;
        }
        let memory = " Often this is too little memory: close other tabs, or try a smaller picture or model.";
        self.notices.remove(&Place::Engine);
        match step {
            None => self.tell(
                Place::Engine,
                format!("{what}{detail}."),
                Some(WayOut::Restart),
            ),
            Some(Step::Load(key)) => {
                self.load_failed(key, format!("{what}, twice{detail}.{memory}"))
            }
            Some(Step::Predict(_)) if self.former.is_some() => {
                self.subject = self.former.take();
                self.tell(
                    Place::Picture,
                    format!("{what}, twice{detail}.{memory}"),
                    Some(WayOut::ChoosePicture),
                );
            }
            Some(Step::Predict(_)) => {
                if let Some(subject) = &mut self.subject {
                    subject.stopped = true;
                }
                self.tell(
                    Place::Picture,
                    format!("{what}, twice{detail}.{memory}"),
                    Some(WayOut::Look),
                );
            }
            Some(Step::Explain(key)) => self.refuse(key, format!("{what}, twice{detail}.{memory}")),
        }
    }
}

/// Classes, the most probable first; equal ones by logit, then by number.
/// Probabilities that are not numbers come last.
fn by_probability(probabilities: &[f32], logits: &[f32]) -> Vec<usize> {
    let rank = |value: Option<&f32>| {
        value
            .copied()
            .filter(|value| !value.is_nan())
            .unwrap_or(f32::NEG_INFINITY)
    };
    let mut order: Vec<usize> = (0..probabilities.len().min(logits.len())).collect();
    order.sort_by(|&a, &b| {
        let by_probability = rank(probabilities.get(b)).total_cmp(&rank(probabilities.get(a)));
        by_probability.then_with(|| rank(logits.get(b)).total_cmp(&rank(logits.get(a))))
    });
    order
}

impl Prediction {
    /// The classes that have a row of their own.
    pub fn top(&self) -> &[usize] {
        &self.order[..self.order.len().min(TOP)]
    }
}
