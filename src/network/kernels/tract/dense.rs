//! Products of a few rows with a matrix of weights: what classifiers end in.

use std::sync::Arc;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::einsum::EinSum;

use super::super::common::{LANES, Lanes};
use super::super::matmul::WeightReader;

/// Rows up to which a product is limited by reading the weights.
pub const MAX_ROWS: usize = 4;

/// Weights of a dense layer, one row after the other, in float32.
#[derive(Debug)]
pub struct DenseWeights {
    pub rows: usize,
    pub columns: usize,
    pub values: Vec<f32>,
}

impl DenseWeights {
    pub fn read(reader: &WeightReader) -> DenseWeights {
        DenseWeights {
            rows: reader.rows,
            columns: reader.columns,
            values: reader.to_floats(),
        }
    }
}

/// Dense layer. Input: x […, K]. Output: y […, O] = x · W, with W [K, O], or
/// [O, K] if `is_transposed`.
#[derive(Clone, Debug)]
pub struct Dense {
    pub weights: Arc<DenseWeights>,
    pub is_transposed: bool,
}

impl PartialEq for Dense {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.weights, &other.weights) && self.is_transposed == other.is_transposed
    }
}

impl Eq for Dense {}

impl Op for Dense {
    fn name(&self) -> StaticName {
        "GradcamDense".into()
    }

    fn validation(&self) -> Validation {
        Validation::Rounding
    }

    op_as_typed_op!();
}

impl EvalOp for Dense {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        let shape = self.output_shape(input.shape())?;
        let mut output = Tensor::zero::<f32>(&shape)?;
        let (depth, wide) = self.sizes();
        let input = input.try_as_plain_ram()?.as_slice::<f32>()?;
        let mut plain = output.try_as_plain_ram_mut()?;
        let rows = plain.as_slice_mut::<f32>()?.chunks_exact_mut(wide);
        for (from, to) in input.chunks_exact(depth).zip(rows) {
            if self.is_transposed {
                by_rows(from, &self.weights.values, to)
            } else {
                by_columns(from, &self.weights.values, to)
            }
        }
        Ok(tvec!(output.into_tvalue()))
    }
}

impl TypedOp for Dense {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [input] = inputs else {
            bail!("a dense layer has one input, not {}", inputs.len());
        };
        let shape = input.shape.as_concrete();
        let shape = shape.context("its shape must be known")?;
        Ok(tvec!(f32::fact(self.output_shape(shape)?)))
    }

    fn cost(&self, inputs: &[&TypedFact]) -> TractResult<TVec<(Cost, TDim)>> {
        let count = inputs[0].shape.volume() * self.sizes().1;
        Ok(tvec!((Cost::FMA(f32::datum_type()), count)))
    }

    as_op!();
}

impl Dense {
    /// K and O.
    pub fn sizes(&self) -> (usize, usize) {
        if self.is_transposed {
            (self.weights.columns, self.weights.rows)
        } else {
            (self.weights.rows, self.weights.columns)
        }
    }

    fn output_shape(&self, input: &[usize]) -> TractResult<TVec<usize>> {
        let (depth, wide) = self.sizes();
        let Some((&last, before)) = input.split_last() else {
            bail!("a dense layer wants an axis to sum along");
        };
        ensure!(last == depth, "rows of {last} numbers, not {depth}");
        Ok(before.iter().copied().chain([wide]).collect())
    }

    /// The same by tract's own product of matrices, which is the faster one for many
    /// rows.
    pub fn wire_for_many_rows(
        &self,
        name: &str,
        model: &mut TypedModel,
        input: OutletId,
    ) -> TractResult<TVec<OutletId>> {
        let weights = &self.weights;
        let shape = [weights.rows, weights.columns];
        let weights = Tensor::from_shape(&shape, &weights.values)?;
        let weights = model.add_const(format!("{name}.weights"), weights)?;
        let rank = model.outlet_fact(input)?.rank();
        let before: String = ('c'..).take(rank.saturating_sub(1)).collect();
        let matrix = if self.is_transposed { "ba" } else { "ab" };
        let axes = format!("{before}a,{matrix}->{before}b").parse()?;
        let product = EinSum::new(axes, f32::datum_type());
        model.wire_node(name, product, &[input, weights])
    }
}

/// to += Σ_k from[k] · row k of the weights, four rows at a time.
fn by_columns(from: &[f32], weights: &[f32], to: &mut [f32]) {
    let wide = to.len();
    let (fours, rest) = from.as_chunks::<4>();
    let mut rows = weights.chunks_exact(4 * wide);
    for (numbers, rows) in fours.iter().zip(&mut rows) {
        let row_scales = numbers.map(Lanes::splat);
        let mut column = 0;
        while column + LANES <= wide {
            // Safety: four numbers fit from `column` on, in each row.
            unsafe {
                let place = to.as_mut_ptr().add(column);
                let mut sum = Lanes::load(place);
                for (row, factor) in row_scales.into_iter().enumerate() {
                    let values = Lanes::load(rows.as_ptr().add(row * wide + column));
                    sum = factor.mul_add(values, sum);
                }
                sum.store(place);
            }
            column += LANES;
        }
        for column in column..wide {
            for (row, number) in numbers.iter().enumerate() {
                to[column] += number * rows[row * wide + column];
            }
        }
    }
    for (&factor, row) in rest.iter().zip(rows.remainder().chunks_exact(wide)) {
        for (to, &value) in to.iter_mut().zip(row) {
            *to += factor * value;
        }
    }
}

/// to[o] = Σ_k from[k] · weights[o][k].
fn by_rows(from: &[f32], weights: &[f32], to: &mut [f32]) {
    for (to, row) in to.iter_mut().zip(weights.chunks_exact(from.len())) {
        let mut sums = [Lanes::splat(0.0); 4];
        let (blocks, rest) = row.as_chunks::<{ 4 * LANES }>();
        let (values, values_rest) = from.as_chunks::<{ 4 * LANES }>();
        for (block, values) in blocks.iter().zip(values) {
            for (number, sum) in sums.iter_mut().enumerate() {
                // Safety: both blocks are four vectors long.
                unsafe {
                    let weights = Lanes::load(block.as_ptr().add(number * LANES));
                    let values = Lanes::load(values.as_ptr().add(number * LANES));
                    *sum = weights.mul_add(values, *sum);
                }
            }
        }
        let mut four = [0.0; LANES];
        let sum = sums[0].add(sums[1]).add(sums[2].add(sums[3]));
        // Safety: the array is four numbers long.
        unsafe { sum.store(four.as_mut_ptr()) };
        let rest: f32 = rest.iter().zip(values_rest).map(|(a, b)| a * b).sum();
        *to = four.iter().sum::<f32>() + rest;
    }
}
