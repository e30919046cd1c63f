//! [`Network`] on tract: one file, cut into a forward and a gradient plan.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use ndarray::{Array3, Array4, Axis, Ix3, Ix4};
use tract_onnx::prelude::Tensor;

use super::plan::{Plan, array, tensor};
use super::taken::Shared;
use super::{Description, Forward, Network, NetworkError, cut, describe};
use crate::gradient::{self, Choices, GradientError, Layer, Selection};
use crate::onnx::{Limits, Model, OnnxError};
use crate::picture::PictureError;

/// A model that is ready to predict and to explain.
pub struct TractNetwork {
    /// The file, for building the branch of another layer.
    file: Vec<u8>,
    choices: Choices,
    description: Description,
    /// Weights that the plans have in common.
    shared: Shared,
    forward: ForwardPlan,
    /// Of the layers explained lately, that of the present one first; never empty.
    branches: Vec<Branch>,
    run: Option<Run>,
}

/// How many layers' branches are kept ready.
const MOST_BRANCHES: usize = 4;

/// From the picture to the logits and some layers' activations.
struct ForwardPlan {
    plan: Plan,
    kept: Vec<Layer>,
}

/// From a layer's activations and a cotangent to the gradients there.
struct Branch {
    selection: Selection,
    plan: Plan,
    /// Else it starts from the picture, and explaining runs the network again.
    starts_at_layer: bool,
}

/// What a forward run leaves behind.
struct Run {
    /// [1, C, h, w], or [1, h, w, C].
    input: Arc<Tensor>,
    /// K values.
    logits: Vec<f32>,
    /// By tensor, in its own order of axes.
    activations: HashMap<String, Arc<Tensor>>,
    /// How often the network ran on this input.
    count: u32,
}

/// Why a model could not be made ready.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    #[error(transparent)]
    Onnx(#[from] OnnxError),
    #[error(transparent)]
    Gradient(#[from] GradientError),
    #[error(transparent)]
    Preprocess(#[from] PictureError),
    #[error("the model's {count} labels do not fit its {classes} classes")]
    Labels { count: usize, classes: usize },
    #[error("the model's input has {channels} channels; a picture has 3, or 1 if it is grey")]
    Channels { channels: usize },
    #[error("the model cannot be run here: {0}")]
    Engine(String),
}

/// Why another layer could not be explained.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayerError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// A part of [`TractNetwork::choose_layer`]'s work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Building the branch and the plans; in steps.
    Prepare,
    /// Running the network again; in nodes.
    Run,
}

/// Steps that building plans tells `progress` about.
const STEPS: usize = 3;

impl TractNetwork {
    /// Makes a model ready from its file.
    ///
    /// `progress` hears of steps done and their total.
    ///
    /// # Errors
    /// [`LoadError`]: what is wrong with the file, or what it has that cannot be
    /// explained or run here.
    pub fn load<'a>(
        file: impl Into<Cow<'a, [u8]>>,
        choices: &Choices,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<TractNetwork, LoadError> {
        let file = file.into().into_owned();
        progress(0, STEPS);
        let mut model = Model::decode(&file, Limits::default())?;
        let mut shared = Shared::new(&model);
        let outputs = describe::own_outputs(&model);
        let found = gradient::attach(&mut model, choices)?;
        let description = Description::new(&model, found.selection, found.layers, outputs)?;
        progress(1, STEPS);
        let selection = &description.selection;
        let kept = cut::worth_keeping(&selection.layer, &[], &description.layers);
        let forward = ForwardPlan::new(&model, selection, kept, &mut shared)?;
        progress(2, STEPS);
        let branch = Branch::new(&model, selection.clone(), &mut shared)?;
        progress(3, STEPS);
        Ok(TractNetwork {
            file,
            choices: choices.clone(),
            description,
            shared,
            forward,
            branches: vec![branch],
            run: None,
        })
    }

    pub fn description(&self) -> &Description {
        &self.description
    }

    /// How often the network ran on the last input.
    pub fn forward_runs(&self) -> u32 {
        self.run.as_ref().map_or(0, |run| run.count)
    }

    /// What the last forward run gave at the present layer.
    pub fn last_forward(&self) -> Option<Forward> {
        let run = self.run.as_ref()?;
        run.forward(&self.description.selection.layer).ok()
    }

    /// Explains another layer from now on, named by its tensor or node. Its
    /// branch is built unless it is one of those explained lately; the network
    /// runs again on the last input unless that run kept the layer's activations.
    ///
    /// # Errors
    /// [`LayerError`]; the present layer then stays.
    pub fn choose_layer(
        &mut self,
        name: &str,
        progress: &mut dyn FnMut(Work, usize, usize),
    ) -> Result<(), LayerError> {
        let is_named = |layer: &Layer| layer.tensor == name || layer.node == name;
        if is_named(&self.description.selection.layer) {
            return Ok(());
        }
        let ready = |branch: &Branch| is_named(&branch.selection.layer);
        let cached = self.branches.iter().position(ready);
        let is_kept = self.forward.kept.iter().any(is_named);
        let (mut branch, mut forward) = (None, None);
        if cached.is_none() || !is_kept {
            progress(Work::Prepare, 0, STEPS);
            let (model, selection) = self.attached(name)?;
            progress(Work::Prepare, 1, STEPS);
            if !is_kept {
                let before: Vec<Layer> = self.branches.iter().map(Branch::layer).collect();
                let layers = &self.description.layers;
                let kept = cut::worth_keeping(&selection.layer, &before, layers);
                let plan = ForwardPlan::new(&model, &selection, kept, &mut self.shared)?;
                forward = Some(plan);
            }
            progress(Work::Prepare, 2, STEPS);
            if cached.is_none() {
                branch = Some(Branch::new(&model, selection, &mut self.shared)?);
            }
            progress(Work::Prepare, 3, STEPS);
        }
        if let (Some(forward), Some(last)) = (&mut forward, &self.run) {
            let mut tell = |done, total| progress(Work::Run, done, total);
            let run = forward.run(last.input.clone(), last.count + 1, &mut tell)?;
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
            self.branches.truncate(MOST_BRANCHES);
        }
        Ok(())
    }

    /// The file once more, with the branch of another layer.
    fn attached(&self, layer: &str) -> Result<(Model, Selection), LoadError> {
        let mut model = Model::decode(&self.file, Limits::default())?;
        let choices = Choices {
            layers: vec![layer.to_owned()],
            ..self.choices.clone()
        };
        let selection = gradient::attach(&mut model, &choices)?.selection;
        Ok((model, selection))
    }
}

impl ForwardPlan {
    fn new(
        model: &Model,
        selection: &Selection,
        kept: Vec<Layer>,
        shared: &mut Shared,
    ) -> Result<Self, LoadError> {
        let graph = cut::forward(model, selection, &kept)?;
        let plan = Plan::of_part(&graph, model, shared).map_err(LoadError::Engine)?;
        Ok(ForwardPlan { plan, kept })
    }

    fn run(
        &mut self,
        input: Arc<Tensor>,
        count: u32,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Run, NetworkError> {
        let outputs = self.plan.run_tensors(vec![input.clone()], progress)?;
        let mut outputs = outputs.into_iter();
        let logits = outputs.next().unwrap_or_default();
        let tensors = self.kept.iter().map(|layer| layer.tensor.clone());
        Ok(Run {
            input,
            logits: array(&logits)?.iter().copied().collect(),
            activations: tensors.zip(outputs).collect(),
            count,
        })
    }
}

impl Branch {
    fn new(model: &Model, selection: Selection, shared: &mut Shared) -> Result<Self, LoadError> {
        let (graph, starts_at_layer) = cut::gradient(model, &selection)?;
        Ok(Branch {
            selection,
            plan: Plan::of_part(&graph, model, shared).map_err(LoadError::Engine)?,
            starts_at_layer,
        })
    }

    fn layer(&self) -> Layer {
        self.selection.layer.clone()
    }
}

impl Run {
    /// A layer's activations in its own order of axes.
    fn at(&self, layer: &Layer) -> Result<&Arc<Tensor>, NetworkError> {
        let missing = || NetworkError::Run(format!("it gave no activations of '{}'", layer.tensor));
        self.activations.get(&layer.tensor).ok_or_else(missing)
    }

    /// Logits and activations, the latter [C, h, w].
    fn forward(&self, layer: &Layer) -> Result<Forward, NetworkError> {
        let own = array(self.at(layer)?)?;
        let own = own.into_dimensionality::<Ix4>().map_err(shape_words)?;
        let activations = match layer.channels_last {
            true => own.permuted_axes([0, 3, 1, 2]),
            false => own,
        };
        let activations = activations.index_axis_move(Axis(0), 0);
        Ok(Forward {
            logits: self.logits.clone(),
            activations: activations.as_standard_layout().into_owned(),
        })
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
        let forward = run.forward(&self.description.selection.layer)?;
        self.run = Some(run);
        Ok(forward)
    }

    fn backward(&mut self, cotangent: &[f32]) -> Result<Array3<f32>, NetworkError> {
        let wanted = self.classes();
        let run = self.run.as_ref().ok_or(NetworkError::NoForward)?;
        let branch = self.branches.first_mut().ok_or(NetworkError::NoForward)?;
        let start = match branch.starts_at_layer {
            true => run.at(&branch.selection.layer)?.clone(),
            false => run.input.clone(),
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
        Ok(gradients.map_err(shape_words)?.to_owned())
    }
}

fn shape_words(error: ndarray::ShapeError) -> NetworkError {
    NetworkError::Run(error.to_string())
}
