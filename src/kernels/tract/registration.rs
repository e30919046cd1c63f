//! Registers the microkernels with tract, which collects them at link time.

use tract_onnx::tract_core::tract_linalg::mmm::{DynKernel, FusedKerSpec, MatMatMul};
use tract_onnx::tract_core::tract_linalg::pack::Packing as _;

use super::super::matmul::{self, KernelShape, dispatch_on_shape, run_microkernel};

/// Selects the fastest shape of tile for this project's products and for tract's, once per
/// process: see `matmul::autotune`.
///
/// It is in this file so that a program which runs networks links the registrations below.
#[inline(never)]
pub fn autotune() {
    matmul::autotune();
}

/// The microkernel of a shape, as a kernel of tract's.
pub fn tract_kernel(shape: KernelShape) -> Box<dyn MatMatMul> {
    match shape {
        KernelShape::Tile3x12 => make::<3, 12>(shape),
        KernelShape::Tile4x8 => make::<4, 8>(shape),
        KernelShape::Tile2x16 => make::<2, 16>(shape),
        KernelShape::Tile8x8 => make::<8, 8>(shape),
    }
}

fn make<const ROWS: usize, const COLUMNS: usize>(shape: KernelShape) -> Box<dyn MatMatMul> {
    assert_eq!((ROWS, COLUMNS), (shape.rows(), shape.columns()));
    let run: unsafe fn(&[FusedKerSpec<f32>]) -> isize = dispatch_on_shape!(shape, run_microkernel);
    let (rows, columns) = (f32::packing(ROWS), f32::packing(COLUMNS));
    let mut kernel = DynKernel::<ROWS, COLUMNS, f32>::new(shape.name(), run, rows, columns);
    kernel.built = true;
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    {
        use tract_onnx::tract_core::tract_linalg::isa::Arch;
        kernel.arch = Some(Arch::Wasm32Simd128);
    }
    // tract wants a `'static` kernel; a shape's is made a few times per process.
    let kernel: &'static _ = Box::leak(Box::new(kernel));
    kernel.mmm()
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod browser {
    use tract_onnx::prelude::DatumType;
    use tract_onnx::tract_core::internal::inventory;
    use tract_onnx::tract_core::tract_linalg::isa::{Arch, IsaSet};
    use tract_onnx::tract_core::tract_linalg::mmm::{Query, Suitable};
    use tract_onnx::tract_core::tract_linalg::mmm_routines::MmmRoutine;
    use tract_onnx::tract_core::tract_linalg::mmm_tiers::MmmTier;

    use super::super::super::matmul::{KernelShape, selected_shape};
    use super::tract_kernel;

    inventory::submit! { MmmRoutine { make: || tract_kernel(KernelShape::Tile3x12) } }
    inventory::submit! { MmmRoutine { make: || tract_kernel(KernelShape::Tile4x8) } }
    inventory::submit! { MmmRoutine { make: || tract_kernel(KernelShape::Tile2x16) } }
    inventory::submit! { MmmRoutine { make: || tract_kernel(KernelShape::Tile8x8) } }
    inventory::submit! {
        MmmTier {
            arch: Some(Arch::Wasm32Simd128),
            // Above tract's own tier, which has 1.
            precedence: 200,
            name: "gradcam",
            applies: |_| true,
            preferred,
        }
    }

    /// The selected shape; tract's own kernels for products with one column.
    fn preferred(
        _: &IsaSet,
        accumulator: DatumType,
        query: &Query,
        _: &[Suitable],
    ) -> Option<&'static str> {
        let is_matrix = query.n.is_none_or(|columns| columns > 1);
        if accumulator == DatumType::F32 && is_matrix {
            selected_shape().map(KernelShape::name)
        } else {
            None
        }
    }
}
