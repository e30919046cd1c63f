//! Convolution over all channels as products of matrices, fused with the bias, a sum and the
//! activation after it.

use std::sync::Arc;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::BinOp;
use tract_onnx::tract_core::tract_linalg::mmm::{AsInputValue, FusedSpec, MatMatMul};

use super::super::common::{Clamp, TaskGrid, parallel_steps, thread_count};
use super::super::matmul::{Epilogue, Kernel, PackedMatrix};
use super::column_checks::{ZeroEpilogue, are_surely_finite, outputs_of_zeros};
use super::convolution_tasks::{ConvolutionInput, PackedTask, tasks};
use super::convolution_weights::{ConvolutionWeights, Form};
use super::im2col::Im2col;
use super::sliding_window::Geometry;
use super::winograd::InputTiles;

/// Convolution. Inputs: x [N, C, h, w] and, if `adds`, z [N, M, h', w']. Output: y
/// [N, M, h', w'].
///
/// y = min(max(W ∗ x + bias + z, clamp.min), clamp.max). Where a window sees only zeros, W ∗ x
/// is exactly 0, in every form of the product. The weights W [M, C·kh·kw] are not an
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
        let mut output = unsafe { Tensor::uninitialized::<f32>(&shape)? };
        for image in 0..shape[0] {
            self.convolve_image(&input, added.as_deref(), &mut output, image)?;
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

    /// Computes the output of image number `image` of the batch; `added` must have the shape
    /// of `output`.
    fn convolve_image(
        &self,
        input: &Tensor,
        added: Option<&Tensor>,
        output: &mut Tensor,
        image: usize,
    ) -> TractResult<()> {
        let len = self.channels() * self.geometry.input_len();
        let planes = &input.try_as_plain_ram()?.as_slice::<f32>()?[image * len..][..len];
        let halves_columns = self.weights.form == Form::StrassenWinograd;
        let is_finite = !halves_columns || are_surely_finite(&self.geometry, planes)?;
        self.multiply(planes, is_finite, added, output, image)?;
        if !(halves_columns && is_finite) {
            return Ok(());
        }
        let zeros = outputs_of_zeros(&self.geometry, planes);
        self.write_outputs_of_zeros(&zeros, added, output, image)
    }

    /// Sets the outputs at `positions` to what they are where the input is zero. Those of the
    /// whole image must be initialised.
    fn write_outputs_of_zeros(
        &self,
        positions: &[usize],
        added: Option<&Tensor>,
        output: &mut Tensor,
        image: usize,
    ) -> TractResult<()> {
        if positions.is_empty() {
            return Ok(());
        }
        let len = self.weights.rows * self.geometry.output_len();
        let added = match added {
            Some(added) => {
                Some(&added.try_as_plain_ram()?.as_slice::<f32>()?[image * len..][..len])
            }
            None => None,
        };
        // The bias of each row, which is once in its panel.
        let Kernel::Own(shape) = self.weights.kernel else {
            bail!("a kernel of tract's multiplies weights of the plain form only");
        };
        let bias = self.weights.bias_of_rows(shape.rows());
        let epilogue = ZeroEpilogue {
            bias: |row: usize| bias[row],
            added,
            clamp: self.clamp,
        };
        assert!((image + 1) * len <= output.len());
        // Safety: the image is inside of the output by the assertion, and initialised.
        let planes = unsafe {
            let first = output.as_ptr_mut_unchecked::<f32>().add(image * len);
            std::slice::from_raw_parts_mut(first, len)
        };
        epilogue.write(&self.geometry, planes, positions)
    }

    /// Multiplies the weights with the `planes` of image number `image`. If these are not
    /// finite, no columns are added to each other.
    fn multiply(
        &self,
        planes: &[f32],
        is_finite: bool,
        added: Option<&Tensor>,
        output: &mut Tensor,
        image: usize,
    ) -> TractResult<()> {
        let input = self.input(planes)?;
        let columns = self.geometry.output_len();
        let output = SharedOutput::new(output);
        let tasks = tasks(&self.weights, &input, columns, thread_count(), is_finite);
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
                        let epilogue = self.epilogue(added, &output, start);
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
                    ) => self.multiply_by_tract(&**kernel, *packing, packed, added, &output, start),
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
        output: &SharedOutput,
        start: usize,
    ) -> Epilogue<'a> {
        let len = output.tensor.len();
        assert!(start < len);
        assert!(added.is_none_or(|added| added.len() == len));
        // Safety: `added` is float32, which `eval` checks, and the output, which it makes; both
        // tensors have more than `start` elements.
        unsafe {
            let from = |tensor: &Tensor| tensor.as_ptr_unchecked::<f32>().add(start);
            Epilogue {
                scales: &self.weights.scales,
                bias: &self.weights.bias,
                added: added.map_or(std::ptr::null(), from),
                output: output.first.add(start),
                len: len - start,
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
        columns: &PackedMatrix,
        added: Option<&Tensor>,
        output: &SharedOutput,
        start: usize,
    ) -> TractResult<()> {
        let output = output.tensor;
        let (rows, stride, count) = (
            self.weights.rows,
            self.geometry.output_len(),
            columns.count(),
        );
        // From the first element to the last: tract reads and writes nothing beyond.
        let len = (rows - 1) * stride + count;
        assert!(start + len <= output.len());
        assert!(added.is_none_or(|added| added.len() == output.len()));
        let bounds = [tensor0(self.clamp.min), tensor0(self.clamp.max)];
        let bias = tensor1(&self.weights.bias);
        // Safety: the views are `len` elements from `start` on, inside of their tensors by the
        // assertions; `packing` is one of the kernel's, and weights and columns are packed so.
        unsafe {
            let (shape, strides) = ([1, len], [stride as isize, 1]);
            let store = kernel.c_from_data_and_strides(size_of::<f32>(), strides[0], 1);
            let offset = (start * size_of::<f32>()) as isize;
            let view = |tensor: &Tensor| {
                store.wrap(&TensorView::from_bytes(tensor, offset, &shape, &strides))
            };
            let bias = bias.view();
            let mut operations = vec![
                FusedSpec::AddMatMul {
                    a: AsInputValue::Borrowed(self.weights.packed.as_tract()),
                    b: AsInputValue::Borrowed(columns.as_tract()),
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

/// The output of a convolution, which several threads write.
struct SharedOutput<'a> {
    /// Its first element, from the exclusive reference: what is written goes through this.
    first: *mut f32,
    /// For its length, and for kernels of tract's, whose interface takes no other.
    tensor: &'a Tensor,
}

// Safety: every step of `Convolution::multiply` writes elements of its own, and none are read.
unsafe impl Sync for SharedOutput<'_> {}

impl SharedOutput<'_> {
    fn new(tensor: &mut Tensor) -> SharedOutput<'_> {
        // Safety: `eval` makes the output of float32.
        let first = unsafe { tensor.as_ptr_mut_unchecked::<f32>() };
        SharedOutput { first, tensor }
    }
}
