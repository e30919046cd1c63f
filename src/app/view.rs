//! What follows from the state: what the engine shall do, what is shown.

use std::rc::Rc;

use super::result::{Model, Prediction, Subject};
use super::schedule::{MapKey, ModelChoice, Step, Wish};
use super::state::{Activity, State, WayOut};
use crate::protocol::Sample;
use crate::render::{OverlayStyle, largest};

impl State {
    /// What the engine shall hold and answer.
    pub fn wish(&self) -> Wish {
        if self.outdated {
            return Wish::default();
        }
        let subject = self.subject.as_ref().filter(|subject| !subject.stopped);
        Wish {
            model: self.wanted.clone(),
            layer: self.choices.layer.clone(),
            remembered: self.memory.for_engine(),
            known: self.ready.as_ref().map(|model| model.wish.key),
            picture: subject.map(|subject| (subject.key, subject.name.clone())),
            map: subject.and_then(|subject| self.missing_map(subject)),
            stops: self.stops,
        }
    }

    fn missing_map(&self, subject: &Subject) -> Option<MapKey> {
        self.current(subject)?;
        let key = self.map_key(subject)?;
        (!subject.maps.contains_key(&key) && !subject.refused.contains(&key)).then_some(key)
    }

    /// The subject's prediction if it was made by the model that is wanted, from
    /// the picture read as is wanted.
    pub fn current<'a>(&self, subject: &'a Subject) -> Option<&'a Rc<Prediction>> {
        let wanted = self.wanted.as_ref()?.key;
        subject.prediction.as_ref().filter(|prediction| {
            prediction.model.wish.key == wanted && prediction.reading == subject.key.reading
        })
    }

    /// The layer to be explained, by its name in the file: the chosen one if the
    /// model has it, else the one that the engine chose.
    pub fn layer<'a>(&'a self, model: &'a Model) -> &'a str {
        let chosen = self.choices.layer.as_deref();
        chosen
            .filter(|name| model.layer(name).is_some())
            .unwrap_or(&model.summary.layer)
    }

    /// The class to be explained: the chosen one, else the most probable.
    pub fn class(&self, subject: &Subject) -> Option<usize> {
        let prediction = subject.prediction.as_ref()?;
        let chosen = self
            .choices
            .class
            .filter(|class| *class < prediction.logits.len());
        chosen.or_else(|| prediction.order.first().copied())
    }

    pub(super) fn map_key(&self, subject: &Subject) -> Option<MapKey> {
        let model = &subject.prediction.as_ref()?.model;
        Some(MapKey {
            method: self.choices.method,
            class: self.class(subject)?,
            layer: self.layer(model).to_owned(),
        })
    }

    /// The picture on the stage: the one chosen last, or the one before while
    /// the new one cannot be shown.
    pub fn on_stage(&self) -> Option<&Subject> {
        let last = self.subject.as_ref();
        last.filter(|subject| subject.drawn.is_some() || self.former.is_none())
            .or(self.former.as_ref())
    }

    /// Whether the wanted model is the one that is ready.
    pub fn model_is_ready(&self) -> bool {
        matches!((&self.wanted, &self.ready), (Some(wanted), Some(ready)) if wanted.key == ready.wish.key)
    }

    /// The value that gets the end of the colour map: the largest of the maps
    /// seen for this picture, method and layer, or of the shown map alone.
    pub fn scale(&self, subject: &Subject) -> f32 {
        let Some(shown) = subject.explained.as_ref() else {
            return 0.0;
        };
        let counts = |key: &MapKey| {
            if self.choices.own_scale {
                key == shown
            } else {
                key.method == shown.method && key.layer == shown.layer
            }
        };
        let maps = subject.maps.iter().filter(|entry| counts(&entry.0));
        maps.map(|(_, map)| largest(&map.values, self.choices.sign))
            .fold(0.0, f32::max)
    }

    /// How the shown map is drawn.
    pub fn look(&self, subject: &Subject) -> OverlayStyle {
        OverlayStyle {
            colormap: self.choices.colormap(),
            opacity: f32::from(self.choices.opacity) / 100.0,
            sign: self.choices.sign,
            scale: self.scale(subject),
            cells: self.choices.cells,
        }
    }

    /// The classes that the number keys choose: those of the wanted model.
    pub fn top(&self, subject: &Subject) -> Rc<[usize]> {
        self.current(subject)
            .map(|prediction| prediction.top().into())
            .unwrap_or_default()
    }

    /// Files on the shelf that something still refers to.
    pub fn files_in_use(&self) -> Vec<u32> {
        let pictures = self
            .subject
            .iter()
            .chain(&self.former)
            .map(|subject| subject.key.file);
        let models = self
            .wanted
            .iter()
            .chain(self.ready.as_ref().map(|model| &model.wish))
            .map(|wish| &wish.source);
        let retries = self
            .notices
            .values()
            .filter_map(|notice| match &notice.way_out {
                Some(WayOut::Load(source)) => Some(source),
                _ => None,
            });
        let asked = self.question.iter().map(|question| &question.source);
        let models = models
            .chain(retries)
            .chain(asked)
            .filter_map(|source| match source {
                ModelChoice::File { file, .. } => Some(*file),
                ModelChoice::Entry(_) => None,
            });
        pictures.chain(models).collect()
    }

    /// Samples that suit the wanted model; all of them for the user's own file.
    pub fn suitable_samples(&self) -> Vec<Sample> {
        let entry = self
            .wanted
            .as_ref()
            .or(self.ready.as_ref().map(|model| &model.wish));
        let entry = entry.and_then(|wish| wish.source.entry());
        let suits =
            |sample: &&Sample| entry.is_none_or(|entry| entry.samples.contains(&sample.file));
        self.samples.iter().filter(suits).cloned().collect()
    }

    /// Whether the engine is at work on what the stage waits for.
    pub fn is_working(&self) -> bool {
        let waits = self
            .subject
            .as_ref()
            .is_some_and(|subject| !subject.stopped && self.current(subject).is_none());
        (waits && self.wanted.is_some()) || self.is_changing_layer()
    }

    /// Whether the engine is at work on a layer that takes more than a moment.
    fn is_changing_layer(&self) -> bool {
        let is_long = |activity: &Activity| {
            matches!(activity.step, Step::Explain(_)) && activity.phase.is_some()
        };
        self.activity.as_ref().is_some_and(is_long)
    }

    /// Why the wanted model has no sample pictures, if it has none.
    pub fn no_samples(&self) -> Option<String> {
        let entry = self.wanted.as_ref()?.source.entry()?;
        if !entry.samples.is_empty() {
            return None;
        }
        let general = || {
            "No sample picture comes with this model: it knows pictures of a kind that may not be \
             passed on here. Use one of your own."
                .to_owned()
        };
        Some(entry.samples_note.clone().unwrap_or_else(general))
    }
}
