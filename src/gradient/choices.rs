//! What a caller chooses about the branch.

use super::relu_policy::ReluPolicy;
use crate::picture::Layout;

/// What to take where the model leaves a choice.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Tensors or nodes to explain; one is found by itself if there are none.
    pub layers: Vec<String>,
    /// Tensor that is the logits; found by itself if `None`.
    pub logits: Option<String>,
    /// Height and width of the picture in pixels, for a model that takes any.
    pub size: Option<[usize; 2]>,
    /// The order of the picture's axes, for a model that leaves it open.
    pub layout: Option<Layout>,
    /// Whether the branch goes on to the picture.
    pub input_gradient: bool,
    /// What rectifiers let through on the way back.
    pub policy: ReluPolicy,
}
