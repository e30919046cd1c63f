//! The tile shapes that the microkernel is compiled for.

use super::super::common::LANES;

/// A tile of rows × columns accumulators (MR × NR in BLIS).
///
/// The first is the default, if there is no clock to measure by. The first three keep eight
/// or nine vectors, for the 16 vector registers of x86-64; the last keeps 16, for the 32 of
/// ARM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KernelShape {
    Tile3x12,
    Tile4x8,
    Tile2x16,
    Tile8x8,
}

/// `dispatch_on_shape!(shape, run)` is `run::<ROWS, VECTORS>` for the shape.
macro_rules! dispatch_on_shape {
    ($shape:expr, $($function:ident)::+) => {{
        use $crate::matmul::KernelShape as Shape;
        match $shape {
            Shape::Tile3x12 => $($function)::+::<3, 3>,
            Shape::Tile4x8 => $($function)::+::<4, 2>,
            Shape::Tile2x16 => $($function)::+::<2, 4>,
            Shape::Tile8x8 => $($function)::+::<8, 2>,
        }
    }};
}
pub(in super::super) use dispatch_on_shape;

impl KernelShape {
    pub const ALL: [KernelShape; 4] = [
        KernelShape::Tile3x12,
        KernelShape::Tile4x8,
        KernelShape::Tile2x16,
        KernelShape::Tile8x8,
    ];

    /// The kernel's name in tract and in profiles.
    pub fn name(self) -> &'static str {
        match self {
            KernelShape::Tile3x12 => "gradcam_3x12",
            KernelShape::Tile4x8 => "gradcam_4x8",
            KernelShape::Tile2x16 => "gradcam_2x16",
            KernelShape::Tile8x8 => "gradcam_8x8",
        }
    }

    /// Rows of a tile.
    pub fn rows(self) -> usize {
        fn rows<const ROWS: usize, const VECTORS: usize>() -> usize {
            ROWS
        }
        dispatch_on_shape!(self, rows)()
    }

    /// Columns of a tile.
    pub fn columns(self) -> usize {
        fn columns<const ROWS: usize, const VECTORS: usize>() -> usize {
            LANES * VECTORS
        }
        dispatch_on_shape!(self, columns)()
    }
}
