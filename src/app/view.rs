//! What follows from the state: what the engine shall do, what is shown.

use std::rc::Rc;

use super::result::{Prediction, Subject};
use super::schedule::{MapKey, ModelChoice, Wish};
use super::state::{State, WayOut};
use crate::protocol::Sample;
use crate::render::{Look, largest};

impl State {
    /// What the engine shall hold and answer.
    pub fn wish(&self) -> Wish {
        if self.outdated {
            return Wish::default();
        }
        let subject = self.subject.as_ref().filter(|subject| !subject.stopped);
        Wish {
            model: self.wanted.clone(),
            picture: subject.map(|subject| (subject.key, subject.name.clone())),
            map: subject.and_then(|subject| self.missing_map(subject)),
        }
    }

    fn missing_map(&self, subject: &Subject) -> Option<MapKey> {
        self.current(subject)?;
        let key = self.map_key(subject)?;
        (!subject.maps.contains_key(&key) && !subject.refused.contains(&key)).then_some(key)
    }

    /// The subject's prediction if it was made by the model that is wanted.
    pub fn current<'a>(&self, subject: &'a Subject) -> Option<&'a Rc<Prediction>> {
        let wanted = self.wanted.as_ref()?.key;
        subject
            .prediction
            .as_ref()
            .filter(|prediction| prediction.model.wish.key == wanted)
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
        Some(MapKey {
            method: self.choices.method,
            class: self.class(subject)?,
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
    /// seen for this picture and method, or of the shown map alone.
    pub fn scale(&self, subject: &Subject) -> f32 {
        let Some(shown) = subject.explained.as_ref() else {
            return 0.0;
        };
        let counts = |key: &MapKey| {
            if self.choices.own_scale {
                key == shown
            } else {
                key.method == shown.method
            }
        };
        let maps = subject.maps.iter().filter(|(key, _)| counts(key));
        maps.map(|(_, map)| largest(&map.values, self.choices.sign))
            .fold(0.0, f32::max)
    }

    /// How the shown map is drawn.
    pub fn look(&self, subject: &Subject) -> Look {
        Look {
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
                Some(WayOut::Load(source, _)) => Some(source),
                _ => None,
            });
        let models = models.chain(retries).filter_map(|source| match source {
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
        waits && self.wanted.is_some()
    }
}
