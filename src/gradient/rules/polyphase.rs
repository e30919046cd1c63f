//! The polyphase decomposition of strided windows.
//!
//! Positions are sorted by their phase, the remainder modulo the stride
//! (Vaidyanathan 1993, "Multirate Systems and Filter Banks"). A transposed
//! convolution of stride s becomes ordinary convolutions of stride 1, one for each
//! phase, and nothing is multiplied by inserted zeros. Putting the phases back
//! between each other is the pixel shuffle of Shi et al. 2016.

use super::vjp_context::VjpContext;
use crate::onnx::Window;

/// The input of a strided window, decomposed: on each axis
/// pixel + padding = stride · row + phase.
///
/// What a window at output o reads with tap k lies in the row o + `shift`, where
/// `shift` = (dilation · k − phase) / stride. So the taps of one phase lie on a
/// grid with the output's spacing.
pub struct Polyphase {
    /// Number of phases of each spatial axis: the strides.
    pub strides: Vec<usize>,
    /// Rows of each spatial axis: the size of one phase's grid.
    pub rows: Vec<usize>,
    pads_begin: Vec<usize>,
    /// The whole shape of the window's input, [1, C, …].
    input: Vec<usize>,
}

impl Polyphase {
    /// For a window over an input of this whole shape, [1, C, …].
    pub fn of(window: &Window, input: &[usize]) -> Self {
        let sizes = input[2..].iter().zip(&window.pads_begin);
        let rows = sizes
            .zip(&window.strides)
            .map(|((&size, &pad), &stride)| (size + pad).div_ceil(stride));
        Polyphase {
            rows: rows.collect(),
            strides: window.strides.clone(),
            pads_begin: window.pads_begin.clone(),
            input: input.to_vec(),
        }
    }

    /// Number of phases of all axes together.
    pub fn count(&self) -> usize {
        self.strides.iter().product()
    }

    /// Interleaves the phases of a tensor [1, C · phases, rows…] and takes the
    /// padding away; the result has the input's shape.
    pub fn interleave(&self, context: &mut VjpContext, values: &str) -> String {
        let (spatial, lead) = (self.rows.len(), &self.input[..2]);
        let whole = self.interleaved_shape();
        let mut values = values.to_owned();
        if self.count() > 1 {
            let separated = [lead, self.strides.as_slice(), &self.rows].concat();
            let order = (0..spatial).flat_map(|axis| [2 + spatial + axis, 2 + axis]);
            let order: Vec<usize> = [0, 1].into_iter().chain(order).collect();
            values = context.builder.reshape(&values, &separated);
            values = context.builder.transpose(&values, &order);
            values = context.builder.reshape(&values, &whole);
        }
        for (axis, &whole) in whole.iter().enumerate().skip(2) {
            let (start, count) = (self.pads_begin[axis - 2], self.input[axis]);
            if start > 0 || count != whole {
                values = context.builder.slice(&values, axis, start, count, 1);
            }
        }
        values
    }

    /// The input's shape with its padding, up to whole strides.
    fn interleaved_shape(&self) -> Vec<usize> {
        let sides = self.rows.iter().zip(&self.strides);
        let sides = sides.map(|(rows, stride)| rows * stride);
        self.input[..2].iter().copied().chain(sides).collect()
    }
}
