//! How the state asks what is to be found out about a model, and takes the answers.

use std::rc::Rc;

use super::model_probe::{ModelProbe, ProbeResult};
use crate::app::state::app_state::AppState;
use crate::app::state::notices::NoticePlace;
use crate::app::state::picture::{ChosenPicture, PictureKey};

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
        let key = picture.key;
        let probes = &picture.probes;
        if probes.wants_report && probes.report.is_none() {
            return Some(ModelProbe::Everything(key));
        }
        let is_tried = probes
            .scalings
            .as_ref()
            .is_some_and(|(tried, _)| *tried == key);
        (self.asks_for_scaling() && !is_tried).then_some(ModelProbe::Scalings(key))
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
        match (probe, result) {
            // An early one leaves the rest wanted.
            (ModelProbe::Scalings(_), ProbeResult::Scalings(trials)) => {
                let attempt = if is_early { u32::MAX } else { key.attempt };
                picture.probes.scalings = Some((PictureKey { attempt, ..key }, trials));
            }
            (ModelProbe::Scalings(_), _) => picture.probes.scalings = Some((key, Rc::default())),
            (ModelProbe::Everything(_), ProbeResult::Report(text)) => {
                picture.probes.report = Some(text);
            }
            (ModelProbe::Everything(_), ProbeResult::Failed(sentence)) => {
                picture.probes.wants_report = false;
                self.notify(NoticePlace::About, sentence, None);
            }
            _ => {}
        }
    }

    /// Gives up what the engine is finding out about the model.
    pub(in crate::app::state) fn stop_probing(&mut self) {
        if let Some(picture) = &mut self.picture.current {
            picture.probes.wants_report = false;
            let known = picture.probes.scalings.take();
            let trials = known.map_or_else(Rc::default, |(_, trials)| trials);
            picture.probes.scalings = Some((picture.key, trials));
        }
    }
}
