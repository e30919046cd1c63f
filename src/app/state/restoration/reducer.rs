//! How the state takes a saved explanation.

use std::rc::Rc;

use super::Restoration;
use super::action::RestorationAction;
use super::saved_explanation::{SavedExplanation, SavedImage};
use crate::app::state::app_state::AppState;
use crate::app::state::model::{ModelChoice, OverrideChange};
use crate::app::state::notices::NoticePlace;
use crate::app::state::settings::View;
use crate::app::words::NoticeWords;
use crate::explain::{Area, METHODS, Target};
use crate::frame::Frame;
use crate::picture::{Background, Fit, LevelWindow, Scaling};
use crate::protocol::DrawnRegion;
use crate::render::Sign;
use crate::text::{MAX_NAME_CHARS, printable};

impl AppState {
    /// Takes what happens to a saved explanation.
    pub(in crate::app::state) fn reduce_restoration(&mut self, action: RestorationAction) {
        match action {
            RestorationAction::Open { name, text } => self.open_saved(&name, &text),
            RestorationAction::Checked { file, sha256 } => self.check_picture(file, sha256),
            RestorationAction::SampleTried => {
                if let Some(restoration) = &mut self.restoration {
                    restoration.sample_tried = true;
                }
            }
            RestorationAction::Leave => self.restoration = None,
        }
    }

    fn open_saved(&mut self, name: &str, text: &str) {
        self.notices.shown.remove(&NoticePlace::Files);
        self.restoration = None;
        let words = self.words.notices();
        let read = SavedExplanation::read(words, text);
        let saved = match read.and_then(|saved| known(words, saved)) {
            Ok(saved) => Rc::new(saved),
            Err(reason) => {
                let sentence = (words.cannot_restore_file)(name, &reason);
                return self.notify(NoticePlace::Files, sentence, None);
            }
        };
        self.notices.announcement = (words.is_restored)(name);
        self.restoration = Some(Restoration {
            saved: saved.clone(),
            checked: None,
            sample_tried: false,
        });
        let prepared = self.ready_model();
        let is_there = prepared.is_some_and(|model| model.summary.sha256 == saved.model.sha256);
        if !is_there {
            let manifest = self.model.manifest.clone();
            let entries = manifest.iter().flat_map(|manifest| &manifest.models);
            let mut entries = entries.filter(|entry| entry.sha256 == saved.model.sha256);
            if let Some(entry) = entries.next() {
                self.set_desired_model(ModelChoice::Entry(entry.clone()));
            }
        }
        self.apply_saved();
    }

    fn check_picture(&mut self, file: u32, sha256: Option<String>) {
        let Some(restoration) = &mut self.restoration else {
            return;
        };
        let saved = restoration.saved.image.sha256.as_ref();
        let is_same = sha256
            .as_ref()
            .zip(saved)
            .map(|(found, saved)| found == saved);
        restoration.checked = Some((file, is_same));
        if is_same != Some(false) {
            self.apply_saved();
        }
    }

    /// Chooses what was saved, as far as the model that is there has it.
    pub(in crate::app::state) fn apply_saved(&mut self) {
        let Some(saved) = self.restoration.as_ref().map(|kept| kept.saved.clone()) else {
            return;
        };
        let Ok(target) = Target::parse(&saved.target) else {
            return;
        };
        if self.saved_is_of_another_model() || self.saved_problem().is_some() {
            return;
        }
        self.mark_saved_part(target.area());
        let settings = &mut self.settings;
        settings.view = View::Explain;
        settings.set_method(&saved.method, &saved.settings());
        settings.target = target.kind();
        settings.class = Some(target.class());
        settings.other = target.other();
        settings.seed = saved.seed.unwrap_or(0);
        settings.layer = Some(saved.layer.clone());
        if let Some(overlay) = &saved.overlay {
            settings.sign = if overlay.signed {
                Sign::Signed
            } else {
                Sign::Positive
            };
            settings.opacity = (overlay.opacity * 100.0).round().clamp(0.0, 100.0) as u8;
            settings.cells = overlay.raw_cells;
            if let Ok(map) = overlay.colour_map.parse() {
                settings.set_colormap(map);
            }
        }
        if self.ready_model().is_some() {
            let scaling = saved.model.scaling.as_deref().and_then(Scaling::find);
            if scaling.map(|scaling| scaling.id) != self.prediction_overrides().scaling {
                let scaling = scaling.map(|scaling| scaling.id);
                self.change_override(OverrideChange::Scaling(scaling));
            }
            self.apply_saved_fit(saved.fit());
        }
        self.apply_saved_reading(&saved.image);
        self.show_chosen_map();
    }

    /// Fits pictures as the saved one was, if that is known.
    fn apply_saved_fit(&mut self, saved: Option<Fit>) {
        let own = self.ready_model().and_then(|model| model.preprocess());
        let own = own.map_or(Fit::Stretch, |known| known.fit);
        let chosen = self.prediction_overrides().fit.unwrap_or(own);
        if let Some(saved) = saved.filter(|saved| *saved != chosen) {
            let fit = Some(saved).filter(|saved| *saved != own);
            self.change_override(OverrideChange::Fit(fit));
        }
    }

    /// Reads the picture's file as the saved one was.
    fn apply_saved_reading(&mut self, saved: &SavedImage) {
        let window = saved
            .window
            .and_then(|[low, high]| LevelWindow::new(low, high));
        let background = saved
            .background
            .as_deref()
            .and_then(|name| name.parse().ok());
        if let Some(picture) = &mut self.picture.current {
            let choices = &mut picture.key.choices;
            choices.window = window;
            choices.converts_colors = saved.color_profile.as_deref() == Some("converted");
            choices.background = background.filter(|one| *one != Background::AsIs);
        }
    }

    /// Marks the box of places that was asked about, if there is one.
    fn mark_saved_part(&mut self, area: Area) {
        let Area::Box {
            left,
            top,
            width,
            height,
        } = area
        else {
            return;
        };
        let places = self
            .ready_model()
            .and_then(|model| model.summary.output.places);
        let Some([rows, columns]) = places else {
            return;
        };
        let part = |places: u16, count: usize| f64::from(places) / count.max(1) as f64;
        let area = [
            part(left, columns),
            part(top, rows),
            part(width, columns),
            part(height, rows),
        ];
        let current = self.picture.current.as_ref();
        let prediction = current.and_then(|picture| picture.prediction.as_ref());
        let frame = prediction.map_or(Frame::WHOLE, |prediction| prediction.frame);
        let area = frame.area_to_picture(area);
        let marked = self
            .picture
            .current
            .as_ref()
            .and_then(|picture| picture.region.as_ref());
        let shape = DrawnRegion::Box { area };
        if marked.is_none_or(|marked| marked.shape != shape) {
            self.mark(Some((shape, Rc::from([]))));
        }
    }
}

/// The explanation, if this version knows its method and its question.
fn known(words: &NoticeWords, mut saved: SavedExplanation) -> Result<SavedExplanation, String> {
    // They stand in sentences, and no file is opened by them.
    for name in [&mut saved.image.name, &mut saved.model.name] {
        *name = printable(name, MAX_NAME_CHARS).into_owned();
    }
    if !METHODS.iter().any(|method| method.id == saved.method) {
        return Err((words.no_method)(&saved.method));
    }
    match Target::parse(&saved.target) {
        Ok(_) => Ok(saved),
        Err(error) => Err(error.to_string()),
    }
}
