//! One model, one picture, its explanations.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::rc::Rc;

use ndarray::Array4;
use web_time::Instant;

use super::chosen_layers::{layers_of, resolve_layers};
use super::csv_input::read_signal;
use super::elapsed_time::milliseconds_since;
use super::npy_input::read_tensor;
use super::picture_input::picture_input;
use super::preparation::{Progress, prepare};
use super::preprocessing::preprocess;
use super::question::{Prediction, Question};
use super::session_error::SessionError;
use super::signal_plot::signal_plot;
use crate::explain::{
    self, Budget, Context, InputScale, Mask, Saliency, Subject, Target, Unlimited, block_on,
};
use crate::frame::Frame;
use crate::gradient::{self, AttachOptions, Places, ReluPolicy};
use crate::network::{
    self, Computation, Description, Network as _, NetworkError, SharedNetwork, Site, TractNetwork,
};
use crate::picture::{Channels, Preprocess};
use crate::protocol::{
    ExplainTimings, OutputActivation, Phase, PictureOverrides, PredictTimings, PredictionOverrides,
};
use crate::render::npy;

/// The model that is ready, and the last picture with what was computed for it.
#[derive(Default)]
pub struct Session {
    network: Option<TractNetwork>,
    subject: Option<Subject>,
    /// The layer that was explained last, by its tensor in the file.
    layer: String,
    /// How often the network ran on the picture.
    runs: u32,
    /// The picture that is compared with.
    reference: Option<Reference>,
    /// Where the network's input lies on the picture predicted last.
    frame: Frame,
    /// What a person chose for the picture predicted last.
    overrides: PredictionOverrides,
    /// Of a region that was drawn.
    mask: Option<Mask>,
}

/// A second picture.
struct Reference {
    /// A checksum of its file.
    checksum: u64,
    overrides: PredictionOverrides,
    outputs: Rc<[f32]>,
}

impl Session {
    /// Makes a model ready in place of the one before, which stays if this one fails.
    ///
    /// # Errors
    /// [`SessionError::Load`].
    pub fn load<'a>(
        &mut self,
        file: impl Into<Cow<'a, [u8]>>,
        options: &AttachOptions,
        progress: Progress,
    ) -> Result<&Description, SessionError> {
        let network = prepare(file, options, progress)?;
        Ok(self.install(network))
    }

    /// Makes a network the session's, in place of the one before and its prediction.
    pub fn install(&mut self, network: TractNetwork) -> &Description {
        self.subject = None;
        self.reference = None;
        self.layer.clone_from(&network.description().layer);
        self.network.insert(network).description()
    }

    /// The model that is ready, for other threads' sessions; `None` if there is none.
    pub fn shared_network(&self) -> Option<SharedNetwork> {
        self.network.as_ref().map(TractNetwork::share)
    }

    /// What is known of the model that is ready; `None` if there is none.
    pub fn description(&self) -> Option<&Description> {
        self.network.as_ref().map(TractNetwork::description)
    }

    /// Decodes a picture file, preprocesses it as the model's file states or as was
    /// assumed, and runs the network on it. `name` is for messages. A file in NPY format is
    /// the input tensor itself; a signal may also be text, as [`read_signal`] takes it.
    ///
    /// # Errors
    /// [`SessionError`]; the prediction before is kept if the picture is at fault.
    pub fn predict(
        &mut self,
        bytes: &[u8],
        name: &str,
        progress: Progress,
    ) -> Result<Prediction, SessionError> {
        self.predict_with(bytes, name, &PredictionOverrides::default(), progress)
    }

    /// The same with what a person chose.
    ///
    /// # Errors
    /// As [`Session::predict`]; or the overrides do not fit the model.
    pub fn predict_with(
        &mut self,
        bytes: &[u8],
        name: &str,
        overrides: &PredictionOverrides,
        progress: Progress,
    ) -> Result<Prediction, SessionError> {
        let description = self.description().ok_or(SessionError::NoModel)?;
        let preprocess = preprocess(description, overrides)?;
        let is_bands = matches!(preprocess.channels, Channels::Bands(_));
        let (is_signal, shape) = (description.is_signal, &description.selection.picture.shape);
        let is_npy = bytes.starts_with(npy::MAGIC);
        let mut prediction = if is_signal || (is_npy && !is_bands) {
            let read = if is_npy { read_tensor } else { read_signal };
            let tensor = read(bytes, name, shape)?;
            let plot = is_signal.then(|| signal_plot(tensor.view()));
            let mut prediction = self.predict_tensor(tensor, progress)?;
            prediction.preview = plot;
            prediction
        } else {
            self.predict_picture((bytes, name), &preprocess, &overrides.picture, progress)?
        };
        self.overrides = overrides.clone();
        self.frame = prediction.frame;
        self.apply_activation(&mut prediction);
        if let Some(subject) = &mut self.subject {
            subject.scale = InputScale::new(&preprocess);
            let own = subject.outputs.activation;
            subject.outputs.activation = overrides.output_activation.unwrap_or(own);
        }
        Ok(prediction)
    }

    fn predict_picture(
        &mut self,
        (bytes, name): (&[u8], &str),
        preprocess: &Preprocess,
        choices: &PictureOverrides,
        progress: Progress,
    ) -> Result<Prediction, SessionError> {
        progress(Phase::Decode, 0, 2);
        let mut decoded = || progress(Phase::Decode, 1, 2);
        let input = picture_input((bytes, name), preprocess, choices, &mut decoded)?;
        progress(Phase::Decode, 2, 2);
        let mut prediction = self.predict_tensor(input.tensor, progress)?;
        prediction.size = input.size;
        (prediction.preview, prediction.reading) = (input.preview, input.reading);
        prediction.frame = input.frame;
        prediction.notes.splice(0..0, input.notes);
        let [decode, resize] = input.milliseconds;
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
        let layers = vec![self.layer.clone()];
        let forward = Computation::Forward { input, layers };
        let mut run_progress = |done, total| progress(Phase::Run, done, total);
        let run = network::compute(network, forward, &mut run_progress)?.into_run()?;
        let description = network.description();
        let mut prediction = Prediction::new(description, run.logits());
        prediction.timings_ms.forward = milliseconds_since(started);
        let activation = match description.output_activation() {
            gradient::OutputActivation::Sigmoid => OutputActivation::Sigmoid,
            _ => OutputActivation::Softmax,
        };
        let scale = InputScale::new(&description.preprocess);
        self.subject = Some(Subject::new(run, scale, activation));
        self.runs = 1;
        Ok(prediction)
    }

    /// Makes a picture the one that similarity is asked to, preprocessed as the one predicted
    /// last. One that is it already is not run again.
    ///
    /// # Errors
    /// As [`Session::predict_with`]; the picture before stays.
    pub fn set_reference(
        &mut self,
        bytes: &[u8],
        name: &str,
        progress: Progress,
    ) -> Result<(), SessionError> {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let (checksum, overrides) = (hasher.finish(), self.overrides.clone());
        let is_same = |kept: &Reference| kept.checksum == checksum && kept.overrides == overrides;
        if self.reference.as_ref().is_some_and(is_same) {
            return Ok(());
        }
        let (subject, runs, frame) = (self.subject.take(), self.runs, self.frame);
        let predicted = self.predict_with(bytes, name, &overrides, progress);
        let second = std::mem::replace(&mut self.subject, subject);
        (self.runs, self.frame) = (runs + 1, frame);
        predicted?;
        self.reference = second.map(|second| Reference {
            checksum,
            overrides,
            outputs: second.run.logits().into(),
        });
        Ok(())
    }

    /// Makes a mask the one of regions that are drawn.
    pub fn set_mask(&mut self, mask: Mask) {
        self.mask = Some(mask);
    }

    /// Makes probabilities by the activation that a person chose.
    pub(super) fn apply_activation(&self, prediction: &mut Prediction) {
        let chosen = self.overrides.output_activation;
        if let Some(activation) = chosen.filter(|_| self.places().is_none()) {
            prediction.probabilities = explain::probabilities(&prediction.logits, activation);
        }
    }

    /// Where the network's input lies on the picture predicted last.
    pub(super) fn frame(&self) -> Frame {
        self.frame
    }

    /// Of a network that gives classes for places: their grid.
    pub(super) fn places(&self) -> Option<Places> {
        self.description()?.selection.places
    }

    /// The layer that was explained last, by its tensor in the file.
    pub fn layer(&self) -> &str {
        &self.layer
    }

    /// How often the network ran on the last picture.
    pub fn runs(&self) -> u32 {
        self.runs
    }

    /// Explains the logit of one class of the picture predicted last, by a method with its
    /// default settings.
    ///
    /// # Errors
    /// As [`Session::ask`].
    pub fn explain(
        &mut self,
        method: &str,
        class: usize,
    ) -> Result<(Saliency, ExplainTimings), SessionError> {
        let question = Question {
            method,
            target: Target::Logit(class),
            layer: None,
            settings: &[],
            seed: 0,
        };
        block_on(self.ask(&question, &mut Unlimited))
    }

    /// Answers a question about the picture predicted last.
    ///
    /// # Errors
    /// [`SessionError`]: an unknown method, setting, class or layer, no prediction yet, or the
    /// budget's owner said stop. The model and the picture stay ready.
    pub async fn ask(
        &mut self,
        question: &Question<'_>,
        budget: &mut dyn Budget,
    ) -> Result<(Saliency, ExplainTimings), SessionError> {
        let method = explain::method(question.method)?;
        let said = question.settings.iter();
        let settings = method.settings(said.map(|(id, value)| (id.as_str(), value.as_str())))?;
        let places = self.places();
        let network = self.network.as_mut().ok_or(SessionError::NoModel)?;
        let subject = self.subject.as_mut().ok_or(NetworkError::NoForward)?;
        let reference = self.reference.as_ref();
        subject.outputs.reference = reference.map(|reference| Rc::clone(&reference.outputs));
        if let Some(places) = places {
            let (area, class) = (question.target.area(), question.target.class());
            let (classes, size) = (network.classes(), (places.height, places.width));
            let outputs = subject.run.logits();
            let mask = self.mask.as_ref().map(|mask| (mask, self.frame));
            let region = explain::region(area, class, outputs, classes, size, mask)?;
            subject.outputs.region = Some(region.into());
        }
        let started = Instant::now();
        let layers = match question.layer {
            None => vec![self.layer.clone()],
            Some(names) => resolve_layers(network, names)?,
        };
        let (layer, further_layers) = layers_of(method, network, layers)?;
        let mut context = Context {
            network,
            subject,
            budget,
            target: question.target,
            layer: &layer,
            further_layers: &further_layers,
            method: method.id,
            settings: &settings,
            seed: question.seed,
            runs: 0,
        };
        let saliency = explain::explain(method, &mut context).await;
        self.runs += context.runs;
        let saliency = saliency?;
        self.layer = layer;
        let timings_ms = ExplainTimings {
            explain: milliseconds_since(started),
        };
        Ok((saliency, timings_ms))
    }

    /// Whether the gradient at a layer, named as in a [`Question`], can be computed without
    /// building its branch first.
    pub fn is_layer_ready(&self, layer: &str) -> bool {
        self.network.as_ref().is_some_and(|network| {
            let layer = network.resolve_layer(layer).map(Site::Layer);
            layer.is_ok_and(|site| network.is_ready(&site, ReluPolicy::Plain))
        })
    }

    /// The network, and the picture predicted last.
    ///
    /// # Errors
    /// [`SessionError`] as long as there are none.
    pub(super) fn parts(&mut self) -> Result<(&mut TractNetwork, &mut Subject), SessionError> {
        let network = self.network.as_mut().ok_or(SessionError::NoModel)?;
        let subject = self.subject.as_mut().ok_or(NetworkError::NoForward)?;
        Ok((network, subject))
    }

    /// The network ran so often more on the last picture.
    pub(super) fn count_runs(&mut self, runs: u32) {
        self.runs += runs;
    }

    /// Puts another picture in the place of the one predicted last, which is given back.
    pub(super) fn replace_subject(&mut self, subject: Subject) -> Option<Subject> {
        self.subject.replace(subject)
    }

    /// The picture predicted last, with what was computed for it.
    pub fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    /// The network itself, for tests.
    pub fn network(&mut self) -> Option<&mut TractNetwork> {
        self.network.as_mut()
    }
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
