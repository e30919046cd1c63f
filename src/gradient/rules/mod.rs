//! The vector–Jacobian product (VJP) of each operator, one file for each family.
//!
//! A rule gets a [`VjpContext`]: the node, the cotangent of its output, and which
//! of its inputs are active, that is depend on a tensor whose gradient is asked
//! for. It adds nodes through `context.builder` and gives each active input its
//! cotangent by [`VjpContext::accumulate`].
//!
//! In the comments x is the first input, y the output, and a bar marks a
//! cotangent: x̄ = ∂L/∂x for L = Σ ȳ·y.
//!
//! - `vjp_context`: what a rule gets
//! - `zero_insertion`, `polyphase`, `window_taps`: what rules of sliding windows
//!   share
//! - every other file: the rules of one family of operators
//!
//! To add an operator: write the rule and add its name to [`rule`].

mod activation;
mod arithmetic;
mod convolution;
mod einsum;
mod linear;
mod normalisation;
mod polyphase;
mod pooling;
mod rearrange;
mod reduction;
mod resize;
mod shape;
mod softmax;
#[cfg(test)]
mod tests;
mod vjp_context;
mod window_taps;
mod zero_insertion;

pub use vjp_context::VjpContext;

use super::error::GradientError;

/// Adds the nodes of one operator's vector–Jacobian product.
pub type Rule = fn(&mut VjpContext) -> Result<(), GradientError>;

/// The rule for an operator, if there is one.
pub fn rule(operator: &str) -> Option<Rule> {
    Some(match operator {
        "Add" | "Sum" => arithmetic::add,
        "Sub" => arithmetic::sub,
        "Mul" => arithmetic::mul,
        "Div" => arithmetic::div,
        "Neg" => arithmetic::neg,
        "Abs" => arithmetic::abs,
        "Reciprocal" => arithmetic::reciprocal,
        "Pow" => arithmetic::pow,
        "Sqrt" => arithmetic::sqrt,
        "Exp" => arithmetic::exp,
        "Log" => arithmetic::log,
        "Mean" => arithmetic::mean,
        "Max" | "Min" => arithmetic::extreme,
        "Where" => arithmetic::select,
        "Gemm" => linear::gemm,
        "MatMul" => linear::matmul,
        "Einsum" => einsum::einsum,
        "Conv" => convolution::conv,
        "ConvTranspose" => convolution::conv_transpose,
        "Relu" => activation::relu,
        "LeakyRelu" => activation::leaky_relu,
        "PRelu" => activation::prelu,
        "ThresholdedRelu" => activation::thresholded_relu,
        "Clip" => activation::clip,
        "Elu" => activation::elu,
        "Selu" => activation::selu,
        "Celu" => activation::celu,
        "Sigmoid" => activation::sigmoid,
        "HardSigmoid" => activation::hard_sigmoid,
        "HardSwish" => activation::hard_swish,
        "Mish" => activation::mish,
        "Softplus" => activation::softplus,
        "Softsign" => activation::softsign,
        "Tanh" => activation::tanh,
        "Erf" => activation::erf,
        "Gelu" => activation::gelu,
        "Softmax" => softmax::softmax,
        "LogSoftmax" => softmax::log_softmax,
        "GlobalAveragePool" => reduction::global_average,
        "GlobalMaxPool" => reduction::global_max,
        "ReduceMean" => reduction::mean,
        "ReduceSum" => reduction::sum,
        "ReduceMax" => reduction::max,
        "AveragePool" => pooling::average,
        "MaxPool" => pooling::max,
        "BatchNormalization" => normalisation::batch,
        "InstanceNormalization" => normalisation::instance,
        "LayerNormalization" => normalisation::layer,
        "GroupNormalization" => normalisation::group,
        "LRN" => normalisation::local_response,
        "Identity" | "Dropout" => shape::identity,
        "Cast" => shape::cast,
        "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" => shape::reshape,
        "Transpose" => shape::transpose,
        "Expand" => shape::expand,
        "Concat" => rearrange::concat,
        "Split" => rearrange::split,
        "Slice" => rearrange::slice,
        "Pad" => rearrange::pad,
        "Gather" => rearrange::gather,
        "DepthToSpace" => rearrange::depth_to_space,
        "SpaceToDepth" => rearrange::space_to_depth,
        "Resize" => resize::resize,
        _ => return None,
    })
}
