//! What follows from the state about a saved explanation.

use crate::app::number_format;
use crate::app::state::app_state::AppState;
use crate::app::state::explanation::SaliencyMap;
use crate::explain::{Area, METHODS, Target};
use crate::protocol::Sample;
use crate::text::shown_name;

/// Of the greatest value, below which two maps are the same: other builds round otherwise.
const TOLERANCE: f32 = 1e-4;

impl AppState {
    /// The picture whose checksum is wanted: one that was not compared yet.
    pub fn picture_to_check(&self) -> Option<u32> {
        let restoration = self.restoration.as_ref()?;
        let file = self.picture.current.as_ref()?.key.file;
        let checked = restoration.checked.map(|(checked, _)| checked);
        (checked != Some(file)).then_some(file)
    }

    /// The sample that has the name of the saved picture, if the picture on the stage is another.
    pub fn sample_to_restore(&self) -> Option<Sample> {
        let restoration = self.restoration.as_ref()?;
        let is_other = match restoration.checked {
            Some((_, is_same)) => is_same == Some(false),
            None => self.picture.current.is_none(),
        };
        if !is_other || restoration.sample_tried {
            return None;
        }
        let name = &restoration.saved.image.name;
        let mut samples = self.picture.samples.iter();
        samples.find(|sample| sample.file == *name).cloned()
    }

    /// Whether the model that is ready is another than the saved explanation's.
    pub(in crate::app::state) fn saved_is_of_another_model(&self) -> bool {
        let saved = self
            .restoration
            .as_ref()
            .map(|kept| &kept.saved.model.sha256);
        let ready = self.ready_model();
        ready
            .zip(saved)
            .is_some_and(|(ready, saved)| ready.summary.sha256 != *saved)
    }

    /// What of a saved explanation its own model does not have, or what must be given first.
    pub(in crate::app::state) fn saved_problem(&self) -> Option<String> {
        let words = self.words.notices();
        let saved = &self.restoration.as_ref()?.saved;
        let model = self.ready_model()?;
        let target = Target::parse(&saved.target).ok()?;
        if let Err(error) = target.check(model.summary.classes) {
            return Some(error.to_string());
        }
        if model.layer(&saved.layer).is_none() {
            let layer = shown_name(&saved.layer);
            return Some((words.no_layer)(&layer));
        }
        let method = METHODS.iter().find(|method| method.id == saved.method)?;
        let settings = saved.settings();
        let said = settings
            .iter()
            .map(|(id, value)| (id.as_str(), value.as_str()));
        if let Err(error) = method.settings(said) {
            return Some(error.to_string());
        }
        if matches!(target, Target::Region(..)) && model.summary.output.places.is_none() {
            return Some(words.no_places.to_owned());
        }
        if target.area() == Area::Mask {
            return Some(words.painted.to_owned());
        }
        None
    }

    /// What must be said of a saved explanation: what is missing, or how the map compares.
    pub fn restoration_sentence(&self) -> Option<String> {
        let words = self.words.notices();
        let restoration = self.restoration.as_ref()?;
        let saved = &restoration.saved;
        let (model, image) = (&saved.model, &saved.image);
        let desired = self.model.desired.is_some();
        match self.ready_model() {
            Some(ready) if ready.summary.sha256 != model.sha256 => {
                let checksum = format!("{:.8}", model.sha256);
                return Some((words.other_model)(&model.name, &checksum));
            }
            None if desired => {
                return Some(words.model_made_ready.to_owned());
            }
            _ => {}
        }
        if let Some(problem) = self.saved_problem() {
            return Some((words.cannot_restore)(&problem));
        }
        let picture = self.picture.current.as_ref();
        let checked = restoration
            .checked
            .filter(|(file, _)| picture.is_some_and(|picture| picture.key.file == *file));
        let note = match checked {
            None => {
                return Some((words.open_picture)(&image.name));
            }
            Some((_, Some(false))) => {
                return Some((words.other_picture)(&image.name));
            }
            Some((_, None)) => words.not_checked,
            Some((_, Some(true))) => "",
        };
        if saved.target.starts_with("similarity") && self.picture.second.is_none() {
            return Some(words.choose_second.to_owned());
        }
        let picture = picture?;
        let map = picture.map()?;
        // What is not finished is not judged.
        if self.missing_map(picture).is_some() || map.summary.left_out.is_some() {
            return Some(words.made_again.to_owned());
        }
        if map.summary.method != saved.method || map.summary.target != saved.target {
            return None;
        }
        Some(match self.difference(map) {
            Some(off) if off <= TOLERANCE => (words.is_the_saved)(note),
            Some(off) => (words.is_not_the_saved)(&number_format::percent(off), note),
            None => (words.was_restored)(note),
        })
    }

    /// How far value and range are from the saved ones, in parts of the map's greatest value.
    fn difference(&self, map: &SaliencyMap) -> Option<f32> {
        let saved = &self.restoration.as_ref()?.saved;
        let (min, max) = (saved.map.min?, saved.map.max?);
        let greatest = min.abs().max(max.abs()).max(f32::MIN_POSITIVE);
        let range = (map.summary.min - min)
            .abs()
            .max((map.summary.max - max).abs());
        let value = saved.value?;
        let off = (map.summary.value - value).abs() / value.abs().max(1.0);
        Some((range / greatest).max(off as f32))
    }
}
