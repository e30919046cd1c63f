//! What the windows of a picture see, as the columns of a matrix, packed for a kernel.
//!
//! Column (y, x) holds what the window of output (y, x) sees: channel by channel,
//! tap by tap. Packed are a few columns at a time, which a kernel reads while they
//! are in the first cache.

use std::ops::Range;

use tract_onnx::tract_core::internal::Blob;
use tract_onnx::tract_core::tract_linalg::mmm::EagerPackedInput;
use tract_onnx::tract_core::tract_linalg::pack::PackedFormat;

use super::lanes::{LANES, Lanes};
use super::panels::{filled, numbers, space, unfilled};
use super::planes::{Geometry, Scratch};
use super::strassen::Parts;

/// Where the columns of one picture come from.
pub enum Columns<'a> {
    /// Pixels as they are, each a column: planes [C, h·w] one after the other.
    Pixels { planes: &'a [f32], len: usize },
    /// Windows that do not reach beyond the planes.
    Inside {
        geometry: &'a Geometry,
        planes: &'a [f32],
    },
    /// Windows over padded planes.
    Windows {
        geometry: &'a Geometry,
        channels: Vec<Scratch>,
    },
}

impl Columns<'_> {
    /// The columns in `range`, in the panels of a kernel that walks along `depth`.
    pub fn pack(
        &self,
        format: &PackedFormat,
        depth: usize,
        range: Range<usize>,
    ) -> EagerPackedInput {
        let (mut blob, panel_len) = unfilled(format, depth, range.len());
        let panels = numbers(&mut blob);
        let width = format.r;
        let whole = range.len() / width * width;
        if whole < range.len() {
            // What stands beyond the last column is read and thrown away, and must
            // not slow the machine down.
            panels[whole / width * panel_len..].fill(0.0);
        }
        let mut buffer = self.buffer(range.len());
        for place in 0..depth {
            let line = self.line(place, range.clone(), &mut buffer);
            deal(line, panels, panel_len, place, width);
        }
        filled(format, depth, range.len(), blob)
    }

    /// The columns in `range` and their partners, so far behind each, in the parts
    /// that a product in halves wants.
    pub fn pack_halves(
        &self,
        format: &PackedFormat,
        depth: usize,
        range: Range<usize>,
        partner: usize,
    ) -> Blob {
        let width = format.r;
        let parts = Parts { width, depth };
        let mut blob = space(format, range.len().div_ceil(width) * parts.pair());
        let mut buffers: [Vec<f32>; 4] = std::array::from_fn(|_| self.buffer(range.len()));
        let partners = range.start + partner..range.end + partner;
        for place in 0..depth / 2 {
            let [b11, b12, b21, b22] = &mut buffers;
            let lines = [
                self.line(place, range.clone(), b11),
                self.line(place, partners.clone(), b12),
                self.line(depth / 2 + place, range.clone(), b21),
                self.line(depth / 2 + place, partners.clone(), b22),
            ];
            parts.deal(lines, numbers(&mut blob), place);
        }
        blob
    }

    /// What [`Columns::line`] wants for lines of a length.
    fn buffer(&self, len: usize) -> Vec<f32> {
        match self {
            Columns::Pixels { .. } => Vec::new(),
            Columns::Inside { .. } | Columns::Windows { .. } => vec![0.0; len],
        }
    }

    /// Row `place` of the matrix, as far as the columns in `range` go.
    fn line<'a>(&'a self, place: usize, range: Range<usize>, buffer: &'a mut [f32]) -> &'a [f32] {
        match self {
            Columns::Pixels { planes, len } => &planes[place * len..][..*len][range],
            Columns::Inside { geometry, planes } => {
                let (len, taps) = (geometry.input_len(), geometry.kernel.0 * geometry.kernel.1);
                let plane = &planes[place / taps * len..][..len];
                sample(buffer, geometry, plane, place % taps, range);
                buffer
            }
            Columns::Windows { geometry, channels } => {
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
    channel: &Scratch,
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

/// Deals a line out to the panels, as their number `place`.
fn deal(line: &[f32], panels: &mut [f32], panel_len: usize, place: usize, width: usize) {
    let mut lines = line.chunks_exact(width);
    let mut panels = panels.chunks_exact_mut(panel_len);
    for (line, panel) in (&mut lines).zip(&mut panels) {
        let to = &mut panel[place * width..][..width];
        if !width.is_multiple_of(LANES) {
            to.copy_from_slice(line);
            continue;
        }
        for (to, from) in to.chunks_exact_mut(LANES).zip(line.chunks_exact(LANES)) {
            // Safety: both are four numbers long.
            unsafe { Lanes::load(from.as_ptr()).store(to.as_mut_ptr()) };
        }
    }
    let rest = lines.remainder();
    if let Some(panel) = panels.next() {
        panel[place * width..][..rest.len()].copy_from_slice(rest);
    }
}
