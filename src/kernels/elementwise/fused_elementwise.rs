//! A program as an operation of tract.

use std::mem::MaybeUninit;

use tract_onnx::tract_core::internal::*;

use super::super::common::{parallel_chunks, tensor_filled_by};
use super::broadcast::Broadcast;
use super::program::{BLOCK, Program};

/// A [`Program`] over float32 tensors. Its inputs have the shape of its output, or are
/// broadcast to it; one of the same shape may also hold truths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FusedElementwise {
    pub program: Program,
    pub shape: TVec<usize>,
}

/// An input and how it is read.
struct Source<'a> {
    elements: Elements<'a>,
    broadcast: Broadcast,
}

#[derive(Clone, Copy)]
enum Elements<'a> {
    Numbers(&'a [f32]),
    /// 1 and 0 as numbers. Not broadcast.
    Truths(&'a [bool]),
}

impl Op for FusedElementwise {
    fn name(&self) -> StaticName {
        "GradcamElementwise".into()
    }

    fn info(&self) -> TractResult<Vec<String>> {
        Ok(vec![format!("{self:?}")])
    }

    op_as_typed_op!();
}

impl EvalOp for FusedElementwise {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        ensure!(inputs.len() == self.program.inputs);
        // Else nothing would write the output.
        ensure!(!self.program.instructions.is_empty());
        let row = self.row_len(inputs.iter().map(|input| input.shape()))?;
        let sources = inputs.iter().map(|input| self.source(input));
        let sources: Vec<Source> = sources.collect::<TractResult<_>>()?;
        // Safety: `rows` writes every element of the rows that it gets.
        let output = unsafe {
            tensor_filled_by(&self.shape, |out| {
                let work = out.len() * (1 + self.program.instructions.len() / 4);
                parallel_chunks(out, row.unwrap_or(1), work, |first, out| {
                    self.rows(&sources, first, row, out);
                    Ok(())
                })
            })?
        };
        Ok(tvec!(output.into_tvalue()))
    }
}

impl TypedOp for FusedElementwise {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        ensure!(inputs.len() == self.program.inputs);
        let shapes = inputs.iter().map(|input| {
            let shape = input.shape.as_concrete();
            shape.context("the shapes of its inputs must be known")
        });
        self.row_len(shapes.collect::<TractResult<Vec<_>>>()?.into_iter())?;
        Ok(tvec!(f32::fact(&self.shape)))
    }

    as_op!();
}

impl FusedElementwise {
    fn source<'a>(&self, input: &'a Tensor) -> TractResult<Source<'a>> {
        let (broadcast, _) = self.broadcast(input.shape())?;
        let plain = input.try_as_plain_ram()?;
        let elements = if input.datum_type() == bool::datum_type() {
            ensure!(broadcast == Broadcast::None, "truths are not broadcast");
            Elements::Truths(plain.as_slice::<bool>()?)
        } else {
            Elements::Numbers(plain.as_slice::<f32>()?)
        };
        Ok(Source {
            elements,
            broadcast,
        })
    }

    fn broadcast(&self, input: &[usize]) -> TractResult<(Broadcast, Option<usize>)> {
        Broadcast::of(input, &self.shape)
            .with_context(|| format!("{input:?} is not broadcast to {:?} here", self.shape))
    }

    /// The length of a row, where some input is broadcast.
    ///
    /// # Errors
    /// Where inputs cannot be broadcast, or need rows of different lengths.
    pub fn row_len<'a>(
        &self,
        inputs: impl Iterator<Item = &'a [usize]>,
    ) -> TractResult<Option<usize>> {
        let mut row = None;
        for input in inputs {
            let (_, other) = self.broadcast(input)?;
            ensure!(
                row.is_none() || other.is_none() || row == other,
                "rows differ"
            );
            row = row.or(other);
        }
        Ok(row)
    }

    /// Writes every element of `out`, whole rows from row `first` on; without a length all of
    /// `out` is one row, and `first` the number of elements before it.
    fn rows(
        &self,
        sources: &[Source],
        first: usize,
        row: Option<usize>,
        out: &mut [MaybeUninit<f32>],
    ) {
        let mut registers = self.program.registers();
        let mut blocks: TVec<Option<&[f32]>> = tvec![None; sources.len()];
        let (len, start) = (row.unwrap_or(out.len()), first * row.unwrap_or(1));
        for (index, out) in out.chunks_mut(len.max(1)).enumerate() {
            for (input, source) in sources.iter().enumerate() {
                if let (Broadcast::ElementOfRow, Elements::Numbers(elements)) =
                    (source.broadcast, source.elements)
                {
                    let value = elements[first + index];
                    self.program.repeat_input(&mut registers, input, value);
                }
            }
            for (number, out) in out.chunks_mut(BLOCK).enumerate() {
                let column = number * BLOCK;
                for (input, (block, source)) in blocks.iter_mut().zip(sources).enumerate() {
                    let from = match source.broadcast {
                        Broadcast::None => start + index * len + column,
                        Broadcast::SameRow => column,
                        Broadcast::ElementOfRow => continue,
                    };
                    match source.elements {
                        Elements::Numbers(elements) => {
                            *block = Some(&elements[from..][..out.len()]);
                        }
                        Elements::Truths(elements) => {
                            let truths = &elements[from..][..out.len()];
                            self.program.convert_input(&mut registers, input, truths);
                        }
                    }
                }
                self.program.run_block(&blocks, &mut registers, out);
            }
        }
    }
}
