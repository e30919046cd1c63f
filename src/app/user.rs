//! How the state takes what the user chooses, and the lists beside the page.

use std::rc::Rc;

use super::choices::Choices;
use super::memory::Answers;
use super::result::Subject;
use super::schedule::{ModelChoice, Step};
use super::state::{Action, Place, State, WayOut};
use crate::protocol::Manifest;

impl State {
    pub(super) fn manifest_came(&mut self, manifest: Result<Manifest, String>) {
        match manifest {
            Ok(manifest) => {
                self.notices.remove(&Place::Model);
                let manifest = Rc::new(manifest);
                self.manifest = Some(manifest.clone());
                if self.wanted.is_some() {
                    return;
                }
                let chosen = manifest
                    .models
                    .iter()
                    .find(|entry| Some(&entry.id) == self.choices.model.as_ref());
                if chosen.is_none() {
                    self.choices.layer = None;
                }
                match chosen.or(manifest.models.first()) {
                    Some(entry) => self.want_model(ModelChoice::Entry(entry.clone())),
                    None => self.tell(
                        Place::Model,
                        "This site has no model. Open an ONNX file of your own.",
                        None,
                    ),
                }
            }
            Err(message) => self.tell(Place::Model, message, Some(WayOut::FetchManifest)),
        }
    }

    pub(super) fn choose_picture(&mut self, file: u32, name: String) {
        if let Some(before) = self
            .subject
            .take()
            .filter(|subject| subject.prediction.is_some())
        {
            self.former = Some(before);
            self.choices.class = None;
        }
        self.announcement = format!("Picture: {name}");
        self.subject = Some(Subject::new(file, name));
        self.notices
            .retain(|place| !matches!(place, Place::Picture | Place::Explanation | Place::Save));
    }

    fn show_chosen_map(&mut self) {
        self.notices.remove(&Place::Explanation);
        let Some(mut subject) = self.subject.take() else {
            return;
        };
        let key = self.map_key(&subject);
        if let Some(key) = key.filter(|key| subject.maps.contains_key(key)) {
            subject.explained = Some(key);
            self.announce_map(&subject);
        }
        self.subject = Some(subject);
    }

    pub(super) fn cancel(&mut self) {
        match self.activity.as_ref().map(|activity| &activity.step) {
            Some(Step::Load(_)) => {
                if let Some(wish) = self.wanted.take() {
                    let sentence = format!("Loading {} was stopped.", wish.source.name());
                    self.tell(Place::Model, sentence, Some(WayOut::Load(wish.source)));
                }
            }
            Some(Step::Explain(_)) => self.stop_explaining(),
            _ => {
                if let Some(subject) = &mut self.subject {
                    subject.stopped = true;
                    self.tell(Place::Picture, "Stopped.", Some(WayOut::Look));
                }
            }
        }
    }

    /// Goes back to the layer and the class whose map is shown.
    fn stop_explaining(&mut self) {
        self.stops += 1;
        self.return_to_shown();
        self.announcement = "Stopped; the former map stays".to_owned();
    }

    /// Chooses what the shown map shows; without one, the model's usual layer.
    pub(super) fn return_to_shown(&mut self) {
        let shown = self
            .subject
            .as_ref()
            .and_then(|subject| subject.explained.clone());
        self.choices.layer = shown.as_ref().map(|key| key.layer.clone());
        if let Some(key) = shown {
            self.choices.class = Some(key.class);
        }
    }

    pub(super) fn choose_layer(&mut self, layer: String) {
        let Some(model) = self
            .ready
            .clone()
            .filter(|model| model.layer(&layer).is_some())
        else {
            return;
        };
        // The address names the layer of the site's own models.
        if model.wish.source.entry().is_none() {
            let layer = Some(layer.clone());
            let sha256 = &model.summary.sha256;
            let before = self.memory.about(sha256);
            self.memory.set(sha256, Answers { layer, ..before });
        }
        self.choices.layer = Some(layer);
        self.show_chosen_map();
    }

    pub(super) fn look_again(&mut self) {
        self.notices.remove(&Place::Picture);
        if let Some(subject) = &mut self.subject {
            subject.stopped = false;
            subject.key.attempt += 1;
        }
    }

    pub(super) fn read_hash(&mut self, hash: &str) {
        let choices = Choices::from_hash(hash);
        let wanted = choices
            .model
            .as_ref()
            .filter(|_| choices.model != self.choices.model);
        let entry = wanted.and_then(|id| self.entry(id));
        let before = std::mem::replace(&mut self.choices, choices);
        match entry {
            Some(entry) => {
                let (class, layer) = (self.choices.class, self.choices.layer.clone());
                self.want_model(ModelChoice::Entry(entry));
                (self.choices.class, self.choices.layer) = (class, layer);
            }
            None => {
                self.choices.model = before.model;
                let has = |layer: &String| {
                    let model = self.ready.as_ref();
                    model.is_some_and(|model| model.layer(layer).is_some())
                };
                if self.choices.layer.as_ref().is_some_and(|layer| !has(layer)) {
                    self.choices.layer = before.layer;
                }
            }
        }
        self.show_chosen_map();
    }

    pub(super) fn choose(&mut self, action: Action) {
        match action {
            Action::ChooseClass(class) => {
                self.choices.class = Some(class);
                self.show_chosen_map();
            }
            Action::ChooseMethod(method) => {
                self.choices.method = method;
                self.show_chosen_map();
            }
            Action::ChooseColorMap(map) => self.choices.set_colormap(map),
            Action::ChooseOpacity(percent) => self.choices.opacity = percent.min(100),
            Action::ChooseSign(sign) => self.choices.sign = sign,
            Action::ChooseCells(cells) => self.choices.cells = cells,
            Action::ChooseOwnScale(own) => self.choices.own_scale = own,
            _ => {}
        }
    }
}
