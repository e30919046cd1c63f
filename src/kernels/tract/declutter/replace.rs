//! Replaces operations of tract's by those of `windows` and `elementwise`.

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::cast::Cast;
use tract_onnx::tract_core::ops::cnn::{Conv, KernelFormat, MaxPool, PoolSpec};
use tract_onnx::tract_core::ops::nn::DataFormat;

use super::super::super::common::Clamp;
use super::super::super::elementwise::NonZero;
use super::super::super::windows::{Depthwise, Geometry, MaxPooling};

/// A [`Depthwise`] for a convolution of tract's with one kernel for each channel.
///
/// # Errors
/// tract's own.
pub fn depthwise(model: &TypedModel, node: &TypedNode) -> TractResult<Option<TypedModelPatch>> {
    let Some(op) = node.op_as::<Conv>() else {
        return Ok(None);
    };
    let name = &node.name;
    let (input, channels) = (node.inputs[0], op.group);
    let is_depthwise = channels > 1
        && op.pool_spec.input_channels == channels
        && op.pool_spec.output_channels == channels
        && op.kernel_fmt == KernelFormat::OIHW
        && op.q_params.is_none();
    let facts = model.node_input_facts(node.id)?;
    let (Some(kernel), Some(bias)) = (&facts[1].konst, &facts[2].konst) else {
        return Ok(None);
    };
    let Some(geometry) = geometry(&op.pool_spec, facts[0]).filter(|_| is_depthwise) else {
        return Ok(None);
    };
    if kernel.datum_type() != f32::datum_type() || bias.datum_type() != f32::datum_type() {
        return Ok(None);
    }
    let taps = geometry.kernel.0 * geometry.kernel.1;
    let kernel = kernel.clone().into_tensor().into_shape(&[channels, taps])?;
    let bias = bias.try_as_plain_ram()?.as_slice::<f32>()?;
    let bias = match *bias {
        [scalar] => tensor1(&vec![scalar; channels]),
        _ => tensor1(bias),
    };
    let op = Depthwise {
        geometry,
        input_min: f32::NEG_INFINITY,
        clamp: Clamp::NONE,
    };
    let mut patch = TypedModelPatch::default();
    let input = patch.tap_model(model, input)?;
    let kernel = patch.add_const(format!("{name}.taps"), kernel)?;
    let bias = patch.add_const(format!("{name}.bias"), bias)?;
    let wire = patch.wire_node(name, op, &[input, kernel, bias])?;
    patch.shunt_outside(model, node.id.into(), wire[0])?;
    Ok(Some(patch))
}

/// A [`MaxPooling`] for one of tract's, unless it also outputs indices.
///
/// # Errors
/// tract's own.
pub fn max_pooling(model: &TypedModel, node: &TypedNode) -> TractResult<Option<TypedModelPatch>> {
    let Some(op) = node.op_as::<MaxPool>() else {
        return Ok(None);
    };
    let fact = model.outlet_fact(node.inputs[0])?;
    if op.with_index_outputs.is_some() {
        return Ok(None);
    }
    let Some(geometry) = geometry(&op.pool_spec, fact) else {
        return Ok(None);
    };
    let op = MaxPooling { geometry };
    TypedModelPatch::replace_single_op(model, node, &[node.inputs[0]], op)
        .map(|patch| Some(patch.with_context(node.name.clone())))
}

/// A [`NonZero`] for a cast of float32 to truth, which tract computes one by one.
///
/// # Errors
/// tract's own.
pub fn non_zero(model: &TypedModel, node: &TypedNode) -> TractResult<Option<TypedModelPatch>> {
    let is_to_truth = node
        .op_as::<Cast>()
        .is_some_and(|op| op.to == bool::datum_type());
    if !is_to_truth || model.outlet_fact(node.inputs[0])?.datum_type != f32::datum_type() {
        return Ok(None);
    }
    TypedModelPatch::replace_single_op(model, node, &[node.inputs[0]], NonZero)
        .map(|patch| Some(patch.with_context(node.name.clone())))
}

/// The geometry of tract's windows; `None` unless they are two-dimensional, channels-first
/// and float32, of known shapes, and padded planes are within the memory limit.
fn geometry(spec: &PoolSpec, input: &TypedFact) -> Option<Geometry> {
    let shape = input.shape.as_concrete()?;
    let is_planes = spec.kernel_shape.len() == 2
        && matches!(spec.data_format, DataFormat::NCHW | DataFormat::CHW)
        && input.datum_type == f32::datum_type()
        && shape.iter().all(|&size| size > 0);
    if !is_planes {
        return None;
    }
    let [.., rows, columns] = *shape else {
        return None;
    };
    let axes = spec.computed_padding(&[rows, columns]);
    let both_axes = |of: &dyn Fn(usize) -> usize| (of(0), of(1));
    let output = both_axes(&|axis| axes[axis].convoluted);
    if output.0 == 0 || output.1 == 0 {
        return None;
    }
    let geometry = Geometry {
        input: (rows, columns),
        kernel: both_axes(&|axis| spec.kernel_shape[axis]),
        strides: both_axes(&|axis| spec.stride(axis)),
        dilations: both_axes(&|axis| spec.dilation(axis)),
        padding: both_axes(&|axis| axes[axis].pad_before),
        output,
    };
    geometry.is_within_memory_limit().then_some(geometry)
}
