//! Loops that copy elements from some places to others.

use std::mem::MaybeUninit;

use super::super::common::{LANES, Lanes};

/// A loop over elements of one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoopAxis {
    pub size: usize,
    /// Elements of the input from one to the next.
    pub from: usize,
    /// The same of the output.
    pub to: usize,
}

/// The same elements in as few axes as possible, in the same order.
pub fn merged(axes: Vec<LoopAxis>) -> Vec<LoopAxis> {
    let mut merged: Vec<LoopAxis> = Vec::with_capacity(axes.len());
    for axis in axes.into_iter().filter(|axis| axis.size != 1) {
        match merged.last_mut() {
            Some(outer)
                if outer.from == axis.size * axis.from && outer.to == axis.size * axis.to =>
            {
                *outer = LoopAxis {
                    size: outer.size * axis.size,
                    ..axis
                };
            }
            _ => merged.push(axis),
        }
    }
    merged
}

/// The axes with the contiguous one of the input beside the last one: of the two axes of a
/// transposition, which may be any of a tensor's, blocks are copied.
pub fn in_order_of_copying(mut axes: Vec<LoopAxis>) -> Vec<LoopAxis> {
    let contiguous = axes.iter().position(|axis| axis.from == 1);
    if let Some(axis) = contiguous.filter(|axis| axis + 2 < axes.len()) {
        let contiguous = axes.remove(axis);
        axes.insert(axes.len() - 1, contiguous);
    }
    axes
}

/// Copies elements from the start of `input` and to the start of `out` on.
pub fn copy(axes: &[LoopAxis], input: &[f32], out: &mut [MaybeUninit<f32>]) {
    match *axes {
        [] => {
            out[0].write(input[0]);
        }
        [axis] => copy_axis(axis, input, out),
        [outer, inner] if outer.from == 1 && inner.to == 1 && outer.size >= LANES => {
            transpose(outer, inner, input, out);
        }
        [outer, ref inner @ ..] => {
            for index in 0..outer.size {
                let (from, to) = (index * outer.from, index * outer.to);
                copy(inner, &input[from..], &mut out[to..]);
            }
        }
    }
}

fn copy_axis(axis: LoopAxis, input: &[f32], out: &mut [MaybeUninit<f32>]) {
    if axis.from == 1 && axis.to == 1 {
        let row = out[..axis.size].iter_mut().zip(&input[..axis.size]);
        return row.for_each(|(to, &value)| {
            to.write(value);
        });
    }
    let last = axis.size - 1;
    let from = input[..=last * axis.from].iter().step_by(axis.from.max(1));
    let to = out[..=last * axis.to].iter_mut().step_by(axis.to);
    for (to, &value) in to.zip(from) {
        to.write(value);
    }
}

/// Elements of each row of the input that are read soon after each other: a cache line.
const CACHE_LINE: usize = 16;

/// A transposition: `columns` is contiguous in the input, `rows` in the output. In blocks of
/// [`LANES`] × [`LANES`].
fn transpose(columns: LoopAxis, rows: LoopAxis, input: &[f32], out: &mut [MaybeUninit<f32>]) {
    let (whole_columns, whole_rows) = (columns.size / LANES * LANES, rows.size / LANES * LANES);
    for first in (0..whole_columns).step_by(CACHE_LINE) {
        for row in (0..whole_rows).step_by(LANES) {
            for column in (first..whole_columns.min(first + CACHE_LINE)).step_by(LANES) {
                let lines: [Lanes; LANES] = std::array::from_fn(|line| {
                    Lanes::load_slice(&input[(row + line) * rows.from + column..])
                });
                for (line, lanes) in Lanes::transpose(lines).into_iter().enumerate() {
                    lanes.store_uninit(&mut out[(column + line) * columns.to + row..]);
                }
            }
        }
    }
    // What is left of the rows, and of the columns.
    let mut copy_elements = |columns_left: std::ops::Range<usize>, first_row: usize| {
        for column in columns_left {
            for row in first_row..rows.size {
                out[column * columns.to + row].write(input[row * rows.from + column]);
            }
        }
    };
    copy_elements(0..whole_columns, whole_rows);
    copy_elements(whole_columns..columns.size, 0);
}
