//! Packing: matrices in panels, in the order in which the microkernel reads them.
//!
//! tract packs a weight while it makes a graph ready, from float32 numbers that it
//! copied out of the file before. Here one pass leads from the file's own bytes to
//! the panels.

use std::ops::Range;
use std::sync::Arc;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::mmm::{EagerPackedInput, PackedExoticFact};
use tract_onnx::tract_core::tract_linalg::pack::PackedFormat;

use super::super::common::{LANES, Lanes, PackedBuffer, as_floats, parallel_chunks};
use super::weight_reader::WeightReader;

/// Panels one after the other.
#[derive(Clone, Copy, Debug)]
pub struct PackedPanels<'a> {
    pub values: &'a [f32],
    /// Numbers from one panel to the next.
    pub panel_len: usize,
}

impl<'a> PackedPanels<'a> {
    /// Those of a packed matrix.
    pub fn new(packed: &'a EagerPackedInput) -> PackedPanels<'a> {
        PackedPanels {
            values: as_floats(&packed.packed),
            panel_len: packed.panel_bytes / size_of::<f32>(),
        }
    }

    /// The first `len` numbers of panel `number`.
    #[inline(always)]
    pub fn panel(self, number: usize, len: usize) -> &'a [f32] {
        &self.values[number * self.panel_len..][..len]
    }

    /// The panels from `number` on.
    pub fn skip(self, number: usize) -> PackedPanels<'a> {
        PackedPanels {
            values: &self.values[number * self.panel_len..],
            ..self
        }
    }
}

/// Which rows each panel of a matrix holds: the upper rows have panels of their own, and
/// so have the lower ones, if there are any.
#[derive(Clone, Copy, Debug)]
pub struct PanelLayout {
    rows: usize,
    panel_rows: usize,
    upper_rows: usize,
    /// Panels before those of the lower rows.
    upper_panels: usize,
}

/// Rows that have panels of their own.
#[derive(Clone, Debug)]
pub struct RowBlock {
    pub rows: Range<usize>,
    pub first_panel: usize,
}

impl PanelLayout {
    /// For panels of `panel_rows` rows. Of `rows` rows, `upper_rows` are upper ones.
    pub fn new(rows: usize, panel_rows: usize, upper_rows: usize) -> PanelLayout {
        PanelLayout {
            rows,
            panel_rows,
            upper_rows,
            upper_panels: upper_rows.div_ceil(panel_rows),
        }
    }

    /// Panels of the upper rows; the lower ones have no more.
    pub fn upper_panels(self) -> usize {
        self.upper_panels
    }

    /// Panels; upper and lower rows have as many.
    pub fn count(self) -> usize {
        if self.upper_rows < self.rows {
            2 * self.upper_panels
        } else {
            self.upper_panels
        }
    }

    /// The rows of panel `number`: fewer than a panel's at the end of each block.
    pub fn rows(self, number: usize) -> Range<usize> {
        let (first, end) = if number < self.upper_panels {
            (number * self.panel_rows, self.upper_rows)
        } else {
            let lower_panel = number - self.upper_panels;
            (self.upper_rows + lower_panel * self.panel_rows, self.rows)
        };
        first.min(end)..(first + self.panel_rows).min(end)
    }

    /// The rows of each panel.
    pub fn each(self) -> impl Iterator<Item = Range<usize>> {
        (0..self.count()).map(move |number| self.rows(number))
    }

    /// The upper and the lower rows, as far as there are any.
    pub fn blocks(self) -> impl Iterator<Item = RowBlock> {
        let upper = RowBlock {
            rows: 0..self.upper_rows,
            first_panel: 0,
        };
        let lower = RowBlock {
            rows: self.upper_rows..self.rows,
            first_panel: self.upper_panels,
        };
        let blocks = [upper, lower].into_iter();
        blocks.filter(|block| !block.rows.is_empty())
    }
}

/// A packed matrix that is not written yet, and the length of a panel in numbers.
pub fn unfilled_panels(format: &PackedFormat, depth: usize, count: usize) -> (PackedBuffer, usize) {
    let panel_len = format.single_panel_len(depth);
    let len = format.len(depth, count);
    (
        PackedBuffer::unfilled(len, format.alignment_bytes),
        panel_len,
    )
}

/// A packed matrix [depth, count] or [count, depth] as tract knows them.
pub fn into_packed_input(
    buffer: PackedBuffer,
    format: &PackedFormat,
    depth: usize,
    count: usize,
) -> EagerPackedInput {
    EagerPackedInput {
        fact: PackedExoticFact {
            format: Box::new(format.clone()),
            mn: count.to_dim(),
            k: depth,
        },
        packed: Arc::new(buffer.into_blob()),
        panel_bytes: format.single_panel_len(depth) * size_of::<f32>(),
        mn: count,
    }
}

/// Packs the rows of a matrix; row r is multiplied by `row_scales[r]`.
///
/// # Errors
/// None of its own.
pub fn pack_rows(
    matrix: &WeightReader,
    row_scales: Option<&[f32]>,
    format: &PackedFormat,
    layout: PanelLayout,
) -> TractResult<EagerPackedInput> {
    let (depth, width) = (matrix.columns, format.r);
    let padded_rows = layout.count() * width;
    let (mut buffer, panel_len) = unfilled_panels(format, depth, padded_rows);
    parallel_chunks(
        buffer.as_mut_slice(),
        panel_len,
        padded_rows * depth,
        |first, panels| {
            for (number, panel) in (first..).zip(panels.chunks_exact_mut(panel_len)) {
                let rows = layout.rows(number);
                // What stands beyond the last row, or behind the panel, is read and
                // thrown away, and must not slow the machine down.
                if rows.len() < width {
                    panel.fill(0.0);
                }
                for row in (0..rows.len()).step_by(LANES) {
                    let to = &mut panel[row..];
                    let count = LANES.min(rows.len() - row);
                    pack_four_rows(matrix, row_scales, rows.start + row, count, to, width);
                }
                panel[depth * width..].fill(0.0);
            }
            Ok(())
        },
    )?;
    Ok(into_packed_input(buffer, format, depth, matrix.rows))
}

/// Scatters a row of a matrix [depth, columns] to panels of `width` columns, as row
/// `place` of each.
pub fn scatter_row(line: &[f32], panels: &mut [f32], panel_len: usize, place: usize, width: usize) {
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

/// Writes up to four rows of a matrix into a panel: number k of row r goes to
/// `to[k · width + r]`.
fn pack_four_rows(
    matrix: &WeightReader,
    row_scales: Option<&[f32]>,
    first: usize,
    count: usize,
    to: &mut [f32],
    width: usize,
) {
    let depth = matrix.columns;
    let scale = |row: usize| row_scales.map_or(1.0, |scales| scales[first + row]);
    let mut done = 0;
    // A narrow panel's columns may be written four numbers long: what is too much is
    // overwritten by the next column, and the last one's place is padding.
    let is_narrow = count == width && width + 1 == LANES;
    if count == LANES || is_narrow {
        let scales: [Lanes; LANES] =
            std::array::from_fn(|row| Lanes::splat(if row < count { scale(row) } else { 0.0 }));
        while done + LANES <= depth {
            let four = |row: usize| {
                if row < count {
                    matrix
                        .load_lanes((first + row) * depth + done)
                        .mul(scales[row])
                } else {
                    Lanes::splat(0.0)
                }
            };
            let columns = Lanes::transpose([four(0), four(1), four(2), four(3)]);
            for (place, column) in (done..).zip(columns) {
                // Safety: the slice is four numbers long.
                unsafe { column.store(to[place * width..][..LANES].as_mut_ptr()) };
            }
            done += LANES;
        }
    }
    for row in 0..count {
        for place in done..depth {
            to[place * width + row] = matrix.get((first + row) * depth + place) * scale(row);
        }
    }
}
