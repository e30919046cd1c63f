//! What an explanation may ask of a network.

use ndarray::{Array3, Array4, ArrayView3};

use super::biases::Bias;
use super::network_error::NetworkError;
use super::run::Run;
use crate::gradient::ReluPolicy;

/// A classifier of pictures.
///
/// A run is a value: asking for more never changes one that was given. Work is done in
/// pieces: [`Network::start`] begins it, [`Network::advance`] goes on until it is told to
/// pause.
pub trait Network {
    /// K, the number of classes.
    fn classes(&self) -> usize;

    /// The biases of the layers, in the order in which [`Site::Biases`] gives gradients.
    ///
    /// # Errors
    /// [`NetworkError`] where they cannot be had.
    fn biases(&self) -> Result<Vec<Bias>, NetworkError> {
        Ok(Vec::new())
    }

    /// Begins a computation; one that has not ended is dropped. What has to be built for it
    /// is built here.
    ///
    /// # Errors
    /// [`NetworkError`] for shapes that do not fit, or a layer that cannot be had.
    fn start(&mut self, computation: Computation) -> Result<(), NetworkError>;

    /// Goes on with the computation until it ends, or until `may_continue`, called with the
    /// number of nodes done and their total, says no. The result, or `None` while there is
    /// more to do.
    ///
    /// # Errors
    /// [`NetworkError`] if the engine fails.
    fn advance(
        &mut self,
        may_continue: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Option<Computed>, NetworkError>;

    /// Takes the gradients that the current computation, one at [`Site::Biases`], is done with:
    /// `each` gets them, [C, h, w], with their places in the result, which holds empty ones
    /// instead. All of them at once take as much memory as all activations.
    ///
    /// # Errors
    /// [`NetworkError`] for gradients that are not float32.
    fn take_gradients(
        &mut self,
        _each: &mut dyn FnMut(usize, ArrayView3<f32>),
    ) -> Result<(), NetworkError> {
        Ok(())
    }

    /// How many layers have weights that [`Network::with_random_weights`] can replace.
    fn weighted_layers(&self) -> usize {
        0
    }

    /// The same network where the `topmost` layers with weights, those next to the logits, have
    /// others: normal numbers with the mean and the standard deviation of the layer's own.
    /// `normals` gives the standard normal numbers of a layer, numbered from the top.
    ///
    /// # Errors
    /// [`NetworkError::Unprepared`] where there is no such network.
    fn with_random_weights(
        &self,
        topmost: usize,
        normals: &mut Normals,
    ) -> Result<Box<dyn Network>, NetworkError> {
        let _ = (topmost, normals);
        Err(NetworkError::Unprepared(
            "this network's weights cannot be replaced".into(),
        ))
    }
}

/// The standard normal numbers of a layer.
pub type Normals<'a> = dyn FnMut(usize) -> Box<dyn FnMut() -> f64> + 'a;

/// Does a computation without a pause.
///
/// # Errors
/// [`NetworkError`], as [`Network::start`] and [`Network::advance`].
pub fn compute(
    network: &mut dyn Network,
    computation: Computation,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Computed, NetworkError> {
    network.start(computation)?;
    loop {
        let advanced = network.advance(&mut |done, total| {
            progress(done, total);
            true
        })?;
        if let Some(computed) = advanced {
            return Ok(computed);
        }
    }
}

/// Where a gradient is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Site {
    /// The network's input.
    Input,
    /// The input, and then the output of each layer of [`Network::biases`].
    Biases,
    /// A layer, by its tensor in the model's file.
    Layer(String),
}

/// What a network computes piece by piece.
#[derive(Clone, Debug)]
pub enum Computation {
    /// A run on an input tensor in the model's own layout, [1, C, h, w] or [1, h, w, C],
    /// which keeps the activations of `layers`, by their tensors, and of others.
    Forward {
        input: Array4<f32>,
        layers: Vec<String>,
    },
    /// A run on an input tensor that keeps the tape: what the gradient at the input is computed
    /// from, under every policy.
    TapedForward { input: Array4<f32> },
    /// The logits of an input; nothing else is kept.
    Outputs { input: Array4<f32> },
    /// The logits where a layer has these activations [C, h, w].
    OutputsFrom {
        layer: String,
        activations: Array3<f32>,
    },
    /// The vector–Jacobian product Σ_k cotangent_k · ∂logits_k/∂site: [C, h, w].
    /// `cotangent` holds as many values as there are logits. `run` holds the activations of a layer that is the site, and
    /// the tape if that is the input or the biases.
    Gradient {
        run: Run,
        site: Site,
        policy: ReluPolicy,
        cotangent: Vec<f32>,
    },
}

impl Computation {
    /// Whether the network runs from its input on.
    pub fn is_forward(&self) -> bool {
        match self {
            Computation::Forward { .. }
            | Computation::TapedForward { .. }
            | Computation::Outputs { .. } => true,
            Computation::OutputsFrom { .. } | Computation::Gradient { .. } => false,
        }
    }
}

/// The result of a [`Computation`].
#[derive(Clone, Debug)]
pub enum Computed {
    Run(Run),
    /// K logits.
    Outputs(Vec<f32>),
    /// [C, h, w].
    Gradient(Array3<f32>),
    /// At several places, each [C, h, w].
    Gradients(Vec<Array3<f32>>),
}

impl Computed {
    /// The run that was asked for.
    ///
    /// # Errors
    /// [`NetworkError::NoForward`] if it is another result.
    pub fn into_run(self) -> Result<Run, NetworkError> {
        match self {
            Computed::Run(run) => Ok(run),
            _ => Err(NetworkError::NoForward),
        }
    }

    /// The logits that were asked for.
    ///
    /// # Errors
    /// As [`Computed::into_run`].
    pub fn into_outputs(self) -> Result<Vec<f32>, NetworkError> {
        match self {
            Computed::Outputs(logits) => Ok(logits),
            _ => Err(NetworkError::NoForward),
        }
    }

    /// The gradient that was asked for.
    ///
    /// # Errors
    /// As [`Computed::into_run`].
    pub fn into_gradient(self) -> Result<Array3<f32>, NetworkError> {
        match self {
            Computed::Gradient(gradient) => Ok(gradient),
            _ => Err(NetworkError::NoForward),
        }
    }

    /// The gradients at several places that were asked for.
    ///
    /// # Errors
    /// As [`Computed::into_run`].
    pub fn into_gradients(self) -> Result<Vec<Array3<f32>>, NetworkError> {
        match self {
            Computed::Gradients(gradients) => Ok(gradients),
            _ => Err(NetworkError::NoForward),
        }
    }
}
