//! Which sample pictures are offered, and which one the address names.

use crate::app::state::app_state::AppState;
use crate::app::state::settings::Settings;
use crate::protocol::Sample;

impl AppState {
    /// Samples that suit the desired model, in the order of its entry, which puts those first
    /// that it can know; all of them for the user's own file.
    pub fn suitable_samples(&self) -> Vec<Sample> {
        let all = &self.picture.samples;
        let entry = self
            .desired_or_prepared()
            .and_then(|desired| desired.source.entry());
        let Some(entry) = entry else {
            return all.to_vec();
        };
        let find = |file: &String| all.iter().find(|sample| sample.file == *file);
        entry.samples.iter().filter_map(find).cloned().collect()
    }

    /// Whether the lists that the empty stage is made of are still to come.
    pub fn start_is_awaited(&self) -> bool {
        let models_are_known = self.model.manifest.is_some() || self.model.manifest_failed;
        !(self.picture.samples_are_known && models_are_known)
    }

    /// The sample that the address names, if there is one and no picture is there.
    pub fn sample_to_open(&self) -> Option<Sample> {
        let file = self.settings.sample.as_ref()?;
        let shown = self.picture.current.as_ref();
        if shown.is_some_and(|picture| picture.is_sample && picture.name == *file) {
            return None;
        }
        let mut samples = self.picture.samples.iter();
        samples.find(|sample| sample.file == *file).cloned()
    }

    /// The settings as the URL's hash keeps them, with the picture if it is a sample.
    pub fn address(&self) -> String {
        let sample = match &self.picture.current {
            Some(picture) => picture.is_sample.then(|| picture.name.clone()),
            None => self.settings.sample.clone(),
        };
        let settings = Settings {
            sample,
            ..self.settings.clone()
        };
        settings.to_hash()
    }

    /// Why the desired model has no sample pictures, if it has none.
    pub fn no_samples(&self) -> Option<String> {
        let entry = self.model.desired.as_ref()?.source.entry()?;
        if !entry.samples.is_empty() {
            return None;
        }
        let general = || self.words.start().no_samples.to_owned();
        Some(entry.samples_note.clone().unwrap_or_else(general))
    }
}
