//! The dense layer of a classifier: products of a few rows with a weight matrix.

use std::sync::Arc;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::einsum::EinSum;

use super::super::common::{LANES, Lanes};
use super::super::matmul::WeightReader;

/// Rows up to which a product is bound by the bandwidth of reading the weights.
pub const MAX_ROWS: usize = 4;

/// The weights of a dense layer [rows, columns], row-major.
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

/// Dense layer. Input: x […, K]. Output: y […, O] = x · W, with W [K, O], or y = x · Wᵀ
/// with W [O, K] if `is_transposed`.
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
        let (depth, width) = self.sizes();
        let input = input.try_as_plain_ram()?.as_slice::<f32>()?;
        let mut plain = output.try_as_plain_ram_mut()?;
        let rows = plain.as_slice_mut::<f32>()?.chunks_exact_mut(width);
        for (from, to) in input.chunks_exact(depth).zip(rows) {
            if self.is_transposed {
                multiply_transposed(from, &self.weights.values, to)
            } else {
                multiply(from, &self.weights.values, to)
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
        let (depth, width) = self.sizes();
        let Some((&last, before)) = input.split_last() else {
            bail!("a dense layer wants an axis to sum along");
        };
        ensure!(last == depth, "rows of {last} numbers, not {depth}");
        Ok(before.iter().copied().chain([width]).collect())
    }

    /// The same by tract's product of matrices, which is faster for many rows.
    ///
    /// # Errors
    /// tract's own.
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

/// y += x · W for one row x [K], W [K, O] and y [O]: four rows of W at a time, each scaled by
/// its element of x.
fn multiply(x: &[f32], weights: &[f32], y: &mut [f32]) {
    let width = y.len();
    let (blocks, rest) = x.as_chunks::<4>();
    let mut rows = weights.chunks_exact(4 * width);
    for (elements, rows) in blocks.iter().zip(&mut rows) {
        let scales = elements.map(Lanes::splat);
        let mut column = 0;
        while column + LANES <= width {
            // Safety: `y` has `width` elements and `rows` four times as many; row < 4, and
            // `column + LANES <= width`.
            unsafe {
                let to = y.as_mut_ptr().add(column);
                let mut sum = Lanes::load(to);
                for (row, scale) in scales.into_iter().enumerate() {
                    let values = Lanes::load(rows.as_ptr().add(row * width + column));
                    sum = scale.mul_add(values, sum);
                }
                sum.store(to);
            }
            column += LANES;
        }
        for column in column..width {
            for (row, element) in elements.iter().enumerate() {
                y[column] += element * rows[row * width + column];
            }
        }
    }
    for (&scale, row) in rest.iter().zip(rows.remainder().chunks_exact(width)) {
        for (to, &value) in y.iter_mut().zip(row) {
            *to += scale * value;
        }
    }
}

/// y = x · Wᵀ for one row x [K], W [O, K] and y [O]: dot products with four vectors of partial
/// sums each.
fn multiply_transposed(x: &[f32], weights: &[f32], y: &mut [f32]) {
    for (to, row) in y.iter_mut().zip(weights.chunks_exact(x.len())) {
        let mut sums = [Lanes::splat(0.0); 4];
        let (blocks, rest) = row.as_chunks::<{ 4 * LANES }>();
        let (x_blocks, x_rest) = x.as_chunks::<{ 4 * LANES }>();
        for (block, x) in blocks.iter().zip(x_blocks) {
            let vectors = block.as_chunks::<LANES>().0.iter().zip(x.as_chunks().0);
            for (sum, (weights, x)) in sums.iter_mut().zip(vectors) {
                *sum = Lanes::load_array(weights).mul_add(Lanes::load_array(x), *sum);
            }
        }
        let sum = sums[0].add(sums[1]).add(sums[2].add(sums[3]));
        let rest: f32 = rest.iter().zip(x_rest).map(|(a, b)| a * b).sum();
        *to = sum.to_array().iter().sum::<f32>() + rest;
    }
}
