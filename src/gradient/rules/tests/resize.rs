//! Cases for Resize and Upsample.

use super::case_generator::CaseGenerator;
use super::central_differences::differences;
use super::evaluated_case::EvaluatedCase;
use super::operator_case::{OperatorCase, Y};
use super::tract;
use crate::gradient::relu_policy::ReluPolicy;

/// Whether engines that compute in f32 agree: no coordinate of an output pixel may be
/// so near to the middle between two input pixels that rounding decides.
fn is_certain(input: usize, output: usize, scale: f64) -> bool {
    let exact = (scale * 8.0).fract() == 0.0;
    let is_far = |coordinate: f64| {
        let halves = coordinate * 2.0;
        (halves - halves.round()).abs() > 1e-3
    };
    let symmetric = input as f64 / 2.0 * (1.0 - output as f64 / (scale * input as f64));
    let corners = (input as f64 - 1.0) / (output as f64 - 1.0).max(1.0);
    exact && (corners * 8.0).fract() == 0.0
        || (0..output).map(|x| x as f64).all(|x| {
            let half_pixel = (x + 0.5) / scale - 0.5;
            let coordinates = [half_pixel, half_pixel + symmetric, x / scale, x * corners];
            x == 0.0 && is_far(half_pixel) || coordinates.into_iter().all(is_far)
        })
}

/// One size and scale for each axis: batch and channels stay.
fn stretched(
    generator: &mut CaseGenerator,
    by_sizes: bool,
    upwards: bool,
) -> (Vec<usize>, Vec<usize>, Vec<f32>) {
    let spatial = generator.pick(&[2, 1, 2]);
    let mut shape = generator.numbers(2, 1..=2);
    let (mut sizes, mut scales) = (shape.clone(), vec![1.0, 1.0]);
    for _ in 0..spatial {
        let input = generator.number(1..=5);
        let min_scale = if upwards { 1.0 } else { 1.0 / input as f32 };
        let scale = generator.pick(&[2.0, 1.0, 3.0, 1.5, 0.5, 0.75, 2.25, 1.25]);
        let scale = if scale < min_scale { 1.0 } else { scale };
        let output = if by_sizes {
            generator.number(1..=7)
        } else {
            (input as f32 * scale).floor() as usize
        };
        let exact = if by_sizes {
            output as f64 / input as f64
        } else {
            scale.into()
        };
        // onnxruntime copies what keeps its size, whatever the scale.
        let copied = output == input && exact != 1.0;
        let (output, scale) = if !copied && is_certain(input, output, exact) {
            (output, scale)
        } else {
            (2 * input, 2.0)
        };
        shape.push(input);
        sizes.push(output);
        scales.push(scale);
    }
    (shape, sizes, scales)
}

fn input(generator: &mut CaseGenerator, case: &mut OperatorCase, shape: &[usize]) -> String {
    let values = generator.values(shape.iter().product(), -2.0, 2.0);
    case.active(shape, values)
}

/// Scales, an input since operator set 9.
pub fn upsample(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(9);
    let (shape, _, scales) = stretched(generator, false, true);
    let x = input(generator, &mut case, &shape);
    let scales = case.constant(&[scales.len()], &scales);
    case.node("Upsample", &[x, scales]);
    mode(generator, &mut case, shape.len());
    case
}

/// Nearest, the default, or linear, or since operator set 11 cubic; says whether it is
/// nearest. onnxruntime has cubic for pictures alone, of four axes.
fn mode(generator: &mut CaseGenerator, case: &mut OperatorCase, axes: usize) -> bool {
    let mode = generator.pick(&[
        None,
        Some("nearest"),
        Some("linear"),
        Some("linear"),
        Some("cubic"),
    ]);
    let mode = mode.filter(|mode| *mode != "cubic" || (case.opset >= 11 && axes == 4));
    if let Some(mode) = mode {
        case.graph.text("mode", mode);
    }
    if mode == Some("cubic") {
        if generator.boolean() {
            case.graph.float("cubic_coeff_a", -0.5);
        }
        if generator.boolean() {
            case.graph.int("exclude_outside", 1);
        }
    }
    matches!(mode, None | Some("nearest"))
}

/// Sizes or scales, on all axes or since operator set 18 on some, and every
/// coordinate transformation mode but tf_crop_and_resize.
pub fn resize(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(10));
    let by_sizes = case.opset >= 11 && generator.boolean();
    // Operator set 10 does not define the rounding where the output is smaller.
    let upwards = case.opset == 10;
    let (shape, sizes, scales) = stretched(generator, by_sizes, upwards);
    let x = input(generator, &mut case, &shape);
    // Only the last axes change.
    let skipped = if case.opset >= 18 && generator.boolean() {
        2
    } else {
        0
    };
    let sizes: Vec<i64> = sizes[skipped..].iter().map(|&size| size as i64).collect();
    let scales = &scales[skipped..];
    let mut inputs = vec![x];
    if case.opset >= 11 {
        // Before operator set 13 an unused input must be an empty tensor.
        inputs.push(if case.opset < 13 {
            case.constant(&[0], &[])
        } else {
            String::new()
        });
    }
    if by_sizes {
        inputs.push(if case.opset < 13 {
            case.constant(&[0], &[])
        } else {
            String::new()
        });
        inputs.push(case.ints(&sizes));
    } else {
        inputs.push(case.constant(&[scales.len()], scales));
    }
    case.node("Resize", &inputs);
    if skipped > 0 {
        let axes: Vec<i64> = (skipped..shape.len())
            .map(|axis| generator.maybe_from_end(axis, shape.len(), case.opset))
            .collect();
        case.graph.ints("axes", &axes);
    }
    let nearest = mode(generator, &mut case, shape.len());
    if case.opset >= 11 {
        let coordinates = [
            "half_pixel",
            "asymmetric",
            "align_corners",
            "pytorch_half_pixel",
        ];
        let mut coordinates = coordinates.to_vec();
        if case.opset >= 19 {
            coordinates.push("half_pixel_symmetric");
        }
        if generator.number(0..=3) > 0 {
            case.graph.text(
                "coordinate_transformation_mode",
                generator.pick(&coordinates),
            );
        }
        if nearest && generator.boolean() {
            let modes = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];
            case.graph.text("nearest_mode", generator.pick(&modes));
        }
    }
    case
}

/// One scale for all axes: 2 and 2.5 are asked for.
#[test]
fn the_aspect_ratio_can_be_kept() {
    for (policy, wanted) in [("not_larger", [4, 6]), ("not_smaller", [5, 8])] {
        for mode in ["nearest", "linear"] {
            let mut case = OperatorCase::new(18);
            let values: Vec<f32> = (0..6).map(|n| n as f32 * 0.7 - 2.0).collect();
            let x = case.active(&[1, 1, 2, 3], values);
            let sizes = case.ints(&[5, 6]);
            let none = String::new();
            case.node("Resize", &[&x, &none, &none, &sizes])
                .ints("axes", &[2, 3])
                .text("coordinate_transformation_mode", "asymmetric")
                .text("nearest_mode", "floor")
                .text("mode", mode)
                .text("keep_aspect_ratio_policy", policy);
            let cotangent = |count| (0..count).map(|n| n as f32 - 4.0).collect();
            let evaluated = EvaluatedCase::new(&case, ReluPolicy::Plain, cotangent).unwrap();
            assert_eq!(evaluated.value(Y).shape()[2..], wanted);
            assert_eq!(differences(&case, &evaluated), Ok(true), "{policy} {mode}");
            tract::check(&evaluated).unwrap().unwrap();
        }
    }
}
