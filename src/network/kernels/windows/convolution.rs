//! Convolution over all channels as products of matrices, fused with the bias, a sum and the
//! activation after it.

use std::sync::Arc;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::BinOp;
use tract_onnx::tract_core::tract_linalg::mmm::{
    AsInputValue, EagerPackedInput, FusedSpec, MMMInputValue, MatMatMul,
};

use super::super::common::{Clamp, TaskGrid, parallel_steps, thread_count};
use super::super::matmul::{Epilogue, Kernel};
use super::convolution_tasks::{ConvolutionInput, PackedTask, tasks};
use super::convolution_weights::{ConvolutionWeights, Form};
use super::im2col::Im2col;
use super::sliding_window::Geometry;
use super::winograd::InputTiles;

/// Convolution. Inputs: x [N, C, h, w] and, if `adds`, z [N, M, h', w']. Output: y
/// [N, M, h', w'].
///
/// y = min(max(W ∗ x + bias + z, clamp.min), clamp.max). The weights W [M, C·kh·kw] are not an
/// input: they are packed once, and shared by all graphs of a model.
#[derive(Clone, Debug)]
pub struct Convolution {
    pub weights: Arc<ConvolutionWeights>,
    pub geometry: Geometry,
    /// Whether there is a second input z.
    pub adds: bool,
    /// Activation after.
    pub clamp: Clamp,
}

impl PartialEq for Convolution {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.weights, &other.weights)
            && self.geometry == other.geometry
            && self.adds == other.adds
            && self.clamp == other.clamp
    }
}

impl Eq for Convolution {}

impl Op for Convolution {
    fn name(&self) -> StaticName {
        "GradcamConvolution".into()
    }

    fn info(&self) -> TractResult<Vec<String>> {
        let (kernel, bounds) = (self.weights.kernel.name(), (self.clamp.min, self.clamp.max));
        let line = format!("{:?} by {kernel}, bounds {bounds:?}", self.geometry);
        Ok(vec![line])
    }

    fn validation(&self) -> Validation {
        Validation::Rounding
    }

    op_as_typed_op!();
}

impl EvalOp for Convolution {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (input, added) = if self.adds {
            let (input, added) = args_2!(inputs);
            (input, Some(added))
        } else {
            (args_1!(inputs), None)
        };
        let shape = self.output_shape(input.shape())?;
        ensure!(added.as_ref().is_none_or(|added| {
            added.shape() == &*shape && added.datum_type() == f32::datum_type()
        }));
        // Safety: every element is written below: each image has `rows · output_len` of them,
        // and its tasks cover all columns, their steps all rows.
        let output = unsafe { Tensor::uninitialized::<f32>(&shape)? };
        for image in 0..shape[0] {
            self.convolve_image(&input, added.as_deref(), &output, image)?;
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

    /// Computes the output of image number `image` of the batch. `output` must be used by
    /// nobody else meanwhile; `added` must have its shape.
    fn convolve_image(
        &self,
        input: &Tensor,
        added: Option<&Tensor>,
        output: &Tensor,
        image: usize,
    ) -> TractResult<()> {
        let len = self.channels() * self.geometry.input_len();
        let planes = &input.try_as_plain_ram()?.as_slice::<f32>()?[image * len..][..len];
        let input = self.input(planes)?;
        let columns = self.geometry.output_len();
        let tasks = tasks(&self.weights, &input, columns, thread_count());
        let steps = match &self.weights.kernel {
            Kernel::Own(shape) => self.weights.row_panels(shape.rows()),
            Kernel::Tract { .. } => 1,
        };
        let work = columns * self.weights.rows;
        parallel_steps(
            TaskGrid {
                tasks: tasks.len(),
                steps,
            },
            work,
            |task| tasks[task].pack(&self.weights),
            |packed, panel, workspace| {
                let start = image * self.weights.rows * columns + packed.first_column();
                match (&self.weights.kernel, packed) {
                    (Kernel::Own(shape), packed) => {
                        let epilogue = self.epilogue(added, output, start);
                        // Safety: the epilogue begins at row 0 of this image and the task's
                        // first column. The task's columns are below `columns`, the rows below
                        // `rows`, so that all is inside of the image. Only this step writes
                        // the rows of this panel in the columns of this task.
                        unsafe {
                            packed.multiply(*shape, &self.weights, panel, epilogue, workspace)
                        };
                        Ok(())
                    }
                    (
                        Kernel::Tract { kernel, packing },
                        PackedTask::Plain {
                            columns: packed, ..
                        },
                    ) => self.multiply_by_tract(&**kernel, *packing, packed, added, output, start),
                    (
                        Kernel::Tract { .. },
                        PackedTask::StrassenWinograd { .. } | PackedTask::WinogradConvolution(_),
                    ) => {
                        bail!("a kernel of tract's multiplies weights of the plain form only")
                    }
                }
            },
        )
    }

    /// The input of an image, planes [C, h, w], in the form in which it is packed.
    fn input<'a>(&'a self, planes: &'a [f32]) -> TractResult<ConvolutionInput<'a>> {
        let geometry = &self.geometry;
        if self.weights.form == Form::WinogradConvolution {
            ensure!(geometry.has_unit_stride_3x3());
            return Ok(ConvolutionInput::Winograd(InputTiles::new(
                geometry, planes,
            )?));
        }
        let columns = if *geometry == Geometry::pointwise(geometry.input) {
            let len = geometry.input_len();
            Im2col::Pointwise { planes, len }
        } else if geometry.reads_no_padding() {
            Im2col::Unpadded { geometry, planes }
        } else {
            let channels = geometry.padded(planes)?;
            Im2col::Padded { geometry, channels }
        };
        Ok(ConvolutionInput::Im2col(columns))
    }

    /// The epilogue whose offset 0 is element `start` of the output. Panics if there is no
    /// such element.
    fn epilogue<'a>(
        &'a self,
        added: Option<&Tensor>,
        output: &Tensor,
        start: usize,
    ) -> Epilogue<'a> {
        assert!(start < output.len());
        assert!(added.is_none_or(|added| added.len() == output.len()));
        // Safety: `added` is float32, which `eval` checks, the output, which it makes, and the
        // bias, by `ConvolutionWeights::pack_for`; both tensors have more than `start` elements.
        unsafe {
            let from = |tensor: &Tensor| tensor.as_ptr_unchecked::<f32>().add(start);
            Epilogue {
                bias: self.weights.bias.as_slice_unchecked(),
                added: added.map_or(std::ptr::null(), from),
                output: from(output).cast_mut(),
                len: output.len() - start,
                stride: self.geometry.output_len(),
                clamp: self.clamp,
            }
        }
    }

    /// Multiplies all rows with the packed `columns` by a kernel of tract's. Panics unless
    /// these columns of all rows, from element `start` on, are inside of the output.
    fn multiply_by_tract(
        &self,
        kernel: &dyn MatMatMul,
        packing: usize,
        columns: &EagerPackedInput,
        added: Option<&Tensor>,
        output: &Tensor,
        start: usize,
    ) -> TractResult<()> {
        let (rows, stride, count) = (self.weights.rows, self.geometry.output_len(), columns.mn());
        // From the first element to the last: tract reads and writes nothing beyond.
        let len = (rows - 1) * stride + count;
        assert!(start + len <= output.len());
        assert!(added.is_none_or(|added| added.len() == output.len()));
        let bounds = [tensor0(self.clamp.min), tensor0(self.clamp.max)];
        // Safety: the views are `len` elements from `start` on, inside of their tensors by the
        // assertions; `packing` is one of the kernel's, and weights and columns are packed so.
        unsafe {
            let (shape, strides) = ([1, len], [stride as isize, 1]);
            let store = kernel.c_from_data_and_strides(size_of::<f32>(), strides[0], 1);
            let offset = (start * size_of::<f32>()) as isize;
            let view = |tensor: &Tensor| {
                store.wrap(&TensorView::from_bytes(tensor, offset, &shape, &strides))
            };
            let bias = self.weights.bias.view();
            let mut operations = vec![
                FusedSpec::AddMatMul {
                    a: AsInputValue::Borrowed(&self.weights.packed),
                    b: AsInputValue::Borrowed(columns),
                    packing,
                },
                FusedSpec::BinPerRow(bias, BinOp::Add),
            ];
            if let Some(added) = added {
                operations.push(FusedSpec::AddUnicast(view(added)));
            }
            if self.clamp.min > f32::NEG_INFINITY {
                operations.push(FusedSpec::BinScalar(&bounds[0], BinOp::Max));
            }
            if self.clamp.max < f32::INFINITY {
                operations.push(FusedSpec::BinScalar(&bounds[1], BinOp::Min));
            }
            operations.push(FusedSpec::Store(view(output)));
            kernel.run(rows, count, &operations)
        }
    }
}
