//! The weights of a product of matrices, packed once for the kernel that reads them.
//!
//! tract packs a weight while it makes a graph ready, from float32 numbers that it
//! copied out of the file before. Here one pass leads from the file's own bytes to
//! the panels.

use std::ops::Range;
use std::sync::Arc;

use tract_onnx::prelude::DatumType;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::mmm::{
    EagerPackedInput, MatMatMul, MmmDispatch, PackedExoticFact, Query,
};
use tract_onnx::tract_core::tract_linalg::pack::{PackedFormat, Packing as _};

use super::lanes::{LANES, Lanes};
use super::registry::{Shape, shape};
use super::stored::Stored;
use super::strassen;
use super::together::in_chunks;
use super::winograd::{self, PLACES};

/// Columns that a kernel is chosen for; no product of ours has just a few.
const TYPICAL_COLUMNS: usize = 256;

/// A matrix [rows, depth] in a kernel's panels, and what is added to its products.
#[derive(Clone, Debug)]
pub struct Panels {
    pub kernel: Kernel,
    /// How the other matrix is packed.
    pub columns_format: PackedFormat,
    pub rows: usize,
    pub depth: usize,
    pub form: Form,
    pub packed: EagerPackedInput,
    /// One for each row of every panel.
    pub bias: Tensor,
}

/// What the panels hold, and so how they are multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The rows, one panel after the other.
    Plain,
    /// The upper half of the rows has panels of its own, and the lower half: see
    /// `strassen`.
    Halves,
    /// Transformed windows of 3 × 3, place by place: see `winograd`.
    Squares,
}

impl Form {
    /// The fastest for a convolution's matrix [rows, depth]. `are_windows_dense`: the
    /// windows are of 3 × 3, and neighbours' lie side by side.
    pub fn pick(rows: usize, depth: usize, are_windows_dense: bool) -> Form {
        if are_windows_dense && winograd::pays(rows, depth) {
            Form::Squares
        } else if strassen::pays(rows, depth) {
            Form::Halves
        } else {
            Form::Plain
        }
    }
}

/// What multiplies.
#[derive(Clone, Debug)]
pub enum Kernel {
    /// tract's walk over the tiles, and which of the kernel's forms of packing it is.
    Tract(Box<dyn MatMatMul>, usize),
    /// Ours.
    Own(&'static Shape),
}

impl Kernel {
    /// The fastest for a matrix [rows, depth] on the machine at hand.
    pub fn pick(rows: usize, depth: usize) -> TractResult<Kernel> {
        if let Some(shape) = shape() {
            return Ok(Kernel::Own(shape));
        }
        let query = Query {
            allow_extractor: false,
            ..Query::plain(
                DatumType::F32,
                Some(rows),
                Some(depth),
                Some(TYPICAL_COLUMNS),
            )
        };
        let picked = MmmDispatch::native().pick(&query);
        let (kernel, packing, _) = picked.context("there is no kernel for float32 matrices")?;
        Ok(Kernel::Tract(kernel, packing))
    }

    pub fn name(&self) -> &str {
        match self {
            Kernel::Tract(kernel, _) => kernel.name(),
            Kernel::Own(shape) => shape.name,
        }
    }

    /// How both matrices are packed.
    fn formats(&self) -> TractResult<(PackedFormat, PackedFormat)> {
        match self {
            Kernel::Own(shape) => Ok((
                f32::packing(shape.rows),
                f32::packing(shape.vectors * LANES),
            )),
            Kernel::Tract(kernel, packing) => {
                let (of_rows, of_columns) = &kernel.packings()[*packing];
                let plain = |format: Option<&PackedFormat>| {
                    let format = format.filter(|format| format.dt == DatumType::F32);
                    format.cloned().context("the kernel packs in another way")
                };
                Ok((
                    plain(of_rows.downcast_ref())?,
                    plain(of_columns.downcast_ref())?,
                ))
            }
        }
    }
}

impl Panels {
    /// Packs a matrix for the machine at hand; row r is multiplied by `factors[r]`.
    /// `are_windows_dense`: they are windows of 3 × 3, and neighbours' lie side by side.
    ///
    /// # Errors
    /// If tract has no kernel for plain float32 matrices here.
    pub fn pack(
        matrix: &Stored,
        are_windows_dense: bool,
        factors: Option<&[f32]>,
        bias: Option<&[f32]>,
    ) -> TractResult<Panels> {
        let kernel = Kernel::pick(matrix.rows, matrix.columns)?;
        let form = Form::pick(matrix.rows, matrix.columns, are_windows_dense);
        Panels::pack_for(kernel, form, matrix, factors, bias)
    }

    /// The same for a kernel, in a form if that can be; else plain.
    ///
    /// # Errors
    /// If the kernel is not one for plain float32 matrices.
    pub fn pack_for(
        kernel: Kernel,
        form: Form,
        matrix: &Stored,
        factors: Option<&[f32]>,
        bias: Option<&[f32]>,
    ) -> TractResult<Panels> {
        let (rows, depth) = (matrix.rows, matrix.columns);
        ensure!(rows > 0 && depth > 0 && matrix.count() == rows * depth);
        ensure!(factors.is_none_or(|factors| factors.len() == rows));
        let (rows_format, columns_format) = kernel.formats()?;
        let is_possible = matches!(kernel, Kernel::Own(_))
            && match form {
                Form::Plain => true,
                Form::Halves => rows > 1 && strassen::can_be_halved(depth),
                Form::Squares => winograd::is_of_windows(depth),
            };
        let form = if is_possible { form } else { Form::Plain };
        let order = Order::new(rows, rows_format.r, form);
        let mut padded = vec![0.0; order.count() * rows_format.r];
        for (rows, padded) in (order.each()).zip(padded.chunks_exact_mut(rows_format.r)) {
            if let Some(bias) = bias {
                padded[..rows.len()].copy_from_slice(&bias[rows]);
            }
        }
        Ok(Panels {
            packed: match form {
                Form::Squares => transformed(matrix, factors, &rows_format, &order)?,
                _ => packed(matrix, factors, &rows_format, &order)?,
            },
            kernel,
            columns_format,
            rows,
            depth,
            form,
            bias: tensor1(&padded),
        })
    }

    /// Panels of so many rows for all rows, or for each half of them.
    pub fn row_panels(&self, width: usize) -> usize {
        Order::new(self.rows, width, self.form).upper.1
    }

    /// The rows, or each half of them, and how many panels of so many rows are before.
    pub fn halves(&self, width: usize) -> impl Iterator<Item = (Range<usize>, usize)> {
        let order = Order::new(self.rows, width, self.form);
        let (upper, panels) = order.upper;
        let halves = [(0..upper, 0), (upper..self.rows, panels)];
        halves.into_iter().filter(|(rows, _)| !rows.is_empty())
    }
}

/// Which rows each panel holds.
struct Order {
    rows: usize,
    /// Of a panel.
    width: usize,
    /// Rows, and panels, before those of the lower half.
    upper: (usize, usize),
}

impl Order {
    fn new(rows: usize, width: usize, form: Form) -> Order {
        let upper = match form {
            Form::Halves => strassen::upper_rows(rows),
            Form::Plain | Form::Squares => rows,
        };
        Order {
            rows,
            width,
            upper: (upper, upper.div_ceil(width)),
        }
    }

    /// Panels; both halves have as many.
    fn count(&self) -> usize {
        let (upper, panels) = self.upper;
        if upper < self.rows {
            2 * panels
        } else {
            panels
        }
    }

    /// The rows of panel `number`: fewer than a panel's at the end of each half.
    fn rows(&self, number: usize) -> Range<usize> {
        let (upper, panels) = self.upper;
        let (first, end) = match number < panels {
            true => (number * self.width, upper),
            false => (upper + (number - panels) * self.width, self.rows),
        };
        first.min(end)..(first + self.width).min(end)
    }

    fn each(&self) -> impl Iterator<Item = Range<usize>> {
        (0..self.count()).map(|number| self.rows(number))
    }
}

/// An empty packed matrix, and the length of a panel in numbers.
pub fn unfilled(format: &PackedFormat, depth: usize, others: usize) -> (Blob, usize) {
    let panel = format.single_panel_len(depth);
    (space(format, format.len(depth, others)), panel)
}

/// Room for so many packed numbers.
pub fn space(format: &PackedFormat, count: usize) -> Blob {
    let bytes = count * size_of::<f32>();
    // Safety: whoever asks for it writes every number before it is read.
    unsafe { Blob::new_for_size_and_align(bytes, format.alignment_bytes) }
}

/// A packed matrix's numbers.
pub fn numbers(blob: &mut Blob) -> &mut [f32] {
    let bytes = blob.as_bytes_mut();
    let (pointer, count) = (bytes.as_mut_ptr(), bytes.len() / size_of::<f32>());
    // Safety: the blob is aligned for vectors, and any bits are a number.
    unsafe { std::slice::from_raw_parts_mut(pointer.cast(), count) }
}

/// The same, to read.
pub fn read(blob: &Blob) -> &[f32] {
    let bytes = blob.as_bytes();
    let (pointer, count) = (bytes.as_ptr(), bytes.len() / size_of::<f32>());
    // Safety: the blob is aligned for vectors, and any bits are a number.
    unsafe { std::slice::from_raw_parts(pointer.cast(), count) }
}

/// The numbers of a packed matrix, and from one panel to the next.
pub fn panels(packed: &EagerPackedInput) -> (&[f32], usize) {
    let panel = packed.panel_bytes / size_of::<f32>();
    (read(&packed.packed), panel)
}

/// As tract knows packed matrices.
pub fn filled(format: &PackedFormat, depth: usize, others: usize, blob: Blob) -> EagerPackedInput {
    EagerPackedInput {
        fact: PackedExoticFact {
            format: Box::new(format.clone()),
            mn: others.to_dim(),
            k: depth,
        },
        packed: Arc::new(blob),
        panel_bytes: format.single_panel_len(depth) * size_of::<f32>(),
        mn: others,
    }
}

fn packed(
    matrix: &Stored,
    factors: Option<&[f32]>,
    format: &PackedFormat,
    order: &Order,
) -> TractResult<EagerPackedInput> {
    let (depth, width) = (matrix.columns, format.r);
    let padded_rows = order.count() * width;
    let (mut blob, panel_len) = unfilled(format, depth, padded_rows);
    in_chunks(
        numbers(&mut blob),
        panel_len,
        padded_rows * depth,
        |first, panels| {
            for (number, panel) in (first..).zip(panels.chunks_exact_mut(panel_len)) {
                let rows = order.rows(number);
                // What stands beyond the last row, or behind the panel, is read and
                // thrown away, and must not slow the machine down.
                if rows.len() < width {
                    panel.fill(0.0);
                }
                for row in (0..rows.len()).step_by(LANES) {
                    let to = &mut panel[row..];
                    let count = LANES.min(rows.len() - row);
                    spread(matrix, factors, rows.start + row, count, to, width);
                }
                panel[depth * width..].fill(0.0);
            }
            Ok(())
        },
    )?;
    Ok(filled(format, depth, matrix.rows, blob))
}

/// As `packed`, with a panel for each place of transformed windows.
fn transformed(
    matrix: &Stored,
    factors: Option<&[f32]>,
    format: &PackedFormat,
    order: &Order,
) -> TractResult<EagerPackedInput> {
    let channels = winograd::channels(matrix.columns);
    let padded_rows = order.count() * PLACES * format.r;
    let (mut blob, panel_len) = unfilled(format, channels, padded_rows);
    let panels = numbers(&mut blob);
    let work = panels.len();
    in_chunks(panels, PLACES * panel_len, work, |first, panels| {
        panels.fill(0.0);
        let panels = panels.chunks_exact_mut(PLACES * panel_len);
        for (number, panels) in (first..).zip(panels) {
            winograd::transform_windows(matrix, factors, order.rows(number), panels, format.r);
        }
        Ok(())
    })?;
    Ok(filled(format, channels, padded_rows, blob))
}

/// Writes up to four rows of a matrix into a panel: number k of row r goes to
/// `to[k · width + r]`.
fn spread(
    matrix: &Stored,
    factors: Option<&[f32]>,
    first: usize,
    count: usize,
    to: &mut [f32],
    width: usize,
) {
    let depth = matrix.columns;
    let factor = |row: usize| factors.map_or(1.0, |factors| factors[first + row]);
    let mut done = 0;
    // A narrow panel's columns may be written four numbers long: what is too much is
    // overwritten by the next column, and the last one's place is padding.
    let is_narrow = count == width && width + 1 == LANES;
    if count == LANES || is_narrow {
        let scales: [Lanes; LANES] =
            std::array::from_fn(|row| Lanes::splat(if row < count { factor(row) } else { 0.0 }));
        while done + LANES <= depth {
            let four = |row: usize| match row < count {
                true => matrix.four((first + row) * depth + done).mul(scales[row]),
                false => Lanes::splat(0.0),
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
            to[place * width + row] = matrix.one((first + row) * depth + place) * factor(row);
        }
    }
}
