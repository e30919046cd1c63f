//! The weights of a convolution, packed once for the kernel that multiplies them.

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::pack::PackedFormat;

use super::super::matmul::{
    Kernel, PackedMatrix, PanelLayout, RowBlock, RowScaling, WeightReader, has_even_depth,
    is_strassen_faster, pack_rows, row_maxima, upper_rows,
};
use super::winograd::{has_3x3_depth, is_winograd_faster, pack_weights};

/// A weight matrix [rows, depth] = [M, C·kh·kw], packed in panels of a kernel, and the bias.
#[derive(Clone, Debug)]
pub struct ConvolutionWeights {
    pub kernel: Kernel,
    /// How the other matrix, that of columns, is packed.
    pub columns_format: PackedFormat,
    pub rows: usize,
    pub depth: usize,
    pub form: Form,
    pub packed: PackedMatrix,
    /// What sums are multiplied by before the bias is added, with the indices of `bias`:
    /// powers of two, 1 unless the form is [`Form::StrassenWinograd`].
    pub scales: Vec<f32>,
    /// One element for each row of every panel, padding included.
    pub bias: Vec<f32>,
}

/// The algorithm of the product, which says what the panels hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An ordinary product: panels of the rows in their order.
    Plain,
    /// `matmul::strassen_winograd`: panels of the upper half of the rows, then of the lower
    /// half.
    StrassenWinograd,
    /// `winograd`: panels of the transformed windows of 3 × 3, for each element of the
    /// transform domain.
    WinogradConvolution,
}

impl Form {
    /// The fastest for a weight matrix [rows, depth] and windows for which
    /// [`has_unit_stride_3x3`](super::Geometry::has_unit_stride_3x3) or not.
    pub fn pick(rows: usize, depth: usize, has_unit_stride_3x3: bool) -> Form {
        if has_unit_stride_3x3 && is_winograd_faster(rows, depth) {
            Form::WinogradConvolution
        } else if is_strassen_faster(rows, depth) {
            Form::StrassenWinograd
        } else {
            Form::Plain
        }
    }

    /// Whether a weight matrix [rows, depth] can have this form.
    fn is_possible(self, rows: usize, depth: usize) -> bool {
        match self {
            Form::Plain => true,
            Form::StrassenWinograd => rows > 1 && has_even_depth(depth),
            Form::WinogradConvolution => has_3x3_depth(depth),
        }
    }

    /// Which of `rows` rows each panel holds.
    fn layout(self, rows: usize, panel_rows: usize) -> PanelLayout {
        let upper_rows = match self {
            Form::StrassenWinograd => upper_rows(rows),
            Form::Plain | Form::WinogradConvolution => rows,
        };
        PanelLayout::new(rows, panel_rows, upper_rows)
    }
}

impl ConvolutionWeights {
    /// Packs a matrix for the fastest kernel and form; row r is multiplied by
    /// `row_scales[r]`. `has_unit_stride_3x3` as for [`Form::pick`].
    ///
    /// # Errors
    /// If tract has no kernel for plain float32 matrices here.
    pub fn pack(
        matrix: &WeightReader,
        has_unit_stride_3x3: bool,
        row_scales: Option<&[f32]>,
        bias: Option<&[f32]>,
    ) -> TractResult<ConvolutionWeights> {
        let kernel = Kernel::pick(matrix.rows, matrix.columns)?;
        let form = Form::pick(matrix.rows, matrix.columns, has_unit_stride_3x3);
        ConvolutionWeights::pack_for(kernel, form, matrix, row_scales, bias)
    }

    /// The same for a given kernel and form; [`Form::Plain`] if that form is not possible, or
    /// would spread weights that are infinite or NaN to other rows.
    ///
    /// # Errors
    /// If the kernel is not one for plain float32 matrices.
    pub fn pack_for(
        kernel: Kernel,
        form: Form,
        matrix: &WeightReader,
        row_scales: Option<&[f32]>,
        bias: Option<&[f32]>,
    ) -> TractResult<ConvolutionWeights> {
        let (rows, depth) = (matrix.rows, matrix.columns);
        ensure!(rows > 0 && depth > 0 && matrix.element_count() == rows * depth);
        ensure!(row_scales.is_none_or(|scales| scales.len() == rows));
        let formats = kernel.formats()?;
        let is_own = matches!(kernel, Kernel::Own(_));
        let mut form = if is_own && form.is_possible(rows, depth) {
            form
        } else {
            Form::Plain
        };
        let mut scaling = None;
        if form == Form::StrassenWinograd {
            let maxima = row_maxima(matrix)?;
            scaling = maxima.and_then(|maxima| RowScaling::new(&maxima, row_scales));
            if scaling.is_none() {
                form = Form::Plain;
            }
        }
        let row_scales = scaling
            .as_ref()
            .map_or(row_scales, |scaling| Some(&*scaling.packed));
        let panel_rows = formats.rows.r;
        let layout = form.layout(rows, panel_rows);
        let padded = |values: Option<&[f32]>, padding: f32| {
            let mut padded = vec![padding; layout.count() * panel_rows];
            for (rows, padded) in (layout.each()).zip(padded.chunks_exact_mut(panel_rows)) {
                if let Some(values) = values {
                    padded[..rows.len()].copy_from_slice(&values[rows]);
                }
            }
            padded
        };
        let undo = scaling.as_ref().map(|scaling| &*scaling.undo);
        let (scales, bias) = (padded(undo, 1.0), padded(bias, 0.0));
        Ok(ConvolutionWeights {
            packed: match form {
                Form::WinogradConvolution => {
                    pack_weights(matrix, row_scales, &formats.rows, layout)?
                }
                Form::Plain | Form::StrassenWinograd => {
                    pack_rows(matrix, row_scales, &formats.rows, layout)?
                }
            },
            kernel,
            columns_format: formats.columns,
            rows,
            depth,
            form,
            scales,
            bias,
        })
    }

    /// Column k of the matrix [rows, depth] that was packed, each element by its row's scale: a
    /// row of the matrix before [`WeightReader::transposed`]. Not for
    /// [`Form::WinogradConvolution`], whose panels hold other numbers.
    pub fn unpack_column(&self, k: usize, column: &mut [f32]) {
        let panel_rows = self.packed.panel_width();
        let layout = self.form.layout(self.rows, panel_rows);
        let panels = self.packed.panels();
        let scales = self.scales.chunks_exact(panel_rows);
        for (index, (rows, scales)) in layout.each().zip(scales).enumerate() {
            let packed = &panels.panel(index, (k + 1) * panel_rows)[k * panel_rows..];
            for ((to, value), scale) in column[rows].iter_mut().zip(packed).zip(scales) {
                *to = value * scale;
            }
        }
    }

    /// The bias of each row, without that of padding, from panels of `panel_rows` rows.
    pub fn bias_of_rows(&self, panel_rows: usize) -> Vec<f32> {
        let panels = self.form.layout(self.rows, panel_rows).each();
        let of_panels = panels.zip(self.bias.chunks_exact(panel_rows));
        of_panels
            .flat_map(|(rows, bias)| &bias[..rows.len()])
            .copied()
            .collect()
    }

    /// Panels of `panel_rows` rows, of all rows or of the upper half.
    pub fn row_panels(&self, panel_rows: usize) -> usize {
        self.form.layout(self.rows, panel_rows).upper_panels()
    }

    /// All rows as one block, or each half of them, in panels of `panel_rows` rows.
    pub fn row_blocks(&self, panel_rows: usize) -> impl Iterator<Item = RowBlock> {
        self.form.layout(self.rows, panel_rows).blocks()
    }
}
