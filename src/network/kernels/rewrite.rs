//! Puts the operations of this folder into tract's graph.
//!
//! Before tract simplifies the graph, convolutions of single channels and max
//! pooling are replaced: else tract would turn some of them, and not their
//! neighbours, to another order of axes, and pay for it between them. After that
//! the ReLUs around depthwise convolutions are taken into them.

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::model::Rewriter;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cnn::{Conv, KernelFormat, MaxPool, PoolSpec};
use tract_onnx::tract_core::ops::konst::Const;
use tract_onnx::tract_core::ops::math::{Add, Max, Min};
use tract_onnx::tract_core::ops::nn::DataFormat;

use super::convolution::Convolution;
use super::depthwise::Depthwise;
use super::max_pool::MaxPooling;
use super::planes::Geometry;

type Patched = TractResult<Option<TypedModelPatch>>;

/// tract's simplified graph, with this folder's operations in it.
///
/// # Errors
/// tract's own.
pub fn declutter(mut model: TypedModel) -> TractResult<TypedModel> {
    let replace = Rewriter::<()>::default()
        .with_rule_for("depthwise", |_, model, node, name, op: &Conv| {
            depthwise(model, node, name, op)
        })
        .with_rule_for("max-pooling", |_, model, node, name, op: &MaxPool| {
            max_pooling(model, node, name, op)
        });
    part_large_constants(&mut model)?;
    // Weights may still be behind a node that only converts them.
    model.prop_consts()?;
    replace.rewrite(&(), &mut model)?;
    let mut model = model.into_decluttered()?;
    // What could not be replaced before may be constant or padded now.
    replace.rewrite(&(), &mut model)?;
    Rewriter::<()>::default()
        .with_rule_for("bound before", |_, model, node, name, op: &Depthwise| {
            bound_before(model, node, name, op)
        })
        .with_rule_for("bound behind", |_, model, node, _, op: &Depthwise| {
            bound_behind(model, node, op)
        })
        .with_rule_for("sum behind", |_, model, node, _, op: &Convolution| {
            sum_behind(model, node, op)
        })
        .with_rule_for(
            "bound behind a sum",
            |_, model, node, _, op: &Convolution| bound_behind(model, node, op),
        )
        .rewrite(&(), &mut model)?;
    Ok(model)
}

/// What tract folds even for several readers: its CONST_FOLD_MEM_BUDGET.
const MOST_SHARED_BYTES: usize = 4 << 20;

/// Gives every reader of a large constant a node of its own; they share the values.
///
/// tract packs a matrix while the graph is made ready if it is small or has one
/// reader. A weight that the forward run and its gradient both read would be packed
/// again in every run.
fn part_large_constants(model: &mut TypedModel) -> TractResult<()> {
    for id in 0..model.nodes().len() {
        let node = model.node(id);
        let Some(constant) = node.op_as::<Const>() else {
            continue;
        };
        let value = constant.val().clone();
        if value.len() * value.datum_type().size_of() <= MOST_SHARED_BYTES {
            continue;
        }
        let (name, output) = (node.name.clone(), node.outputs[0].clone());
        for (number, reader) in output.successors.into_iter().enumerate().skip(1) {
            // Not `add_const`, which would find the first node again.
            let name = format!("{name}.reader{number}");
            let own = Const::new(value.clone())?;
            let own = model.add_node(name, own, tvec!(output.fact.clone()))?;
            model.add_edge(own.into(), reader)?;
        }
    }
    Ok(())
}

fn depthwise(model: &TypedModel, node: &TypedNode, name: &str, op: &Conv) -> Patched {
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
        [one] => tensor1(&vec![one; channels]),
        _ => tensor1(bias),
    };
    let op = Depthwise {
        geometry,
        floor: f32::NEG_INFINITY,
        least: f32::NEG_INFINITY,
        most: f32::INFINITY,
    };
    let mut patch = TypedModelPatch::default();
    let input = patch.tap_model(model, input)?;
    let kernel = patch.add_const(format!("{name}.taps"), kernel)?;
    let bias = patch.add_const(format!("{name}.bias"), bias)?;
    let wire = patch.wire_node(name, op, &[input, kernel, bias])?;
    patch.shunt_outside(model, node.id.into(), wire[0])?;
    Ok(Some(patch))
}

fn max_pooling(model: &TypedModel, node: &TypedNode, name: &str, op: &MaxPool) -> Patched {
    let fact = model.outlet_fact(node.inputs[0])?;
    if op.with_index_outputs.is_some() {
        return Ok(None);
    }
    let Some(geometry) = geometry(&op.pool_spec, fact) else {
        return Ok(None);
    };
    let op = MaxPooling { geometry };
    TypedModelPatch::replace_single_op(model, node, &[node.inputs[0]], op)
        .map(|patch| Some(patch.with_context(name.to_owned())))
}

/// Sizes of windows over planes; nothing for other ranks, orders of axes or types
/// of numbers, for windows spread too far, and where a shape is not known.
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
    let pair = |of: &dyn Fn(usize) -> usize| (of(0), of(1));
    let output = pair(&|axis| axes[axis].convoluted);
    if output.0 == 0 || output.1 == 0 {
        return None;
    }
    let geometry = Geometry {
        input: (rows, columns),
        kernel: pair(&|axis| spec.kernel_shape[axis]),
        strides: pair(&|axis| spec.stride(axis)),
        dilations: pair(&|axis| spec.dilation(axis)),
        padding: pair(&|axis| axes[axis].pad_before),
        output,
    };
    geometry.is_modest().then_some(geometry)
}

/// A node that bounds every number of a tensor by one constant.
struct Bound {
    /// What is bounded.
    input: OutletId,
    value: f32,
    /// Raised to it; else lowered.
    is_least: bool,
}

fn bound(model: &TypedModel, node: &TypedNode) -> TractResult<Option<Bound>> {
    let Some(op) = node.op_as::<TypedBinOp>() else {
        return Ok(None);
    };
    let is_least = op.0.is::<Max>();
    if !is_least && !op.0.is::<Min>() {
        return Ok(None);
    }
    for (input, other) in [(0, 1), (1, 0)] {
        let (input, other) = (node.inputs[input], node.inputs[other]);
        let value = &model.outlet_fact(other)?.uniform;
        let same = model.outlet_fact(input)?.shape == model.outlet_fact(node.id.into())?.shape;
        if let Some(value) = value.as_ref().filter(|_| same) {
            let value = value.cast_to_scalar::<f32>()?;
            return Ok(Some(Bound {
                input,
                value,
                is_least,
            }));
        }
    }
    Ok(None)
}

fn is_output(model: &TypedModel, node: &TypedNode) -> TractResult<bool> {
    let outputs = model.output_outlets()?;
    Ok(outputs.iter().any(|output| output.node == node.id))
}

/// Takes a ReLU that only this convolution reads into it.
fn bound_before(model: &TypedModel, node: &TypedNode, name: &str, op: &Depthwise) -> Patched {
    let before = model.node(node.inputs[0].node);
    let is_shared = before.outputs[0].successors.len() != 1 || is_output(model, before)?;
    // What pads is 0, and must stay 0.
    let Some(bound) = bound(model, before)?.filter(|bound| bound.is_least && bound.value <= 0.0)
    else {
        return Ok(None);
    };
    if is_shared || op.floor != f32::NEG_INFINITY {
        return Ok(None);
    }
    let op = Depthwise {
        floor: bound.value,
        ..op.clone()
    };
    let inputs = [bound.input, node.inputs[1], node.inputs[2]];
    TypedModelPatch::replace_single_op(model, node, &inputs, op)
        .map(|patch| Some(patch.with_context(name.to_owned())))
}

/// An operation that bounds what it gives.
trait Bounded: TypedOp + Clone {
    /// Least and greatest number that it gives.
    fn bounds(&mut self) -> (&mut f32, &mut f32);
}

impl Bounded for Depthwise {
    fn bounds(&mut self) -> (&mut f32, &mut f32) {
        (&mut self.least, &mut self.most)
    }
}

impl Bounded for Convolution {
    fn bounds(&mut self) -> (&mut f32, &mut f32) {
        (&mut self.least, &mut self.most)
    }
}

/// The node that alone reads a node's output, if it may be taken into that.
fn only_reader<'a>(model: &'a TypedModel, node: &TypedNode) -> TractResult<Option<&'a TypedNode>> {
    let [successor] = node.outputs[0].successors.as_slice() else {
        return Ok(None);
    };
    Ok((!is_output(model, node)?).then(|| model.node(successor.node)))
}

/// Takes a ReLU, or half of a ReLU6, that alone reads this operation into it.
fn bound_behind(model: &TypedModel, node: &TypedNode, op: &impl Bounded) -> Patched {
    let Some(reader) = only_reader(model, node)? else {
        return Ok(None);
    };
    let Some(bound) = bound(model, reader)? else {
        return Ok(None);
    };
    // First raised, then lowered: a lower bound after an upper one must not exceed it.
    let mut op = op.clone();
    let (least, most) = op.bounds();
    match bound.is_least {
        true if bound.value <= *most => *least = least.max(bound.value),
        false if bound.value >= *least => *most = most.min(bound.value),
        _ => return Ok(None),
    }
    TypedModelPatch::fuse_with_next(model, node, op).map(Some)
}

/// Takes the addition of a tensor of the same shape that alone reads this
/// convolution into it.
fn sum_behind(model: &TypedModel, node: &TypedNode, op: &Convolution) -> Patched {
    let is_bounded = op.least > f32::NEG_INFINITY || op.most < f32::INFINITY;
    let Some(sum) = only_reader(model, node)?.filter(|_| !op.adds && !is_bounded) else {
        return Ok(None);
    };
    let is_sum = sum.op_as::<TypedBinOp>().is_some_and(|op| op.0.is::<Add>());
    let mut others = sum.inputs.iter().filter(|input| input.node != node.id);
    let (Some(&other), None) = (others.next(), others.next()) else {
        return Ok(None);
    };
    let same = model.outlet_fact(other)?.shape == node.outputs[0].fact.shape;
    if !is_sum || !same || model.outlet_fact(other)?.datum_type != f32::datum_type() {
        return Ok(None);
    }
    let op = Convolution {
        adds: true,
        ..op.clone()
    };
    let mut patch = TypedModelPatch::default();
    let inputs = [
        patch.tap_model(model, node.inputs[0])?,
        patch.tap_model(model, other)?,
    ];
    let wire = patch.wire_node(&sum.name, op, &inputs)?;
    patch.shunt_outside(model, sum.id.into(), wire[0])?;
    Ok(Some(patch))
}
