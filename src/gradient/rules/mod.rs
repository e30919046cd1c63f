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
//! To add an operator: write the rule and name it in the operator's row in
//! [`operators`](crate::onnx::operators).

mod activation;
mod arithmetic;
mod convolution;
mod einsum;
mod indexing;
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
use crate::onnx::operators::operators;

/// Adds the nodes of one operator's vector–Jacobian product.
pub type Rule = fn(&mut VjpContext) -> Result<(), GradientError>;

macro_rules! dispatch {
    ($({
        $name:literal $_since:literal $_until:tt $_shape:tt [$($rule:path)?] $_rewritten_as:tt
        $_flags:tt
    })*) => {
        /// The rule for an operator, if there is one.
        pub fn rule(operator: &str) -> Option<Rule> {
            Some(match operator {
                $($($name => $rule,)?)*
                _ => return None,
            })
        }
    };
}
operators!(dispatch);
