//! The plans of a model that are ready, and how others are built from its file.

use std::sync::Arc;

use tract_onnx::prelude::Tensor;

use super::forward_pass::ForwardPass;
use super::gradient_branch::{GradientBranch, PlanKey};
use super::plan_behind_layer::PlanBehindLayer;
use super::taped_forward::TapedForward;
use crate::gradient::{self, AttachOptions, Attached, Layer, ReluPolicy};
use crate::network::biases::{Bias, biases};
use crate::network::description::{Description, FileOrigin};
use crate::network::execution_plan::ExecutionPlan;
use crate::network::kept_activations::layers_to_keep;
use crate::network::load_error::LoadError;
use crate::network::lowering::PackedWeights;
use crate::network::memory_need::{check_memory, weight_values};
use crate::network::network_error::NetworkError;
use crate::network::network_trait::{Normals, Site};
use crate::network::random_weights;
use crate::network::run::Run;
use crate::onnx::{Limits, Model};

/// Number of gradient branches that stay ready.
const MAX_BRANCHES: usize = 6;

/// Number of steps of loading a model, for `progress`.
const LOAD_STEPS: usize = 3;

/// All plans of one model.
pub struct Plans {
    /// The decoded file without a branch, for building further plans.
    pub file: Arc<Model>,
    pub options: AttachOptions,
    pub layers: Vec<Layer>,
    /// Weights that the plans share.
    pub weights: PackedWeights,
    pub forward: ForwardPass,
    pub taped_forward: Option<TapedForward>,
    /// Those used last come first.
    pub branches: Vec<GradientBranch>,
    pub behind: Option<PlanBehindLayer>,
}

/// Which gradients the model's branch gives.
struct Branch {
    /// `None` for the default one.
    layers: Option<Vec<String>>,
    /// Whether the picture's is among them.
    has_input: bool,
    policy: ReluPolicy,
}

impl Branch {
    /// The plain one of layers.
    fn of_layers(layers: Option<Vec<String>>) -> Branch {
        Branch {
            layers,
            has_input: false,
            policy: ReluPolicy::Plain,
        }
    }
}

impl Plans {
    /// Decodes the file, attaches the branch of its first layer, and makes the forward pass
    /// and that branch ready. `progress` is called with the number of steps done and their
    /// total.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn load(
        file: Vec<u8>,
        options: &AttachOptions,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<(Description, Plans), LoadError> {
        progress(0, LOAD_STEPS);
        let mut own = Model::decode_file(file, Limits::default())?;
        let origin = FileOrigin::of(&own);
        gradient::prepare(&mut own, options)?;
        Plans::of_model(own, origin, options, progress)
    }

    /// The same of a model that was [prepared](gradient::prepare), with what is kept of its
    /// file.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn of_model(
        mut own: Model,
        origin: FileOrigin,
        options: &AttachOptions,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<(Description, Plans), LoadError> {
        let options = &AttachOptions {
            for_engine: true,
            ..options.clone()
        };
        let mut weights = PackedWeights::new(&own);
        let values = weight_values(&own);
        let mut model = own.lend();
        let found = gradient::attach_branch(&mut model, options)?;
        check_memory(values, found.activations, options.memory_limit)?;
        let key = PlanKey {
            site: Site::Layer(found.file_tensor.clone()),
            policy: options.policy,
        };
        let description = Description::new(&model, found, origin, &options.inputs)?;
        progress(1, LOAD_STEPS);
        let (selection, layers) = (&description.selection, &description.layers);
        let kept = layers_to_keep(&selection.layer, &[], layers);
        let tensor = &description.layer;
        let forward = ForwardPass::new(&model, selection, tensor, &kept, &mut weights)?;
        progress(2, LOAD_STEPS);
        let branch = GradientBranch::at_layer(&model, selection, key, &mut weights)?;
        progress(3, LOAD_STEPS);
        own.take_back(model);
        let plans = Plans {
            file: Arc::new(own),
            options: options.clone(),
            layers: layers.clone(),
            weights,
            forward,
            taped_forward: None,
            branches: vec![branch],
            behind: None,
        };
        Ok((description, plans))
    }

    /// How many layers of the file have weights that can be replaced.
    pub fn weighted_layers(&self) -> usize {
        random_weights::weighted_layers(&self.file).len()
    }

    /// The plans of the same network with random weights in its topmost layers.
    ///
    /// # Errors
    /// [`LoadError`], among others for weights that are no floats.
    pub fn with_random_weights(
        &self,
        topmost: usize,
        normals: &mut Normals,
    ) -> Result<(Description, Plans), LoadError> {
        let model = self.randomised(topmost, normals)?;
        Plans::of_model(model, FileOrigin::default(), &self.options, &mut |_, _| ())
    }

    /// The model with random weights in its topmost layers.
    pub(super) fn randomised(
        &self,
        topmost: usize,
        normals: &mut Normals,
    ) -> Result<Model, LoadError> {
        let mut model = Model::clone(&self.file);
        self.weights.restore_all(&mut model);
        random_weights::randomise(&mut model, topmost, normals)?;
        Ok(model)
    }

    /// The tensor in the file of a layer that a person names.
    ///
    /// # Errors
    /// [`LoadError::Gradient`] for a layer that cannot be explained.
    pub fn file_tensor(&self, layer: &str) -> Result<String, LoadError> {
        let mut model = Model::clone(&self.file);
        let options = AttachOptions {
            layers: vec![layer.to_owned()],
            ..self.options.clone()
        };
        Ok(gradient::attach_branch(&mut model, &options)?.file_tensor)
    }

    /// What `build` makes of the model with a branch. The model's weights are not copied, unless
    /// other threads have it too.
    ///
    /// # Errors
    /// [`LoadError`], among others for a layer that cannot be explained.
    fn with_branch<T>(
        &mut self,
        branch: &Branch,
        build: impl FnOnce(&Model, Attached, &mut PackedWeights) -> Result<T, LoadError>,
    ) -> Result<T, LoadError> {
        let mut model = match Arc::get_mut(&mut self.file) {
            Some(own) => own.lend(),
            None => Model::clone(&self.file),
        };
        let options = AttachOptions {
            layers: (branch.layers.clone()).unwrap_or_else(|| self.options.layers.clone()),
            input_gradient: branch.has_input,
            policy: branch.policy,
            ..self.options.clone()
        };
        let attached = gradient::attach_branch(&mut model, &options);
        let built = attached
            .map_err(LoadError::from)
            .and_then(|attached| build(&model, attached, &mut self.weights));
        if let Some(own) = Arc::get_mut(&mut self.file) {
            own.take_back(model);
            self.weights.release(own);
        }
        built
    }

    /// A forward pass that keeps these layers' activations.
    ///
    /// # Errors
    /// [`NetworkError`] where a layer cannot be explained, or does not fit beside the others.
    pub fn forward(&mut self, layers: &[String]) -> Result<&mut ForwardPass, NetworkError> {
        if layers.iter().any(|layer| !self.forward.keeps(layer)) {
            let first = layers.first().map(|layer| vec![layer.clone()]);
            let further: Vec<Layer> = (layers.iter().skip(1))
                .chain(self.recent_layers())
                .filter_map(|tensor| self.layer(tensor).cloned())
                .collect();
            let all = self.layers.clone();
            let build = |model: &Model, found: Attached, weights: &mut PackedWeights| {
                let kept = layers_to_keep(&found.selection.layer, &further, &all);
                ForwardPass::new(model, &found.selection, &found.file_tensor, &kept, weights)
            };
            let forward = self.with_branch(&Branch::of_layers(first), build);
            self.forward = forward.map_err(unprepared)?;
        }
        Ok(&mut self.forward)
    }

    /// The layers whose gradients were asked for lately.
    fn recent_layers(&self) -> impl Iterator<Item = &String> {
        self.branches
            .iter()
            .filter_map(|branch| match &branch.key.site {
                Site::Layer(layer) => Some(layer),
                Site::Input | Site::Biases => None,
            })
    }

    fn layer(&self, tensor: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.tensor == tensor)
    }

    pub fn forward_plan(&mut self) -> &mut ExecutionPlan {
        &mut self.forward.plan
    }

    /// The run on `input` of whose forward pass these are the outputs.
    ///
    /// # Errors
    /// As [`ForwardPass::run_of`].
    pub fn run_of(
        &self,
        input: Arc<Tensor>,
        outputs: Vec<Arc<Tensor>>,
    ) -> Result<Run, NetworkError> {
        self.forward.run_of(input, outputs)
    }

    /// The forward pass whose runs keep the tape, built if it is not ready.
    ///
    /// # Errors
    /// [`NetworkError::Unprepared`] where it cannot be built.
    pub fn taped_forward(&mut self) -> Result<&mut TapedForward, NetworkError> {
        let built = match self.taped_forward.take() {
            Some(built) => built,
            None => self.build_taped_forward().map_err(unprepared)?,
        };
        Ok(self.taped_forward.insert(built))
    }

    fn build_taped_forward(&mut self) -> Result<TapedForward, LoadError> {
        // The plain branch reads what those of the other policies read, and more.
        let branch = Branch {
            has_input: true,
            ..Branch::of_layers(None)
        };
        self.with_branch(&branch, |model, found, weights| {
            let forward = TapedForward::new(model, &found.selection, weights)?;
            // Packed before a run fills the tape: that finds room where bytes are released.
            GradientBranch::pack_weights(model, &found.selection, &forward, weights)?;
            Ok(forward)
        })
    }

    /// The forward pass of [`Plans::taped_forward`], if it is ready.
    pub fn ready_taped_forward(&mut self) -> Option<&mut TapedForward> {
        self.taped_forward.as_mut()
    }

    /// The biases of the layers.
    ///
    /// # Errors
    /// [`NetworkError::Unprepared`] for parameters that are no numbers.
    pub fn biases(&self) -> Result<Vec<Bias>, NetworkError> {
        biases(&self.file, &self.layers).map_err(|error| unprepared(error.into()))
    }

    /// Whether a gradient branch is ready.
    pub fn is_ready(&self, key: &PlanKey) -> bool {
        self.position(key).is_some()
    }

    fn position(&self, key: &PlanKey) -> Option<usize> {
        self.branches.iter().position(|branch| branch.key == *key)
    }

    /// The gradient branch of a site, built if it is not ready.
    ///
    /// # Errors
    /// [`NetworkError::Unprepared`] where it cannot be built.
    pub fn branch(&mut self, key: &PlanKey) -> Result<&mut GradientBranch, NetworkError> {
        let branch = match self.position(key) {
            Some(position) => self.branches.remove(position),
            None => self.build_branch(key)?,
        };
        self.branches.insert(0, branch);
        self.branches.truncate(MAX_BRANCHES);
        Ok(&mut self.branches[0])
    }

    fn build_branch(&mut self, key: &PlanKey) -> Result<GradientBranch, NetworkError> {
        let (layers, has_input) = match &key.site {
            Site::Input => (None, true),
            Site::Layer(layer) => (Some(vec![layer.clone()]), false),
            Site::Biases => {
                let biases = self.biases()?.into_iter().map(|bias| bias.layer);
                (
                    Some(biases.collect::<Vec<_>>()).filter(|layers| !layers.is_empty()),
                    true,
                )
            }
        };
        let (key, policy) = (key.clone(), key.policy);
        let branch = Branch {
            layers,
            has_input,
            policy,
        };
        let built = if has_input {
            self.taped_forward()?;
            let forward = self.taped_forward.take().ok_or(NetworkError::NoTape)?;
            let built = self.with_branch(&branch, |model, found, weights| {
                GradientBranch::at_input(model, &found.selection, key, &forward, weights)
            });
            self.taped_forward = Some(forward);
            built
        } else {
            self.with_branch(&branch, |model, found, weights| {
                GradientBranch::at_layer(model, &found.selection, key, weights)
            })
        };
        built.map_err(unprepared)
    }

    /// The plan of a branch that is ready.
    pub fn branch_plan(&mut self, key: &PlanKey) -> Option<&mut ExecutionPlan> {
        let position = self.position(key)?;
        Some(&mut self.branches.get_mut(position)?.plan)
    }

    /// The plan from a layer's activations to the logits, and whether it takes them with the
    /// channels last.
    ///
    /// # Errors
    /// [`NetworkError::NotSeparating`] where the logits depend on the picture by other ways.
    pub fn behind_layer(
        &mut self,
        layer: &str,
    ) -> Result<(&mut ExecutionPlan, bool), NetworkError> {
        if self
            .behind
            .as_ref()
            .is_none_or(|behind| behind.layer != layer)
        {
            self.behind = None;
            let branch = Branch::of_layers(Some(vec![layer.to_owned()]));
            let built = self.with_branch(&branch, |model, found, weights| {
                PlanBehindLayer::new(model, &found.selection, layer, weights)
            });
            let not_separating = || NetworkError::NotSeparating {
                layer: layer.to_owned(),
            };
            self.behind = Some(built.map_err(unprepared)?.ok_or_else(not_separating)?);
        }
        let behind = self.behind.as_mut().ok_or(NetworkError::NoForward)?;
        Ok((&mut behind.plan, behind.channels_last))
    }

    pub fn plan_behind_layer(&mut self) -> Option<&mut ExecutionPlan> {
        self.behind.as_mut().map(|behind| &mut behind.plan)
    }
}

fn unprepared(error: LoadError) -> NetworkError {
    NetworkError::Unprepared(error.to_string())
}
