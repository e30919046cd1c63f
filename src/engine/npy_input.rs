//! Input tensors from NPY files.

use ndarray::Array4;

use super::session_error::SessionError;
use crate::render::npy;

/// An input tensor from an NPY file, for an input of this shape: an array of the same lengths,
/// of which those of 1 may be left out.
///
/// # Errors
/// [`SessionError::Tensor`] if it is damaged or has another form.
pub fn read_tensor(
    bytes: &[u8],
    name: &str,
    wanted: &[usize],
) -> Result<Array4<f32>, SessionError> {
    let wrong = SessionError::no_tensor(name, wanted);
    let (shape, values) = npy::decode(bytes).map_err(|error| wrong(error.to_string()))?;
    let lengths = |shape: &[usize]| -> Vec<usize> {
        shape
            .iter()
            .copied()
            .filter(|&length| length != 1)
            .collect()
    };
    let &[a, b, c, d] = wanted else {
        return Err(wrong(format!("the input has the shape {wanted:?}")));
    };
    if lengths(&shape) != lengths(wanted) {
        return Err(wrong(format!("its shape is {shape:?}")));
    }
    Array4::from_shape_vec((a, b, c, d), values).map_err(|error| wrong(error.to_string()))
}
