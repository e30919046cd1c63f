//! What the attributes of a node mean once the shape of its input is known:
//! defaults filled in, negative axes counted from the start, sizes checked.
//!
//! Shape inference, legalisation, constant folding and the gradient rules share
//! these, so that they cannot differ in how they read the specification.
//!
//! - `axes`: one axis, lists of axes, the order of a Transpose
//! - `resizing`: the scale of a Resize that keeps the aspect ratio
//! - `broadcasting`; `reshaping`: Reshape, Flatten, Squeeze, Unsqueeze
//! - `slicing`: Slice, Split; `padding`: Pad
//! - `window`: kernel, strides, dilations and pads of convolutions and poolings
//! - `einsum`: the equation
//!
//! To add one: a function in the file of its family that takes the node and the
//! shapes, and refuses with [`node::problem`](super::node::problem).

mod axes;
mod broadcasting;
mod einsum;
mod padding;
mod reshaping;
mod resizing;
mod slicing;
mod window;

pub use axes::{MAX_AXES, check_rank, normal_axes, normal_axis, reduced_axes, transpose_order};
pub use broadcasting::broadcast;
pub use einsum::Equation;
pub use padding::padding;
pub use reshaping::{flattened, reshaped, squeezed, unsqueezed};
pub use resizing::shared_scale;
pub use slicing::{Range, slices, split_sizes};
pub use window::{TransposedWindow, Window, pool_window};
