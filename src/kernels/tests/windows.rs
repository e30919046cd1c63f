use proptest::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{EvalContext, EvalOp, tvec};

use super::super::common::Clamp;
use super::super::windows::{Depthwise, Geometry, MaxPoolGradient, MaxPooling, PoolWindows};
use super::{cases, close, random_tensor};

/// Windows of 1 × 1.
pub fn samples() -> impl Strategy<Value = Geometry> {
    let axis = (1_usize..40, 1_usize..4).prop_map(|(input, stride)| {
        let output = input.div_ceil(stride);
        (input, stride, output)
    });
    (axis.clone(), axis).prop_map(|(rows, columns)| Geometry {
        input: (rows.0, columns.0),
        kernel: (1, 1),
        strides: (rows.1, columns.1),
        dilations: (1, 1),
        padding: (0, 0),
        output: (rows.2, columns.2),
    })
}

/// Windows of 3 × 3 with unit stride.
pub fn unit_stride_3x3_windows() -> impl Strategy<Value = Geometry> {
    let axis = (1_usize..20, 0_usize..3, 0_usize..3)
        .prop_filter("a window fits", |(input, before, after)| {
            input + before + after >= 3
        })
        .prop_map(|(input, before, after)| (input, before, input + before + after - 2));
    (axis.clone(), axis).prop_map(|(rows, columns)| Geometry {
        kernel: (3, 3),
        padding: (rows.1, columns.1),
        output: (rows.2, columns.2),
        ..Geometry::pointwise((rows.0, columns.0))
    })
}

/// Windows of 3 × 3 with unit stride and padding 1.
fn centered_3x3_windows() -> impl Strategy<Value = Geometry> {
    (1_usize..12, 1_usize..24).prop_map(|size| Geometry {
        kernel: (3, 3),
        padding: (1, 1),
        ..Geometry::pointwise(size)
    })
}

/// Windows with as many taps as those of 3 × 3, in one row or one column.
fn windows_in_a_line() -> impl Strategy<Value = Geometry> {
    (9_usize..20, any::<bool>()).prop_map(|(size, is_row)| {
        let (kernel, output) = if is_row {
            ((1, 9), (size, size - 8))
        } else {
            ((9, 1), (size - 8, size))
        };
        Geometry {
            kernel,
            output,
            ..Geometry::pointwise((size, size))
        }
    })
}

/// Windows of any kind that fit a small plane.
pub fn geometries() -> impl Strategy<Value = Geometry> {
    let axis = (
        1_usize..6,
        1_usize..4,
        1_usize..3,
        0_usize..3,
        0_usize..3,
        0_usize..24,
    );
    let axis = axis.prop_map(|(kernel, stride, dilation, before, after, more)| {
        let reach = (kernel - 1) * dilation + 1;
        // At least one window; `more` need not be a multiple of the stride.
        let padded = reach.max(before + after + 1) + more;
        let input = padded - before - after;
        (
            input,
            kernel,
            stride,
            dilation,
            before,
            (padded - reach) / stride + 1,
        )
    });
    (axis.clone(), axis).prop_map(|(rows, columns)| Geometry {
        input: (rows.0, columns.0),
        kernel: (rows.1, columns.1),
        strides: (rows.2, columns.2),
        dilations: (rows.3, columns.3),
        padding: (rows.4, columns.4),
        output: (rows.5, columns.5),
    })
}

/// Calls `visit(output, input, tap)` for every element that a window sees: the indices of the
/// output and of the element in their planes, and the tap's in the window.
pub fn windows(geometry: &Geometry, mut visit: impl FnMut(usize, usize, usize)) {
    let Geometry {
        input,
        kernel,
        strides,
        dilations,
        padding,
        output,
    } = *geometry;
    for index in 0..output.0 * output.1 {
        for tap in 0..kernel.0 * kernel.1 {
            let row = index / output.1 * strides.0 + tap / kernel.1 * dilations.0;
            let column = index % output.1 * strides.1 + tap % kernel.1 * dilations.1;
            let row = row.checked_sub(padding.0).filter(|&row| row < input.0);
            let column = column
                .checked_sub(padding.1)
                .filter(|&column| column < input.1);
            if let (Some(row), Some(column)) = (row, column) {
                visit(index, row * input.1 + column, tap);
            }
        }
    }
}

/// An output of a convolution by plain loops in float64.
#[derive(Clone, Copy, Default)]
pub struct Exact {
    pub sum: f64,
    /// The sum of the products' absolute values, which rounding errors are compared with.
    pub size: f64,
}

/// The outputs of a convolution in one row, of input planes [C, h, w] and the row's weights
/// [C, kh, kw].
pub fn exact_row(geometry: &Geometry, planes: &[f32], weights: &[f32]) -> Vec<Exact> {
    let taps = geometry.kernel.0 * geometry.kernel.1;
    let mut outputs = vec![Exact::default(); geometry.output_len()];
    let channels = planes.chunks_exact(geometry.input_len());
    for (plane, weights) in channels.zip(weights.chunks_exact(taps)) {
        windows(geometry, |output, pixel, tap| {
            let product = f64::from(weights[tap]) * f64::from(plane[pixel]);
            outputs[output].sum += product;
            outputs[output].size += product.abs();
        });
    }
    outputs
}

pub fn run(op: &dyn EvalOp, inputs: &[&Tensor]) -> Tensor {
    let inputs = inputs
        .iter()
        .map(|&input| input.clone().into_tvalue())
        .collect();
    let mut outputs = op.eval(&EvalContext::out_of_plan(), inputs).unwrap();
    outputs.remove(0).into_tensor()
}

pub fn slice(tensor: &Tensor) -> &[f32] {
    tensor
        .try_as_plain_ram()
        .unwrap()
        .as_slice::<f32>()
        .unwrap()
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn depthwise_convolution_is_the_sum_over_its_windows(
        geometry in prop_oneof![geometries(), centered_3x3_windows(), windows_in_a_line()],
        (batch, channels) in (1_usize..3, 1_usize..4),
        bounds in prop::sample::select(vec![
            (f32::NEG_INFINITY, f32::NEG_INFINITY, f32::INFINITY),
            (0.0, f32::NEG_INFINITY, f32::INFINITY),
            (f32::NEG_INFINITY, 0.0, f32::INFINITY),
            (-0.5, 0.0, 1.0),
        ]),
        seed in any::<u64>(),
    ) {
        let (input_min, min, max) = bounds;
        let taps = geometry.kernel.0 * geometry.kernel.1;
        let input = random_tensor(&[batch, channels, geometry.input.0, geometry.input.1], seed);
        let kernel = random_tensor(&[channels, taps], seed ^ 0x51);
        let bias = random_tensor(&[channels], seed ^ 0x62);
        let mut wanted = Vec::new();
        for plane in 0..batch * channels {
            let channel = plane % channels;
            let from = &slice(&input)[plane * geometry.input_len()..];
            let mut sums = vec![slice(&bias)[channel]; geometry.output_len()];
            windows(&geometry, |output, input, tap| {
                sums[output] += from[input].max(input_min) * slice(&kernel)[channel * taps + tap];
            });
            wanted.extend(sums.into_iter().map(|sum| sum.max(min).min(max)));
        }
        let shape = [batch, channels, geometry.output.0, geometry.output.1];
        let wanted = Tensor::from_shape(&shape, &wanted).unwrap();
        let op = Depthwise { geometry, input_min, clamp: Clamp { min, max } };
        close(&run(&op, &[&input, &kernel, &bias]), &wanted)?;
    }

    #[test]
    fn max_pooling_is_the_greatest_of_its_windows(
        geometry in geometries(),
        planes in 1_usize..4,
        seed in any::<u64>(),
    ) {
        let input = random_tensor(&[planes, geometry.input.0, geometry.input.1], seed);
        let mut wanted = Vec::new();
        for plane in 0..planes {
            let from = &slice(&input)[plane * geometry.input_len()..];
            let mut max = vec![f32::NEG_INFINITY; geometry.output_len()];
            windows(&geometry, |output, input, _| max[output] = max[output].max(from[input]));
            wanted.extend(max);
        }
        let op = MaxPooling { geometry };
        let found = run(&op, &[&input]);
        prop_assert_eq!(slice(&found), wanted.as_slice());
    }
}

proptest! {
    #![proptest_config(cases(400))]

    /// As the rule of the gradient branch has it, which goes from tap to tap.
    #[test]
    fn the_gradient_of_max_pooling_goes_to_the_first_maximum(
        geometry in geometries().prop_map(|geometry| Geometry { dilations: (1, 1), ..geometry }),
        planes in 1_usize..4,
        has_ties in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let mut input = random_tensor(&[planes, geometry.input.0, geometry.input.1], seed);
        if has_ties {
            let rounded = slice(&input).iter().map(|value| value.round()).collect::<Vec<_>>();
            input = Tensor::from_shape(input.shape(), &rounded).unwrap();
        }
        let maxima = run(&MaxPooling { geometry: geometry.clone() }, &[&input]);
        let cotangent = random_tensor(maxima.shape(), seed ^ 0x77);
        let mut wanted = Vec::new();
        for plane in 0..planes {
            let pixels = &slice(&input)[plane * geometry.input_len()..];
            let maxima = &slice(&maxima)[plane * geometry.output_len()..];
            let mut remaining = slice(&cotangent)[plane * geometry.output_len()..].to_vec();
            let mut gradient = vec![0.0; geometry.input_len()];
            for wanted_tap in 0..geometry.kernel.0 * geometry.kernel.1 {
                windows(&geometry, |output, pixel, tap| {
                    if tap == wanted_tap && pixels[pixel] >= maxima[output] {
                        gradient[pixel] += std::mem::take(&mut remaining[output]);
                    }
                });
            }
            wanted.extend(gradient);
        }
        let op = MaxPoolGradient(PoolWindows {
            kernel: geometry.kernel.into(),
            strides: geometry.strides.into(),
            padding: geometry.padding.into(),
        });
        let found = run(&op, &[&input, &maxima, &cotangent]);
        prop_assert_eq!(found.shape(), input.shape());
        prop_assert_eq!(slice(&found), wanted.as_slice());
    }
}

#[test]
fn planes_of_another_size_are_refused() {
    let geometry = Geometry {
        input: (4, 4),
        kernel: (2, 2),
        strides: (2, 2),
        dilations: (1, 1),
        padding: (0, 0),
        output: (2, 2),
    };
    let op = MaxPooling { geometry };
    let inputs = tvec!(random_tensor(&[1, 5, 4], 1).into_tvalue());
    let error = op.eval(&EvalContext::out_of_plan(), inputs).unwrap_err();
    assert!(error.to_string().contains("[1, 5, 4]"), "{error}");
}
