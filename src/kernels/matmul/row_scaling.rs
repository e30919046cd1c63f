//! Outside scaling (G. Ballard, A. Benson, A. Druinsky, B. Lipshitz and O. Schwartz,
//! "Improving the Numerical Stability of Fast Matrix Multiplication", 2016) of rows of
//! weights, by powers of two.
//!
//! A Strassen–Winograd product adds rows to each other, so that its rounding error is that
//! of the largest row: where rows have very different norms, as they do with the factors of
//! a batch norm, the small ones would be lost. Here every row has a largest element between
//! 1 and 2 when it is packed; the epilogue undoes that. Both are exact.

use tract_onnx::prelude::TractResult;

use super::super::common::parallel_chunks;
use super::weight_reader::WeightReader;

/// Exponents beyond these are not scaled away: neither a power nor its inverse overflows.
const MAX_EXPONENT: i32 = 100;

/// The largest absolute value of each row of a matrix; `None` if an element is infinite or NaN.
///
/// # Errors
/// None of its own.
pub fn row_maxima(matrix: &WeightReader) -> TractResult<Option<Vec<f32>>> {
    let depth = matrix.columns;
    let mut maxima = vec![0.0; matrix.rows];
    parallel_chunks(&mut maxima, 1, matrix.rows * depth, |first, maxima| {
        for (row, max) in (first..).zip(maxima) {
            *max = matrix.largest(row * depth..(row + 1) * depth);
        }
        Ok(())
    })?;
    let are_finite = maxima.iter().all(|max| max.is_finite());
    Ok(are_finite.then_some(maxima))
}

/// How rows are scaled when they are packed, and back in the epilogue.
#[derive(Clone, Debug)]
pub struct RowScaling {
    /// What each row is multiplied by when it is packed.
    pub packed: Vec<f32>,
    /// What the sums of each row are multiplied by: powers of two.
    pub undo: Vec<f32>,
}

impl RowScaling {
    /// For rows of these `maxima`, which are multiplied by `factors`; `None` if a scaled
    /// factor is no number.
    pub fn new(maxima: &[f32], factors: Option<&[f32]>) -> Option<RowScaling> {
        let factor = |row: usize| factors.map_or(1.0, |factors| factors[row]);
        let (packed, undo): (Vec<f32>, Vec<f32>) = (maxima.iter().enumerate())
            .map(|(row, max)| {
                let exponent = exponent(max * factor(row));
                (
                    factor(row) * power_of_two(-exponent),
                    power_of_two(exponent),
                )
            })
            .unzip();
        let are_finite = packed.iter().all(|scale| scale.is_finite());
        are_finite.then_some(RowScaling { packed, undo })
    }
}

/// The exponent of a number in binary, from `-MAX_EXPONENT` to `MAX_EXPONENT`; 0 for zero.
fn exponent(number: f32) -> i32 {
    if number == 0.0 {
        return 0;
    }
    let biased = (number.to_bits() >> 23 & 0xff) as i32;
    (biased - 127).clamp(-MAX_EXPONENT, MAX_EXPONENT)
}

/// 2 to an exponent from `-MAX_EXPONENT` to `MAX_EXPONENT`.
fn power_of_two(exponent: i32) -> f32 {
    f32::from_bits(((exponent + 127) as u32) << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_of_each_row_is_found_and_what_is_no_number() {
        let maxima = |value: f32| {
            let values = [0.5, -3.0, 2.0, 0.0, -0.0, value];
            row_maxima(&WeightReader::of_floats(&values, [2, 3])).unwrap()
        };
        assert_eq!(maxima(-1e-40), Some(vec![3.0, 1e-40]));
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(maxima(value), None);
        }
        // Numbers whose sum is none.
        let large = WeightReader::of_floats(&[f32::MAX, f32::MAX], [1, 2]);
        let maxima = row_maxima(&large).unwrap();
        assert_eq!(maxima, Some(vec![f32::MAX]));
    }

    #[test]
    fn rows_are_scaled_to_between_1_and_2_and_exactly_back() {
        let maxima = [0.75, 3.0, 1e-30, 1e30, 0.0];
        let factors = [1e-3, -1e3, 7.0, 0.3, 5.0];
        let scaling = RowScaling::new(&maxima, Some(&factors)).unwrap();
        for (row, max) in maxima.iter().enumerate() {
            let packed = (max * scaling.packed[row]).abs();
            assert!(
                (1.0..2.0).contains(&packed) || *max == 0.0,
                "{row}: {packed}"
            );
            let undone = scaling.packed[row] * scaling.undo[row];
            assert_eq!(undone, factors[row], "{row}");
        }
    }
}
