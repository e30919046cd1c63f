//! Im2col (K. Chellapilla, S. Puri and P. Simard, "High Performance Convolutional Neural
//! Networks for Document Processing", 2006): windows as the columns of a matrix
//! [C·kh·kw, h'·w'], packed for a kernel.
//!
//! Column y·w' + x holds what the window of output (y, x) sees, channel by channel, tap by
//! tap. The matrix is never formed: a range of columns is packed at a time.

use std::mem::MaybeUninit;
use std::ops::Range;

use tract_onnx::tract_core::tract_linalg::pack::{PackedFormat, Packing as _};

use super::super::common::{LANES, Lanes, PackedBuffer, UninitPackedBuffer};
use super::super::matmul::{
    ColumnPanels, PackedMatrix, QuadrantPanels, UninitPanels, packed_width, repeat_for_rows,
};
use super::sliding_window::{Geometry, PaddedPlane};

/// The matrix of one image, by the planes [C, h, w] that it is read from.
pub enum Im2col<'a> {
    /// Windows of 1 × 1 with unit stride: the planes, of `len` elements each, are the rows of
    /// the matrix.
    Pointwise { planes: &'a [f32], len: usize },
    /// Windows that lie inside of the planes.
    Unpadded {
        geometry: &'a Geometry,
        planes: &'a [f32],
    },
    /// Windows over padded planes.
    Padded {
        geometry: &'a Geometry,
        channels: Vec<PaddedPlane>,
    },
}

impl Im2col<'_> {
    /// Packs the columns in `range`. `depth`: rows of the matrix.
    pub fn pack(&self, format: &PackedFormat, depth: usize, range: Range<usize>) -> PackedMatrix {
        let UninitPanels {
            mut buffer,
            panel_len,
        } = UninitPanels::new(format, depth, range.len());
        let panels = buffer.as_mut_slice();
        let width = format.r;
        let whole_panels = range.len() / width;
        // Columns of padding are multiplied, too: zeros, since subnormals would
        // be slow.
        panels[whole_panels * panel_len..].fill(MaybeUninit::new(0.0));
        for panel in panels.chunks_exact_mut(panel_len).take(whole_panels) {
            panel[depth * width..].fill(MaybeUninit::new(0.0));
        }
        let column_panels = ColumnPanels { width, panel_len };
        let mut line_buffer = self.line_buffer(range.len());
        for row in 0..depth {
            let line = self.line(row, range.clone(), &mut line_buffer);
            column_panels.pack_row(line, panels, row);
        }
        // Safety: of whole panels all `depth` rows were written and the padding after
        // them; what follows the whole panels was filled with zeros first.
        let packed = unsafe { buffer.assume_init() };
        PackedMatrix::new(packed, format, depth, range.len())
    }

    /// Packs the columns in `range`, which are in the left half, and those `right_offset`
    /// after each, in the right half, for a Strassen–Winograd product.
    pub fn pack_quadrants(
        &self,
        format: &PackedFormat,
        depth: usize,
        range: Range<usize>,
        right_offset: usize,
    ) -> PackedBuffer {
        let width = format.r;
        let panels = QuadrantPanels { width, depth };
        assert!(width.is_multiple_of(LANES));
        let len = range.len().div_ceil(width) * panels.pair_len();
        let mut packed = UninitPackedBuffer::new(len, format.alignment_bytes);
        let mut buffers: [Vec<f32>; 4] = std::array::from_fn(|_| self.line_buffer(range.len()));
        let right = range.start + right_offset..range.end + right_offset;
        for row in 0..depth / 2 {
            let [b11, b12, b21, b22] = &mut buffers;
            let lines = [
                self.line(row, range.clone(), b11),
                self.line(row, right.clone(), b12),
                self.line(depth / 2 + row, range.clone(), b21),
                self.line(depth / 2 + row, right.clone(), b22),
            ];
            panels.pack_row(lines, packed.as_mut_slice(), row);
        }
        // Safety: there are as many pairs of panels as the lines reach, and every call
        // writes a whole row of all matrices of each pair, since `width` is a multiple of
        // LANES; there are `depth / 2` rows.
        unsafe { packed.assume_init() }
    }

    /// Packs the few columns in `range` for
    /// [`RemainderColumns`](super::super::matmul::RemainderColumns), multiplied in tiles of
    /// `rows` rows.
    pub fn pack_remainder(&self, depth: usize, range: Range<usize>, rows: usize) -> Vec<f32> {
        let width = packed_width(range.len());
        let packed = self.pack(&f32::packing(width), depth, range);
        let panel = packed.panels().panel(0, depth * width);
        repeat_for_rows(panel, width, rows)
    }

    /// A buffer for [`Im2col::line`], for lines of `len` elements.
    fn line_buffer(&self, len: usize) -> Vec<f32> {
        match self {
            Im2col::Pointwise { .. } => Vec::new(),
            Im2col::Unpadded { .. } | Im2col::Padded { .. } => vec![0.0; len],
        }
    }

    /// The elements of row `row` of the matrix in the columns of `range`: from the planes
    /// if they are contiguous there, else gathered in `buffer`.
    fn line<'a>(&'a self, row: usize, range: Range<usize>, buffer: &'a mut [f32]) -> &'a [f32] {
        match self {
            Im2col::Pointwise { planes, len } => &planes[row * len..][..*len][range],
            Im2col::Unpadded { geometry, planes } => {
                let (len, taps) = (geometry.input_len(), geometry.kernel.0 * geometry.kernel.1);
                let plane = &planes[row / taps * len..][..len];
                gather_unpadded(buffer, geometry, plane, row % taps, range);
                buffer
            }
            Im2col::Padded { geometry, channels } => {
                let taps = geometry.kernel.0 * geometry.kernel.1;
                let channel = &channels[row / taps];
                gather_padded(buffer, geometry, channel, row % taps, range);
                buffer
            }
        }
    }
}

/// What tap `tap` sees in a padded plane for the outputs in `columns`.
fn gather_padded(
    line: &mut [f32],
    geometry: &Geometry,
    channel: &PaddedPlane,
    tap: usize,
    columns: Range<usize>,
) {
    let offset = channel.taps[tap];
    for_each_output_row(line, geometry.output.1, columns, |row, column, line| {
        let values = &channel.row(geometry, row)[offset + column..][..line.len()];
        line.copy_from_slice(values);
    });
}

/// The same in a plane without padding, for windows that lie inside of it.
fn gather_unpadded(
    line: &mut [f32],
    geometry: &Geometry,
    plane: &[f32],
    tap: usize,
    columns: Range<usize>,
) {
    let (strides, dilations, width) = (geometry.strides, geometry.dilations, geometry.input.1);
    let below = tap / geometry.kernel.1 * dilations.0;
    let right = tap % geometry.kernel.1 * dilations.1;
    for_each_output_row(line, geometry.output.1, columns, |row, column, line| {
        let row = &plane[(row * strides.0 + below) * width..][..width];
        let from = &row[column * strides.1 + right..];
        match strides.1 {
            1 => line.copy_from_slice(&from[..line.len()]),
            2 => copy_every_other(line, from),
            stride => {
                for (to, value) in line.iter_mut().zip(from.iter().step_by(stride)) {
                    *to = *value;
                }
            }
        }
    });
}

/// Calls `gather(row, column, line)` for every row of an output of a width in which some of
/// `columns` lie: with the first of these, counted in that row, and their part of the line.
#[inline(always)]
fn for_each_output_row(
    line: &mut [f32],
    width: usize,
    columns: Range<usize>,
    gather: impl Fn(usize, usize, &mut [f32]),
) {
    let mut column = columns.start;
    while column < columns.end {
        let (row, first) = (column / width, column % width);
        let count = (width - first).min(columns.end - column);
        gather(row, first, &mut line[column - columns.start..][..count]);
        column += count;
    }
}

/// Copies the elements of `from` at even indices.
fn copy_every_other(to: &mut [f32], from: &[f32]) {
    let (vectors, rest) = to.as_chunks_mut::<LANES>();
    let pairs = from.as_chunks::<{ 2 * LANES }>().0;
    let whole = vectors.len().min(pairs.len());
    for (to, pair) in vectors.iter_mut().zip(pairs) {
        let second = Lanes::load_slice(&pair[LANES..]);
        Lanes::load_slice(&pair[..LANES])
            .even(second)
            .store_array(to);
    }
    let left = vectors[whole..].as_flattened_mut().iter_mut().chain(rest);
    for (to, value) in left.zip(from[2 * LANES * whole..].iter().step_by(2)) {
        *to = *value;
    }
}
