//! Normalisation layers.

use super::vjp_context::VjpContext;
use crate::gradient::error::GradientError;
use crate::onnx::node;

/// y = γ·(x − μ)/√(σ² + ε) + β with stored μ and σ²: x̄ = ȳ·γ/√(σ² + ε).
pub fn batch(context: &mut VjpContext) -> Result<(), GradientError> {
    if node::int(context.node, "training_mode") == Some(1) {
        return Err(context.unsupported("it is in training mode; export the model for inference"));
    }
    let epsilon = node::float(context.node, "epsilon").unwrap_or(1e-5);
    let (scale, variance) = (context.constant(1)?, context.constant(4)?);
    let (Some(scale), Some(variance)) = (scale, variance) else {
        return Err(context.unsupported("it has no scale or no variance"));
    };
    let factor = |(scale, variance): (&f32, &f32)| scale / (variance + epsilon).sqrt();
    let factors: Vec<f32> = scale.iter().zip(&variance).map(factor).collect();
    let rank = context.shape(context.input(0)?)?.len();
    let factors = context
        .builder
        .floats(&per_channel(factors.len(), rank), &factors);
    context.accumulate_product(0, &factors);
    Ok(())
}

/// The shape [1, C, 1…] in which a value for each channel broadcasts to a tensor of
/// this rank.
fn per_channel(channels: usize, rank: usize) -> Vec<usize> {
    let mut shape = vec![1; rank];
    if let Some(axis) = shape.get_mut(1) {
        *axis = channels;
    }
    shape
}

/// Each channel of each picture is normalised by itself; formula in
/// [`standardisation_vjp`].
pub fn instance(context: &mut VjpContext) -> Result<(), GradientError> {
    require_constant_parameters(context)?;
    let (input, scale) = (context.input(0)?, context.input(1)?);
    let shape = context.shape(input)?;
    let scale = context.builder.reshape(
        scale,
        &per_channel(shape.get(1).copied().unwrap_or(1), shape.len()),
    );
    let weighted = context.builder.mul(context.cotangent, &scale);
    let axes: Vec<usize> = (2..shape.len()).collect();
    let cotangent = standardisation_vjp(context, input, &weighted, shape, &axes);
    context.accumulate(0, cotangent);
    Ok(())
}

/// All axes from `axis` on are normalised together; formula in
/// [`standardisation_vjp`].
pub fn layer(context: &mut VjpContext) -> Result<(), GradientError> {
    require_constant_parameters(context)?;
    let (input, scale) = (context.input(0)?, context.input(1)?);
    let shape = context.shape(input)?;
    let axis = context.axis(node::int(context.node, "axis").unwrap_or(-1), shape.len())?;
    let weighted = context.builder.mul(context.cotangent, scale);
    let axes: Vec<usize> = (axis..shape.len()).collect();
    let cotangent = standardisation_vjp(context, input, &weighted, shape, &axes);
    context.accumulate(0, cotangent);
    Ok(())
}

/// The channels of a group are normalised together; formula in
/// [`standardisation_vjp`]. The scale is one for each group before operator set 21,
/// then one for each channel.
pub fn group(context: &mut VjpContext) -> Result<(), GradientError> {
    require_constant_parameters(context)?;
    let (input, scale) = (context.input(0)?, context.input(1)?);
    let shape = context.shape(input)?;
    let groups = usize::try_from(node::int(context.node, "num_groups").unwrap_or(0)).unwrap_or(0);
    let channels = shape.get(1).copied().unwrap_or(0);
    if groups == 0 || shape.len() < 3 || !channels.is_multiple_of(groups) {
        return Err(context.unsupported(format!("{groups} groups of {channels} channels")));
    }
    let area: usize = shape[2..].iter().product();
    let grouped = [shape[0], groups, channels / groups * area];
    let values = context.builder.reshape(input, &grouped);
    let weighted = if context.builder.opset() >= 21 {
        let scale = context
            .builder
            .reshape(scale, &per_channel(channels, shape.len()));
        let weighted = context.builder.mul(context.cotangent, &scale);
        context.builder.reshape(&weighted, &grouped)
    } else {
        let scale = context.builder.reshape(scale, &[1, groups, 1]);
        let cotangent = context.builder.reshape(context.cotangent, &grouped);
        context.builder.mul(&cotangent, &scale)
    };
    let cotangent = standardisation_vjp(context, &values, &weighted, &grouped, &[2]);
    let cotangent = context.builder.reshape(&cotangent, shape);
    context.accumulate(0, cotangent);
    Ok(())
}

fn require_constant_parameters(context: &VjpContext) -> Result<(), GradientError> {
    if context.is_active(1) || context.is_active(2) {
        return Err(context.unsupported("its scale or bias depends on the picture"));
    }
    Ok(())
}

/// The cotangent of x from that of n = (x − μ)/s, with μ and s² = σ² + ε over
/// `axes`: x̄ = (n̄ − mean n̄ − n · mean(n̄·n)) / s.
fn standardisation_vjp(
    context: &mut VjpContext,
    input: &str,
    cotangent: &str,
    shape: &[usize],
    axes: &[usize],
) -> String {
    let epsilon = node::float(context.node, "epsilon").unwrap_or(1e-5);
    let factor = 1.0 / axes.iter().map(|&axis| shape[axis]).product::<usize>() as f32;
    let builder = &mut *context.builder;
    let mut mean = |values: &str| {
        let sum = builder.reduce_sum(values, axes);
        builder.scale(&sum, factor)
    };
    let centre = mean(input);
    let mean_cotangent = mean(cotangent);
    let builder = &mut *context.builder;
    let centred = builder.sub(input, &centre);
    let square = builder.mul(&centred, &centred);
    let sum = builder.reduce_sum(&square, axes);
    let variance = builder.scale(&sum, factor);
    let epsilon = builder.scalar(epsilon);
    let variance = builder.add(&variance, &epsilon);
    let deviation = builder.unary("Sqrt", &variance);
    let normal = builder.div(&centred, &deviation);
    let product = builder.mul(cotangent, &normal);
    let sum = builder.reduce_sum(&product, axes);
    let projection = builder.scale(&sum, factor);
    let projection = builder.mul(&normal, &projection);
    let centred = builder.sub(cotangent, &mean_cotangent);
    let orthogonal = builder.sub(&centred, &projection);
    builder.div(&orthogonal, &deviation)
}

/// y = x·b^−β with b = k + α · mean of x² over `size` neighbouring channels:
/// x̄ = ȳ·b^−β − 2αβ·x · mean of ȳ·x·b^(−β−1) over the channels whose
/// neighbourhood includes this one.
pub fn local_response(context: &mut VjpContext) -> Result<(), GradientError> {
    let input = context.input(0)?;
    let shape = context.shape(input)?;
    let attribute = |name, default| node::float(context.node, name).unwrap_or(default);
    let (alpha, beta) = (attribute("alpha", 1e-4), attribute("beta", 0.75));
    let bias = attribute("bias", 1.0);
    let size = usize::try_from(node::int(context.node, "size").unwrap_or(0)).unwrap_or(0);
    if size == 0 || shape.len() < 3 {
        return Err(context.unsupported("it has no size, or its input no height"));
    }
    let (below, above) = ((size - 1) / 2, size / 2);
    let square = context.builder.mul(input, input);
    let mean = channel_mean(context, &square, shape, size, below, above);
    let scaled = context.builder.scale(&mean, alpha);
    let bias = context.builder.scalar(bias);
    let base = context.builder.add(&scaled, &bias);
    let exponent = context.builder.scalar(-beta);
    let power = context.builder.add_node("Pow", &[&base, &exponent], vec![]);
    let direct = context.builder.mul(context.cotangent, &power);
    let product = context.builder.mul(&direct, input);
    let quotient = context.builder.div(&product, &base);
    let mean = channel_mean(context, &quotient, shape, size, above, below);
    let neighbours = context.builder.mul(input, &mean);
    let neighbours = context.builder.scale(&neighbours, 2.0 * alpha * beta);
    let cotangent = context.builder.sub(&direct, &neighbours);
    context.accumulate(0, cotangent);
    Ok(())
}

/// Σ over the channels from c − below to c + above, divided by `size`; what is
/// outside counts as 0.
fn channel_mean(
    context: &mut VjpContext,
    values: &str,
    shape: &[usize],
    size: usize,
    below: usize,
    above: usize,
) -> String {
    let area: usize = shape[2..].iter().product();
    let kernel = [size, 1].map(|size| size as i64);
    let pads = [below, 0, above, 0].map(|pad| pad as i64);
    let attributes = vec![
        node::ints_attribute("kernel_shape", &kernel),
        node::ints_attribute("pads", &pads),
        node::int_attribute("count_include_pad", 1),
    ];
    let rows = context
        .builder
        .reshape(values, &[shape[0], 1, shape[1], area]);
    let mean = context
        .builder
        .add_node("AveragePool", &[&rows], attributes);
    context.builder.reshape(&mean, shape)
}
