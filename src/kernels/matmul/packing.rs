//! Packing (K. Goto and R. van de Geijn, "Anatomy of High-Performance Matrix
//! Multiplication", 2008): matrices copied into panels, in the order in which the
//! microkernel reads them.
//!
//! A panel holds a tile's rows of A, or a tile's columns of B, K-major: [depth, width],
//! followed by padding. Weights are packed from the bytes of the model's file in one
//! pass, without a float32 copy of the matrix in between.

use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::Arc;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::mmm::{EagerPackedInput, PackedExoticFact};
use tract_onnx::tract_core::tract_linalg::pack::PackedFormat;

use super::super::common::{
    LANES, Lanes, PackedBuffer, UninitPackedBuffer, blob_elements, parallel_chunks,
};
use super::weight_reader::WeightReader;

/// Consecutive panels.
#[derive(Clone, Copy, Debug)]
pub struct PackedPanels<'a> {
    pub values: &'a [f32],
    /// Elements from one panel to the next.
    pub panel_len: usize,
}

impl<'a> PackedPanels<'a> {
    /// The first `len` elements of panel `index`.
    #[inline(always)]
    pub fn panel(self, index: usize, len: usize) -> &'a [f32] {
        &self.values[index * self.panel_len..][..len]
    }

    /// The panels from `index` on.
    pub fn skip(self, index: usize) -> PackedPanels<'a> {
        PackedPanels {
            values: &self.values[index * self.panel_len..],
            ..self
        }
    }
}

/// Which rows of a matrix A each panel holds. A Strassen–Winograd product halves the rows:
/// no panel has rows of both halves. Otherwise all rows are upper ones.
#[derive(Clone, Copy, Debug)]
pub struct PanelLayout {
    rows: usize,
    panel_rows: usize,
    upper_rows: usize,
    /// Panels of the upper rows; those of the lower rows follow.
    upper_panels: usize,
}

/// The upper or the lower rows.
#[derive(Clone, Debug)]
pub struct RowBlock {
    pub rows: Range<usize>,
    pub first_panel: usize,
}

impl PanelLayout {
    /// For panels of `panel_rows` rows. The first `upper_rows` of `rows` are upper ones: all,
    /// or at least half of them.
    pub fn new(rows: usize, panel_rows: usize, upper_rows: usize) -> PanelLayout {
        PanelLayout {
            rows,
            panel_rows,
            upper_rows,
            upper_panels: upper_rows.div_ceil(panel_rows),
        }
    }

    /// Panels of the upper rows.
    pub fn upper_panels(self) -> usize {
        self.upper_panels
    }

    /// All panels. If there are lower rows, they have as many panels as the upper ones.
    pub fn count(self) -> usize {
        if self.upper_rows < self.rows {
            2 * self.upper_panels
        } else {
            self.upper_panels
        }
    }

    /// The rows of panel `index`; fewer than `panel_rows` at the end of each block.
    pub fn rows(self, index: usize) -> Range<usize> {
        let (first, end) = if index < self.upper_panels {
            (index * self.panel_rows, self.upper_rows)
        } else {
            let lower_panel = index - self.upper_panels;
            (self.upper_rows + lower_panel * self.panel_rows, self.rows)
        };
        first.min(end)..(first + self.panel_rows).min(end)
    }

    /// The rows of each panel.
    pub fn each(self) -> impl Iterator<Item = Range<usize>> {
        (0..self.count()).map(move |index| self.rows(index))
    }

    /// The upper rows and, if there are any, the lower rows.
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

/// Memory for a packed matrix, not initialised.
pub struct UninitPanels {
    pub buffer: UninitPackedBuffer,
    /// Elements of a panel with its padding.
    pub panel_len: usize,
}

impl UninitPanels {
    /// For a matrix [depth, count] or [count, depth], packed along `count`.
    pub fn new(format: &PackedFormat, depth: usize, count: usize) -> UninitPanels {
        UninitPanels {
            buffer: UninitPackedBuffer::new(format.len(depth, count), format.alignment_bytes),
            panel_len: format.single_panel_len(depth),
        }
    }
}

/// A packed matrix [depth, count] or [count, depth] in the form in which tract knows it.
/// [`PackedMatrix::new`] alone makes one, so that all elements are initialised.
#[derive(Clone, Debug, PartialEq)]
pub struct PackedMatrix(EagerPackedInput);

impl PackedMatrix {
    pub fn new(
        buffer: PackedBuffer,
        format: &PackedFormat,
        depth: usize,
        count: usize,
    ) -> PackedMatrix {
        PackedMatrix(EagerPackedInput {
            fact: PackedExoticFact {
                format: Box::new(format.clone()),
                mn: count.to_dim(),
                k: depth,
            },
            packed: Arc::new(buffer.into_blob()),
            panel_bytes: format.single_panel_len(depth) * size_of::<f32>(),
            mn: count,
        })
    }

    /// For kernels of tract's.
    pub fn as_tract(&self) -> &EagerPackedInput {
        &self.0
    }

    pub fn panels(&self) -> PackedPanels<'_> {
        PackedPanels {
            // Safety: the blob was a `PackedBuffer`.
            values: unsafe { blob_elements(&self.0.packed) },
            panel_len: self.0.panel_bytes / size_of::<f32>(),
        }
    }

    /// The axis along which products are summed.
    pub fn depth(&self) -> usize {
        self.0.fact.k
    }

    /// Rows of A, or columns of B.
    pub fn count(&self) -> usize {
        self.0.mn
    }

    /// Rows, or columns, of a panel.
    pub fn panel_width(&self) -> usize {
        self.0.fact.format.r()
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
) -> TractResult<PackedMatrix> {
    let (depth, width) = (matrix.columns, format.r);
    let padded_rows = layout.count() * width;
    let UninitPanels {
        mut buffer,
        panel_len,
    } = UninitPanels::new(format, depth, padded_rows);
    parallel_chunks(
        buffer.as_mut_slice(),
        panel_len,
        padded_rows * depth,
        |first, panels| {
            for (index, panel) in (first..).zip(panels.chunks_exact_mut(panel_len)) {
                let rows = layout.rows(index);
                // Rows of padding are multiplied, too: zeros, since subnormal numbers
                // would be slow.
                if rows.len() < width {
                    panel.fill(MaybeUninit::new(0.0));
                }
                for row in (0..rows.len()).step_by(LANES) {
                    let row_range = rows.start + row..rows.end.min(rows.start + row + LANES);
                    pack_four_rows(matrix, row_scales, row_range, &mut panel[row..], width);
                }
                panel[depth * width..].fill(MaybeUninit::new(0.0));
            }
            Ok(())
        },
    )?;
    // Safety: the chunks are all panels; of each, columns 0 to `depth` of all rows were
    // written (with zeros, where a panel has fewer rows), and the padding after them.
    let buffer = unsafe { buffer.assume_init() };
    Ok(PackedMatrix::new(buffer, format, depth, matrix.rows))
}

/// Panels of columns of a matrix B [depth, columns], packed row by row.
#[derive(Clone, Copy, Debug)]
pub struct ColumnPanels {
    /// Columns of a panel.
    pub width: usize,
    /// Elements from one panel to the next.
    pub panel_len: usize,
}

impl ColumnPanels {
    /// Scatters `line`, which is row `row` of the matrix, to the panels. Of the last panel
    /// only the columns that the line reaches are written.
    pub fn pack_row(self, line: &[f32], panels: &mut [MaybeUninit<f32>], row: usize) {
        let width = self.width;
        let mut lines = line.chunks_exact(width);
        let mut panels = panels.chunks_exact_mut(self.panel_len);
        for (line, panel) in (&mut lines).zip(&mut panels) {
            let to = &mut panel[row * width..][..width];
            if !width.is_multiple_of(LANES) {
                write_all(to, line);
                continue;
            }
            for (to, from) in to.chunks_exact_mut(LANES).zip(line.chunks_exact(LANES)) {
                Lanes::load_slice(from).store_uninit(to);
            }
        }
        let rest = lines.remainder();
        if let Some(panel) = panels.next() {
            write_all(&mut panel[row * width..][..rest.len()], rest);
        }
    }
}

/// Initialises a slice with a copy of another, equally long.
fn write_all(to: &mut [MaybeUninit<f32>], from: &[f32]) {
    assert_eq!(to.len(), from.len());
    for (to, &value) in to.iter_mut().zip(from) {
        to.write(value);
    }
}

/// Writes up to four rows of a matrix into a panel of `width` rows: element k of row r,
/// counted from the first of `rows`, goes to `to[k · width + r]`.
fn pack_four_rows(
    matrix: &WeightReader,
    row_scales: Option<&[f32]>,
    rows: Range<usize>,
    to: &mut [MaybeUninit<f32>],
    width: usize,
) {
    let (first, count, depth) = (rows.start, rows.len(), matrix.columns);
    let scale = |row: usize| row_scales.map_or(1.0, |scales| scales[first + row]);
    let mut done = 0;
    // Columns of a panel of three rows are stored as four lanes: the fourth is
    // overwritten by the next column, or lies in the padding after the last one.
    let is_narrow = count == width && width + 1 == LANES;
    if count == LANES || is_narrow {
        let scales: [Lanes; LANES] =
            std::array::from_fn(|row| Lanes::splat(if row < count { scale(row) } else { 0.0 }));
        while done + LANES <= depth {
            let load_row = |row: usize| {
                if row < count {
                    matrix
                        .load_lanes((first + row) * depth + done)
                        .mul(scales[row])
                } else {
                    Lanes::splat(0.0)
                }
            };
            let columns = Lanes::transpose([load_row(0), load_row(1), load_row(2), load_row(3)]);
            for (k, column) in (done..).zip(columns) {
                column.store_uninit(&mut to[k * width..]);
            }
            done += LANES;
        }
    }
    for row in 0..count {
        for k in done..depth {
            to[k * width + row].write(matrix.get((first + row) * depth + k) * scale(row));
        }
    }
}
