//! One run of a network, as a value.

use std::collections::HashMap;
use std::sync::Arc;

use ndarray::{Array3, Array4, ArrayD, Axis, Ix4};
use tract_onnx::prelude::Tensor;

use super::execution_plan::{array, shape_error, tensor};
use super::network_error::NetworkError;
use super::tape::MASK_PREFIX;

/// What a forward run leaves behind. Copies share their tensors.
#[derive(Clone, Debug)]
pub struct Run {
    /// [1, C, h, w], or [1, h, w, C].
    input: Arc<Tensor>,
    /// K values.
    logits: Arc<[f32]>,
    /// By the layer's tensor in the file.
    activations: HashMap<String, KeptActivations>,
    tape: Option<Arc<Tape>>,
}

/// What the gradient at the input is computed from, by name: the tape of automatic
/// differentiation (Griewank and Walther 2008, section 4.1).
pub type Tape = HashMap<String, Arc<Tensor>>;

#[derive(Clone, Debug)]
struct KeptActivations {
    /// In the layer's own order of axes.
    tensor: Arc<Tensor>,
    /// Whether that is [1, h, w, C].
    channels_last: bool,
}

impl Run {
    /// A run that kept no activations.
    pub fn new(input: Array4<f32>, logits: Vec<f32>) -> Run {
        Run::of_tensor(tensor(input.into_dyn()), logits)
    }

    pub(super) fn of_tensor(input: Arc<Tensor>, logits: Vec<f32>) -> Run {
        Run {
            input,
            logits: logits.into(),
            activations: HashMap::new(),
            tape: None,
        }
    }

    /// The same run with a layer's activations [C, h, w].
    #[must_use]
    pub fn with_activations(mut self, layer: &str, activations: Array3<f32>) -> Run {
        let activations = tensor(activations.insert_axis(Axis(0)).into_dyn());
        self.keep(layer, activations, false);
        self
    }

    /// The same run with a tape.
    #[must_use]
    pub fn with_tape(mut self, tape: Tape) -> Run {
        self.tape = Some(Arc::new(tape));
        self
    }

    /// Takes over the tape of another run on the same input.
    pub fn share_tape(&mut self, other: &Run) {
        self.tape.clone_from(&other.tape);
    }

    /// Frees the tape, which takes as much memory as all activations.
    pub fn drop_tape(&mut self) {
        self.tape = None;
    }

    /// Frees the activations of the layers for which `is_kept` says no.
    pub fn retain_activations(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.activations.retain(|layer, _| is_kept(layer));
    }

    /// Whether the gradient at the input can be asked of this run.
    pub fn has_tape(&self) -> bool {
        self.tape.is_some()
    }

    /// Every tensor of the tape with its name; none without a tape. Where the tape holds only
    /// whether values are positive, 1 and 0 stand for them. For tests: which side of a
    /// rectifier's corner each value fell on.
    ///
    /// # Errors
    /// [`NetworkError::Run`] if one is neither float32 nor a mask.
    pub fn tape(&self) -> Result<Vec<(&str, ArrayD<f32>)>, NetworkError> {
        let tape = self.tape.iter().flat_map(|tape| tape.iter());
        let tape = tape.map(|(name, tensor)| {
            let values = match tensor.to_plain_array_view::<bool>() {
                Ok(mask) => mask.mapv(|is_positive| f32::from(u8::from(is_positive))),
                Err(_) => array(tensor)?.to_owned(),
            };
            Ok((name.strip_prefix(MASK_PREFIX).unwrap_or(name), values))
        });
        tape.collect()
    }

    /// A tensor of the tape.
    ///
    /// # Errors
    /// [`NetworkError::NoTape`] if the run did not keep it.
    pub(super) fn taped(&self, tensor: &str) -> Result<&Arc<Tensor>, NetworkError> {
        let tape = self.tape.as_ref().and_then(|tape| tape.get(tensor));
        tape.ok_or(NetworkError::NoTape)
    }

    pub(super) fn keep(&mut self, layer: &str, tensor: Arc<Tensor>, channels_last: bool) {
        let kept = KeptActivations {
            tensor,
            channels_last,
        };
        self.activations.insert(layer.to_owned(), kept);
    }

    /// K values.
    pub fn logits(&self) -> &[f32] {
        &self.logits
    }

    /// The input tensor in the model's own layout.
    ///
    /// # Errors
    /// [`NetworkError::Run`] if it is none of float32 with four axes.
    pub fn input(&self) -> Result<Array4<f32>, NetworkError> {
        let own = array(&self.input)?.into_dimensionality::<Ix4>();
        Ok(own.map_err(shape_error)?.to_owned())
    }

    /// Whether the run kept this layer's activations.
    pub fn has_activations(&self, layer: &str) -> bool {
        self.activations.contains_key(layer)
    }

    /// A layer's activations [C, h, w]; the layer is named by its tensor.
    ///
    /// # Errors
    /// [`NetworkError::UnknownLayer`] if the run did not keep them.
    pub fn activations(&self, layer: &str) -> Result<Array3<f32>, NetworkError> {
        let kept = self.kept(layer)?;
        let own = array(&kept.tensor)?.into_dimensionality::<Ix4>();
        let own = own.map_err(shape_error)?;
        let channels_first = if kept.channels_last {
            own.permuted_axes([0, 3, 1, 2])
        } else {
            own
        };
        let channels_first = channels_first.index_axis_move(Axis(0), 0);
        Ok(channels_first.as_standard_layout().into_owned())
    }

    pub(super) fn input_tensor(&self) -> &Arc<Tensor> {
        &self.input
    }

    pub(super) fn activation_tensor(&self, layer: &str) -> Result<&Arc<Tensor>, NetworkError> {
        Ok(&self.kept(layer)?.tensor)
    }

    fn kept(&self, layer: &str) -> Result<&KeptActivations, NetworkError> {
        let unknown = || NetworkError::UnknownLayer {
            layer: layer.to_owned(),
        };
        self.activations.get(layer).ok_or_else(unknown)
    }
}
