//! Builds the gradient branch of an ONNX graph.
//!
//! Exporters write no gradients into ONNX. [`attach`] adds them by reverse-mode
//! automatic differentiation: from a new input `cotangent` [1, K] the backward pass
//! goes from the logits to the layer asked for, and adds for each node on the way
//! the nodes of its vector–Jacobian product (VJP). The result is plain ONNX that any
//! engine runs.
//!
//! - `attach`: adds the branch, names its outputs, states them in the file
//! - `survey`, `choices`: what a model offers, and what a caller chooses
//! - `contract`: names of the inputs and outputs
//! - `selection/`: which input is the picture, which tensor the logits, which the
//!   layer
//! - `backward_pass`: reverse-mode differentiation, node by node
//! - `rules/`: the VJP of each operator, one file for each family
//! - `relu_policy`: what rectifiers pass backwards: plain, guided, deconvnet
//! - `builder`: new nodes and constants, in the form of the model's operator set
//!
//! To add an operator: write its rule in `rules/` and add a line to the table in
//! `rules/mod.rs`. To add a ReLU policy: a variant in `relu_policy`.

mod attach;
mod backward_pass;
mod builder;
mod choices;
mod contract;
mod error;
mod relu_policy;
mod rules;
mod selection;
mod survey;

pub use attach::{Attached, attach};
pub use backward_pass::differentiate;
pub use choices::Choices;
pub use contract::{ACTIVATIONS, COTANGENT, GRADIENTS, INPUT_GRADIENTS, LOGITS};
pub use error::GradientError;
pub use relu_policy::ReluPolicy;
pub use selection::{Layer, OutputActivation, PictureInput, Selection};
pub use survey::{Survey, survey};
