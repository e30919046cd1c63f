//! [`Network`] on tract: plans that are built when they are first asked for.
//!
//! - `forward_pass`: from the picture to logits and activations
//! - `taped_forward`: from the picture to logits and what the gradient at the picture needs
//! - `gradient_branch`: from a run and a cotangent to gradients
//! - `plans`: the plans that are ready, and how others are built; `plan_behind_layer`: one of them
//! - `shared_plans`: the plans for other threads

mod forward_pass;
mod gradient_branch;
mod plan_behind_layer;
mod plans;
mod shared_plans;
mod taped_forward;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;

use ndarray::{Array3, Array4, ArrayView3, Axis, Ix3};
use tract_onnx::prelude::Tensor;

use self::gradient_branch::PlanKey;
use self::plans::Plans;
use self::shared_plans::SharedPlans;
use super::biases::Bias;
use super::description::Description;
use super::execution_plan::{ExecutionPlan, array, shape_error, tensor};
use super::load_error::LoadError;
use super::network_error::NetworkError;
use super::network_trait::{Computation, Computed, Network, Normals, Site};
use super::run::Run;
use crate::gradient::{self, AttachOptions, ReluPolicy};

/// A model that is ready to predict and to explain.
pub struct TractNetwork {
    description: Description,
    plans: Plans,
    /// The computation that has begun.
    current: Option<Current>,
}

/// A model that is ready, for other threads: without the state of its runs. Copies share the
/// weights.
#[derive(Clone)]
pub struct SharedNetwork {
    description: Description,
    plans: SharedPlans,
}

impl SharedNetwork {
    /// The model for the thread that asks.
    ///
    /// # Errors
    /// [`LoadError::Engine`].
    pub fn network(self) -> Result<TractNetwork, LoadError> {
        Ok(TractNetwork {
            description: self.description,
            plans: self.plans.plans()?,
            current: None,
        })
    }
}

/// A computation that has begun, and what its result is made of.
enum Current {
    Forward { input: Arc<Tensor> },
    TapedForward { input: Arc<Tensor> },
    Outputs,
    OutputsFrom,
    Gradient(PlanKey),
}

impl TractNetwork {
    /// Makes a model ready from its file.
    ///
    /// `progress` is called with the number of steps done and their total.
    ///
    /// # Errors
    /// [`LoadError`]: what is wrong with the file, or what it has that cannot be
    /// explained or run here.
    pub fn load<'a>(
        file: impl Into<Cow<'a, [u8]>>,
        options: &AttachOptions,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<TractNetwork, LoadError> {
        let (description, plans) = Plans::load(file.into().into_owned(), options, progress)?;
        Ok(TractNetwork {
            description,
            plans,
            current: None,
        })
    }

    /// What is known of the model besides its weights.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The model for other threads, with the plans that are ready.
    pub fn share(&self) -> SharedNetwork {
        SharedNetwork {
            description: self.description.clone(),
            plans: SharedPlans::of(&self.plans),
        }
    }

    /// The tensor in the file of the layer that a person names by its tensor, node or alias.
    ///
    /// # Errors
    /// [`LoadError::Gradient`] where no such layer can be explained.
    pub fn resolve_layer(&self, name: &str) -> Result<String, LoadError> {
        match gradient::named_layer(&self.description.layers, name) {
            Some(layer) => Ok(layer.tensor.clone()),
            // The survey of the file says why.
            None => self.plans.file_tensor(name),
        }
    }

    /// Whether a gradient at this site can be computed without building anything.
    pub fn is_ready(&self, site: &Site, policy: ReluPolicy) -> bool {
        self.plans.is_ready(&PlanKey {
            site: site.clone(),
            policy,
        })
    }

    fn start_forward(&mut self, input: Array4<f32>, layers: &[String]) -> Result<(), NetworkError> {
        let input = self.checked_input(input)?;
        let forward = self.plans.forward(layers)?;
        forward.plan.start(vec![input.clone()])?;
        self.current = Some(Current::Forward { input });
        Ok(())
    }

    fn start_taped_forward(&mut self, input: Array4<f32>) -> Result<(), NetworkError> {
        let input = self.checked_input(input)?;
        let forward = self.plans.taped_forward()?;
        forward.plan.start(vec![input.clone()])?;
        self.current = Some(Current::TapedForward { input });
        Ok(())
    }

    fn start_behind(&mut self, layer: &str, activations: Array3<f32>) -> Result<(), NetworkError> {
        let (plan, channels_last) = self.plans.behind_layer(layer)?;
        plan.start(vec![own_layout(activations, channels_last)])?;
        self.current = Some(Current::OutputsFrom);
        Ok(())
    }

    fn start_gradient(
        &mut self,
        run: &Run,
        site: Site,
        policy: ReluPolicy,
        cotangent: Vec<f32>,
    ) -> Result<(), NetworkError> {
        let wanted = self.description.selection.logit_count();
        let found = cotangent.len();
        let cotangent = ndarray::Array2::from_shape_vec((1, wanted), cotangent)
            .map_err(|_| NetworkError::CotangentLength { wanted, found })?;
        let key = PlanKey { site, policy };
        let branch = self.plans.branch(&key)?;
        let inputs = branch.inputs(run, Tensor::from(cotangent))?;
        branch.plan.start(inputs)?;
        self.current = Some(Current::Gradient(key));
        Ok(())
    }

    fn checked_input(&self, input: Array4<f32>) -> Result<Arc<Tensor>, NetworkError> {
        let wanted = &self.description.selection.picture.shape;
        if input.shape() != wanted.as_slice() {
            return Err(NetworkError::InputShape {
                wanted: wanted.clone(),
                found: input.shape().to_vec(),
            });
        }
        Ok(tensor(input.into_dyn()))
    }

    /// What the outputs of the current computation's plan are.
    fn result(
        &mut self,
        current: Current,
        outputs: Vec<Arc<Tensor>>,
    ) -> Result<Computed, NetworkError> {
        let current = match current {
            Current::Forward { input } => {
                return Ok(Computed::Run(self.plans.run_of(input, outputs)?));
            }
            Current::TapedForward { input } => {
                let forward = self.plans.taped_forward()?;
                return Ok(Computed::Run(forward.run_of(input, outputs)?));
            }
            other => other,
        };
        match current {
            Current::Gradient(key) if key.site == Site::Biases => {
                let gradients = outputs.iter().map(|tensor| gradient(tensor));
                Ok(Computed::Gradients(gradients.collect::<Result<_, _>>()?))
            }
            Current::Gradient(_) => {
                let first = outputs.first().ok_or(NetworkError::NoForward)?;
                Ok(Computed::Gradient(gradient(first)?))
            }
            _ => {
                let first = outputs.first().ok_or(NetworkError::NoForward)?;
                Ok(Computed::Outputs(array(first)?.iter().copied().collect()))
            }
        }
    }
}

/// A gradient [1, C, h, w] as [C, h, w].
fn gradient(tensor: &Tensor) -> Result<Array3<f32>, NetworkError> {
    Ok(gradient_view(tensor)?.to_owned())
}

fn gradient_view(tensor: &Tensor) -> Result<ArrayView3<'_, f32>, NetworkError> {
    let gradient = array(tensor)?.index_axis_move(Axis(0), 0);
    gradient.into_dimensionality::<Ix3>().map_err(shape_error)
}

/// Activations [C, h, w] as a tensor in a layer's own order of axes.
fn own_layout(activations: Array3<f32>, channels_last: bool) -> Arc<Tensor> {
    let activations = activations.insert_axis(Axis(0));
    let own = if channels_last {
        activations.permuted_axes([0, 2, 3, 1])
    } else {
        activations
    };
    tensor(own.as_standard_layout().into_owned().into_dyn())
}

impl Network for TractNetwork {
    fn classes(&self) -> usize {
        self.description.selection.classes
    }

    fn biases(&self) -> Result<Vec<Bias>, NetworkError> {
        self.plans.biases()
    }

    fn start(&mut self, computation: Computation) -> Result<(), NetworkError> {
        self.current = None;
        match computation {
            Computation::Forward { input, layers } => self.start_forward(input, &layers),
            Computation::TapedForward { input } => self.start_taped_forward(input),
            Computation::Outputs { input } => {
                self.start_forward(input, &[])?;
                self.current = Some(Current::Outputs);
                Ok(())
            }
            Computation::OutputsFrom { layer, activations } => {
                self.start_behind(&layer, activations)
            }
            Computation::Gradient {
                run,
                site,
                policy,
                cotangent,
            } => self.start_gradient(&run, site, policy, cotangent),
        }
    }

    fn take_gradients(
        &mut self,
        each: &mut dyn FnMut(usize, ArrayView3<f32>),
    ) -> Result<(), NetworkError> {
        let plan = match &self.current {
            Some(Current::Gradient(key)) => self.plans.branch_plan(key),
            _ => None,
        };
        let taken = plan.map_or(Vec::new(), ExecutionPlan::take_outputs);
        for (place, tensor) in taken {
            each(place, gradient_view(&tensor)?);
        }
        Ok(())
    }

    fn weighted_layers(&self) -> usize {
        self.plans.weighted_layers()
    }

    fn with_random_weights(
        &self,
        topmost: usize,
        normals: &mut Normals,
    ) -> Result<Box<dyn Network>, NetworkError> {
        let unprepared = |error: LoadError| NetworkError::Unprepared(error.to_string());
        let (description, plans) = self
            .plans
            .with_random_weights(topmost, normals)
            .map_err(unprepared)?;
        let other = TractNetwork {
            description,
            plans,
            current: None,
        };
        Ok(Box::new(other))
    }

    fn advance(
        &mut self,
        may_continue: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Option<Computed>, NetworkError> {
        let current = self.current.take().ok_or(NetworkError::NoForward)?;
        let plan = match &current {
            Current::Forward { .. } | Current::Outputs => Some(self.plans.forward_plan()),
            Current::TapedForward { .. } => {
                let forward = self.plans.ready_taped_forward();
                forward.map(|forward| &mut forward.plan)
            }
            Current::OutputsFrom => self.plans.plan_behind_layer(),
            Current::Gradient(key) => self.plans.branch_plan(key),
        };
        let plan = plan.ok_or(NetworkError::NoForward)?;
        match plan.advance(may_continue)? {
            Some(outputs) => Ok(Some(self.result(current, outputs)?)),
            None => {
                self.current = Some(current);
                Ok(None)
            }
        }
    }
}
