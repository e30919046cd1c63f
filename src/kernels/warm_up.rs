//! Runs the kernels that most networks use for a moment, before a network needs them.
//!
//! Browsers compile a function of WebAssembly first fast and badly, and again for speed on
//! threads of their own once it has run for a while (V8: Liftoff and TurboFan, "dynamic
//! tiering"). Without this, the first run of a network waits for that.

use std::sync::Arc;
use std::time::Duration;

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{EvalContext, EvalOp};
use web_time::Instant;

use super::common::{Clamp, single_threaded};
use super::matmul::WeightReader;
use super::windows::{Convolution, ConvolutionWeights, Depthwise, Geometry, MaxPooling};

/// An operation, and inputs for it.
struct Sample {
    op: Box<dyn EvalOp>,
    inputs: Vec<TValue>,
}

/// Runs samples of convolution and pooling by turns on this thread alone, for about `duration`; each
/// at least once. Computes nothing that is used.
///
/// # Errors
/// If the machine has no kernel for float32 matrices.
pub fn warm_up(duration: Duration) -> TractResult<()> {
    let started = Instant::now();
    single_threaded(|| {
        let samples = samples()?;
        loop {
            for Sample { op, inputs } in &samples {
                let inputs = inputs.iter().cloned().collect();
                op.eval(&EvalContext::out_of_plan(), inputs)?;
            }
            if started.elapsed() >= duration {
                return Ok(());
            }
        }
    })
}

/// Convolutions, one of each way to compute them, as small as they may be and still be
/// computed that way: channels of the input and of the output, and windows.
fn convolutions() -> [(usize, usize, Geometry); 6] {
    [
        // Plain, of pixels, of every other pixel, and of windows with padding.
        (32, 64, Geometry::square(19, 1, 1, 0)),
        (32, 64, Geometry::square(20, 1, 2, 0)),
        (3, 32, Geometry::square(33, 3, 2, 1)),
        // Strassen–Winograd, with one column, and with four, that belong to neither half.
        (192, 128, Geometry::square(7, 1, 1, 0)),
        (192, 128, Geometry::square(10, 1, 1, 0)),
        // Winograd's F(2 × 2, 3 × 3).
        (32, 64, Geometry::square(17, 3, 1, 1)),
    ]
}

/// One sample of each way to compute a layer.
fn samples() -> TractResult<Vec<Sample>> {
    let windows = |stride| Geometry::square(37, 3, stride, 1);
    let convolutions = convolutions().into_iter();
    let convolutions =
        convolutions.map(|(channels, rows, geometry)| convolution(channels, rows, geometry));
    let others = [
        depthwise(windows(1), 0.0),
        depthwise(windows(1), f32::NEG_INFINITY),
        depthwise(windows(2), f32::NEG_INFINITY),
        max_pooling(windows(2)),
    ];
    convolutions.chain(others.map(Ok)).collect()
}

/// Channels of the samples of depthwise convolution and pooling.
const CHANNELS: usize = 8;

fn convolution(channels: usize, rows: usize, geometry: Geometry) -> TractResult<Sample> {
    let depth = channels * geometry.kernel.0 * geometry.kernel.1;
    let weights = WeightReader::of_floats(&vec![1.0; rows * depth], [rows, depth]);
    let weights = ConvolutionWeights::pack(&weights, geometry.has_unit_stride_3x3(), None, None)?;
    let (height, width) = geometry.input;
    Ok(Sample {
        inputs: vec![ones(&[1, channels, height, width])],
        op: Box::new(Convolution {
            weights: Arc::new(weights),
            geometry,
            adds: false,
            clamp: Clamp::RELU,
        }),
    })
}

fn depthwise(geometry: Geometry, input_min: f32) -> Sample {
    let (height, width) = geometry.input;
    Sample {
        inputs: vec![
            ones(&[1, CHANNELS, height, width]),
            ones(&[CHANNELS, 9]),
            ones(&[CHANNELS]),
        ],
        op: Box::new(Depthwise {
            geometry,
            input_min,
            clamp: Clamp::NONE,
        }),
    }
}

fn max_pooling(geometry: Geometry) -> Sample {
    let (height, width) = geometry.input;
    Sample {
        inputs: vec![ones(&[1, CHANNELS, height, width])],
        op: Box::new(MaxPooling { geometry }),
    }
}

fn ones(shape: &[usize]) -> TValue {
    ndarray::ArrayD::<f32>::ones(shape)
        .into_tensor()
        .into_tvalue()
}

#[cfg(test)]
mod tests {
    use super::super::matmul::{MAX_REMAINDER_COLUMNS, left_columns};
    use super::super::windows::Form;
    use super::*;

    #[test]
    fn samples_run() {
        warm_up(Duration::ZERO).unwrap();
    }

    #[test]
    fn every_form_of_weights_has_a_sample() {
        let forms = convolutions().map(|(channels, rows, geometry)| {
            let depth = channels * geometry.kernel.0 * geometry.kernel.1;
            Form::pick(rows, depth, geometry.has_unit_stride_3x3())
        });
        for form in [
            Form::Plain,
            Form::StrassenWinograd,
            Form::WinogradConvolution,
        ] {
            assert!(forms.contains(&form), "{form:?}");
        }
    }

    #[test]
    fn both_ways_to_multiply_the_columns_of_neither_half_have_a_sample() {
        let remainders: Vec<usize> = (convolutions().into_iter())
            .filter(|&(channels, rows, _)| {
                Form::pick(rows, channels, false) == Form::StrassenWinograd
            })
            .map(|(_, _, geometry)| {
                let columns = geometry.output_len();
                columns - 2 * left_columns(columns)
            })
            .collect();
        assert_eq!(remainders, [1, MAX_REMAINDER_COLUMNS]);
    }
}
