//! How the state asks what is to be found out about a model, and takes the answers.

use super::model_probe::{ModelProbe, ProbeResult, ProbeResults};
use crate::app::state::app_state::AppState;
use crate::app::state::notices::NoticePlace;
use crate::app::state::picture::ChosenPicture;

impl AppState {
    /// Whether the scaling of pixel values is a guess that nobody has confirmed.
    pub fn asks_for_scaling(&self) -> bool {
        let model = self.ready_model();
        let is_guess = model.is_some_and(|model| model.summary.input.scaling_assumed.is_some());
        is_guess && self.overrides().scaling.is_none()
    }

    /// What is to be found out about the model, once the picture has its map.
    pub(in crate::app::state) fn missing_probe(
        &self,
        picture: &ChosenPicture,
    ) -> Option<ModelProbe> {
        self.current_prediction(picture)?;
        let (key, probes) = (picture.key, &picture.probes);
        if probes.wants_report && probes.report.is_none() {
            return Some(ModelProbe::Everything(key));
        }
        let is_missing = self.asks_for_scaling() && !probes.has_all_scalings;
        is_missing.then_some(ModelProbe::Scalings(key))
    }

    /// What is known of the desired model on the picture at hand, once that has its prediction.
    pub fn probes(&self) -> Option<&ProbeResults> {
        let picture = self.picture.current.as_ref()?;
        self.current_prediction(picture).map(|_| &picture.probes)
    }

    /// Takes what was found out about a model, if the picture is still the one at hand.
    pub(in crate::app::state) fn probed(
        &mut self,
        probe: ModelProbe,
        result: ProbeResult,
        is_early: bool,
    ) {
        let (ModelProbe::Scalings(key) | ModelProbe::Everything(key)) = probe;
        let current = self.picture.current.as_mut();
        let Some(picture) = current.filter(|picture| picture.key == key) else {
            return;
        };
        let probes = &mut picture.probes;
        match (probe, result) {
            (ModelProbe::Scalings(_), ProbeResult::Scalings(trials)) => {
                (probes.scalings, probes.has_all_scalings) = (trials, !is_early);
            }
            (ModelProbe::Scalings(_), _) => probes.has_all_scalings = true,
            (ModelProbe::Everything(_), ProbeResult::Report(text)) => {
                probes.report = Some(text);
            }
            (ModelProbe::Everything(_), ProbeResult::Failed(sentence)) => {
                probes.wants_report = false;
                self.notify(NoticePlace::About, sentence, None);
            }
            _ => {}
        }
    }

    /// Gives up what the engine is finding out about the model.
    pub(in crate::app::state) fn stop_probing(&mut self) {
        if let Some(picture) = &mut self.picture.current {
            picture.probes.wants_report = false;
            picture.probes.has_all_scalings = true;
        }
    }
}
