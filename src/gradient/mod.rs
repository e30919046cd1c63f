//! Builds the gradient branch of an ONNX graph.
//!
//! Exporters write no gradients into ONNX. [`attach`] adds them by reverse-mode
//! automatic differentiation: from a new input `cotangent` [1, K] the backward pass
//! goes from the logits to the layer asked for, and adds for each node on the way
//! the nodes of its vector–Jacobian product (VJP). The result is plain ONNX that any
//! engine runs; for ours it may have a node of its own.
//!
//! - `attach`: adds the branch, names its outputs, states them in the file
//! - `model_survey`, `attach_options`: what a model offers, and what a caller chooses
//! - `tensor_names`: names of the inputs and outputs
//! - `selection/`: which input is the picture, which tensor the logits, which the
//!   layer
//! - `grid_layers/`: layers whose axes do not show height and width
//! - `backward_pass`: reverse-mode differentiation, node by node
//! - `rules/`: the VJP of each operator, one file for each family
//! - `relu_policy`: what rectifiers pass backwards: plain, guided, deconvnet
//! - `untold_shapes`: which node is at fault where a shape is not known
//! - `builder`: new nodes and constants, in the form of the model's operator set
//!
//! To add an operator: its row in [`operators`](crate::onnx::operators), whose
//! documentation names the rest. To add a ReLU policy: a variant in `relu_policy`.

mod attach;
mod attach_options;
mod backward_pass;
mod builder;
mod error;
mod grid_layers;
mod model_survey;
mod relu_policy;
mod rules;
mod selection;
mod tensor_names;
mod untold_shapes;

pub use attach::{Attached, attach, attach_branch, conform, is_float32_alone, prepare};
pub use attach_options::AttachOptions;
pub use backward_pass::differentiate;
pub use error::GradientError;
pub use model_survey::{Survey, survey};
pub use relu_policy::ReluPolicy;
pub use selection::{Layer, OutputActivation, PictureInput, Places, Selection, named_layer};
pub use tensor_names::{
    ACTIVATIONS, BRANCH_PREFIX, COTANGENT, GRADIENTS, INPUT_GRADIENTS, LOGITS, MAX_POOL_GRADIENT,
    is_contract_name,
};
