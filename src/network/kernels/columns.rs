//! The windows of a picture as the columns of a matrix, packed for a kernel.
//!
//! Column (y, x) holds what the window of output (y, x) sees: channel by channel,
//! tap by tap.

use std::ops::Range;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::mmm::EagerPackedInput;
use tract_onnx::tract_core::tract_linalg::multithread::par_chunks_mut;
use tract_onnx::tract_core::tract_linalg::pack::PackedFormat;

use super::lanes::{LANES, Lanes};
use super::panels::{filled, numbers, unfilled};
use super::planes::{Geometry, Scratch};

/// The columns of the output rows `rows`.
///
/// # Errors
/// None of its own.
pub fn pack(
    format: &PackedFormat,
    geometry: &Geometry,
    channels: &[Scratch],
    rows: Range<usize>,
) -> TractResult<EagerPackedInput> {
    let taps = geometry.kernel.0 * geometry.kernel.1;
    let depth = channels.len() * taps;
    let width = geometry.output.1;
    let columns = rows.len() * width;
    let (mut blob, panel_len) = unfilled(format, depth, columns);
    par_chunks_mut(
        numbers(&mut blob),
        panel_len,
        depth * columns,
        |first, panels| {
            let count = panels.len() / panel_len;
            let wanted = first * format.r..((first + count) * format.r).min(columns);
            // What stands beyond the last column is read and thrown away.
            let mut line = vec![0.0; count * format.r];
            let mut place = 0;
            for channel in channels {
                for &tap in &channel.taps {
                    fill(
                        &mut line,
                        geometry,
                        channel,
                        tap,
                        rows.start,
                        wanted.clone(),
                    );
                    deal(&line, panels, panel_len, place, format.r);
                    place += 1;
                }
            }
            Ok(())
        },
    )?;
    Ok(filled(format, depth, columns, blob))
}

/// One tap's numbers for some columns, counted from the first output row on.
fn fill(
    line: &mut [f32],
    geometry: &Geometry,
    channel: &Scratch,
    tap: usize,
    first_row: usize,
    columns: Range<usize>,
) {
    let width = geometry.output.1;
    let mut column = columns.start;
    while column < columns.end {
        let (row, from) = (column / width, column % width);
        let count = (width - from).min(columns.end - column);
        let values = &channel.row(geometry, first_row + row)[tap + from..][..count];
        line[column - columns.start..][..count].copy_from_slice(values);
        column += count;
    }
}

/// Deals a line out to the panels, as their number `place`.
fn deal(line: &[f32], panels: &mut [f32], panel_len: usize, place: usize, width: usize) {
    let pairs = panels
        .chunks_exact_mut(panel_len)
        .zip(line.chunks_exact(width));
    if !width.is_multiple_of(LANES) {
        for (panel, line) in pairs {
            panel[place * width..][..width].copy_from_slice(line);
        }
        return;
    }
    for (panel, line) in pairs {
        let to = &mut panel[place * width..][..width];
        for (to, from) in to.chunks_exact_mut(LANES).zip(line.chunks_exact(LANES)) {
            // Safety: both are four numbers long.
            unsafe { Lanes::load(from.as_ptr()).store(to.as_mut_ptr()) };
        }
    }
}
