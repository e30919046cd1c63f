//! Input tensors from NPY files.

use ndarray::Array4;

use super::session_error::SessionError;
use crate::render::npy;

/// An input tensor from an NPY file.
///
/// # Errors
/// [`SessionError::Tensor`] if it is damaged or has another form.
pub fn read_tensor(bytes: &[u8], name: &str) -> Result<Array4<f32>, SessionError> {
    let wrong = |reason: String| SessionError::Tensor {
        name: name.into(),
        reason,
    };
    let (shape, values) = npy::decode(bytes).map_err(|error| wrong(error.to_string()))?;
    let &[a, b, c, d] = shape.as_slice() else {
        return Err(wrong(format!("its shape is {shape:?}")));
    };
    Array4::from_shape_vec((a, b, c, d), values).map_err(|error| wrong(error.to_string()))
}
