//! One model, one picture, its explanations.

use ndarray::Array4;
use web_time::Instant;

use crate::explain::{self, ExplainError, Saliency};
use crate::gradient::Choices;
use crate::network::{Description, Forward, LoadError, Network, NetworkError, TractNetwork};
use crate::picture::{self, Limits, PictureError};
use crate::protocol::{
    ExplainTimings, FailureKind, LayerSummary, ModelSummary, Phase, PredictTimings,
};
use crate::render::npy;

/// Holds the model that is ready and what the last picture gave.
#[derive(Default)]
pub struct Session {
    network: Option<TractNetwork>,
    forward: Option<Forward>,
}

/// What the network says of a picture.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// K values each.
    pub logits: Vec<f32>,
    pub probabilities: Vec<f32>,
    /// Width and height of the upright picture in pixels; 0 for a tensor.
    pub size: (u32, u32),
    /// What a person should know about how the picture was read.
    pub notes: Vec<String>,
    pub timings_ms: PredictTimings,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    #[error("no model is ready yet; load one first")]
    NoModel,
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error("'{name}' is no input tensor ({reason}); a float32 array with four axes is")]
    Tensor { name: String, reason: String },
    #[error(transparent)]
    Explain(#[from] ExplainError),
    #[error(transparent)]
    Network(#[from] NetworkError),
}

impl SessionError {
    /// How the page should treat it.
    pub fn kind(&self) -> FailureKind {
        match self {
            SessionError::NoModel
            | SessionError::Network(NetworkError::NoForward)
            | SessionError::Explain(ExplainError::Network(NetworkError::NoForward)) => {
                FailureKind::Order
            }
            SessionError::Load(_) => FailureKind::Model,
            SessionError::Picture(_)
            | SessionError::Tensor { .. }
            | SessionError::Network(NetworkError::InputShape { .. }) => FailureKind::Picture,
            SessionError::Explain(_) => FailureKind::Explanation,
            SessionError::Network(_) => FailureKind::Engine,
        }
    }
}

/// Hears of a phase, of what is done in it and of the total.
pub type Progress<'a> = &'a mut dyn FnMut(Phase, usize, usize);

impl Session {
    /// Makes a model ready. The one before stays until this one is.
    ///
    /// # Errors
    /// [`SessionError::Load`].
    pub fn load(
        &mut self,
        bytes: &[u8],
        choices: &Choices,
        progress: Progress,
    ) -> Result<&Description, SessionError> {
        let mut steps = |done, total| progress(Phase::Prepare, done, total);
        let network = TractNetwork::load(bytes, choices, &mut steps)?;
        self.forward = None;
        Ok(self.network.insert(network).description())
    }

    /// What is known of the model that is ready.
    pub fn description(&self) -> Option<&Description> {
        self.network.as_ref().map(TractNetwork::description)
    }

    /// Decodes a picture file and runs the network on it. `name` is for messages.
    /// A file in NPY format is taken as the input tensor itself, unprepared.
    ///
    /// # Errors
    /// [`SessionError`]; the prediction before is kept if the picture is at fault.
    pub fn predict(
        &mut self,
        bytes: &[u8],
        name: &str,
        progress: Progress,
    ) -> Result<Prediction, SessionError> {
        let preprocess = self
            .description()
            .ok_or(SessionError::NoModel)?
            .preprocess
            .clone();
        if bytes.starts_with(npy::MAGIC) {
            return self.predict_tensor(read_tensor(bytes, name)?, progress);
        }
        progress(Phase::Decode, 0, 2);
        let started = Instant::now();
        let decoded = picture::decode(bytes, name, Limits::default())?;
        let decode = milliseconds_since(started);
        progress(Phase::Decode, 1, 2);
        let started = Instant::now();
        let input = picture::prepare(&decoded.picture, &preprocess)?;
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

/// An input tensor from an NPY file.
///
/// # Errors
/// [`SessionError::Tensor`] if it is damaged or has another form.
pub fn read_tensor(bytes: &[u8], name: &str) -> Result<Array4<f32>, SessionError> {
    let wrong = |reason: String| SessionError::Tensor {
        name: name.into(),
        reason,
    };
    let (shape, values) = npy::decode(bytes).map_err(|error| wrong(error.to_string()))?;
    let &[a, b, c, d] = shape.as_slice() else {
        return Err(wrong(format!("its shape is {shape:?}")));
    };
    Array4::from_shape_vec((a, b, c, d), values).map_err(|error| wrong(error.to_string()))
}

/// Milliseconds since a moment.
pub fn milliseconds_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1000.0
}

impl Description {
    /// What the page shows of this model, under the name it was opened by.
    pub fn summary(&self, name: &str, cache_note: Option<String>) -> ModelSummary {
        let layer = &self.selection.layer;
        let layers = self.layers.iter().map(|layer| LayerSummary {
            name: layer.tensor.clone(),
            operator: layer.operator.clone(),
            shape: layer.shape,
        });
        ModelSummary {
            name: name.to_owned(),
            labels: self.labels.clone(),
            input_size: self.preprocess.size,
            layer: layer.tensor.clone(),
            layer_shape: layer.shape,
            layers: layers.collect(),
            source: self.source.clone(),
            license: self.license.clone(),
            assumptions: self.assumptions.clone(),
            cache_note,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
