//! What a caller chooses about the branch.

use super::relu_policy::ReluPolicy;
use crate::picture::Layout;

/// What to take where the model leaves a choice.
#[derive(Clone, Debug, Default)]
pub struct AttachOptions {
    /// Tensors, nodes or aliases of the layers to explain; if empty, the last
    /// is taken that does not only pool or reorder.
    pub layers: Vec<String>,
    /// Tensor that is the logits; if `None` it is found from the first output.
    pub logits: Option<String>,
    /// Height and width of the picture in pixels, for a model that takes any.
    pub size: Option<[usize; 2]>,
    /// The order of the picture's axes, for a model that leaves it open.
    pub layout: Option<Layout>,
    /// Values of inputs besides the picture, by name; those of others are zero.
    pub inputs: Vec<(String, Vec<f32>)>,
    /// Names and texts of configurations that lie beside the file, such as `config.json`.
    pub configurations: Vec<(String, String)>,
    /// Whether the branch also gives the gradient of the picture.
    pub input_gradient: bool,
    /// Whether the branch may have the node [`MAX_POOL_GRADIENT`](super::MAX_POOL_GRADIENT), which
    /// the engine alone runs, in place of some 90 of ONNX and their tensors.
    pub for_engine: bool,
    /// What rectifiers pass backwards.
    pub policy: ReluPolicy,
    /// Bytes that the network may take; the engine refuses one that would take more.
    pub memory_limit: Option<u64>,
}
