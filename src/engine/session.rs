//! One model, one picture, its explanations.

use std::borrow::Cow;

use ndarray::Array4;
use web_time::Instant;

use super::elapsed_time::milliseconds_since;
use super::input_tensor::read_tensor;
use super::session_error::SessionError;
use crate::explain::{self, Saliency};
use crate::gradient::{Choices, GradientError};
use crate::network::{
    self, Description, Forward, LayerChangePhase, LoadError, Network, NetworkError, TractNetwork,
};
use crate::picture::{self, Limits, Preprocess, Scaling};
use crate::protocol::{Ending, ExplainTimings, Phase, PredictTimings, Reading};
use crate::render::npy;

/// The model that is ready, and the last picture's activations.
#[derive(Default)]
pub struct Session {
    network: Option<TractNetwork>,
    forward: Option<Forward>,
}

/// The classes of a picture.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// K values.
    pub logits: Vec<f32>,
    /// K values.
    pub probabilities: Vec<f32>,
    /// Width and height of the upright picture in pixels; 0 for a tensor.
    pub size: (u32, u32),
    /// What a person should know about how the picture was read.
    pub notes: Vec<String>,
    pub timings_ms: PredictTimings,
}

/// Called with a phase, how much of it is done, and the total.
pub type Progress<'a> = &'a mut dyn FnMut(Phase, usize, usize);

impl Session {
    /// Makes a model ready. The one before stays until this one is.
    ///
    /// # Errors
    /// [`SessionError::Load`].
    pub fn load<'a>(
        &mut self,
        file: impl Into<Cow<'a, [u8]>>,
        choices: &Choices,
        progress: Progress,
    ) -> Result<&Description, SessionError> {
        let mut steps = |done, total| progress(Phase::Prepare, done, total);
        let network = TractNetwork::load(file, choices, &mut steps)?;
        self.forward = None;
        Ok(self.network.insert(network).description())
    }

    /// The same for a layer that may be another model's, such as one from an
    /// address: where this model has no such layer, its usual one is taken, and
    /// the sentence that says so is returned.
    ///
    /// # Errors
    /// [`SessionError::Load`].
    pub fn load_leniently(
        &mut self,
        file: Vec<u8>,
        choices: Choices,
        progress: Progress,
    ) -> Result<Option<String>, SessionError> {
        let Some(layer) = choices.layers.first().cloned() else {
            return self.load(file, &choices, progress).map(|_| None);
        };
        match self.load(&file, &choices, progress) {
            Err(SessionError::Load(LoadError::Gradient(error))) if is_about_layer(&error) => {}
            other => return other.map(|_| None),
        }
        let layers = Vec::new();
        let usual = Choices { layers, ..choices };
        let description = self.load(file, &usual, progress)?;
        let shown = &description.selection.layer.tensor;
        Ok(Some(format!(
            "This model has no layer “{layer}” that can be explained; “{shown}” is shown."
        )))
    }

    /// What is known of the model that is ready.
    pub fn description(&self) -> Option<&Description> {
        self.network.as_ref().map(TractNetwork::description)
    }

    /// Decodes a picture file and runs the network on it, as the model's file
    /// says or as was assumed. `name` is for messages. A file in NPY format is
    /// taken as the input tensor itself, unprepared.
    ///
    /// # Errors
    /// [`SessionError`]; the prediction before is kept if the picture is at fault.
    pub fn predict(
        &mut self,
        bytes: &[u8],
        name: &str,
        progress: Progress,
    ) -> Result<Prediction, SessionError> {
        self.predict_read(bytes, name, &Reading::default(), progress)
    }

    /// The same, read as a person says.
    ///
    /// # Errors
    /// As [`Session::predict`]; or the reading does not fit the model.
    pub fn predict_read(
        &mut self,
        bytes: &[u8],
        name: &str,
        reading: &Reading,
        progress: Progress,
    ) -> Result<Prediction, SessionError> {
        let description = self.description().ok_or(SessionError::NoModel)?;
        let preprocess = preprocess(description, reading.scaling.as_deref())?;
        let mut prediction = if bytes.starts_with(npy::MAGIC) {
            self.predict_tensor(read_tensor(bytes, name)?, progress)?
        } else {
            self.predict_picture(bytes, name, &preprocess, progress)?
        };
        let logits = &prediction.logits;
        match reading.ending {
            Some(Ending::Softmax) => prediction.probabilities = network::softmax(logits),
            Some(Ending::Sigmoid) => prediction.probabilities = network::sigmoid(logits),
            None => {}
        }
        Ok(prediction)
    }

    fn predict_picture(
        &mut self,
        bytes: &[u8],
        name: &str,
        preprocess: &Preprocess,
        progress: Progress,
    ) -> Result<Prediction, SessionError> {
        progress(Phase::Decode, 0, 2);
        let started = Instant::now();
        let decoded = picture::decode(bytes, name, Limits::default())?;
        let decode = milliseconds_since(started);
        progress(Phase::Decode, 1, 2);
        let started = Instant::now();
        let input = picture::prepare(&decoded.picture, preprocess)?;
        let resize = milliseconds_since(started);
        let size = decoded.picture.dimensions();
        drop(decoded.picture);
        progress(Phase::Decode, 2, 2);
        let mut prediction = self.predict_tensor(input, progress)?;
        prediction.size = size;
        prediction.notes = decoded.notes;
        prediction.timings_ms = PredictTimings {
            decode,
            resize,
            ..prediction.timings_ms
        };
        Ok(prediction)
    }

    /// Runs the network on an input tensor in its own layout.
    ///
    /// # Errors
    /// [`SessionError`], among others for a tensor of another shape.
    pub fn predict_tensor(
        &mut self,
        input: Array4<f32>,
        progress: Progress,
    ) -> Result<Prediction, SessionError> {
        let network = self.network.as_mut().ok_or(SessionError::NoModel)?;
        let started = Instant::now();
        let forward =
            network.forward(input, &mut |done, total| progress(Phase::Run, done, total))?;
        let timings_ms = PredictTimings {
            forward: milliseconds_since(started),
            ..Default::default()
        };
        let logits = forward.logits.clone();
        let probabilities = network.description().probabilities(&logits);
        self.forward = Some(forward);
        Ok(Prediction {
            logits,
            probabilities,
            size: (0, 0),
            notes: Vec::new(),
            timings_ms,
        })
    }

    /// Explains another layer from now on, as [`TractNetwork::choose_layer`] does.
    /// Returns how long that took in milliseconds.
    ///
    /// # Errors
    /// [`SessionError::Layer`]; the present layer then stays.
    pub fn choose_layer(&mut self, layer: &str, progress: Progress) -> Result<f64, SessionError> {
        let network = self.network.as_mut().ok_or(SessionError::NoModel)?;
        let started = Instant::now();
        let mut tell = |work, done, total| match work {
            LayerChangePhase::Prepare => progress(Phase::Prepare, done, total),
            LayerChangePhase::Run => progress(Phase::Run, done, total),
        };
        let chosen = network.choose_layer(layer, &mut tell);
        chosen.map_err(|reason| SessionError::Layer {
            layer: layer.into(),
            reason,
        })?;
        self.forward = network.last_forward();
        Ok(milliseconds_since(started))
    }

    /// How often the network ran on the last picture.
    pub fn forward_runs(&self) -> u32 {
        self.network.as_ref().map_or(0, TractNetwork::forward_runs)
    }

    /// Explains one class of the picture predicted last.
    ///
    /// # Errors
    /// [`SessionError`]: an unknown method or class, or no prediction yet.
    pub fn explain(
        &mut self,
        method: &str,
        class: usize,
    ) -> Result<(Saliency, ExplainTimings), SessionError> {
        let method = explain::method(method)?;
        let network = self.network.as_mut().ok_or(SessionError::NoModel)?;
        let forward = self.forward.as_ref().ok_or(NetworkError::NoForward)?;
        let started = Instant::now();
        let saliency = (method.explain)(network, forward, class)?;
        Ok((
            saliency,
            ExplainTimings {
                layer: 0.0,
                explain: milliseconds_since(started),
            },
        ))
    }

    /// Activations of the last prediction, for comparisons.
    pub fn forward(&self) -> Option<&Forward> {
        self.forward.as_ref()
    }

    /// The network itself, for comparisons.
    pub fn network(&mut self) -> Option<&mut TractNetwork> {
        self.network.as_mut()
    }
}

/// Whether another layer would have made no such error.
fn is_about_layer(error: &GradientError) -> bool {
    matches!(
        error,
        GradientError::UnknownLayer { .. } | GradientError::NotConnected { .. }
    ) || matches!(error, GradientError::NoRule { layers, .. } if !layers.is_empty())
}

/// How a picture is prepared: as the model's file says, unless a person says it.
fn preprocess(
    description: &Description,
    scaling: Option<&str>,
) -> Result<Preprocess, SessionError> {
    let own = &description.preprocess;
    let Some(id) = scaling else {
        return Ok(own.clone());
    };
    let unknown = || SessionError::UnknownScaling(id.to_owned());
    let scaling = Scaling::find(id).ok_or_else(unknown)?;
    let (wanted, found) = (scaling.channels(), own.channels.count());
    if wanted != found {
        let name = scaling.name;
        return Err(SessionError::ScalingChannels {
            name,
            wanted,
            found,
        });
    }
    Ok(Preprocess {
        resize: own.resize,
        ..scaling.preprocess(own.layout, own.size)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::FailureKind;

    #[test]
    fn requests_out_of_order_say_what_is_missing() {
        let mut session = Session::default();
        let error = session.explain("grad-cam", 0).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().contains("load one")),
            (FailureKind::Order, true)
        );
        let error = session
            .predict(b"", "cat.png", &mut |_, _, _| ())
            .unwrap_err();
        assert_eq!(error.kind(), FailureKind::Order);
    }
}
