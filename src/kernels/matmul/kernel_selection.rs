//! Which kernel multiplies a matrix of weights: tract's or this project's.

use tract_onnx::prelude::DatumType;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::mmm::{MatMatMul, MmmDispatch, Query};
use tract_onnx::tract_core::tract_linalg::pack::{PackedFormat, Packing as _};

use super::autotuning::selected_shape;
use super::kernel_shape::KernelShape;

/// The number of columns by which tract picks a kernel; no product here has just a few.
const TYPICAL_COLUMNS: usize = 256;

/// A kernel and what it needs to be called.
#[derive(Clone, Debug)]
pub enum Kernel {
    /// tract's loop over tiles.
    Tract {
        kernel: Box<dyn MatMatMul>,
        /// Index in `kernel.packings()`.
        packing: usize,
    },
    /// This project's microkernel and loop over tiles.
    Own(KernelShape),
}

/// How the matrices of a product are packed.
#[derive(Clone, Debug)]
pub struct PackedFormats {
    /// Of A, in panels of rows.
    pub rows: PackedFormat,
    /// Of B, in panels of columns.
    pub columns: PackedFormat,
}

impl Kernel {
    /// The fastest one on this machine for a matrix [rows, depth].
    ///
    /// # Errors
    /// If tract has no kernel for float32 matrices here.
    pub fn pick(rows: usize, depth: usize) -> TractResult<Kernel> {
        if let Some(shape) = selected_shape() {
            return Ok(Kernel::Own(shape));
        }
        let query = Query {
            allow_extractor: false,
            ..Query::plain(
                DatumType::F32,
                Some(rows),
                Some(depth),
                Some(TYPICAL_COLUMNS),
            )
        };
        let picked = MmmDispatch::native().pick(&query);
        let (kernel, packing, _) = picked.context("there is no kernel for float32 matrices")?;
        Ok(Kernel::Tract { kernel, packing })
    }

    /// As profiles call it.
    pub fn name(&self) -> &str {
        match self {
            Kernel::Tract { kernel, .. } => kernel.name(),
            Kernel::Own(shape) => shape.name(),
        }
    }

    /// How A and B are packed.
    ///
    /// # Errors
    /// If it is not in plain float32 panels.
    pub fn formats(&self) -> TractResult<PackedFormats> {
        match self {
            Kernel::Own(shape) => Ok(PackedFormats {
                rows: f32::packing(shape.rows()),
                columns: f32::packing(shape.columns()),
            }),
            Kernel::Tract { kernel, packing } => {
                let (of_rows, of_columns) = &kernel.packings()[*packing];
                let plain = |format: Option<&PackedFormat>| {
                    let format = format.filter(|format| format.dt == DatumType::F32);
                    format.cloned().context("the kernel packs in another way")
                };
                Ok(PackedFormats {
                    rows: plain(of_rows.downcast_ref())?,
                    columns: plain(of_columns.downcast_ref())?,
                })
            }
        }
    }
}

#[cfg(all(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
mod tests {
    use super::super::autotuning::OWN_KERNELS;
    use super::*;

    /// `make test-native` runs this both ways.
    #[test]
    fn own_kernels_are_used_natively_if_asked_for() {
        let is_asked_for = std::env::var_os(OWN_KERNELS).is_some_and(|value| !value.is_empty());
        let kernel = Kernel::pick(728, 728).unwrap();
        assert_eq!(matches!(kernel, Kernel::Own(_)), is_asked_for);
    }
}
