//! Convolution over all channels, as products of matrices, with what is added to it
//! and the ReLU behind it in the same pass.

use std::sync::Arc;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::BinOp;
use tract_onnx::tract_core::tract_linalg::mmm::{AsInputValue, FusedSpec, MMMInputValue};

use super::columns;
use super::panels::Panels;
use super::planes::Geometry;

/// Convolution. Inputs: x [N, C, h, w] and, if `adds`, z [N, M, h', w']. Output:
/// [N, M, h', w'].
///
/// y = min(max(W ∗ x + bias + z, `least`), `most`), where a bound that is not wanted
/// is infinite. The weights W [M, C·kh·kw] are no input: they are packed, and shared
/// by all graphs of a model.
#[derive(Clone, Debug)]
pub struct Convolution {
    pub weights: Arc<Panels>,
    pub geometry: Geometry,
    /// Whether a second input is added.
    pub adds: bool,
    /// Activation: 0 for ReLU.
    pub least: f32,
    /// Activation: 6 for ReLU6.
    pub most: f32,
}

/// Bytes of columns that are packed at once: they should stay in the second cache.
const MOST_PACKED_BYTES: usize = 1 << 20;

impl PartialEq for Convolution {
    fn eq(&self, other: &Self) -> bool {
        let bounds = |op: &Convolution| [op.least, op.most].map(f32::to_bits);
        Arc::ptr_eq(&self.weights, &other.weights)
            && self.geometry == other.geometry
            && self.adds == other.adds
            && bounds(self) == bounds(other)
    }
}

impl Eq for Convolution {}

impl Op for Convolution {
    fn name(&self) -> StaticName {
        "GradcamConvolution".into()
    }

    fn info(&self) -> TractResult<Vec<String>> {
        let (kernel, bounds) = (self.weights.kernel.name(), (self.least, self.most));
        let words = format!("{:?} by {kernel}, bounds {bounds:?}", self.geometry);
        Ok(vec![words])
    }

    fn validation(&self) -> Validation {
        Validation::Rounding
    }

    op_as_typed_op!();
}

impl EvalOp for Convolution {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (input, added) = match self.adds {
            true => {
                let (input, added) = args_2!(inputs);
                (input, Some(added))
            }
            false => (args_1!(inputs), None),
        };
        let shape = self.output_shape(input.shape())?;
        ensure!(added.as_ref().is_none_or(|added| added.shape() == &*shape));
        // Safety: every element is written below.
        let output = unsafe { Tensor::uninitialized::<f32>(&shape)? };
        for number in 0..shape[0] {
            self.picture(&input, added.as_deref(), &output, number)?;
        }
        Ok(tvec!(output.into_tvalue()))
    }
}

impl TypedOp for Convolution {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        ensure!(inputs.len() == 1 + usize::from(self.adds));
        let shape = inputs[0].shape.as_concrete();
        let shape = shape.context("its shape must be known")?;
        Ok(tvec!(f32::fact(self.output_shape(shape)?)))
    }

    fn cost(&self, inputs: &[&TypedFact]) -> TractResult<TVec<(Cost, TDim)>> {
        let each = self.weights.rows * self.weights.depth * self.geometry.output_len();
        let count = inputs[0].shape[0].clone() * each;
        Ok(tvec!((Cost::FMA(f32::datum_type()), count)))
    }

    as_op!();
}

impl Convolution {
    fn channels(&self) -> usize {
        self.weights.depth / (self.geometry.kernel.0 * self.geometry.kernel.1)
    }

    fn output_shape(&self, input: &[usize]) -> TractResult<TVec<usize>> {
        ensure!(input.len() == 4 && input[1] == self.channels());
        let mut shape = self.geometry.output_shape(input)?;
        shape[1] = self.weights.rows;
        Ok(shape)
    }

    /// Whether a column is a pixel of the input as it is.
    fn is_pointwise(&self) -> bool {
        let Geometry {
            kernel,
            strides,
            padding,
            input,
            output,
            ..
        } = &self.geometry;
        (*kernel, *strides, *padding) == ((1, 1), (1, 1), (0, 0)) && input == output
    }

    fn picture(
        &self,
        input: &Tensor,
        added: Option<&Tensor>,
        output: &Tensor,
        number: usize,
    ) -> TractResult<()> {
        let (channels, len) = (self.channels(), self.geometry.input_len());
        let (rows, columns) = self.geometry.output;
        if self.is_pointwise() {
            // Safety: the view stays inside of picture `number` of the input.
            let (shape, strides) = ([channels, len], [len as isize, 1]);
            let view = unsafe { rows_view(input, number * channels * len, &shape, &strides) };
            let format = &self.weights.columns_format;
            let packed = format.pack_tensor_view(&view, 0, 1)?;
            return self.multiply(&*packed, added, output, number, 0);
        }
        let values = input.try_as_plain_ram()?.as_slice::<f32>()?;
        let values = &values[number * channels * len..][..channels * len];
        let planes = self.geometry.padded(values);
        let bytes_a_row = columns * self.weights.depth * size_of::<f32>();
        let at_once = (MOST_PACKED_BYTES / bytes_a_row).clamp(1, rows);
        for first in (0..rows).step_by(at_once) {
            let block = first..(first + at_once).min(rows);
            let packed =
                columns::pack(&self.weights.columns_format, &self.geometry, &planes, block)?;
            self.multiply(&packed, added, output, number, first * columns)?;
        }
        Ok(())
    }

    /// Products of the weights and packed columns, of which the first belongs to the
    /// output pixel `first`.
    fn multiply(
        &self,
        columns: &dyn MMMInputValue,
        added: Option<&Tensor>,
        output: &Tensor,
        number: usize,
        first: usize,
    ) -> TractResult<()> {
        let Panels {
            kernel,
            packing,
            rows,
            packed,
            bias,
            ..
        } = &*self.weights;
        let (rows, len, count) = (*rows, self.geometry.output_len(), columns.mn());
        let start = number * rows * len + first;
        let bounds = [tensor0(self.least), tensor0(self.most)];
        // Safety: every place of [rows, count] columns from `first` on is inside of
        // picture `number`, in `added` as in `output`, which nobody else reads.
        unsafe {
            let (shape, strides) = ([rows, count], [len as isize, 1]);
            let store = kernel.c_from_data_and_strides(size_of::<f32>(), strides[0], 1);
            let wrapped = |tensor| store.wrap(&rows_view(tensor, start, &shape, &strides));
            let mut steps = vec![FusedSpec::AddMatMul {
                a: AsInputValue::Borrowed(packed),
                b: AsInputValue::Borrowed(columns),
                packing: *packing,
            }];
            if let Some(bias) = bias {
                steps.push(FusedSpec::BinPerRow(bias.view(), BinOp::Add));
            }
            if let Some(added) = added {
                steps.push(FusedSpec::AddUnicast(wrapped(added)));
            }
            if self.least > f32::NEG_INFINITY {
                steps.push(FusedSpec::BinScalar(&bounds[0], BinOp::Max));
            }
            if self.most < f32::INFINITY {
                steps.push(FusedSpec::BinScalar(&bounds[1], BinOp::Min));
            }
            steps.push(FusedSpec::Store(wrapped(output)));
            kernel.run(rows, count, &steps)
        }
    }
}

/// Rows of a tensor, from a number on, as a tensor of two axes.
///
/// # Safety
/// The rows must be inside of the tensor.
unsafe fn rows_view<'a>(
    tensor: &'a Tensor,
    first: usize,
    shape: &'a [usize; 2],
    strides: &'a [isize; 2],
) -> TensorView<'a> {
    let offset = (first * size_of::<f32>()) as isize;
    unsafe { TensorView::from_bytes(tensor, offset, shape, strides) }
}
