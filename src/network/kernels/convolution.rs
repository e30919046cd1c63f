//! Convolution over all channels, as products of matrices, with what is added to it
//! and the ReLU behind it in the same pass.

use std::ops::Range;
use std::sync::Arc;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::BinOp;
use tract_onnx::tract_core::tract_linalg::mmm::{
    AsInputValue, EagerPackedInput, FusedSpec, MMMInputValue, MatMatMul,
};
use tract_onnx::tract_core::tract_linalg::pack::Packing as _;

use super::columns::Columns;
use super::panels::{Kernel, Panels, panels, read};
use super::planes::Geometry;
use super::product::{Product, Target};
use super::registry::Shape;
use super::shares::{Share, Sizes, share_out};
use super::strassen::{HalvedProduct, MOST_REST, Parts, Rest, extra_panels, left_columns};
use super::together::{in_chunks, threads};

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

/// What is multiplied at once.
struct Piece {
    share: Share,
    /// How far behind each column its partner is, which is then done, too.
    partner: Option<usize>,
    /// Columns that are done along with those.
    rest: Range<usize>,
}

impl Piece {
    /// Columns of the left half and their partners, and `rest` if they are the last.
    fn paired(share: Share, left: usize, rest: &Range<usize>) -> Piece {
        Piece {
            rest: match share.columns.end == left {
                true => rest.clone(),
                false => 0..0,
            },
            partner: Some(left),
            share,
        }
    }

    /// Columns that are counted from `first` on and have no partner.
    fn alone(mut share: Share, first: usize) -> Piece {
        share.columns = first + share.columns.start..first + share.columns.end;
        Piece {
            rest: 0..0,
            partner: None,
            share,
        }
    }
}

/// The pieces of each part of a product.
fn pieces(sizes: Sizes, piece: impl Fn(Share) -> Piece) -> Vec<Vec<Piece>> {
    let parts = share_out(sizes, threads()).into_iter();
    parts
        .map(|shares| shares.into_iter().map(&piece).collect())
        .collect()
}

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

    fn picture(
        &self,
        input: &Tensor,
        added: Option<&Tensor>,
        output: &Tensor,
        number: usize,
    ) -> TractResult<()> {
        let len = self.channels() * self.geometry.input_len();
        let values = &input.try_as_plain_ram()?.as_slice::<f32>()?[number * len..][..len];
        let geometry = &self.geometry;
        let is_pointwise = (geometry.kernel, geometry.strides) == ((1, 1), (1, 1));
        let columns_of = match (geometry.is_inside(), is_pointwise) {
            (true, true) if geometry.input == geometry.output => Columns::Pixels {
                planes: values,
                len: geometry.input_len(),
            },
            (true, _) => Columns::Inside {
                geometry,
                planes: values,
            },
            (false, _) => Columns::Windows {
                geometry,
                channels: geometry.padded(values)?,
            },
        };
        let mut parts = self.parts();
        let work = self.geometry.output_len() * self.weights.rows;
        in_chunks(&mut parts, 1, work, |_, parts| {
            parts.iter().flatten().try_for_each(|piece| {
                let first = piece.share.columns.start;
                let target = self.target(added, output, number, first);
                match &self.weights.kernel {
                    Kernel::Own(shape) => {
                        // Safety: these rows of these columns, and of their partners
                        // and the rest, are inside of the picture, and no other piece
                        // has them.
                        unsafe { self.multiply(shape, &columns_of, piece, target) };
                        Ok(())
                    }
                    Kernel::Tract(kernel, packing) => {
                        let columns = piece.share.columns.clone();
                        let format = &self.weights.columns_format;
                        let packed = columns_of.pack(format, self.weights.depth, columns);
                        let start = self.start(number, first);
                        let kernel = (&**kernel, *packing);
                        self.multiply_by_tract(kernel, &packed, added, output, start)
                    }
                }
            })
        })
    }

    /// What the threads compute, each a part or two.
    fn parts(&self) -> Vec<Vec<Piece>> {
        let (count, weights) = (self.geometry.output_len(), &self.weights);
        let (width, depth) = (weights.columns_format.r, weights.depth);
        let left = match weights.halved {
            true => left_columns(count),
            false => 0,
        };
        let rest = 2 * left..count;
        let are_few = left > 0 && rest.len() <= MOST_REST;
        let row_panels = match &weights.kernel {
            Kernel::Own(shape) => weights.row_panels(shape.rows),
            Kernel::Tract(..) => 1,
        };
        let plain = Sizes {
            columns: rest.len(),
            width,
            panel: width * depth,
            weights: weights.rows * depth,
            row_panels,
            extra: 0,
        };
        let halves = Sizes {
            columns: left,
            panel: Parts { width, depth }.pair(),
            extra: match are_few && !rest.is_empty() {
                true => extra_panels(row_panels),
                false => 0,
            },
            ..plain
        };
        // A few columns without a partner go along with the last ones that have one.
        let (along, alone) = match are_few {
            true => (rest, 0..0),
            false => (0..0, rest),
        };
        let mut parts = pieces(halves, |share| Piece::paired(share, left, &along));
        if !alone.is_empty() {
            parts.extend(pieces(plain, |share| Piece::alone(share, alone.start)));
        }
        parts
    }

    /// Where output pixel `first` of a picture's first channel lies.
    fn start(&self, number: usize, first: usize) -> usize {
        number * self.weights.rows * self.geometry.output_len() + first
    }

    /// Where the sums of the output pixels from `first` on go.
    fn target<'a>(
        &'a self,
        added: Option<&Tensor>,
        output: &Tensor,
        number: usize,
        first: usize,
    ) -> Target<'a> {
        let start = self.start(number, first);
        // Safety: `start` is a place of picture `number`, in `added` as in `output`;
        // the bias holds float32 numbers.
        unsafe {
            let from = |tensor: &Tensor| tensor.as_ptr_unchecked::<f32>().add(start);
            Target {
                bias: self.weights.bias.as_slice_unchecked(),
                added: added.map_or(std::ptr::null(), from),
                output: from(output).cast_mut(),
                stride: self.geometry.output_len(),
                least: self.least,
                most: self.most,
            }
        }
    }

    /// Multiplies some of the weights' rows with the columns of a piece.
    ///
    /// # Safety
    /// As `product::run`, for those rows and columns.
    unsafe fn multiply(&self, shape: &Shape, columns_of: &Columns, piece: &Piece, target: Target) {
        let (format, depth) = (&self.weights.columns_format, self.weights.depth);
        let Share {
            columns,
            rows: row_panels,
        } = piece.share.clone();
        let (a, a_panel) = panels(&self.weights.packed);
        if let Some(partner) = piece.partner {
            let packed = columns_of.pack_halves(format, depth, columns.clone(), partner);
            let pack = || columns_of.pack(&f32::packing(MOST_REST), depth, piece.rest.clone());
            let rest = (!piece.rest.is_empty()).then(pack);
            let product = HalvedProduct {
                a,
                a_panel,
                b: read(&packed),
                rows: self.weights.rows,
                row_panels,
                depth,
                columns: columns.len(),
                partner,
                rest: rest.as_ref().map(|rest| Rest {
                    b: panels(rest).0,
                    columns: piece.rest.len(),
                    place: piece.rest.start - columns.start,
                }),
                target,
            };
            // Safety: the caller's.
            return unsafe { (shape.halved_product)(&product) };
        }
        let packed = columns_of.pack(format, depth, columns);
        let (b, b_panel) = panels(&packed);
        let halves = self.weights.halves(shape.rows);
        for (rows, before) in halves {
            let product = Product {
                a: &a[before * a_panel..],
                b,
                a_panel,
                b_panel,
                rows: rows.len(),
                row_panels: row_panels.clone(),
                columns: packed.mn(),
                depth,
                // Safety: there are such rows.
                target: unsafe { target.below(rows.start, before * shape.rows) },
            };
            // Safety: the caller's.
            unsafe { (shape.product)(&product) };
        }
    }

    fn multiply_by_tract(
        &self,
        (kernel, packing): (&dyn MatMatMul, usize),
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
