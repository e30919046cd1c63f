//! What the network would say of a picture by each usual scaling of its pixel values: where a
//! file does not state one, a person who knows the picture sees which is right.

use super::picture_reading::read_picture;
use super::preprocessing::preprocess;
use super::question::Prediction;
use super::session::Session;
use super::session_error::SessionError;
use crate::explain::{self, Budget, ExplainError};
use crate::network::{Computation, Network as _};
use crate::picture::{self, SCALINGS};
use crate::protocol::{PredictionOverrides, ScalingTrial};
use crate::render::npy;

/// Classes that are told of each scaling.
const TOP: usize = 5;

impl Session {
    /// Runs the network on a picture by each scaling for its channels, and tells `show` what is
    /// known so far. The prediction before stays the session's. An input tensor and bands
    /// are not scaled: nothing is tried then.
    ///
    /// # Errors
    /// [`SessionError`]: no model, a picture that cannot be read, or the budget's owner said stop.
    pub async fn try_scalings(
        &mut self,
        bytes: &[u8],
        name: &str,
        overrides: &PredictionOverrides,
        budget: &mut dyn Budget,
        show: &mut dyn FnMut(&[ScalingTrial]),
    ) -> Result<Vec<ScalingTrial>, SessionError> {
        if bytes.starts_with(npy::MAGIC) {
            return Ok(Vec::new());
        }
        let description = self.description().ok_or(SessionError::NoModel)?.clone();
        let channels = description.preprocess.channels.count();
        let fitting: Vec<_> = (SCALINGS.iter())
            .filter(|scaling| scaling.channels() == channels)
            .collect();
        if fitting.is_empty() {
            return Ok(Vec::new());
        }
        let picture = read_picture(bytes, name, &overrides.picture)?.picture;
        let mut trials = Vec::new();
        for (done, scaling) in fitting.iter().enumerate() {
            budget.step(done, fitting.len());
            let chosen = PredictionOverrides {
                scaling: Some(scaling.id.to_owned()),
                ..overrides.clone()
            };
            let input = picture::prepare(&picture, &preprocess(&description, &chosen)?)?;
            let layers = vec![self.layer().to_owned()];
            let forward = Computation::Forward { input, layers };
            let network = self.network().ok_or(SessionError::NoModel)?;
            network.start(forward)?;
            let run = loop {
                let advanced = network.advance(&mut |_, _| !budget.is_pause_due())?;
                match advanced {
                    Some(computed) => break computed.into_run()?,
                    None => budget.pause().await.map_err(ExplainError::from)?,
                }
            };
            let prediction = Prediction::new(&description, run.logits());
            let order = explain::rank_classes(&prediction.probabilities, &prediction.logits);
            let top = order.iter().take(TOP);
            let trial = ScalingTrial {
                scaling: scaling.id.to_owned(),
                top: top
                    .map(|&class| (class as u32, prediction.probabilities[class]))
                    .collect(),
            };
            trials.push(trial);
            show(&trials);
        }
        Ok(trials)
    }
}
