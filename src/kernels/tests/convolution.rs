use std::sync::Arc;

use half::f16;
use proptest::prelude::*;
use tract_onnx::prelude::*;

use super::super::common::Clamp;
use super::super::matmul::{Kernel, KernelShape, StoredElement, WeightReader};
use super::super::tract::{Dense, DenseWeights};
use super::super::windows::{Convolution, ConvolutionWeights, Form, Geometry};
use super::windows::{geometries, run, samples, slice, unit_stride_3x3_windows, windows};
use super::{cases, close, random_tensor};

/// Weights as a file stores them. Those of `random_tensor` with an even seed are the same as
/// float16.
fn stored(weights: &Tensor, as_half: bool) -> WeightReader<'static> {
    let sizes = matrix_sizes(weights.shape());
    if !as_half {
        return WeightReader::of_floats(slice(weights), sizes);
    }
    let halves = slice(weights).iter().map(|&value| f16::from_f32(value));
    let bytes: Vec<u8> = halves.flat_map(f16::to_le_bytes).collect();
    WeightReader::new(bytes, StoredElement::Float16, sizes)
}

/// All axes but the first make the columns.
fn matrix_sizes(shape: &[usize]) -> [usize; 2] {
    [shape[0], shape[1..].iter().product()]
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn weights_are_unpacked_as_they_were(
        (rows, depth) in (1_usize..40, 1_usize..30),
        own in 0..KernelShape::ALL.len(),
        (as_half, is_plain) in any::<(bool, bool)>(),
        seed in any::<u64>(),
    ) {
        let seed = if as_half { seed & !1 } else { seed };
        let weights = random_tensor(&[depth, rows, 1, 1], seed);
        let form = if is_plain { Form::Plain } else { Form::StrassenWinograd };
        let kernel = Kernel::Own(KernelShape::ALL[own]);
        let matrix = stored(&weights, as_half).transposed();
        let packed = ConvolutionWeights::pack_for(kernel, form, &matrix, None, None).unwrap();
        prop_assert_eq!((packed.rows, packed.depth), (rows, depth));
        let mut column = vec![0.0; rows];
        for (k, wanted) in slice(&weights).chunks_exact(rows).enumerate() {
            packed.unpack_column(k, &mut column);
            prop_assert_eq!(column.as_slice(), wanted);
        }
    }
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn convolution_is_the_sum_over_its_windows(
        geometry in prop_oneof![geometries(), samples(), unit_stride_3x3_windows()],
        (batch, channels, rows) in (1_usize..3, 1_usize..7, 1_usize..40),
        // Kernels of tract's are machine code, which Miri cannot run.
        own in prop::option::weighted(if cfg!(miri) { 1.0 } else { 0.8 }, 0..KernelShape::ALL.len()),
        (as_half, has_factors, has_bias, adds) in any::<(bool, bool, bool, bool)>(),
        is_plain in any::<bool>(),
        (min, max) in prop::sample::select(vec![
            (f32::NEG_INFINITY, f32::INFINITY),
            (0.0, f32::INFINITY),
            (-0.5, 6.0),
        ]),
        seed in any::<u64>(),
    ) {
        let seed = if as_half { seed & !1 } else { seed };
        let taps = geometry.kernel.0 * geometry.kernel.1;
        let depth = channels * taps;
        let input = random_tensor(&[batch, channels, geometry.input.0, geometry.input.1], seed);
        let weights = random_tensor(&[rows, channels, geometry.kernel.0, geometry.kernel.1], seed ^ 0x52);
        let row_scales = random_tensor(&[rows], seed ^ 0x64);
        let bias = random_tensor(&[rows], seed ^ 0x76);
        let shape = [batch, rows, geometry.output.0, geometry.output.1];
        let added = random_tensor(&shape, seed ^ 0x88);
        let mut wanted = Vec::new();
        for (image, row) in (0..batch).flat_map(|image| (0..rows).map(move |row| (image, row))) {
            let mut sums = vec![0.0; geometry.output_len()];
            for channel in 0..channels {
                let from = (image * channels + channel) * geometry.input_len();
                windows(&geometry, |output, input_index, tap| {
                    let weight = slice(&weights)[row * depth + channel * taps + tap];
                    sums[output] += weight * slice(&input)[from + input_index];
                });
            }
            let factor = if has_factors { slice(&row_scales)[row] } else { 1.0 };
            let bias = if has_bias { slice(&bias)[row] } else { 0.0 };
            let first = (image * rows + row) * geometry.output_len();
            wanted.extend(sums.into_iter().enumerate().map(|(index, sum)| {
                let added = if adds { slice(&added)[first + index] } else { 0.0 };
                (sum * factor + bias + added).max(min).min(max)
            }));
        }
        let wanted = Tensor::from_shape(&shape, &wanted).unwrap();
        let kernel = match own {
            Some(shape) => Kernel::Own(KernelShape::ALL[shape]),
            None => Kernel::pick(rows, depth).unwrap(),
        };
        let form = if is_plain {
            Form::Plain
        } else if geometry.has_unit_stride_3x3() {
            Form::WinogradConvolution
        } else {
            Form::StrassenWinograd
        };
        let panels = ConvolutionWeights::pack_for(
            kernel,
            form,
            &stored(&weights, as_half),
            has_factors.then(|| slice(&row_scales)),
            has_bias.then(|| slice(&bias)),
        );
        let weights = Arc::new(panels.unwrap());
        let op = Convolution { weights, geometry, adds, clamp: Clamp { min, max } };
        let inputs: &[&Tensor] = if adds { &[&input, &added] } else { &[&input] };
        close(&run(&op, inputs), &wanted)?;
    }

    #[test]
    fn a_dense_layer_is_a_product(
        (rows, depth, width) in (1_usize..4, 1_usize..80, 1_usize..80),
        (as_half, is_transposed) in any::<(bool, bool)>(),
        seed in any::<u64>(),
    ) {
        let seed = if as_half { seed & !1 } else { seed };
        let input = random_tensor(&[rows, depth], seed);
        let shape = if is_transposed { [width, depth] } else { [depth, width] };
        let weights = random_tensor(&shape, seed ^ 0x52);
        let weight = |k: usize, o: usize| {
            slice(&weights)[if is_transposed { o * depth + k } else { k * width + o }]
        };
        let mut wanted = Vec::new();
        for row in slice(&input).chunks(depth) {
            for o in 0..width {
                wanted.push((0..depth).map(|k| row[k] * weight(k, o)).sum::<f32>());
            }
        }
        let wanted = Tensor::from_shape(&[rows, width], &wanted).unwrap();
        let weights = Arc::new(DenseWeights::read(&stored(&weights, as_half)));
        close(&run(&Dense { weights, is_transposed }, &[&input]), &wanted)?;
    }
}

/// The shape of tile is selected by measuring, anew in each process.
#[test]
fn every_tile_gives_the_same_bits() {
    for (channels, rows, geometry) in [
        (728, 728, Geometry::square(19, 1, 1, 0)),
        (1024, 300, Geometry::square(10, 1, 1, 0)),
        (200, 131, Geometry::square(17, 1, 1, 0)),
        (96, 64, Geometry::square(20, 1, 1, 0)),
        (32, 70, Geometry::square(23, 3, 1, 0)),
    ] {
        let depth = channels * geometry.kernel.0 * geometry.kernel.1;
        let form = Form::pick(rows, depth, geometry.has_unit_stride_3x3());
        let weights = random_tensor(&[rows, depth], 1);
        let input = random_tensor(&[1, channels, geometry.input.0, geometry.input.1], 3);
        let stored = stored(&weights, false);
        let by = |shape| {
            let weights =
                ConvolutionWeights::pack_for(Kernel::Own(shape), form, &stored, None, None);
            let op = Convolution {
                weights: Arc::new(weights.unwrap()),
                geometry: geometry.clone(),
                adds: false,
                clamp: Clamp {
                    min: 0.0,
                    max: f32::INFINITY,
                },
            };
            run(&op, &[&input])
        };
        let wanted = by(KernelShape::ALL[0]);
        for shape in KernelShape::ALL.into_iter().skip(1) {
            assert!(
                slice(&by(shape)) == slice(&wanted),
                "{}, {depth}",
                shape.name()
            );
        }
    }
}

#[test]
fn halves_are_widened_without_loss() {
    let halves: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_le_bytes).collect();
    let reader = WeightReader::new(halves, StoredElement::Float16, [1 << 8, 1 << 8]);
    let widened = reader.to_floats();
    for (bits, found) in (0..=u16::MAX).zip(widened) {
        let wanted = f16::from_bits(bits).to_f32();
        assert!(
            found == wanted || found.is_nan() && wanted.is_nan(),
            "{bits:#x}: {found}"
        );
    }
}
