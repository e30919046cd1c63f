//! What the windows of a picture see, as the columns of a matrix, packed for a kernel.
//!
//! Column (y, x) holds what the window of output (y, x) sees: channel by channel,
//! tap by tap. Packed are a few columns at a time, which a kernel reads while they
//! are in the first cache.

use std::ops::Range;

use tract_onnx::tract_core::tract_linalg::mmm::EagerPackedInput;
use tract_onnx::tract_core::tract_linalg::pack::PackedFormat;

use super::lanes::{LANES, Lanes};
use super::panels::{filled, numbers, unfilled};
use super::planes::{Geometry, Scratch};

/// Where the columns of one picture come from.
pub enum Columns<'a> {
    /// Pixels as they are, each a column: planes [C, h·w] one after the other.
    Pixels { planes: &'a [f32], len: usize },
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
        match self {
            Columns::Pixels { planes, len } => {
                for (place, plane) in planes.chunks_exact(*len).enumerate() {
                    deal(&plane[range.clone()], panels, panel_len, place, width);
                }
            }
            Columns::Windows { geometry, channels } => {
                let mut line = vec![0.0; range.len()];
                let mut place = 0;
                for channel in channels {
                    for &tap in &channel.taps {
                        fill(&mut line, geometry, channel, tap, range.clone());
                        deal(&line, panels, panel_len, place, width);
                        place += 1;
                    }
                }
            }
        }
        filled(format, depth, range.len(), blob)
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
    let width = geometry.output.1;
    let mut column = columns.start;
    while column < columns.end {
        let (row, from) = (column / width, column % width);
        let count = (width - from).min(columns.end - column);
        let values = &channel.row(geometry, row)[tap + from..][..count];
        line[column - columns.start..][..count].copy_from_slice(values);
        column += count;
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
