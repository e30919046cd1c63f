//! Copies a view of a tensor into another tensor.

use std::mem::MaybeUninit;

use tract_onnx::tract_core::internal::*;

use super::super::common::{parallel_chunks, tensor_filled_by};
use super::strided_loops::{LoopAxis, copy, in_order_of_copying, merged};
use super::strided_view::StridedView;

/// Copies a view of its float32 input, and pads it.
#[derive(Clone, Debug)]
pub struct StridedCopy {
    /// Of the input.
    view: StridedView,
    /// Elements before and behind each axis of the view.
    padding: Vec<(usize, usize)>,
    /// What they are.
    padding_value: f32,
    is_padded: bool,
    /// Shape of the output.
    shape: TVec<usize>,
    /// Elements of the input that the view is of.
    input_len: usize,
    /// Elements of the output before the first one that is copied.
    output_offset: usize,
    /// Axes of the view, as few as possible; the first one counts rows of the output.
    axes: Vec<LoopAxis>,
}

/// By the bits of the padding, so that equality is reflexive.
impl PartialEq for StridedCopy {
    fn eq(&self, other: &StridedCopy) -> bool {
        (&self.view, &self.padding, self.input_len)
            == (&other.view, &other.padding, other.input_len)
            && self.padding_value.to_bits() == other.padding_value.to_bits()
    }
}

impl Eq for StridedCopy {}

impl StridedCopy {
    /// Of a view of a tensor with `input_len` elements, with `padding` elements of
    /// `padding_value` before and behind each of its axes. `None` for one that is contiguous,
    /// without padding: tract need not copy it element by element, or at all.
    pub fn new(
        input_len: usize,
        view: StridedView,
        padding: Vec<(usize, usize)>,
        padding_value: f32,
    ) -> Option<StridedCopy> {
        let padded = view.axes.iter().zip(&padding);
        let shape: TVec<usize> = padded
            .map(|(axis, (before, behind))| before + axis.size + behind)
            .collect();
        let output = StridedView::of(&shape);
        let axes = view.axes.iter().zip(&output.axes);
        let axes = axes.map(|(from, to)| LoopAxis {
            size: from.size,
            from: from.stride,
            to: to.stride,
        });
        let axes = merged(axes.collect());
        let is_padded = padding.iter().any(|&padding| padding != (0, 0));
        let is_contiguous = matches!(axes.as_slice(), [] | [LoopAxis { from: 1, .. }]);
        let is_empty = view.axes.iter().any(|axis| axis.size == 0);
        if is_empty || (is_contiguous && !is_padded) {
            return None;
        }
        let before = padding.iter().zip(&output.axes);
        let output_offset = before.map(|((before, _), axis)| before * axis.stride).sum();
        Some(StridedCopy {
            view,
            padding,
            padding_value,
            shape,
            input_len,
            output_offset,
            axes,
            is_padded,
        })
    }

    /// The elements of a row of the output: what is copied to it is of one element of the
    /// first axis. `None` where the first axis itself is padded.
    fn row_len(&self) -> Option<usize> {
        let [first, rest @ ..] = self.axes.as_slice() else {
            return None;
        };
        let len: usize = self.shape.iter().product();
        let reach: usize = rest.iter().map(|axis| (axis.size - 1) * axis.to).sum();
        let is_row = first.size * first.to == len && self.output_offset + reach < first.to;
        is_row.then_some(first.to)
    }

    /// Writes every element of `out`, which begins with row `first`; all rows are one where
    /// there is no length.
    fn rows(&self, input: &[f32], first: usize, row: Option<usize>, out: &mut [MaybeUninit<f32>]) {
        if self.is_padded {
            out.fill(MaybeUninit::new(self.padding_value));
        }
        let mut axes = self.axes.clone();
        let mut from = self.view.offset;
        if let (Some(row), [axis, ..]) = (row, axes.as_mut_slice()) {
            from += first * axis.from;
            axis.size = out.len() / row;
        }
        copy(
            &in_order_of_copying(axes),
            &input[from..],
            &mut out[self.output_offset..],
        );
    }
}

impl Op for StridedCopy {
    fn name(&self) -> StaticName {
        "GradcamStridedCopy".into()
    }

    fn info(&self) -> TractResult<Vec<String>> {
        Ok(vec![format!("{self:?}")])
    }

    op_as_typed_op!();
}

impl EvalOp for StridedCopy {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        let input = input.try_as_plain_ram()?.as_slice::<f32>()?;
        ensure!(input.len() == self.input_len, "a view of another tensor");
        let row = self.row_len();
        // Safety: `rows` writes every element that it gets: an output without padding has as
        // many as the view, and the strides of its axes are those of a contiguous tensor.
        let output = unsafe {
            tensor_filled_by(&self.shape, |out| {
                let len = out.len();
                parallel_chunks(out, row.unwrap_or(len), len, |first, out| {
                    self.rows(input, first, row, out);
                    Ok(())
                })
            })?
        };
        Ok(tvec!(output.into_tvalue()))
    }
}

impl TypedOp for StridedCopy {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [input] = inputs else {
            bail!("a copy has one input, not {}", inputs.len());
        };
        ensure!(input.shape.volume() == self.input_len.to_dim());
        Ok(tvec!(f32::fact(&self.shape)))
    }

    as_op!();
}
