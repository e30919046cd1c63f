//! What a method is given, and what it may ask.

use std::rc::Rc;

use ndarray::{Array2, Array3, Array4, ArrayView3};

use super::budget::{Budget, Stopped};
use super::cam::{channel_sum, important_channels};
use super::error::ExplainError;
use super::saliency::Saliency;
use super::setting::Settings;
use super::subject::Subject;
use super::target::Target;
use crate::gradient::ReluPolicy;
use crate::network::{Computation, Computed, Network, Run, Site};

/// One explanation: whom it asks, what, and how long it may take.
pub struct Context<'a> {
    pub network: &'a mut dyn Network,
    pub subject: &'a mut Subject,
    pub budget: &'a mut dyn Budget,
    pub target: Target,
    /// The layer's tensor in the model's file.
    pub layer: &'a str,
    /// Further layers, for methods that combine several.
    pub further_layers: &'a [String],
    pub method: &'static str,
    pub settings: &'a Settings,
    pub seed: u64,
    /// How often the network ran so far, forward or backward through all of it.
    pub runs: u32,
}

impl From<Stopped> for ExplainError {
    fn from(_: Stopped) -> ExplainError {
        ExplainError::Stopped
    }
}

impl Context<'_> {
    /// The layer's activations [C, h, w]. The network runs once more if the prediction did
    /// not keep them.
    ///
    /// # Errors
    /// [`ExplainError`].
    pub async fn activations(&mut self) -> Result<Array3<f32>, ExplainError> {
        if !self.subject.run.has_activations(self.layer) {
            let input = self.subject.run.input()?;
            let layers = vec![self.layer.to_owned()];
            let forward = Computation::Forward { input, layers };
            self.subject.run = self.compute(forward).await?.into_run()?;
            self.runs += 1;
        }
        Ok(self.subject.run.activations(self.layer)?)
    }

    /// The target's gradient at the layer, [C, h, w].
    ///
    /// # Errors
    /// [`ExplainError`].
    pub async fn layer_gradient(&mut self) -> Result<Rc<Array3<f32>>, ExplainError> {
        if !self.subject.run.has_activations(self.layer) {
            self.activations().await?;
        }
        let site = Site::Layer(self.layer.to_owned());
        self.gradient(site, ReluPolicy::Plain).await
    }

    /// The target's gradient at the input, [C, H, W].
    ///
    /// # Errors
    /// [`ExplainError`].
    pub async fn input_gradient(
        &mut self,
        policy: ReluPolicy,
    ) -> Result<Rc<Array3<f32>>, ExplainError> {
        self.gradient(Site::Input, policy).await
    }

    /// The target's gradients at the input, place 0, and at the layers of the network's biases:
    /// `each` gets one after the other, in any order, with its place.
    ///
    /// # Errors
    /// [`ExplainError`].
    pub async fn bias_gradients(
        &mut self,
        each: &mut dyn FnMut(usize, ArrayView3<f32>),
    ) -> Result<(), ExplainError> {
        self.ensure_tape().await?;
        let (logits, outputs) = (self.subject.run.logits(), &self.subject.outputs);
        self.network.start(Computation::Gradient {
            cotangent: self.target.cotangent(logits, outputs),
            run: self.subject.run.clone(),
            site: Site::Biases,
            policy: ReluPolicy::Plain,
        })?;
        self.runs += 1;
        loop {
            // Node by node: each gradient is dropped before the next one is computed.
            let advanced = self.network.advance(&mut |_, _| false)?;
            self.network.take_gradients(each)?;
            if let Some(computed) = advanced {
                let gradients = computed.into_gradients()?.into_iter().enumerate();
                let rest = gradients.filter(|(_, gradient)| !gradient.is_empty());
                rest.for_each(|(place, gradient)| each(place, gradient.view()));
                return Ok(());
            }
            if self.budget.is_pause_due() {
                self.budget.pause().await?;
            }
        }
    }

    /// Runs the network once more if the subject's run has no tape.
    async fn ensure_tape(&mut self) -> Result<(), ExplainError> {
        if !self.subject.run.has_tape() {
            let taped = self.taped_run(self.subject.run.input()?).await?;
            self.subject.run.share_tape(&taped);
        }
        Ok(())
    }

    async fn gradient(
        &mut self,
        site: Site,
        policy: ReluPolicy,
    ) -> Result<Rc<Array3<f32>>, ExplainError> {
        let logits = self.subject.run.logits();
        let cotangent = self.target.cotangent(logits, &self.subject.outputs);
        if let Some(kept) = self.subject.kept_gradient(&site, policy, &cotangent) {
            return Ok(kept);
        }
        let is_input = site == Site::Input;
        if is_input {
            self.ensure_tape().await?;
        }
        let gradient = Computation::Gradient {
            run: self.subject.run.clone(),
            site: site.clone(),
            policy,
            cotangent: cotangent.clone(),
        };
        let gradient = Rc::new(self.compute(gradient).await?.into_gradient()?);
        self.runs += u32::from(is_input);
        let kept = &gradient;
        self.subject.keep_gradient(site, policy, &cotangent, kept);
        Ok(gradient)
    }

    /// The target's gradient at the input for other pixels [C, H, W] than the subject's.
    ///
    /// # Errors
    /// [`ExplainError`].
    pub async fn input_gradient_of(
        &mut self,
        pixels: Array3<f32>,
    ) -> Result<Array3<f32>, ExplainError> {
        let run = self.taped_run(self.subject.input_of(pixels)).await?;
        let cotangent = self.target.cotangent(run.logits(), &self.subject.outputs);
        self.runs += 1;
        let gradient = Computation::Gradient {
            run,
            site: Site::Input,
            policy: ReluPolicy::Plain,
            cotangent,
        };
        Ok(self.compute(gradient).await?.into_gradient()?)
    }

    /// A run that the gradient at the input can be asked of.
    async fn taped_run(&mut self, input: Array4<f32>) -> Result<Run, ExplainError> {
        self.runs += 1;
        let taped = self.compute(Computation::TapedForward { input }).await?;
        Ok(taped.into_run()?)
    }

    /// A target's value for other pixels [C, H, W] than the subject's.
    ///
    /// # Errors
    /// [`ExplainError`].
    pub async fn value_of(
        &mut self,
        pixels: Array3<f32>,
        target: Target,
    ) -> Result<f64, ExplainError> {
        let input = self.subject.input_of(pixels);
        let logits = self.compute(Computation::Outputs { input }).await?;
        self.runs += 1;
        Ok(target.value(&logits.into_outputs()?, &self.subject.outputs))
    }

    /// The run on other pixels [C, H, W], with the layer's activations and gradient.
    ///
    /// # Errors
    /// [`ExplainError`].
    pub async fn layer_of(
        &mut self,
        pixels: Array3<f32>,
    ) -> Result<(Array3<f32>, Array3<f32>), ExplainError> {
        let input = self.subject.input_of(pixels);
        let layers = vec![self.layer.to_owned()];
        let run = self
            .compute(Computation::Forward { input, layers })
            .await?
            .into_run()?;
        self.runs += 1;
        let activations = run.activations(self.layer)?;
        let cotangent = self.target.cotangent(run.logits(), &self.subject.outputs);
        let gradient = Computation::Gradient {
            run,
            site: Site::Layer(self.layer.to_owned()),
            policy: ReluPolicy::Plain,
            cotangent,
        };
        let gradient = self.compute(gradient).await?.into_gradient()?;
        Ok((activations, gradient))
    }

    /// The target's value where the layer has other activations [C, h, w].
    ///
    /// # Errors
    /// [`ExplainError`], for a layer that does not separate the network too.
    pub async fn value_behind(&mut self, activations: Array3<f32>) -> Result<f64, ExplainError> {
        let layer = self.layer.to_owned();
        let behind = Computation::OutputsFrom { layer, activations };
        let logits = self.compute(behind).await?.into_outputs()?;
        Ok(self.target.value(&logits, &self.subject.outputs))
    }

    /// The target's gradient at the layer where the layer has other activations [C, h, w].
    ///
    /// # Errors
    /// [`ExplainError`].
    pub async fn gradient_behind(
        &mut self,
        activations: Array3<f32>,
    ) -> Result<Array3<f32>, ExplainError> {
        let logits = self.subject.run.logits();
        let cotangent = self.target.cotangent(logits, &self.subject.outputs);
        let run = self
            .subject
            .run
            .clone()
            .with_activations(self.layer, activations);
        let gradient = Computation::Gradient {
            run,
            site: Site::Layer(self.layer.to_owned()),
            policy: ReluPolicy::Plain,
            cotangent,
        };
        Ok(self.compute(gradient).await?.into_gradient()?)
    }

    /// The target's value for the subject.
    pub fn value(&self) -> f64 {
        let logits = self.subject.run.logits();
        self.target.value(logits, &self.subject.outputs)
    }

    /// Told after each run of many: how many are done of how many. Whether there may be
    /// another.
    pub fn step(&mut self, done: usize, total: usize) -> bool {
        self.budget.step(done, total)
    }

    /// Shows a map that is not complete yet.
    pub fn show(&mut self, saliency: &Saliency) {
        self.budget.show(saliency);
    }

    /// The map Σ_k of weighed activations [C, h, w], with the channels that carry it.
    pub fn weighed_map(&self, activations: &Array3<f32>, weighed: &Array3<f32>) -> Saliency {
        Saliency {
            channels_of_layer: important_channels(activations, weighed),
            ..self.layer_map(channel_sum(weighed))
        }
    }

    /// A map on the layer's grid. Its unit is the target's.
    pub fn layer_map(&self, values: Array2<f32>) -> Saliency {
        Saliency {
            is_at_layer: true,
            ..self.map(values)
        }
    }

    /// A map on the input's grid, with its channels. Its unit is the target's.
    pub fn input_map(&self, values: Array2<f32>, channels: Option<Array3<f32>>) -> Saliency {
        Saliency {
            channels,
            ..self.map(values)
        }
    }

    fn map(&self, values: Array2<f32>) -> Saliency {
        Saliency {
            values,
            channels: None,
            target: self.target,
            value: self.value(),
            method: self.method,
            settings: self.settings.clone(),
            seed: None,
            layer: self.layer.to_owned(),
            further_layers: Vec::new(),
            is_at_layer: false,
            unit: self.target.unit(),
            runs: self.runs,
            left_out: None,
            completeness: None,
            coincides_with: Vec::new(),
            channels_of_layer: Vec::new(),
        }
    }

    /// What the network computes, with pauses where the budget wants them.
    ///
    /// # Errors
    /// [`ExplainError`].
    pub async fn compute(&mut self, computation: Computation) -> Result<Computed, ExplainError> {
        if !matches!(computation, Computation::Gradient { .. }) {
            // Two tapes would take twice the memory.
            self.subject.run.drop_tape();
        }
        if computation.is_forward() {
            // So would the activations of other layers, which both runs keep.
            let asked_for = |layer: &str| {
                layer == self.layer || self.further_layers.iter().any(|further| further == layer)
            };
            self.subject.run.retain_activations(asked_for);
        }
        self.network.start(computation)?;
        loop {
            let budget = &mut *self.budget;
            let advanced = self.network.advance(&mut |_, _| !budget.is_pause_due())?;
            if let Some(computed) = advanced {
                return Ok(computed);
            }
            self.budget.pause().await?;
        }
    }
}
