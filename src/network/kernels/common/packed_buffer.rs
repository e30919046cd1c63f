//! Aligned memory for packed f32 numbers, in the form in which tract shares it.

use tract_onnx::tract_core::internal::Blob;

/// Packed f32 numbers, aligned for vectors.
#[derive(Debug)]
pub struct PackedBuffer {
    blob: Blob,
}

impl PackedBuffer {
    /// Room for `len` numbers that are not written yet.
    pub fn unfilled(len: usize, alignment_bytes: usize) -> PackedBuffer {
        let bytes = len * size_of::<f32>();
        // Safety: whoever asks for it writes every number before it is read.
        let blob = unsafe { Blob::new_for_size_and_align(bytes, alignment_bytes) };
        PackedBuffer { blob }
    }

    pub fn as_mut_slice(&mut self) -> &mut [f32] {
        let bytes = self.blob.as_bytes_mut();
        let (pointer, len) = (bytes.as_mut_ptr(), bytes.len() / size_of::<f32>());
        // Safety: the blob is aligned for vectors, and any bits are a number.
        unsafe { std::slice::from_raw_parts_mut(pointer.cast(), len) }
    }

    pub fn as_slice(&self) -> &[f32] {
        as_floats(&self.blob)
    }

    pub fn into_blob(self) -> Blob {
        self.blob
    }
}

/// The numbers of a packed matrix that tract owns.
pub fn as_floats(blob: &Blob) -> &[f32] {
    let bytes = blob.as_bytes();
    let (pointer, len) = (bytes.as_ptr(), bytes.len() / size_of::<f32>());
    // Safety: the blob is aligned for vectors, and any bits are a number.
    unsafe { std::slice::from_raw_parts(pointer.cast(), len) }
}
