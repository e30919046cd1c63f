//! [`Network`] on tract: a forward pass, and a gradient branch for each layer explained.
//!
//! - `forward_pass`: from the picture to logits and activations
//! - `gradient_branch`: from activations and a cotangent to gradients

mod forward_pass;
mod gradient_branch;

use std::borrow::Cow;

use ndarray::{Array3, Array4, Axis, Ix3};

use self::forward_pass::{ForwardPass, ForwardRun};
use self::gradient_branch::GradientBranch;
use super::description::{self, Description};
use super::execution_plan::{array, shape_error, tensor};
use super::kept_activations::layers_to_keep;
use super::load_error::{LayerError, LoadError};
use super::lowering::PackedWeights;
use super::network_trait::{Forward, Network, NetworkError};
use crate::gradient::{self, AttachOptions, Layer, Selection};
use crate::onnx::{Limits, Model};

/// A model that is ready to predict and to explain.
pub struct TractNetwork {
    /// The file, for building the branch of another layer.
    file: Vec<u8>,
    options: AttachOptions,
    description: Description,
    /// Weights that the plans share.
    weights: PackedWeights,
    forward: ForwardPass,
    /// Of the layers explained lately, the current one's first; never empty.
    branches: Vec<GradientBranch>,
    /// The last forward run.
    run: Option<ForwardRun>,
}

/// Number of layers whose gradient branches stay ready.
const MAX_BRANCHES: usize = 4;

/// What [`TractNetwork::choose_layer`] is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerChangePhase {
    /// Building the branch and the plans; progress counts steps.
    Prepare,
    /// Running the network again; progress counts nodes.
    Run,
}

/// Number of steps of loading a model, for `progress`.
const LOAD_STEPS: usize = 3;

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
        let file = file.into().into_owned();
        progress(0, LOAD_STEPS);
        let mut model = Model::decode(&file, Limits::default())?;
        let mut weights = PackedWeights::new(&model);
        let outputs = description::own_outputs(&model);
        let found = gradient::attach(&mut model, options)?;
        let description = Description::new(&model, found.selection, found.layers, outputs)?;
        progress(1, LOAD_STEPS);
        let selection = &description.selection;
        let kept = layers_to_keep(&selection.layer, &[], &description.layers);
        let forward = ForwardPass::new(&model, selection, kept, &mut weights)?;
        progress(2, LOAD_STEPS);
        let selection = selection.clone();
        let branch = GradientBranch::new(&model, selection, found.file_tensor, &mut weights)?;
        progress(3, LOAD_STEPS);
        Ok(TractNetwork {
            file,
            options: options.clone(),
            description,
            weights,
            forward,
            branches: vec![branch],
            run: None,
        })
    }

    /// What is known of the model besides its weights.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Number of forward runs on the last input.
    pub fn forward_runs(&self) -> u32 {
        self.run.as_ref().map_or(0, |run| run.count)
    }

    /// Results of the last forward run at the current layer; `None` before the first.
    pub fn last_forward(&self) -> Option<Forward> {
        let run = self.run.as_ref()?;
        run.at_layer(&self.description.selection.layer).ok()
    }

    /// Makes another layer, named by its tensor, node or alias, the one that is explained. Its
    /// gradient branch is built unless it is cached; the network runs again on the last
    /// input unless that run kept the layer's activations.
    ///
    /// # Errors
    /// [`LayerError`]; the current layer then stays.
    pub fn choose_layer(
        &mut self,
        name: &str,
        progress: &mut dyn FnMut(LayerChangePhase, usize, usize),
    ) -> Result<(), LayerError> {
        // Resolved once: from here on the layer is its tensor in the file.
        let layer = gradient::named_layer(&self.description.layers, name);
        let tensor = layer.map_or(name, |layer| &layer.tensor).to_owned();
        let is_for_layer = |branch: &GradientBranch| branch.file_tensor == tensor;
        if self.branches.first().is_some_and(is_for_layer) {
            return Ok(());
        }
        let cached = self.branches.iter().position(is_for_layer);
        let is_kept = (self.forward.kept.iter()).any(|layer| layer.tensor == tensor);
        let (mut branch, mut forward) = (None, None);
        if cached.is_none() || !is_kept {
            progress(LayerChangePhase::Prepare, 0, LOAD_STEPS);
            let (model, selection) = self.attached(&tensor)?;
            progress(LayerChangePhase::Prepare, 1, LOAD_STEPS);
            if !is_kept {
                let recent: Vec<Layer> = self.branches.iter().map(GradientBranch::layer).collect();
                let layers = &self.description.layers;
                let kept = layers_to_keep(&selection.layer, &recent, layers);
                let plan = ForwardPass::new(&model, &selection, kept, &mut self.weights)?;
                forward = Some(plan);
            }
            progress(LayerChangePhase::Prepare, 2, LOAD_STEPS);
            if cached.is_none() {
                let weights = &mut self.weights;
                branch = Some(GradientBranch::new(&model, selection, tensor, weights)?);
            }
            progress(LayerChangePhase::Prepare, 3, LOAD_STEPS);
        }
        if let (Some(forward), Some(last)) = (&mut forward, &self.run) {
            let mut run_progress = |done, total| progress(LayerChangePhase::Run, done, total);
            let run = forward.run(last.input.clone(), last.count + 1, &mut run_progress)?;
            self.run = Some(run);
        }
        // Nothing fails from here on.
        if let Some(forward) = forward {
            self.forward = forward;
        }
        let branch = branch.or_else(|| cached.map(|place| self.branches.remove(place)));
        if let Some(branch) = branch {
            self.description.selection = branch.selection.clone();
            self.branches.insert(0, branch);
            self.branches.truncate(MAX_BRANCHES);
        }
        Ok(())
    }

    /// The file once more, with the branch of another layer.
    fn attached(&self, layer: &str) -> Result<(Model, Selection), LoadError> {
        let mut model = Model::decode(&self.file, Limits::default())?;
        let options = AttachOptions {
            layers: vec![layer.to_owned()],
            ..self.options.clone()
        };
        let selection = gradient::attach(&mut model, &options)?.selection;
        Ok((model, selection))
    }
}

impl Network for TractNetwork {
    fn classes(&self) -> usize {
        self.description.selection.classes
    }

    fn layer(&self) -> &str {
        &self.description.selection.layer.tensor
    }

    fn forward(
        &mut self,
        input: Array4<f32>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Forward, NetworkError> {
        let wanted = &self.description.selection.picture.shape;
        if input.shape() != wanted.as_slice() {
            return Err(NetworkError::InputShape {
                wanted: wanted.clone(),
                found: input.shape().to_vec(),
            });
        }
        self.run = None;
        let run = self.forward.run(tensor(input.into_dyn()), 1, progress)?;
        let forward = run.at_layer(&self.description.selection.layer)?;
        self.run = Some(run);
        Ok(forward)
    }

    fn backward(&mut self, cotangent: &[f32]) -> Result<Array3<f32>, NetworkError> {
        let wanted = self.classes();
        let run = self.run.as_ref().ok_or(NetworkError::NoForward)?;
        let branch = self.branches.first_mut().ok_or(NetworkError::NoForward)?;
        let start = if branch.starts_at_layer {
            run.activations(&branch.selection.layer)?.clone()
        } else {
            run.input.clone()
        };
        let cotangent =
            ndarray::Array2::from_shape_vec((1, wanted), cotangent.to_vec()).map_err(|_| {
                NetworkError::CotangentLength {
                    wanted,
                    found: cotangent.len(),
                }
            })?;
        let inputs = vec![start, tensor(cotangent.into_dyn())];
        let outputs = branch.plan.run_tensors(inputs, &mut |_, _| ())?;
        let gradients = outputs.first().ok_or(NetworkError::NoForward)?;
        let gradients = array(gradients)?.index_axis_move(Axis(0), 0);
        let gradients = gradients.into_dimensionality::<Ix3>();
        Ok(gradients.map_err(shape_error)?.to_owned())
    }
}
