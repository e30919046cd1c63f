//! Names of the inputs and outputs of a model that has its gradient branch.

/// Name of the branch's input [1, K].
pub const COTANGENT: &str = "cotangent";
/// Name of the output [1, K].
pub const LOGITS: &str = "logits";
/// Name of the output [1, C, h, w].
pub const ACTIVATIONS: &str = "activations";
/// Name of the output [1, C, h, w]: Σ_k cotangent_k · ∂logits_k/∂activations.
pub const GRADIENTS: &str = "gradients";
/// Name of the output [1, C, H, W]: the same for the picture.
pub const INPUT_GRADIENTS: &str = "gradients.input";

/// How names begin that a branch makes up for tensors of its own, and for those of the file that have
/// a name of the contract.
pub const BRANCH_PREFIX: &str = "gradcam/";

/// Operator of the engine for the gradient of MaxPool: from x, y and ȳ to x̄, with the
/// attributes kernel_shape, strides and pads.
pub const MAX_POOL_GRADIENT: &str = "gradcam.MaxPoolGradient";

/// Whether a tensor of a file that has this name may be given another by a branch.
pub fn is_contract_name(name: &str) -> bool {
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    [COTANGENT, LOGITS, ACTIVATIONS, GRADIENTS].contains(&stem)
}
