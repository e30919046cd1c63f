//! Convolution over all channels, as products of matrices, with what is added to it
//! and the ReLU behind it in the same pass.

use std::ops::Range;
use std::sync::Arc;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::BinOp;
use tract_onnx::tract_core::tract_linalg::mmm::{
    AsInputValue, EagerPackedInput, FusedSpec, MMMInputValue, MatMatMul,
};
use tract_onnx::tract_core::tract_linalg::multithread::{
    Executor, current_tract_executor, multithread_tract_scope, par_chunks_mut,
};

use super::columns::Columns;
use super::panels::{Kernel, Panels, panels};
use super::planes::Geometry;
use super::product::Product;

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
const MOST_PACKED_BYTES: usize = 768 << 10;

/// Threads that are assumed where they are not counted.
const FEW_THREADS: usize = 4;

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
        let len = self.channels() * self.geometry.input_len();
        let values = &input.try_as_plain_ram()?.as_slice::<f32>()?[number * len..][..len];
        let columns = match self.is_pointwise() {
            true => Columns::Pixels {
                planes: values,
                len: self.geometry.input_len(),
            },
            false => Columns::Windows {
                geometry: &self.geometry,
                channels: self.geometry.padded(values),
            },
        };
        let (count, depth) = (self.geometry.output_len(), self.weights.depth);
        let format = &self.weights.columns_format;
        let panels = MOST_PACKED_BYTES / (format.r * depth * size_of::<f32>());
        let panels = panels.min(a_share(count.div_ceil(format.r), threads()));
        let at_once = format.r * panels.max(1);
        let mut blocks: Vec<Range<usize>> = (0..count)
            .step_by(at_once)
            .map(|first| first..(first + at_once).min(count))
            .collect();
        let work = count * self.weights.rows;
        par_chunks_mut(&mut blocks, 1, work, |_, blocks| {
            // The cores share the blocks, not the work inside of one.
            multithread_tract_scope(Executor::SingleThread, || {
                blocks.iter().try_for_each(|block| {
                    let packed = columns.pack(format, depth, block.clone());
                    self.multiply(&packed, added, output, number, block.start)
                })
            })
        })
    }

    /// Products of the weights and packed columns, of which the first belongs to the
    /// output pixel `first`.
    fn multiply(
        &self,
        columns: &EagerPackedInput,
        added: Option<&Tensor>,
        output: &Tensor,
        number: usize,
        first: usize,
    ) -> TractResult<()> {
        let (rows, len) = (self.weights.rows, self.geometry.output_len());
        let start = number * rows * len + first;
        match &self.weights.kernel {
            Kernel::Own(shape) => {
                let (a, a_panel) = panels(&self.weights.packed);
                let (b, b_panel) = panels(columns);
                // Safety: every place of [rows, columns] from `start` on is inside of
                // picture `number`, in `added` as in `output`, which nobody else uses.
                unsafe {
                    let from = |tensor: &Tensor| tensor.as_ptr_unchecked::<f32>().add(start);
                    let product = Product {
                        a,
                        b,
                        a_panel,
                        b_panel,
                        rows,
                        columns: columns.mn(),
                        depth: self.weights.depth,
                        bias: self.weights.bias.as_slice_unchecked(),
                        added: added.map_or(std::ptr::null(), from),
                        output: from(output).cast_mut(),
                        stride: len,
                        least: self.least,
                        most: self.most,
                    };
                    (shape.product)(&product);
                }
                Ok(())
            }
            Kernel::Tract(kernel, packing) => {
                self.multiply_by_tract(&**kernel, *packing, columns, added, output, start)
            }
        }
    }

    fn multiply_by_tract(
        &self,
        kernel: &dyn MatMatMul,
        packing: usize,
        columns: &EagerPackedInput,
        added: Option<&Tensor>,
        output: &Tensor,
        start: usize,
    ) -> TractResult<()> {
        let (rows, len, count) = (self.weights.rows, self.geometry.output_len(), columns.mn());
        let bounds = [tensor0(self.least), tensor0(self.most)];
        // Safety: as in `multiply`.
        unsafe {
            // From the first place to the last: tract reads nothing beyond.
            let (shape, strides) = ([1, (rows - 1) * len + count], [len as isize, 1]);
            let store = kernel.c_from_data_and_strides(size_of::<f32>(), strides[0], 1);
            let offset = (start * size_of::<f32>()) as isize;
            let wrapped = |tensor: &Tensor| {
                store.wrap(&TensorView::from_bytes(tensor, offset, &shape, &strides))
            };
            let bias = self.weights.bias.view();
            let mut steps = vec![
                FusedSpec::AddMatMul {
                    a: AsInputValue::Borrowed(&self.weights.packed),
                    b: AsInputValue::Borrowed(columns),
                    packing,
                },
                FusedSpec::BinPerRow(bias, BinOp::Add),
            ];
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

/// How many of so many panels are a thread's share: with some to spare for the faster
/// threads, where there are enough.
fn a_share(panels: usize, threads: usize) -> usize {
    let is_many = threads > 1 && panels >= 8 * threads;
    panels.div_ceil(if is_many { 2 * threads } else { threads })
}

/// Threads that share what is done in parallel.
fn threads() -> usize {
    match current_tract_executor() {
        Executor::SingleThread => 1,
        #[cfg(feature = "threads")]
        Executor::RayonGlobal => rayon::current_num_threads(),
        #[allow(unreachable_patterns, reason = "tract may be built for one thread")]
        _ => FEW_THREADS,
    }
}
