//! The kernels compared with those of tract and with plain loops. What they do within a graph
//! is tested in `gradcam::network::kernel_tests`, where graphs are read.

mod convolution;
mod copies;
mod elementwise;
mod microkernel;
mod random;
mod rounding;
#[cfg(feature = "thread_pool")]
mod thread_pool;
mod windows;

use proptest::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::Approximation;

use random::{cases, random_tensor};

/// Fails where two tensors differ by more than rounding.
fn close(found: &Tensor, wanted: &Tensor) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.shape(), wanted.shape());
    found
        .close_enough(wanted, Approximation::Approximate)
        .map_err(|error| TestCaseError::fail(error.to_string()))
}
