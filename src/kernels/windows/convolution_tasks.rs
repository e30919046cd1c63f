//! The tasks of a convolution's product: blocks of columns, which are packed and then
//! multiplied with the panels of the weights one by one.

use std::ops::Range;

use super::super::common::PackedBuffer;
use super::super::matmul::{
    Epilogue, KernelShape, MAX_REMAINDER_COLUMNS, PackedMatrix, PackedProduct, ProductSize,
    QuadrantPanels, RemainderColumns, StrassenProduct, column_blocks, left_columns,
};
use super::convolution_weights::{ConvolutionWeights, Form};
use super::im2col::Im2col;
use super::winograd::{InputTiles, PackedInputTiles, TRANSFORM_ELEMENTS, WinogradProduct};

/// The input of one image, in the form in which it is packed.
pub enum ConvolutionInput<'a> {
    Im2col(Im2col<'a>),
    /// For weights in the form [`Form::WinogradConvolution`].
    Winograd(InputTiles),
}

/// A block of columns, or of tiles, to pack and multiply.
pub enum Task<'a> {
    Plain {
        im2col: &'a Im2col<'a>,
        columns: Range<usize>,
    },
    StrassenWinograd {
        im2col: &'a Im2col<'a>,
        columns: ColumnHalves,
    },
    WinogradConvolution {
        input_tiles: &'a InputTiles,
        tiles: Range<usize>,
    },
}

/// The columns of a task of a Strassen–Winograd product.
#[derive(Clone, Debug)]
pub struct ColumnHalves {
    /// Columns of the left half.
    left: Range<usize>,
    /// From a column of the left half to the same of the right half.
    right_offset: usize,
    /// Columns of neither half; may be empty.
    remainder: Range<usize>,
}

/// A task with its columns packed.
pub enum PackedTask {
    Plain {
        first_column: usize,
        columns: PackedMatrix,
    },
    StrassenWinograd {
        columns: ColumnHalves,
        quadrants: PackedBuffer,
        remainder: Option<Vec<f32>>,
    },
    WinogradConvolution(PackedInputTiles),
}

/// The tasks of one image's convolution, for `threads` threads; `columns`: those of its
/// output. Columns of an input that is not finite are not halved: that would spoil others.
pub fn tasks<'a>(
    weights: &ConvolutionWeights,
    input: &'a ConvolutionInput<'a>,
    columns: usize,
    threads: usize,
    is_finite: bool,
) -> Vec<Task<'a>> {
    match input {
        ConvolutionInput::Im2col(im2col) => {
            let left = match weights.form {
                Form::StrassenWinograd if is_finite => left_columns(columns),
                Form::StrassenWinograd | Form::Plain | Form::WinogradConvolution => 0,
            };
            im2col_tasks(weights, im2col, columns, left, threads)
        }
        ConvolutionInput::Winograd(input_tiles) => {
            let panel_len = weights.columns_format.r * weights.packed.depth() * TRANSFORM_ELEMENTS;
            let size = product_size(weights, input_tiles.count(), panel_len);
            column_blocks(size, threads)
                .into_iter()
                .map(|tiles| Task::WinogradConvolution { input_tiles, tiles })
                .collect()
        }
    }
}

fn product_size(weights: &ConvolutionWeights, columns: usize, panel: usize) -> ProductSize {
    ProductSize {
        columns,
        width: weights.columns_format.r,
        panel,
        weights: weights.packed.panels().values.len(),
    }
}

/// `left`: columns of each half; 0 for an ordinary product.
fn im2col_tasks<'a>(
    weights: &ConvolutionWeights,
    im2col: &'a Im2col<'a>,
    columns: usize,
    left: usize,
    threads: usize,
) -> Vec<Task<'a>> {
    let (width, depth) = (weights.columns_format.r, weights.depth);
    let pair_len = QuadrantPanels { width, depth }.pair_len();
    let blocks = column_blocks(product_size(weights, left, pair_len), threads);
    let mut halves: Vec<ColumnHalves> = (blocks.into_iter())
        .map(|block| ColumnHalves {
            left: block,
            right_offset: left,
            remainder: 0..0,
        })
        .collect();
    let mut remaining = 2 * left..columns;
    // A few remaining columns go along with the last block of the halves.
    if let Some(last) = halves
        .last_mut()
        .filter(|_| remaining.len() <= MAX_REMAINDER_COLUMNS)
    {
        last.remainder = std::mem::replace(&mut remaining, columns..columns);
    }
    let size = product_size(weights, remaining.len(), width * depth);
    let plain = (column_blocks(size, threads).into_iter()).map(|block| Task::Plain {
        im2col,
        columns: remaining.start + block.start..remaining.start + block.end,
    });
    let halves = (halves.into_iter()).map(|columns| Task::StrassenWinograd { im2col, columns });
    halves.chain(plain).collect()
}

impl Task<'_> {
    pub fn pack(&self, weights: &ConvolutionWeights) -> PackedTask {
        let (format, depth) = (&weights.columns_format, weights.depth);
        match self {
            Task::Plain { im2col, columns } => PackedTask::Plain {
                first_column: columns.start,
                columns: im2col.pack(format, depth, columns.clone()),
            },
            Task::StrassenWinograd { im2col, columns } => PackedTask::StrassenWinograd {
                quadrants: im2col.pack_quadrants(
                    format,
                    depth,
                    columns.left.clone(),
                    columns.right_offset,
                ),
                remainder: (!columns.remainder.is_empty()).then(|| {
                    let panel_rows = weights.packed.panel_width();
                    im2col.pack_remainder(depth, columns.remainder.clone(), panel_rows)
                }),
                columns: columns.clone(),
            },
            Task::WinogradConvolution { input_tiles, tiles } => {
                PackedTask::WinogradConvolution(input_tiles.pack(format, tiles.clone()))
            }
        }
    }
}

impl PackedTask {
    /// The column of the output at which the epilogue of this task must begin.
    pub fn first_column(&self) -> usize {
        match self {
            PackedTask::Plain { first_column, .. } => *first_column,
            PackedTask::StrassenWinograd { columns, .. } => columns.left.start,
            PackedTask::WinogradConvolution(_) => 0,
        }
    }

    /// Multiplies panel `panel` of the weights, or panel `panel` of each half of their rows,
    /// with the columns. `workspace` is memory for sums of weights.
    ///
    /// # Safety
    /// `epilogue` must begin at row 0 and column [`PackedTask::first_column`] of an image's
    /// output. The elements of its `output` in the rows of the panel and the columns of the
    /// task must lie below its `len`, be valid to write, and be used by no other thread; those
    /// of `added`, unless it is null, be valid to read. For tiles of a Winograd convolution its
    /// stride must be the height times the width of the output.
    pub unsafe fn multiply(
        &self,
        shape: KernelShape,
        weights: &ConvolutionWeights,
        panel: usize,
        epilogue: Epilogue,
        workspace: &mut Vec<f32>,
    ) {
        // Safety: the rows and columns of each product are those of the panel and the task,
        // and columns are counted from the task's first one, as in `epilogue`.
        unsafe {
            match self {
                PackedTask::Plain { columns, .. } => {
                    multiply_plain(shape, weights, panel, columns, epilogue);
                }
                PackedTask::StrassenWinograd {
                    columns,
                    quadrants,
                    remainder,
                } => {
                    let (quadrants, remainder) = (quadrants.as_slice(), remainder.as_deref());
                    strassen_product(weights, columns, quadrants, remainder, epilogue)
                        .multiply_panel(shape, panel, workspace);
                }
                PackedTask::WinogradConvolution(tiles) => {
                    let product = WinogradProduct {
                        a: weights.packed.panels(),
                        b: tiles,
                        rows: weights.rows,
                        channels: weights.packed.depth(),
                        epilogue,
                    };
                    product.multiply_panel(shape, panel);
                }
            }
        }
    }
}

/// An ordinary product. Weights in the form [`Form::StrassenWinograd`] have two blocks of rows, each with a
/// panel `panel`; the lower block may have one panel less.
///
/// # Safety
/// As [`PackedTask::multiply`].
unsafe fn multiply_plain(
    shape: KernelShape,
    weights: &ConvolutionWeights,
    panel: usize,
    columns: &PackedMatrix,
    epilogue: Epilogue,
) {
    let a = weights.packed.panels();
    for block in weights.row_blocks(shape.rows()) {
        if panel * shape.rows() >= block.rows.len() {
            continue;
        }
        let first_bias = block.first_panel * shape.rows();
        let product = PackedProduct {
            a: a.skip(block.first_panel),
            b: columns.panels(),
            rows: block.rows.len(),
            columns: columns.count(),
            depth: weights.depth,
            epilogue: epilogue.skip_rows(block.rows.start, first_bias),
        };
        // Safety: the epilogue begins at the block's first row; the panel's rows end with the
        // block, and the columns are those of the task.
        unsafe { product.multiply_panel(shape, panel) };
    }
}

fn strassen_product<'a>(
    weights: &'a ConvolutionWeights,
    columns: &ColumnHalves,
    quadrants: &'a [f32],
    remainder: Option<&'a [f32]>,
    epilogue: Epilogue<'a>,
) -> StrassenProduct<'a> {
    StrassenProduct {
        a: weights.packed.panels(),
        b: quadrants,
        rows: weights.rows,
        depth: weights.depth,
        columns: columns.left.len(),
        right_offset: columns.right_offset,
        remainder: remainder.map(|b| RemainderColumns {
            b,
            columns: columns.remainder.len(),
            offset: columns.remainder.start - columns.left.start,
        }),
        epilogue,
    }
}
