//! Resize. Upsample is read as Resize of operator set 10.
//!
//! Interpolation is linear along each axis: y = R x with a matrix R [output, input]
//! that follows from the sizes. So x̄ = Rᵀ ȳ, axis by axis.

use super::vjp_context::VjpContext;
use crate::gradient::error::GradientError;
use crate::onnx::{node, normal_axes, shared_scale};

/// y = x in another size: x̄ is ȳ multiplied with the transposed matrix of each axis.
pub fn resize(context: &mut VjpContext) -> Result<(), GradientError> {
    let shape = context.shape(context.input(0)?)?;
    let output = context.shape(context.output())?;
    let interpolation = Interpolation::of(context)?;
    if shape.len() != output.len() {
        let problem = format!("it cannot make {output:?} of {shape:?}");
        return Err(context.unsupported(problem));
    }
    let scales = scales(context, shape, output)?;
    let mut cotangent = context.cotangent.to_owned();
    let mut current = output.to_vec();
    for axis in 0..shape.len() {
        if shape[axis] == output[axis] && scales[axis] == 1.0 {
            continue;
        }
        context.check_constant(shape[axis].checked_mul(output[axis]))?;
        let matrix = interpolation.transposed_matrix(shape[axis], output[axis], scales[axis]);
        let matrix = context
            .builder
            .floats(&[shape[axis], output[axis]], &matrix);
        let outer: usize = current[..axis].iter().product();
        let inner: usize = current[axis + 1..].iter().product();
        let rows = context
            .builder
            .reshape(&cotangent, &[outer, current[axis], inner]);
        let product = context
            .builder
            .add_node("MatMul", &[&matrix, &rows], vec![]);
        current[axis] = shape[axis];
        cotangent = context.builder.reshape(&product, &current);
    }
    context.accumulate(0, cotangent);
    Ok(())
}

/// The scale of each axis, output / input, as the file states it.
fn scales(
    context: &VjpContext,
    shape: &[usize],
    output: &[usize],
) -> Result<Vec<f32>, GradientError> {
    let is_old = context.builder.opset() < 11;
    let given = context.constant(if is_old { 1 } else { 2 })?;
    let given = given.filter(|given| !given.is_empty());
    let axes = match node::ints(context.node, "axes") {
        Some(axes) => normal_axes(context.node, axes, shape.len())?,
        None => (0..shape.len()).collect(),
    };
    let mut scales: Vec<f32> = (shape.iter().zip(output))
        .map(|(&size, &target)| target as f32 / size as f32)
        .collect();
    let sizes = if is_old { None } else { context.int_input(3)? };
    if let Some(given) = given.filter(|given| given.len() == axes.len()) {
        for (&axis, &scale) in axes.iter().zip(&given) {
            scales[axis] = scale;
        }
    } else if let Some(sizes) = sizes
        && let Some(shared) = shared_scale(context.node, shape, &axes, &sizes)
    {
        for axis in axes {
            scales[axis] = shared;
        }
    }
    Ok(scales)
}

/// How the coordinate of an output pixel is mapped to input pixels, by the attributes
/// of ONNX Resize.
struct Interpolation {
    coordinate_mode: String,
    kernel: Kernel,
    nearest_mode: String,
    /// Whether pixels outside count as none, instead of as those at the border; of the
    /// cubic kernel alone.
    excludes_outside: bool,
}

/// How an output pixel mixes the input pixels around it.
enum Kernel {
    Nearest,
    Linear,
    /// Keys 1981, with its coefficient a.
    Cubic(f32),
}

impl Interpolation {
    fn of(context: &VjpContext) -> Result<Interpolation, GradientError> {
        let text = |name, default: &str| {
            node::text(context.node, name).unwrap_or_else(|| default.to_owned())
        };
        let is_old = context.builder.opset() < 11;
        let (coordinate_mode, nearest_mode) = if is_old {
            ("asymmetric".into(), "floor".into())
        } else {
            (
                text("coordinate_transformation_mode", "half_pixel"),
                text("nearest_mode", "round_prefer_floor"),
            )
        };
        let mode = text("mode", "nearest");
        let known = [
            "half_pixel",
            "pytorch_half_pixel",
            "align_corners",
            "asymmetric",
            "half_pixel_symmetric",
        ];
        let kernel = match mode.as_str() {
            "nearest" => Some(Kernel::Nearest),
            "linear" => Some(Kernel::Linear),
            "cubic" => {
                let coefficient = node::float(context.node, "cubic_coeff_a");
                Some(Kernel::Cubic(coefficient.unwrap_or(-0.75)))
            }
            _ => None,
        };
        let is_smoothed = node::int(context.node, "antialias") == Some(1);
        let is_known = known.contains(&coordinate_mode.as_str()) && !is_smoothed;
        let Some(kernel) = kernel.filter(|_| is_known) else {
            let smoothed = if is_smoothed { ", antialias" } else { "" };
            return Err(context.unsupported(format!(
                "mode '{mode}' with '{coordinate_mode}'{smoothed} is not supported"
            )));
        };
        Ok(Interpolation {
            coordinate_mode,
            nearest_mode,
            excludes_outside: matches!(kernel, Kernel::Cubic(_))
                && node::int(context.node, "exclude_outside") == Some(1),
            kernel,
        })
    }

    /// Rᵀ [input, output], in row-major order.
    fn transposed_matrix(&self, input: usize, output: usize, scale: f32) -> Vec<f32> {
        let mut matrix = vec![0.0; input * output];
        let last = (input - 1) as f32;
        for column in 0..output {
            let x = self.source_coordinate(column as f32, input as f32, output as f32, scale);
            let mut taps = self.taps(x);
            if self.excludes_outside {
                taps.retain(|(place, _)| (0.0..=last).contains(place));
                let sum: f32 = taps.iter().map(|(_, weight)| weight).sum();
                taps.iter_mut().for_each(|(_, weight)| *weight /= sum);
            }
            for (place, weight) in taps {
                let row = place.clamp(0.0, last) as usize;
                matrix[row * output + column] += weight;
            }
        }
        matrix
    }

    /// The places that the pixel at `x` mixes, some perhaps outside, and their weights.
    fn taps(&self, x: f32) -> Vec<(f32, f32)> {
        let low = x.floor();
        let beyond = x - low;
        match self.kernel {
            Kernel::Nearest => vec![(self.nearest(x), 1.0)],
            Kernel::Linear => vec![(low, 1.0 - beyond), (low + 1.0, beyond)],
            Kernel::Cubic(a) => (-1..=2)
                .map(|step| {
                    (
                        low + step as f32,
                        cubic_weight((step as f32 - beyond).abs(), a),
                    )
                })
                .collect(),
        }
    }

    /// The input coordinate of output pixel `x`, by the specification's formulas, in
    /// float32 as engines compute them. `input` and `output` are sizes in pixels.
    fn source_coordinate(&self, x: f32, input: f32, output: f32, scale: f32) -> f32 {
        match self.coordinate_mode.as_str() {
            "asymmetric" => x / scale,
            "align_corners" if output == 1.0 => 0.0,
            "align_corners" => x * (input - 1.0) / (output - 1.0),
            "pytorch_half_pixel" if output == 1.0 => 0.0,
            "half_pixel_symmetric" => {
                let offset = input / 2.0 * (1.0 - output / (scale * input));
                offset + (x + 0.5) / scale - 0.5
            }
            _ => (x + 0.5) / scale - 0.5,
        }
    }

    /// The input coordinate, still unclamped, that `nearest_mode` rounds `x` to.
    fn nearest(&self, x: f32) -> f32 {
        match self.nearest_mode.as_str() {
            "floor" => x.floor(),
            "ceil" => x.ceil(),
            "round_prefer_ceil" => (x + 0.5).floor(),
            _ => (x - 0.5).ceil(),
        }
    }
}

/// Weight of a pixel at this distance (Keys, Cubic Convolution Interpolation, 1981).
fn cubic_weight(distance: f32, a: f32) -> f32 {
    let d = distance;
    match d {
        0.0..=1.0 => ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0,
        1.0..=2.0 => ((a * d - 5.0 * a) * d + 8.0 * a) * d - 4.0 * a,
        _ => 0.0,
    }
}
