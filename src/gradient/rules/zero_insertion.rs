//! Zeros between values, zeros around them, and cropping: what XLA's Pad operation
//! does with its interior, low and high padding.

use super::vjp_context::VjpContext;

/// Zeros added at both ends of one axis, counted in positions. A negative number
/// crops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AxisPadding {
    pub begin: i64,
    pub end: i64,
}

impl AxisPadding {
    pub const NONE: AxisPadding = AxisPadding { begin: 0, end: 0 };

    /// What undoes it.
    pub fn reversed(self) -> AxisPadding {
        AxisPadding {
            begin: -self.begin,
            end: -self.end,
        }
    }

    /// Its cropping alone.
    pub fn crop(self) -> AxisPadding {
        AxisPadding {
            begin: self.begin.min(0),
            end: self.end.min(0),
        }
    }

    /// Zeros to add at the beginning, 0 where it crops.
    pub fn zeros_begin(self) -> usize {
        usize::try_from(self.begin).unwrap_or(0)
    }

    /// Zeros to add at the end, 0 where it crops.
    pub fn zeros_end(self) -> usize {
        usize::try_from(self.end).unwrap_or(0)
    }
}

/// Zero insertion (Dumoulin and Visin 2016, "A guide to convolution arithmetic"):
/// stride − 1 zeros between neighbours on each axis. An axis of n values gets
/// (n − 1)·stride + 1. `shape` is the whole shape of `values`; `strides` has one
/// entry for each of its axes.
pub fn insert_zeros(
    context: &mut VjpContext,
    values: &str,
    shape: &[usize],
    strides: &[usize],
) -> String {
    // A single value has no neighbour.
    let strides: Vec<usize> = (shape.iter().zip(strides))
        .map(|(&size, &stride)| if size == 1 { 1 } else { stride })
        .collect();
    if strides.iter().all(|&stride| stride == 1) {
        return values.to_owned();
    }
    // [n] → [n, 1] → padded to [n, s] → [n·s] → without the last zeros
    let (mut separated, mut end, mut merged) = (Vec::new(), Vec::new(), Vec::new());
    for (&size, &stride) in shape.iter().zip(&strides) {
        separated.push(size);
        end.push(0);
        if stride > 1 {
            separated.push(1);
            end.push(stride - 1);
        }
        merged.push(size * stride);
    }
    let begin = vec![0; separated.len()];
    let values = context.builder.reshape(values, &separated);
    let values = context.builder.pad(&values, &begin, &end, 0.0);
    let mut values = context.builder.reshape(&values, &merged);
    for (axis, (&size, &stride)) in shape.iter().zip(&strides).enumerate() {
        if stride > 1 {
            let count = (size - 1) * stride + 1;
            values = context.builder.slice(&values, axis, 0, count, 1);
        }
    }
    values
}

/// Crops a tensor and adds zeros around it; `shape` is its whole shape, and
/// `padding` has one entry for each axis.
pub fn pad_or_crop(
    context: &mut VjpContext,
    tensor: &str,
    shape: &[usize],
    padding: &[AxisPadding],
) -> String {
    let remaining = |axis: usize| {
        let crop = padding[axis].crop();
        shape[axis] as i64 + crop.begin + crop.end
    };
    if (0..shape.len()).any(|axis| remaining(axis) <= 0) {
        // Nothing of the tensor is left, zeros only.
        let target: Vec<usize> = (shape.iter().zip(padding))
            .map(|(&size, padding)| (size as i64 + padding.begin + padding.end).max(0) as usize)
            .collect();
        let zero = context.builder.scalar(0.0);
        return context.builder.expand(&zero, &target);
    }
    let mut cropped = tensor.to_owned();
    for (axis, padding) in padding.iter().enumerate() {
        if padding.crop() != AxisPadding::NONE {
            let crop = padding.reversed();
            let start = crop.zeros_begin();
            let count = shape[axis].saturating_sub(start + crop.zeros_end());
            cropped = context.builder.slice(&cropped, axis, start, count, 1);
        }
    }
    let begin: Vec<usize> = padding.iter().map(|axis| axis.zeros_begin()).collect();
    let end: Vec<usize> = padding.iter().map(|axis| axis.zeros_end()).collect();
    context.builder.pad(&cropped, &begin, &end, 0.0)
}
