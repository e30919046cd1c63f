//! New tensors that an operation fills, without zeroing them first.

use std::mem::MaybeUninit;

use tract_onnx::tract_core::internal::*;

/// A tensor of a shape, whose elements `write` initialises.
///
/// # Errors
/// That of `write`, or tract's if there is not enough memory.
///
/// # Safety
/// If `write` returns `Ok`, it must have written every element of its slice.
pub unsafe fn tensor_filled_by<T: Datum>(
    shape: &[usize],
    write: impl FnOnce(&mut [MaybeUninit<T>]) -> TractResult<()>,
) -> TractResult<Tensor> {
    // Safety: until `write` has returned, elements are only seen as `MaybeUninit`.
    let mut tensor = unsafe { Tensor::uninitialized::<T>(shape)? };
    let len = tensor.len();
    let elements: &mut [MaybeUninit<T>] = if len == 0 {
        &mut []
    } else {
        // Safety: the tensor owns `len` elements of this type, aligned for a vector; the slice
        // borrows it.
        unsafe { std::slice::from_raw_parts_mut(tensor.as_ptr_mut_unchecked::<T>().cast(), len) }
    };
    write(elements)?;
    Ok(tensor)
}
