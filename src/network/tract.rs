//! [`Network`] on tract: one file, cut into a forward and a gradient plan.

use ndarray::{Array3, Array4, ArrayD, Ix3, Ix4};

use super::plan::Plan;
use super::{Forward, Network, NetworkError};
use crate::gradient::{
    self, ACTIVATIONS, COTANGENT, Choices, Ending, GRADIENTS, GradientError, LOGITS, Layer,
    Selection,
};
use crate::onnx::{self, Limits, Model, OnnxError, extract, key, node};
use crate::picture::{Channels, Layout, PictureError, Preprocess};

/// A model that is ready to predict and to explain.
pub struct TractNetwork {
    description: Description,
    forward: Plan,
    gradient: Plan,
    /// Whether the gradient plan starts at the layer, so that explaining does
    /// not run the network before it again.
    starts_at_layer: bool,
    /// What the gradient plan starts from, of the last forward run.
    start: Option<ArrayD<f32>>,
}

/// What is known of a model besides its weights.
#[derive(Clone, Debug)]
pub struct Description {
    pub selection: Selection,
    /// Every layer that could be explained instead.
    pub layers: Vec<Layer>,
    pub preprocess: Preprocess,
    /// One for each class.
    pub labels: Vec<String>,
    pub source: Option<String>,
    pub license: Option<String>,
    /// What was assumed because the file does not say it.
    pub assumptions: Vec<String>,
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

/// Steps that [`TractNetwork::load`] tells `progress` about.
const LOAD_STEPS: usize = 4;

impl TractNetwork {
    /// Makes a model ready from its file.
    ///
    /// `progress` hears of steps done and their total.
    ///
    /// # Errors
    /// [`LoadError`]: what is wrong with the file, or what it has that cannot be
    /// explained or run here.
    pub fn load(
        bytes: &[u8],
        choices: &Choices,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<TractNetwork, LoadError> {
        progress(0, LOAD_STEPS);
        let mut model = Model::decode(bytes, Limits::default())?;
        let found = gradient::attach(&mut model, choices)?;
        let description = describe(&model, found.selection, found.layers)?;
        progress(1, LOAD_STEPS);
        let (forward, gradient, starts_at_layer) = cut(&model, &description.selection)?;
        drop(model);
        progress(2, LOAD_STEPS);
        let forward = Plan::new(&forward).map_err(LoadError::Engine)?;
        progress(3, LOAD_STEPS);
        let gradient = Plan::new(&gradient).map_err(LoadError::Engine)?;
        progress(4, LOAD_STEPS);
        Ok(TractNetwork {
            description,
            forward,
            gradient,
            starts_at_layer,
            start: None,
        })
    }

    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The gradient plan's start in the layout that its graph wants.
    fn starting_point(&self, input: &Array4<f32>, activations: &Array4<f32>) -> ArrayD<f32> {
        let tensor = match (
            self.starts_at_layer,
            self.description.selection.layer.channels_last,
        ) {
            (false, _) => input.clone(),
            (true, false) => activations.clone(),
            (true, true) => activations
                .view()
                .permuted_axes([0, 2, 3, 1])
                .as_standard_layout()
                .into_owned(),
        };
        tensor.into_dyn()
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
        self.start = None;
        let outputs = self.forward.run(vec![input.clone().into_dyn()], progress)?;
        let Ok([logits, activations]) = <[_; 2]>::try_from(outputs) else {
            return Err(NetworkError::Run(
                "it gave no logits and activations".into(),
            ));
        };
        let activations = activations
            .into_dimensionality::<Ix4>()
            .map_err(shape_words)?;
        self.start = Some(self.starting_point(&input, &activations));
        Ok(Forward {
            logits: logits.into_iter().collect(),
            activations: activations.index_axis_move(ndarray::Axis(0), 0),
        })
    }

    fn backward(&mut self, cotangent: &[f32]) -> Result<Array3<f32>, NetworkError> {
        let wanted = self.classes();
        let start = self.start.clone().ok_or(NetworkError::NoForward)?;
        let cotangent =
            ndarray::Array2::from_shape_vec((1, wanted), cotangent.to_vec()).map_err(|_| {
                NetworkError::CotangentLength {
                    wanted,
                    found: cotangent.len(),
                }
            })?;
        let outputs = self
            .gradient
            .run(vec![start, cotangent.into_dyn()], &mut |_, _| ())?;
        let gradients = outputs.into_iter().next().ok_or(NetworkError::NoForward)?;
        let gradients = gradients.index_axis_move(ndarray::Axis(0), 0);
        gradients.into_dimensionality::<Ix3>().map_err(shape_words)
    }
}

fn shape_words(error: ndarray::ShapeError) -> NetworkError {
    NetworkError::Run(error.to_string())
}

/// The forward graph, the gradient graph, and whether the latter starts at the
/// layer. It does where the layer separates the graph; else it starts from the
/// picture.
fn cut(model: &Model, selection: &Selection) -> Result<(Model, Model, bool), LoadError> {
    let Selection {
        picture,
        layer,
        classes,
        ..
    } = selection;
    let [channels, height, width] = layer.shape;
    let layer_shape = [1, channels, height, width];
    let own_shape = if layer.channels_last {
        [1, height, width, channels]
    } else {
        layer_shape
    };
    let picture = node::float_value(&picture.name, &picture.shape);
    let logits = node::float_value(LOGITS, &[1, *classes]);
    let activations = node::float_value(ACTIVATIONS, &layer_shape);
    let gradients = [node::float_value(GRADIENTS, &layer_shape)];
    let cotangent = node::float_value(COTANGENT, &[1, *classes]);

    let forward = extract(
        model,
        std::slice::from_ref(&picture),
        &[logits, activations],
    )?;
    let at_layer = [
        node::float_value(&layer.tensor, &own_shape),
        cotangent.clone(),
    ];
    match extract(model, &at_layer, &gradients) {
        Ok(gradient) => Ok((forward, gradient, true)),
        Err(OnnxError::MissingTensor { .. }) => {
            let gradient = extract(model, &[picture, cotangent], &gradients)?;
            Ok((forward, gradient, false))
        }
        Err(other) => Err(other.into()),
    }
}

fn describe(
    model: &Model,
    selection: Selection,
    layers: Vec<Layer>,
) -> Result<Description, LoadError> {
    let metadata = model.metadata();
    let mut assumptions = Vec::new();
    let preprocess = match metadata.json::<Preprocess>(key::PREPROCESS)? {
        Some(preprocess) => preprocess,
        None => assumed_preprocess(&selection, &mut assumptions)?,
    };
    preprocess.check()?;
    if preprocess.shape().as_slice() != selection.picture.shape {
        return Err(LoadError::Onnx(onnx::OnnxError::Metadata {
            key: key::PREPROCESS.into(),
            reason: format!(
                "it describes {:?}, the input is {:?}",
                preprocess.shape(),
                selection.picture.shape
            ),
        }));
    }
    let classes = selection.classes;
    let labels = match metadata.json::<Vec<String>>(key::LABELS)? {
        Some(labels) if labels.len() == classes => labels,
        Some(labels) => {
            return Err(LoadError::Labels {
                count: labels.len(),
                classes,
            });
        }
        None => {
            assumptions.push("The file names no classes; they are numbered.".into());
            (0..classes).map(|class| format!("class {class}")).collect()
        }
    };
    let text = |key| metadata.text(key).map(str::to_owned);
    let (source, license) = (text(key::SOURCE), text(key::LICENSE));
    Ok(Description {
        selection,
        layers,
        preprocess,
        labels,
        source,
        license,
        assumptions,
    })
}

/// What frameworks do by habit: Keras, channels last, scales to −1…1; PyTorch,
/// channels first, by ImageNet's mean and deviation.
fn assumed_preprocess(
    selection: &Selection,
    assumptions: &mut Vec<String>,
) -> Result<Preprocess, LoadError> {
    let shape = &selection.picture.shape;
    let layout = selection.picture.layout;
    let (channels, size) = match layout {
        Layout::Nchw => (shape[1], [shape[2], shape[3]]),
        Layout::Nhwc => (shape[3], [shape[1], shape[2]]),
    };
    let keras = Preprocess {
        layout,
        ..Preprocess::keras(size)
    };
    let (preprocess, scaling) = match (channels, layout) {
        (1, _) => {
            let one = vec![1.0];
            let grey = Preprocess {
                channels: Channels::Luma,
                mean: one.clone(),
                std: one,
                ..keras
            };
            (grey, "grey levels scaled to −1…1")
        }
        (3, Layout::Nhwc) => (keras, "RGB scaled to −1…1, as Keras does for Xception"),
        (3, Layout::Nchw) => {
            let imagenet = Preprocess {
                scale: 1.0 / 255.0,
                mean: vec![0.485, 0.456, 0.406],
                std: vec![0.229, 0.224, 0.225],
                ..keras
            };
            (
                imagenet,
                "RGB with ImageNet's mean and deviation, as PyTorch does",
            )
        }
        _ => return Err(LoadError::Channels { channels }),
    };
    assumptions.push(format!(
        "The file does not say how it wants its picture; assumed: {scaling}."
    ));
    Ok(preprocess)
}

impl Description {
    /// Probabilities of the classes, as the model's own ending gives them; a
    /// model that ends with its logits counts as one with a softmax, unless it
    /// has one class only.
    pub fn probabilities(&self, logits: &[f32]) -> Vec<f32> {
        match self.selection.ending {
            Ending::Sigmoid => super::sigmoid(logits),
            Ending::Logits if logits.len() == 1 => super::sigmoid(logits),
            Ending::Logits | Ending::Softmax => super::softmax(logits),
        }
    }
}
