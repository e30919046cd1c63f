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
    is_linear: bool,
    nearest_mode: String,
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
        let is_smoothed = node::int(context.node, "antialias") == Some(1);
        if !known.contains(&coordinate_mode.as_str())
            || !["nearest", "linear"].contains(&mode.as_str())
            || is_smoothed
        {
            let problem = format!("mode '{mode}' with '{coordinate_mode}' is not supported");
            return Err(context.unsupported(problem));
        }
        Ok(Interpolation {
            coordinate_mode,
            is_linear: mode == "linear",
            nearest_mode,
        })
    }

    /// Rᵀ [input, output], in row-major order.
    fn transposed_matrix(&self, input: usize, output: usize, scale: f32) -> Vec<f32> {
        let mut matrix = vec![0.0; input * output];
        let clamped = |coordinate: f32| coordinate.clamp(0.0, (input - 1) as f32) as usize;
        for column in 0..output {
            let x = self.source_coordinate(column as f32, input as f32, output as f32, scale);
            if self.is_linear {
                let low = x.floor();
                let weight = x - low;
                matrix[clamped(low) * output + column] += 1.0 - weight;
                matrix[clamped(low + 1.0) * output + column] += weight;
            } else {
                matrix[clamped(self.nearest(x)) * output + column] += 1.0;
            }
        }
        matrix
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
