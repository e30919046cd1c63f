//! A convolution's product in pieces: which columns make one, how they are packed, and
//! how panels of the weights are multiplied with them.

use std::ops::Range;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::mmm::{EagerPackedInput, MMMInputValue};

use super::columns::Columns;
use super::panels::{Form, Panels, panels, read};
use super::product::{Product, Target};
use super::registry::Shape;
use super::rest::{self, MOST_REST, Rest};
use super::shares::{Sizes, share_out};
use super::strassen::{HalvedProduct, Parts, left_columns};
use super::winograd::{PLACES, PackedSquares, Squares, SquaresProduct};

/// What the windows of a picture see.
pub enum Seen<'a> {
    Columns(Columns<'a>),
    /// For weights in the form of the same name.
    Squares(Squares),
}

/// What is packed and multiplied at once.
pub enum Piece<'a> {
    Plain(&'a Columns<'a>, Range<usize>),
    Halves(&'a Columns<'a>, Paired),
    Squares(&'a Squares, Range<usize>),
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
        rest: Option<Vec<f32>>,
    },
    Squares(PackedSquares),
}

/// The pieces of a convolution of a picture, for `threads` threads. It has so many columns.
pub fn pieces<'a>(
    weights: &Panels,
    seen: &'a Seen<'a>,
    count: usize,
    threads: usize,
) -> Vec<Piece<'a>> {
    match seen {
        Seen::Columns(columns) => pieces_of_columns(weights, columns, count, threads),
        Seen::Squares(squares) => {
            let panel = weights.columns_format.r * weights.packed.k() * PLACES;
            share_out(sizes(weights, squares.count(), panel), threads)
                .into_iter()
                .map(|range| Piece::Squares(squares, range))
                .collect()
        }
    }
}

fn sizes(weights: &Panels, columns: usize, panel: usize) -> Sizes {
    Sizes {
        columns,
        width: weights.columns_format.r,
        panel,
        weights: read(&weights.packed.packed).len(),
    }
}

fn pieces_of_columns<'a>(
    weights: &Panels,
    columns: &'a Columns<'a>,
    count: usize,
    threads: usize,
) -> Vec<Piece<'a>> {
    let (width, depth) = (weights.columns_format.r, weights.depth);
    let left = match weights.form {
        Form::Halves => left_columns(count),
        Form::Plain | Form::Squares => 0,
    };
    let pair = Parts { width, depth }.pair();
    let halves = share_out(sizes(weights, left, pair), threads);
    let mut paired: Vec<Paired> = (halves.into_iter())
        .map(|columns| Paired {
            columns,
            partner: left,
            rest: 0..0,
        })
        .collect();
    let mut rest = 2 * left..count;
    // A few columns without a partner go along with some that have one.
    if let Some(last) = paired.last_mut().filter(|_| rest.len() <= MOST_REST) {
        last.rest = std::mem::replace(&mut rest, count..count);
    }
    let shares = share_out(sizes(weights, rest.len(), width * depth), threads);
    let behind = |share: Range<usize>| rest.start + share.start..rest.start + share.end;
    let plain = (shares.into_iter()).map(|share| Piece::Plain(columns, behind(share)));
    let paired = (paired.into_iter()).map(|paired| Piece::Halves(columns, paired));
    paired.chain(plain).collect()
}

impl Piece<'_> {
    pub fn pack(&self, weights: &Panels) -> Packed {
        let (format, depth) = (&weights.columns_format, weights.depth);
        match self {
            Piece::Plain(columns, range) => Packed::Plain {
                first: range.start,
                columns: columns.pack(format, depth, range.clone()),
            },
            Piece::Halves(columns, piece) => Packed::Halves {
                pairs: columns.pack_halves(format, depth, piece.columns.clone(), piece.partner),
                rest: (!piece.rest.is_empty()).then(|| {
                    rest::pack(
                        columns,
                        depth,
                        piece.rest.clone(),
                        weights.packed.fact.format.r(),
                    )
                }),
                piece: piece.clone(),
            },
            Piece::Squares(squares, range) => Packed::Squares(squares.pack(format, range.clone())),
        }
    }
}

impl Packed {
    /// The place in a row of the output from which on places are counted.
    pub fn start(&self) -> usize {
        match self {
            Packed::Plain { first, .. } => *first,
            Packed::Halves { piece, .. } => piece.columns.start,
            Packed::Squares(_) => 0,
        }
    }

    /// Multiplies panel `panel` of the weights, or of each half of them, with the columns.
    /// `sums` is room for sums of weights.
    ///
    /// # Safety
    /// As [`super::product::run`], [`super::strassen::run`] and [`super::winograd::run`],
    /// where `target` begins at [`Packed::start`].
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
                    let product = halved(weights, piece, read(pairs), rest.as_deref(), target);
                    (shape.halved_product)(&product, panel, sums);
                }
                Packed::Squares(squares) => {
                    let (a, a_panel) = panels(&weights.packed);
                    let product = SquaresProduct {
                        a,
                        a_panel,
                        b: squares,
                        rows: weights.rows,
                        channels: weights.packed.k(),
                        target,
                    };
                    (shape.squares_product)(&product, panel);
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
    rest: Option<&'a [f32]>,
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
        rest: rest.map(|b| Rest {
            b,
            columns: piece.rest.len(),
            place: piece.rest.start - piece.columns.start,
        }),
        target,
    }
}
