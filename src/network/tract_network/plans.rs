//! The plans of a model that are ready, and how others are built from its file.

use std::sync::Arc;

use tract_onnx::prelude::Tensor;

use super::forward_pass::ForwardPass;
use super::gradient_branch::GradientBranch;
use crate::gradient::{self, AttachOptions, Attached, Layer, ReluPolicy};
use crate::network::description::{self, Description};
use crate::network::execution_plan::ExecutionPlan;
use crate::network::kept_activations::layers_to_keep;
use crate::network::load_error::LoadError;
use crate::network::lowering::PackedWeights;
use crate::network::network_error::NetworkError;
use crate::network::network_trait::{Normals, Site};
use crate::network::random_weights;
use crate::network::run::Run;
use crate::network::subgraphs;
use crate::onnx::{Limits, Model};

/// Number of gradient branches that stay ready.
const MAX_BRANCHES: usize = 6;

/// Number of steps of loading a model, for `progress`.
const LOAD_STEPS: usize = 3;

/// All plans of one model.
pub struct Plans {
    /// The file, for building further plans.
    pub file: Arc<Vec<u8>>,
    pub options: AttachOptions,
    pub layers: Vec<Layer>,
    /// Weights that the plans share.
    pub weights: PackedWeights,
    pub forward: ForwardPass,
    /// Those used last come first.
    pub branches: Vec<GradientBranch>,
    pub behind: Option<PlanBehindLayer>,
}

/// Which gradient branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanKey {
    pub site: Site,
    pub policy: ReluPolicy,
}

/// From a layer's activations to the logits.
pub struct PlanBehindLayer {
    layer: String,
    plan: ExecutionPlan,
    channels_last: bool,
}

/// The file once more, with a gradient branch.
pub struct AttachedModel {
    pub model: Model,
    pub attached: Attached,
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
        let mut model = Model::decode(&file, Limits::default())?;
        let mut weights = PackedWeights::new(&model);
        let outputs = description::own_outputs(&model);
        let found = gradient::attach(&mut model, options)?;
        let site = Site::Layer(found.file_tensor.clone());
        let description = Description::new(&model, found, outputs)?;
        progress(1, LOAD_STEPS);
        let (selection, layers) = (&description.selection, &description.layers);
        let kept = layers_to_keep(&selection.layer, &[], layers);
        let tensor = &description.layer;
        let forward = ForwardPass::new(&model, selection, tensor, &kept, &mut weights)?;
        progress(2, LOAD_STEPS);
        let branch = GradientBranch::new(&model, selection, site, options.policy, &mut weights)?;
        progress(3, LOAD_STEPS);
        let plans = Plans {
            file: Arc::new(file),
            options: options.clone(),
            layers: layers.clone(),
            weights,
            forward,
            branches: vec![branch],
            behind: None,
        };
        Ok((description, plans))
    }

    /// How many layers of the file have weights that can be replaced.
    pub fn weighted_layers(&self) -> usize {
        let model = Model::decode(&self.file, Limits::default());
        model.map_or(0, |model| random_weights::weighted_layers(&model).len())
    }

    /// The file with random weights in its topmost layers, and how it is to be prepared.
    ///
    /// # Errors
    /// [`LoadError`] for weights that are no floats.
    pub fn with_random_weights(
        &self,
        topmost: usize,
        normals: &mut Normals,
    ) -> Result<(Vec<u8>, AttachOptions), LoadError> {
        let mut model = Model::decode(&self.file, Limits::default())?;
        random_weights::randomise(&mut model, topmost, normals)?;
        Ok((model.encode(), self.options.clone()))
    }

    /// The file once more, with the branch of a layer, or of the default one, and of the
    /// picture.
    ///
    /// # Errors
    /// [`LoadError`], among others for a layer that cannot be explained.
    pub fn attached(
        &self,
        layer: Option<&str>,
        input_gradient: bool,
        policy: ReluPolicy,
    ) -> Result<AttachedModel, LoadError> {
        let mut model = Model::decode(&self.file, Limits::default())?;
        let options = AttachOptions {
            layers: match layer {
                Some(layer) => vec![layer.to_owned()],
                None => self.options.layers.clone(),
            },
            input_gradient,
            policy,
            ..self.options.clone()
        };
        let attached = gradient::attach(&mut model, &options)?;
        Ok(AttachedModel { model, attached })
    }

    /// A forward pass that keeps these layers' activations.
    ///
    /// # Errors
    /// [`NetworkError`] where a layer cannot be explained, or does not fit beside the others.
    pub fn forward(&mut self, layers: &[String]) -> Result<&mut ForwardPass, NetworkError> {
        if layers.iter().any(|layer| !self.forward.keeps(layer)) {
            let first = layers.first().map(String::as_str);
            let model = self
                .attached(first, false, ReluPolicy::Plain)
                .map_err(unprepared)?;
            let selection = &model.attached.selection;
            let further: Vec<Layer> = (layers.iter().skip(1))
                .chain(self.recent_layers())
                .filter_map(|tensor| self.layer(tensor).cloned())
                .collect();
            let kept = layers_to_keep(&selection.layer, &further, &self.layers);
            let (tensor, weights) = (&model.attached.file_tensor, &mut self.weights);
            let forward = ForwardPass::new(&model.model, selection, tensor, &kept, weights);
            self.forward = forward.map_err(unprepared)?;
        }
        Ok(&mut self.forward)
    }

    /// The layers whose gradients were asked for lately.
    fn recent_layers(&self) -> impl Iterator<Item = &String> {
        self.branches
            .iter()
            .filter_map(|branch| match &branch.site {
                Site::Layer(layer) => Some(layer),
                Site::Input => None,
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

    /// Whether a gradient branch is ready.
    pub fn is_ready(&self, site: &Site, policy: ReluPolicy) -> bool {
        self.position(site, policy).is_some()
    }

    fn position(&self, site: &Site, policy: ReluPolicy) -> Option<usize> {
        let is_wanted = |branch: &GradientBranch| branch.site == *site && branch.policy == policy;
        self.branches.iter().position(is_wanted)
    }

    /// The gradient branch of a site, built if it is not ready.
    ///
    /// # Errors
    /// [`NetworkError::Unprepared`] where it cannot be built.
    pub fn branch(
        &mut self,
        site: &Site,
        policy: ReluPolicy,
    ) -> Result<&mut GradientBranch, NetworkError> {
        let branch = match self.position(site, policy) {
            Some(position) => self.branches.remove(position),
            None => self.build_branch(site, policy).map_err(unprepared)?,
        };
        self.branches.insert(0, branch);
        self.branches.truncate(MAX_BRANCHES);
        Ok(&mut self.branches[0])
    }

    fn build_branch(
        &mut self,
        site: &Site,
        policy: ReluPolicy,
    ) -> Result<GradientBranch, LoadError> {
        let layer = match site {
            Site::Input => None,
            Site::Layer(layer) => Some(layer.as_str()),
        };
        let model = self.attached(layer, *site == Site::Input, policy)?;
        let (selection, weights) = (&model.attached.selection, &mut self.weights);
        GradientBranch::new(&model.model, selection, site.clone(), policy, weights)
    }

    pub fn branch_plan(&mut self, key: &PlanKey) -> Option<&mut ExecutionPlan> {
        let position = self.position(&key.site, key.policy)?;
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
            let model = self
                .attached(Some(layer), false, ReluPolicy::Plain)
                .map_err(unprepared)?;
            let selection = &model.attached.selection;
            let graph = subgraphs::behind_layer(&model.model, selection);
            let graph = graph.map_err(|error| unprepared(error.into()))?;
            let graph = graph.ok_or_else(|| NetworkError::NotSeparating {
                layer: layer.to_owned(),
            })?;
            let plan = ExecutionPlan::of_subgraph(&graph, &model.model, &mut self.weights);
            self.behind = Some(PlanBehindLayer {
                layer: layer.to_owned(),
                plan: plan.map_err(NetworkError::Run)?,
                channels_last: selection.layer.channels_last,
            });
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
