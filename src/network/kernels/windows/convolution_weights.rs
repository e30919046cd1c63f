//! The weights of a convolution, packed once for the kernel that reads them.

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::mmm::EagerPackedInput;
use tract_onnx::tract_core::tract_linalg::pack::PackedFormat;

use super::super::matmul::{
    Kernel, PanelLayout, RowBlock, WeightReader, has_even_depth, is_strassen_faster, pack_rows,
    upper_rows,
};
use super::winograd::{has_3x3_depth, is_winograd_faster, pack_weights};

/// A matrix [rows, depth] in a kernel's panels, and what is added to its products.
#[derive(Clone, Debug)]
pub struct ConvolutionWeights {
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
    /// The upper half of the rows has panels of its own, and so has the lower half: for
    /// `matmul::strassen_winograd`.
    StrassenWinograd,
    /// Transformed windows of 3 × 3, element by element of the transform: for `winograd`.
    WinogradConvolution,
}

impl Form {
    /// The fastest for a convolution's matrix [rows, depth]. `has_unit_stride_3x3`: as
    /// [`super::Geometry::has_unit_stride_3x3`].
    pub fn pick(rows: usize, depth: usize, has_unit_stride_3x3: bool) -> Form {
        if has_unit_stride_3x3 && is_winograd_faster(rows, depth) {
            Form::WinogradConvolution
        } else if is_strassen_faster(rows, depth) {
            Form::StrassenWinograd
        } else {
            Form::Plain
        }
    }

    /// Whether a matrix [rows, depth] can have this form.
    fn is_possible(self, rows: usize, depth: usize) -> bool {
        match self {
            Form::Plain => true,
            Form::StrassenWinograd => rows > 1 && has_even_depth(depth),
            Form::WinogradConvolution => has_3x3_depth(depth),
        }
    }

    /// Which of so many rows each panel holds.
    fn layout(self, rows: usize, panel_rows: usize) -> PanelLayout {
        let upper_rows = match self {
            Form::StrassenWinograd => upper_rows(rows),
            Form::Plain | Form::WinogradConvolution => rows,
        };
        PanelLayout::new(rows, panel_rows, upper_rows)
    }
}

impl ConvolutionWeights {
    /// Packs a matrix for the machine at hand; row r is multiplied by `row_scales[r]`.
    /// `has_unit_stride_3x3`: they are windows of 3 × 3, and neighbours' lie side by side.
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

    /// The same for a kernel, in a form if that can be; else plain.
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
        let form = if is_own && form.is_possible(rows, depth) {
            form
        } else {
            Form::Plain
        };
        let panel_rows = formats.rows.r;
        let layout = form.layout(rows, panel_rows);
        let mut padded_bias = vec![0.0; layout.count() * panel_rows];
        for (rows, padded) in (layout.each()).zip(padded_bias.chunks_exact_mut(panel_rows)) {
            if let Some(bias) = bias {
                padded[..rows.len()].copy_from_slice(&bias[rows]);
            }
        }
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
            bias: tensor1(&padded_bias),
        })
    }

    /// Panels of so many rows for all rows, or for each half of them.
    pub fn row_panels(&self, panel_rows: usize) -> usize {
        self.form.layout(self.rows, panel_rows).upper_panels()
    }

    /// The rows, or each half of them, in panels of so many rows.
    pub fn row_blocks(&self, panel_rows: usize) -> impl Iterator<Item = RowBlock> {
        self.form.layout(self.rows, panel_rows).blocks()
    }
}
