//! What the windows of a picture see, as the columns of a matrix, packed for a kernel.
//!
//! Column (y, x) holds what the window of output (y, x) sees: channel by channel,
//! tap by tap. Packed are a few columns at a time, which a kernel reads while they
//! are in the first cache.

use std::mem::MaybeUninit;
use std::ops::Range;

use tract_onnx::tract_core::tract_linalg::mmm::EagerPackedInput;
use tract_onnx::tract_core::tract_linalg::pack::{PackedFormat, Packing as _};

use super::super::common::{LANES, Lanes, PackedBuffer, UninitPackedBuffer};
use super::super::matmul::{
    ColumnPanels, PackedPanels, QuadrantPanels, UninitPanels, into_packed_input, packed_width,
    repeat_for_rows,
};
use super::sliding_window::{Geometry, PaddedPlane};

/// Where the columns of one picture come from.
pub enum Im2col<'a> {
    /// Pixels as they are, each a column: planes [C, h·w] one after the other.
    Pointwise { planes: &'a [f32], len: usize },
    /// Windows that do not reach beyond the planes.
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
    /// The columns in `range`, in the panels of a kernel that walks along `depth`.
    pub fn pack(
        &self,
        format: &PackedFormat,
        depth: usize,
        range: Range<usize>,
    ) -> EagerPackedInput {
        let UninitPanels {
            mut buffer,
            panel_len,
        } = UninitPanels::new(format, depth, range.len());
        let panels = buffer.as_mut_slice();
        let width = format.r;
        let whole_panels = range.len() / width;
        // Columns of padding are multiplied, too: zeros, since subnormal numbers would
        // be slow.
        panels[whole_panels * panel_len..].fill(MaybeUninit::new(0.0));
        for panel in panels.chunks_exact_mut(panel_len).take(whole_panels) {
            panel[depth * width..].fill(MaybeUninit::new(0.0));
        }
        let column_panels = ColumnPanels { width, panel_len };
        let mut line_buffer = self.buffer(range.len());
        for row in 0..depth {
            let line = self.line(row, range.clone(), &mut line_buffer);
            column_panels.pack_row(line, panels, row);
        }
        // Safety: of whole panels all `depth` rows were written and the padding after
        // them; what follows the whole panels was filled with zeros first.
        let packed = unsafe { buffer.assume_init() };
        into_packed_input(packed, format, depth, range.len())
    }

    /// The columns in `range` of the left half, and those `right_offset` behind each, as
    /// a Strassen–Winograd product wants them.
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
        let mut buffers: [Vec<f32>; 4] = std::array::from_fn(|_| self.buffer(range.len()));
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

    /// The few columns in `range`, for tiles of so many rows: see
    /// [`super::super::matmul::RemainderColumns`].
    pub fn pack_remainder(&self, depth: usize, range: Range<usize>, rows: usize) -> Vec<f32> {
        let width = packed_width(range.len());
        let packed = self.pack(&f32::packing(width), depth, range);
        let panel = PackedPanels::new(&packed).panel(0, depth * width);
        repeat_for_rows(panel, width, rows)
    }

    /// What [`Im2col::line`] wants for lines of a length.
    fn buffer(&self, len: usize) -> Vec<f32> {
        match self {
            Im2col::Pointwise { .. } => Vec::new(),
            Im2col::Unpadded { .. } | Im2col::Padded { .. } => vec![0.0; len],
        }
    }

    /// Row `place` of the matrix, as far as the columns in `range` go.
    fn line<'a>(&'a self, place: usize, range: Range<usize>, buffer: &'a mut [f32]) -> &'a [f32] {
        match self {
            Im2col::Pointwise { planes, len } => &planes[place * len..][..*len][range],
            Im2col::Unpadded { geometry, planes } => {
                let (len, taps) = (geometry.input_len(), geometry.kernel.0 * geometry.kernel.1);
                let plane = &planes[place / taps * len..][..len];
                sample(buffer, geometry, plane, place % taps, range);
                buffer
            }
            Im2col::Padded { geometry, channels } => {
                let taps = geometry.kernel.0 * geometry.kernel.1;
                let channel = &channels[place / taps];
                fill(buffer, geometry, channel, channel.taps[place % taps], range);
                buffer
            }
        }
    }
}

/// What one tap of some windows sees.
fn fill(
    line: &mut [f32],
    geometry: &Geometry,
    channel: &PaddedPlane,
    tap: usize,
    columns: Range<usize>,
) {
    by_rows(line, geometry.output.1, columns, |row, from, line| {
        let values = &channel.row(geometry, row)[tap + from..][..line.len()];
        line.copy_from_slice(values);
    });
}

/// The same for windows that do not reach beyond a plane.
fn sample(line: &mut [f32], geometry: &Geometry, plane: &[f32], tap: usize, columns: Range<usize>) {
    let (strides, dilations, width) = (geometry.strides, geometry.dilations, geometry.input.1);
    let below = tap / geometry.kernel.1 * dilations.0;
    let right = tap % geometry.kernel.1 * dilations.1;
    by_rows(line, geometry.output.1, columns, |row, from, line| {
        let row = &plane[(row * strides.0 + below) * width..][..width];
        let from = &row[from * strides.1 + right..];
        match strides.1 {
            1 => line.copy_from_slice(&from[..line.len()]),
            2 => every_other(line, from),
            stride => {
                for (to, value) in line.iter_mut().zip(from.iter().step_by(stride)) {
                    *to = *value;
                }
            }
        }
    });
}

/// Calls `each` for every row of an output that columns reach into: its number, the
/// first column in it, and the piece of the line for it.
#[inline(always)]
fn by_rows(
    line: &mut [f32],
    width: usize,
    columns: Range<usize>,
    each: impl Fn(usize, usize, &mut [f32]),
) {
    let mut column = columns.start;
    while column < columns.end {
        let (row, from) = (column / width, column % width);
        let count = (width - from).min(columns.end - column);
        each(row, from, &mut line[column - columns.start..][..count]);
        column += count;
    }
}

fn every_other(to: &mut [f32], from: &[f32]) {
    let (fours, rest) = to.as_chunks_mut::<LANES>();
    let eights = from.as_chunks::<{ 2 * LANES }>().0;
    let whole = fours.len().min(eights.len());
    for (to, from) in fours.iter_mut().zip(eights) {
        // Safety: one is four numbers long, the other eight.
        unsafe {
            let second = Lanes::load(from.as_ptr().add(LANES));
            let even = Lanes::load(from.as_ptr()).even(second);
            even.store(to.as_mut_ptr());
        }
    }
    let left = fours[whole..].as_flattened_mut().iter_mut().chain(rest);
    for (to, value) in left.zip(from[2 * LANES * whole..].iter().step_by(2)) {
        *to = *value;
    }
}
