//! Which kernel multiplies a matrix of weights.

use tract_onnx::prelude::DatumType;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::mmm::{MatMatMul, MmmDispatch, Query};
use tract_onnx::tract_core::tract_linalg::pack::{PackedFormat, Packing as _};

use super::autotuning::selected_shape;
use super::kernel_shape::KernelShape;

/// Columns that a kernel is chosen for; no product of ours has just a few.
const TYPICAL_COLUMNS: usize = 256;

/// What multiplies.
#[derive(Clone, Debug)]
pub enum Kernel {
    /// tract's walk over the tiles, and which of the kernel's forms of packing it is.
    Tract(Box<dyn MatMatMul>, usize),
    /// This project's own.
    Own(KernelShape),
}

/// How both matrices of a product are packed.
#[derive(Clone, Debug)]
pub struct PackedFormats {
    pub rows: PackedFormat,
    pub columns: PackedFormat,
}

impl Kernel {
    /// The fastest for a matrix [rows, depth] on the machine at hand.
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
        Ok(Kernel::Tract(kernel, packing))
    }

    pub fn name(&self) -> &str {
        match self {
            Kernel::Tract(kernel, _) => kernel.name(),
            Kernel::Own(shape) => shape.name(),
        }
    }

    /// How both matrices are packed.
    ///
    /// # Errors
    /// If it is in another way than number by number in float32.
    pub fn formats(&self) -> TractResult<PackedFormats> {
        match self {
            Kernel::Own(shape) => Ok(PackedFormats {
                rows: f32::packing(shape.rows()),
                columns: f32::packing(shape.columns()),
            }),
            Kernel::Tract(kernel, packing) => {
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
