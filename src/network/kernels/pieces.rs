//! A convolution's product in pieces: which columns make one, how they are packed, and
//! how panels of the weights are multiplied with them.

use std::ops::Range;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::mmm::{EagerPackedInput, MMMInputValue};
use tract_onnx::tract_core::tract_linalg::pack::Packing as _;

use super::columns::Columns;
use super::panels::{Panels, panels, read};
use super::product::{Product, Target};
use super::registry::Shape;
use super::shares::{Sizes, share_out};
use super::strassen::{HalvedProduct, MOST_REST, Parts, Rest, left_columns};

/// What is packed and multiplied at once.
#[derive(Clone, Debug)]
pub enum Piece {
    Plain(Range<usize>),
    Halves(Paired),
}

/// Columns of the left half that are done along with their partners.
#[derive(Clone, Debug)]
pub struct Paired {
    columns: Range<usize>,
    /// How far behind each column its partner is.
    partner: usize,
    /// Columns without a partner that are done along with those, too.
    rest: Range<usize>,
}

/// A piece's columns, packed.
pub enum Packed {
    Plain {
        /// The first of the columns.
        first: usize,
        columns: EagerPackedInput,
    },
    Halves {
        piece: Paired,
        pairs: Blob,
        rest: Option<EagerPackedInput>,
    },
}

/// The pieces of a product of `weights` with so many columns, for `threads` threads.
pub fn pieces(weights: &Panels, count: usize, threads: usize) -> Vec<Piece> {
    let (width, depth) = (weights.columns_format.r, weights.depth);
    let left = match weights.halved {
        true => left_columns(count),
        false => 0,
    };
    let sizes = |columns: usize, panel: usize| Sizes {
        columns,
        width,
        panel,
        weights: weights.rows * depth,
    };
    let halves = share_out(sizes(left, Parts { width, depth }.pair()), threads);
    let paired = halves.into_iter().map(|columns| Paired {
        columns,
        partner: left,
        rest: 0..0,
    });
    let mut pieces: Vec<Piece> = paired.map(Piece::Halves).collect();
    let rest = 2 * left..count;
    match pieces.last_mut() {
        // A few columns without a partner go along with some that have one.
        Some(Piece::Halves(piece)) if rest.len() <= MOST_REST => piece.rest = rest,
        _ => {
            let shares = share_out(sizes(rest.len(), width * depth), threads).into_iter();
            let behind =
                |columns: Range<usize>| rest.start + columns.start..rest.start + columns.end;
            pieces.extend(shares.map(behind).map(Piece::Plain));
        }
    }
    pieces
}

impl Piece {
    pub fn pack(&self, columns: &Columns, weights: &Panels) -> Packed {
        let (format, depth) = (&weights.columns_format, weights.depth);
        match self {
            Piece::Plain(range) => Packed::Plain {
                first: range.start,
                columns: columns.pack(format, depth, range.clone()),
            },
            Piece::Halves(piece) => Packed::Halves {
                pairs: columns.pack_halves(format, depth, piece.columns.clone(), piece.partner),
                rest: (!piece.rest.is_empty())
                    .then(|| columns.pack(&f32::packing(MOST_REST), depth, piece.rest.clone())),
                piece: piece.clone(),
            },
        }
    }
}

impl Packed {
    /// The first of the columns.
    pub fn first(&self) -> usize {
        match self {
            Packed::Plain { first, .. } => *first,
            Packed::Halves { piece, .. } => piece.columns.start,
        }
    }

    /// Multiplies panel `panel` of the weights, or of each half of them, with the columns.
    /// `sums` is room for sums of weights.
    ///
    /// # Safety
    /// As [`super::product::run`] and [`super::strassen::run`], where `target` begins at
    /// the first of the columns.
    pub unsafe fn multiply(
        &self,
        shape: &Shape,
        weights: &Panels,
        panel: usize,
        target: Target,
        sums: &mut Vec<f32>,
    ) {
        // Safety: the caller's.
        unsafe {
            match self {
                Packed::Plain { columns, .. } => plain(shape, weights, panel, columns, target),
                Packed::Halves { piece, pairs, rest } => {
                    let product = halved(weights, piece, read(pairs), rest.as_ref(), target);
                    (shape.halved_product)(&product, panel, sums);
                }
            }
        }
    }
}

/// # Safety
/// As [`Packed::multiply`].
unsafe fn plain(
    shape: &Shape,
    weights: &Panels,
    panel: usize,
    columns: &EagerPackedInput,
    target: Target,
) {
    let (a, a_panel) = panels(&weights.packed);
    let (b, b_panel) = panels(columns);
    for (rows, before) in weights.halves(shape.rows) {
        if panel * shape.rows >= rows.len() {
            continue;
        }
        let product = Product {
            a: &a[before * a_panel..],
            b,
            a_panel,
            b_panel,
            rows: rows.len(),
            columns: columns.mn(),
            depth: weights.depth,
            // Safety: there are such rows.
            target: unsafe { target.below(rows.start, before * shape.rows) },
        };
        // Safety: the caller's.
        unsafe { (shape.product)(&product, panel) };
    }
}

fn halved<'a>(
    weights: &'a Panels,
    piece: &Paired,
    pairs: &'a [f32],
    rest: Option<&'a EagerPackedInput>,
    target: Target<'a>,
) -> HalvedProduct<'a> {
    let (a, a_panel) = panels(&weights.packed);
    HalvedProduct {
        a,
        a_panel,
        b: pairs,
        rows: weights.rows,
        depth: weights.depth,
        columns: piece.columns.len(),
        partner: piece.partner,
        rest: rest.map(|rest| Rest {
            b: panels(rest).0,
            columns: piece.rest.len(),
            place: piece.rest.start - piece.columns.start,
        }),
        target,
    }
}
