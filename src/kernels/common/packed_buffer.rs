//! Aligned memory for packed matrices, as a `Blob`, which tract shares between operations.
//!
//! Allocate by [`UninitPackedBuffer::new`], initialise all elements, then
//! [`UninitPackedBuffer::assume_init`], as with `Box::new_uninit_slice` of std.

use std::alloc::Layout;
use std::mem::MaybeUninit;

use tract_onnx::tract_core::internal::Blob;

/// Aligned f32 elements, all initialised.
#[derive(Debug)]
pub struct PackedBuffer {
    blob: Blob,
}

impl PackedBuffer {
    pub fn as_slice(&self) -> &[f32] {
        // Safety: all elements were written: `UninitPackedBuffer::assume_init`.
        unsafe { blob_elements(&self.blob) }
    }

    pub fn into_blob(self) -> Blob {
        self.blob
    }
}

/// Aligned f32 elements that may not be initialised. Not `Debug`: that of `Blob` reads them.
pub struct UninitPackedBuffer {
    blob: Blob,
}

impl UninitPackedBuffer {
    /// Allocates `len` elements. Panics if `alignment_bytes` is no power of two, or if
    /// there is not enough memory.
    pub fn new(len: usize, alignment_bytes: usize) -> UninitPackedBuffer {
        let layout = Layout::array::<f32>(len).and_then(|layout| layout.align_to(alignment_bytes));
        let layout = layout.unwrap_or_else(|error| panic!("{len} packed elements: {error}"));
        // Safety: the layout is valid; until `assume_init` nothing of the blob is read.
        let blob = unsafe { Blob::for_layout(layout) };
        UninitPackedBuffer { blob }
    }

    pub fn as_mut_slice(&mut self) -> &mut [MaybeUninit<f32>] {
        // `Blob` has no other way to its memory. The bytes are not looked at, and seen as
        // `MaybeUninit` from here on.
        let bytes = self.blob.as_bytes_mut();
        if bytes.is_empty() {
            return &mut [];
        }
        let (pointer, len) = (bytes.as_mut_ptr(), bytes.len() / size_of::<f32>());
        // Safety: by the layout in `new` there are `len` elements, aligned for f32;
        // `MaybeUninit` allows any content. The slice borrows the buffer.
        unsafe { std::slice::from_raw_parts_mut(pointer.cast(), len) }
    }

    /// # Safety
    /// Every element of [`UninitPackedBuffer::as_mut_slice`] must have been written,
    /// padding, too.
    pub unsafe fn assume_init(self) -> PackedBuffer {
        PackedBuffer { blob: self.blob }
    }
}

/// The elements of a packed f32 matrix that tract owns. Panics if the blob is not aligned
/// for f32.
///
/// # Safety
/// All of the blob must be initialised, as that of a [`PackedBuffer`] is.
pub unsafe fn blob_elements(blob: &Blob) -> &[f32] {
    let bytes = blob.as_bytes();
    if bytes.is_empty() {
        return &[];
    }
    let (pointer, len) = (bytes.as_ptr().cast::<f32>(), bytes.len() / size_of::<f32>());
    assert!(pointer.is_aligned());
    // Safety: `len` elements fit into the bytes, which are initialised, the pointer is
    // aligned, and any bits are an f32. The slice borrows the blob.
    unsafe { std::slice::from_raw_parts(pointer, len) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_aligned_and_read_as_they_were_written() {
        for len in [0, 1, 5, 64] {
            let mut buffer = UninitPackedBuffer::new(len, 64);
            for (index, element) in buffer.as_mut_slice().iter_mut().enumerate() {
                element.write(index as f32);
            }
            // Safety: all elements were written.
            let buffer = unsafe { buffer.assume_init() };
            let expected: Vec<f32> = (0..len).map(|index| index as f32).collect();
            assert_eq!(buffer.as_slice(), expected);
            let blob = buffer.into_blob();
            // Safety: it was a `PackedBuffer`.
            assert_eq!(unsafe { blob_elements(&blob) }, expected);
            assert_eq!(blob.layout().align(), 64);
        }
    }
}
