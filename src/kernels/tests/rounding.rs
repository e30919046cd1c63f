//! The rounding error of convolutions, relative to each row, where rows have very different
//! norms; and pixels that are zero, infinite or NaN. Against float64.

use std::sync::Arc;

use tract_onnx::prelude::*;

use super::super::common::Clamp;
use super::super::matmul::{Kernel, KernelShape, WeightReader};
use super::super::windows::{Convolution, ConvolutionWeights, Form, Geometry};
use super::random_tensor;
use super::windows::{exact_row, run, slice, windows};

/// Of the greatest sum of absolute products of a row. An ordinary product of depth 1536 is
/// ten times as exact.
const MAX_RELATIVE_ERROR: f64 = 2e-6;

/// A convolution in the form that is picked for it, on this project's kernels.
struct Layer {
    channels: usize,
    rows: usize,
    geometry: Geometry,
}

/// Layers of each form that mixes rows or pixels, at the sizes of real networks.
fn layers() -> [Layer; 4] {
    [
        (728, 728, Geometry::square(19, 1, 1, 0)),
        (1536, 512, Geometry::square(10, 1, 1, 0)),
        (256, 255, Geometry::square(15, 3, 2, 1)),
        (128, 96, Geometry::square(14, 3, 1, 1)),
    ]
    .map(|(channels, rows, geometry)| Layer {
        channels,
        rows,
        geometry,
    })
}

impl Layer {
    fn depth(&self) -> usize {
        self.channels * self.geometry.kernel.0 * self.geometry.kernel.1
    }

    fn form(&self) -> Form {
        Form::pick(self.rows, self.depth(), self.geometry.has_unit_stride_3x3())
    }

    fn input(&self) -> Vec<f32> {
        let input = [self.channels, self.geometry.input.0, self.geometry.input.1];
        slice(&random_tensor(&input, 3)).to_vec()
    }

    fn weights(&self) -> Vec<f32> {
        slice(&random_tensor(&[self.rows, self.depth()], 1)).to_vec()
    }

    /// Factors from 1e-3 to 1e3: the smallest in the upper rows, whose partners in the lower
    /// half have the greatest.
    fn factors(&self) -> Vec<f32> {
        let upper = self.rows.div_ceil(2);
        let factor = |row: usize| {
            let exponent = 3.0 * (row % upper) as f32 / upper as f32;
            10_f32.powf(if row < upper { -exponent } else { exponent })
        };
        (0..self.rows).map(factor).collect()
    }

    fn bias(&self) -> Vec<f32> {
        slice(&random_tensor(&[self.rows], 5)).to_vec()
    }

    fn run(&self, input: &[f32], weights: &[f32], clamp: Clamp) -> Vec<f32> {
        let Geometry { input: size, .. } = self.geometry;
        let input = Tensor::from_shape(&[1, self.channels, size.0, size.1], input).unwrap();
        let weights = ConvolutionWeights::pack_for(
            Kernel::Own(KernelShape::ALL[0]),
            self.form(),
            &WeightReader::of_floats(weights, [self.rows, self.depth()]),
            Some(&self.factors()),
            Some(&self.bias()),
        );
        let op = Convolution {
            weights: Arc::new(weights.unwrap()),
            geometry: self.geometry.clone(),
            adds: false,
            clamp,
        };
        slice(&run(&op, &[&input])).to_vec()
    }

    /// The outputs whose windows see one of `pixels`, and those that see nothing else but
    /// padding.
    fn outputs_seeing(&self, pixels: &[usize]) -> (Vec<bool>, Vec<bool>) {
        let count = self.geometry.output_len();
        let (mut sees, mut sees_only) = (vec![false; count], vec![true; count]);
        windows(&self.geometry, |output, pixel, _| {
            let is_one = pixels.contains(&pixel);
            sees[output] |= is_one;
            sees_only[output] &= is_one;
        });
        (sees, sees_only)
    }
}

#[test]
fn the_error_of_each_row_is_relative_to_that_row() {
    for layer in layers() {
        let (input, weights) = (layer.input(), layer.weights());
        let found = layer.run(&input, &weights, Clamp::NONE);
        let (columns, depth) = (layer.geometry.output_len(), layer.depth());
        let (factors, bias) = (layer.factors(), layer.bias());
        // Some rows of both halves: float64 takes its time.
        for row in (0..layer.rows).step_by(13) {
            // With the factor, as they are packed.
            let weights = weights[row * depth..][..depth].iter();
            let weights: Vec<f32> = weights.map(|weight| weight * factors[row]).collect();
            let exact = exact_row(&layer.geometry, &input, &weights);
            let size = exact.iter().map(|exact| exact.size).fold(0.0, f64::max);
            let limit = MAX_RELATIVE_ERROR * size + 2e-7 * f64::from(bias[row].abs());
            for (found, exact) in found[row * columns..].iter().zip(exact) {
                let error = (f64::from(*found) - exact.sum - f64::from(bias[row])).abs();
                assert!(
                    error <= limit,
                    "{:?}, row {row}: {error:e}, limit {limit:e}",
                    layer.form()
                );
            }
        }
    }
}

#[test]
fn where_a_window_sees_only_zeros_the_output_is_the_bias() {
    for layer in layers() {
        let ((height, width), mut input) = (layer.geometry.input, layer.input());
        // A corner of the picture, and one pixel more.
        let mut zeros: Vec<usize> = (0..height / 2)
            .flat_map(|row| (0..width / 2).map(move |column| row * width + column))
            .collect();
        zeros.push(height * width - 2);
        for plane in input.chunks_exact_mut(height * width) {
            for (index, &pixel) in zeros.iter().enumerate() {
                plane[pixel] = if index % 2 == 0 { 0.0 } else { -0.0 };
            }
        }
        let (_, is_bias) = layer.outputs_seeing(&zeros);
        assert!(is_bias.contains(&true));
        let found = layer.run(&input, &layer.weights(), Clamp::RELU);
        for (row, found) in found.chunks_exact(is_bias.len()).enumerate() {
            let wanted = layer.bias()[row].max(0.0);
            for (found, _) in found.iter().zip(&is_bias).filter(|&(_, &is_bias)| is_bias) {
                assert_eq!(*found, wanted, "{:?}, row {row}", layer.form());
            }
        }
    }
}

#[test]
fn a_pixel_that_is_no_number_spoils_only_the_windows_that_see_it() {
    for layer in layers() {
        let (mut input, weights) = (layer.input(), layer.weights());
        let pixel = layer.geometry.input.1 + 2;
        // A row of the upper half, which is added to others.
        let at = layer.channels / 3 * layer.geometry.input_len() + pixel;
        input[at] = 0.0;
        let without = layer.run(&input, &weights, Clamp::NONE);
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            input[at] = value;
            let found = layer.run(&input, &weights, Clamp::NONE);
            let (sees, _) = layer.outputs_seeing(&[pixel]);
            assert!(sees.contains(&true));
            let pairs = found.chunks_exact(sees.len());
            for (found, without) in pairs.zip(without.chunks_exact(sees.len())) {
                let greatest = without
                    .iter()
                    .fold(0.0_f32, |max, value| max.max(value.abs()));
                for ((found, without), sees) in found.iter().zip(without).zip(&sees) {
                    if *sees {
                        assert!(!found.is_finite(), "{:?}: {value}", layer.form());
                    } else {
                        let error = (found - without).abs();
                        assert!(error <= 1e-4 * greatest, "{:?}: {value}", layer.form());
                    }
                }
            }
        }
    }
}

#[test]
fn a_weight_that_is_no_number_spoils_only_its_row() {
    for layer in layers() {
        let mut weights = layer.weights();
        weights[7 * layer.depth() + 5] = f32::INFINITY;
        let found = layer.run(&layer.input(), &weights, Clamp::NONE);
        let rows = found.chunks_exact(layer.geometry.output_len());
        for (row, found) in rows.enumerate().filter(|&(row, _)| row != 7) {
            assert!(found.iter().all(|value| value.is_finite()), "row {row}");
        }
    }
}
