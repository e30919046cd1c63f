//! A convolution's product in tasks: which columns make one, how they are packed, and
//! how panels of the weights are multiplied with them.

use std::ops::Range;

use tract_onnx::tract_core::tract_linalg::mmm::{EagerPackedInput, MMMInputValue};

use super::super::common::{PackedBuffer, blob_elements};
use super::super::matmul::{
    Epilogue, KernelShape, MAX_REMAINDER_COLUMNS, PackedPanels, PackedProduct, ProductSize,
    QuadrantPanels, RemainderColumns, StrassenProduct, column_blocks, left_columns,
};
use super::convolution_weights::{ConvolutionWeights, Form};
use super::im2col::Im2col;
use super::winograd::{InputTiles, PackedInputTiles, TRANSFORM_ELEMENTS, WinogradProduct};

/// What the windows of a picture see.
pub enum ConvolutionInput<'a> {
    Im2col(Im2col<'a>),
    /// For weights in the form [`Form::WinogradConvolution`].
    Winograd(InputTiles),
}

/// What is packed and multiplied at once.
pub enum Task<'a> {
    Plain(&'a Im2col<'a>, Range<usize>),
    StrassenWinograd(&'a Im2col<'a>, ColumnHalves),
    WinogradConvolution(&'a InputTiles, Range<usize>),
}

/// Columns of the left half that are done along with those of the right half.
#[derive(Clone, Debug)]
pub struct ColumnHalves {
    left: Range<usize>,
    /// From each column of the left half to that of the right half.
    right_offset: usize,
    /// Columns of neither half that are done along with those, too.
    remainder: Range<usize>,
}

/// A task's columns, packed.
pub enum PackedTask {
    Plain {
        /// The first of the columns.
        first: usize,
        columns: EagerPackedInput,
    },
    StrassenWinograd {
        columns: ColumnHalves,
        quadrants: PackedBuffer,
        remainder: Option<Vec<f32>>,
    },
    WinogradConvolution(PackedInputTiles),
}

/// The tasks of a convolution of a picture, for `threads` threads. Its output has so many
/// columns.
pub fn tasks<'a>(
    weights: &ConvolutionWeights,
    input: &'a ConvolutionInput<'a>,
    columns: usize,
    threads: usize,
) -> Vec<Task<'a>> {
    match input {
        ConvolutionInput::Im2col(im2col) => im2col_tasks(weights, im2col, columns, threads),
        ConvolutionInput::Winograd(tiles) => {
            let panel = weights.columns_format.r * weights.packed.k() * TRANSFORM_ELEMENTS;
            column_blocks(product_size(weights, tiles.count(), panel), threads)
                .into_iter()
                .map(|range| Task::WinogradConvolution(tiles, range))
                .collect()
        }
    }
}

fn product_size(weights: &ConvolutionWeights, columns: usize, panel: usize) -> ProductSize {
    ProductSize {
        columns,
        width: weights.columns_format.r,
        panel,
        weights: blob_elements(&weights.packed.packed).len(),
    }
}

fn im2col_tasks<'a>(
    weights: &ConvolutionWeights,
    im2col: &'a Im2col<'a>,
    columns: usize,
    threads: usize,
) -> Vec<Task<'a>> {
    let (width, depth) = (weights.columns_format.r, weights.depth);
    let left = match weights.form {
        Form::StrassenWinograd => left_columns(columns),
        Form::Plain | Form::WinogradConvolution => 0,
    };
    let pair_len = QuadrantPanels { width, depth }.pair_len();
    let blocks = column_blocks(product_size(weights, left, pair_len), threads);
    let mut halves: Vec<ColumnHalves> = (blocks.into_iter())
        .map(|block| ColumnHalves {
            left: block,
            right_offset: left,
            remainder: 0..0,
        })
        .collect();
    let mut rest = 2 * left..columns;
    // A few columns of neither half go along with some that are in one.
    if let Some(last) = halves
        .last_mut()
        .filter(|_| rest.len() <= MAX_REMAINDER_COLUMNS)
    {
        last.remainder = std::mem::replace(&mut rest, columns..columns);
    }
    let blocks = column_blocks(product_size(weights, rest.len(), width * depth), threads);
    let plain = (blocks.into_iter())
        .map(|block| Task::Plain(im2col, rest.start + block.start..rest.start + block.end));
    let halves = (halves.into_iter()).map(|halves| Task::StrassenWinograd(im2col, halves));
    halves.chain(plain).collect()
}

impl Task<'_> {
    pub fn pack(&self, weights: &ConvolutionWeights) -> PackedTask {
        let (format, depth) = (&weights.columns_format, weights.depth);
        match self {
            Task::Plain(im2col, range) => PackedTask::Plain {
                first: range.start,
                columns: im2col.pack(format, depth, range.clone()),
            },
            Task::StrassenWinograd(im2col, columns) => PackedTask::StrassenWinograd {
                quadrants: im2col.pack_quadrants(
                    format,
                    depth,
                    columns.left.clone(),
                    columns.right_offset,
                ),
                remainder: (!columns.remainder.is_empty()).then(|| {
                    let panel_rows = weights.packed.fact.format.r();
                    im2col.pack_remainder(depth, columns.remainder.clone(), panel_rows)
                }),
                columns: columns.clone(),
            },
            Task::WinogradConvolution(tiles, range) => {
                PackedTask::WinogradConvolution(tiles.pack(format, range.clone()))
            }
        }
    }
}

impl PackedTask {
    /// The place in a row of the output from which on places are counted.
    pub fn start(&self) -> usize {
        match self {
            PackedTask::Plain { first, .. } => *first,
            PackedTask::StrassenWinograd { columns, .. } => columns.left.start,
            PackedTask::WinogradConvolution(_) => 0,
        }
    }

    /// Multiplies panel `panel` of the weights, or of each half of them, with the columns.
    /// `workspace` is room for sums of weights.
    ///
    /// # Safety
    /// As [`PackedProduct::multiply_panel`], [`StrassenProduct::multiply_panel`] and
    /// [`WinogradProduct::multiply_panel`], where `epilogue` begins at
    /// [`PackedTask::start`].
    pub unsafe fn multiply(
        &self,
        shape: KernelShape,
        weights: &ConvolutionWeights,
        panel: usize,
        epilogue: Epilogue,
        workspace: &mut Vec<f32>,
    ) {
        // Safety: the caller's.
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
                        a: PackedPanels::new(&weights.packed),
                        b: tiles,
                        rows: weights.rows,
                        channels: weights.packed.k(),
                        epilogue,
                    };
                    product.multiply_panel(shape, panel);
                }
            }
        }
    }
}

/// # Safety
/// As [`PackedTask::multiply`].
unsafe fn multiply_plain(
    shape: KernelShape,
    weights: &ConvolutionWeights,
    panel: usize,
    columns: &EagerPackedInput,
    epilogue: Epilogue,
) {
    let a = PackedPanels::new(&weights.packed);
    for block in weights.row_blocks(shape.rows()) {
        if panel * shape.rows() >= block.rows.len() {
            continue;
        }
        let first_bias = block.first_panel * shape.rows();
        let product = PackedProduct {
            a: a.skip(block.first_panel),
            b: PackedPanels::new(columns),
            rows: block.rows.len(),
            columns: columns.mn(),
            depth: weights.depth,
            epilogue: epilogue.from_row(block.rows.start, first_bias),
        };
        // Safety: the caller's.
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
        a: PackedPanels::new(&weights.packed),
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
