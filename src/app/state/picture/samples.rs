//! Which sample pictures are offered.

use crate::app::state::app_state::AppState;
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

    /// Why the desired model has no sample pictures, if it has none.
    pub fn no_samples(&self) -> Option<String> {
        let entry = self.model.desired.as_ref()?.source.entry()?;
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
