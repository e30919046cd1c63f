//! Operators that read or write at indices, and sums along an axis that leave its
//! length.

use super::vjp_context::VjpContext;
use crate::gradient::error::GradientError;
use crate::onnx::{node, pb};

/// The operator set whose ScatterElements and ScatterND can add.
const OPSET_WITH_REDUCTION: i64 = 16;

/// y[i, j] = x[i, indices[i, j]] for axis 1: x̄ is the sum of ȳ wherever a value was
/// taken.
pub fn gather_elements(context: &mut VjpContext) -> Result<(), GradientError> {
    let cotangent = add_into_zeros(context, "ScatterElements")?;
    context.accumulate(0, cotangent);
    Ok(())
}

/// y[i, …] = x[indices[i], …]: x̄ is the sum of ȳ wherever values were taken.
pub fn gather_nd(context: &mut VjpContext) -> Result<(), GradientError> {
    if node::int(context.node, "batch_dims").unwrap_or(0) != 0 {
        return Err(context.unsupported("batch_dims other than 0 is not supported"));
    }
    let cotangent = add_into_zeros(context, "ScatterND")?;
    context.accumulate(0, cotangent);
    Ok(())
}

/// Zeros of the shape of x, to which ȳ is added at the node's indices.
fn add_into_zeros(context: &mut VjpContext, scatter: &str) -> Result<String, GradientError> {
    if context.builder.opset() < OPSET_WITH_REDUCTION {
        return Err(context.unsupported(format!(
            "its gradient needs operator set {OPSET_WITH_REDUCTION} or later"
        )));
    }
    let mut attributes = own_axis(context);
    attributes.push(node::text_attribute("reduction", "add"));
    let shape = context.shape(context.input(0)?)?;
    let zeros = context.builder.zeros(shape);
    let inputs = [&zeros, context.input(1)?, context.cotangent];
    Ok(context.builder.add_node(scatter, &inputs, attributes))
}

/// The node's axis, where it states one: the opposite operator has the same.
fn own_axis(context: &VjpContext) -> Vec<pb::AttributeProto> {
    let attributes = context.node.attribute.iter();
    attributes
        .filter(|one| one.name == "axis")
        .cloned()
        .collect()
}

/// y = x with updates at the indices: x̄ is ȳ elsewhere, the updates' cotangent ȳ there.
pub fn scatter_elements(context: &mut VjpContext) -> Result<(), GradientError> {
    scatter(context, "ScatterElements", "GatherElements")
}

/// As [`scatter_elements`].
pub fn scatter_nd(context: &mut VjpContext) -> Result<(), GradientError> {
    scatter(context, "ScatterND", "GatherND")
}

fn scatter(context: &mut VjpContext, scatter: &str, gather: &str) -> Result<(), GradientError> {
    let reduction = node::text(context.node, "reduction").unwrap_or_else(|| "none".into());
    if !matches!(reduction.as_str(), "none" | "add") {
        return Err(context.unsupported(format!("the reduction '{reduction}' is not supported")));
    }
    let (indices, cotangent) = (context.input(1)?, context.cotangent);
    if context.is_active(0) && reduction == "add" {
        context.accumulate(0, cotangent.to_owned());
    } else if context.is_active(0) {
        let shape = context.shape(context.input(2)?)?;
        let zeros = context.builder.zeros(shape);
        let (inputs, attributes) = ([cotangent, indices, &zeros], own_axis(context));
        let elsewhere = context.builder.add_node(scatter, &inputs, attributes);
        context.accumulate(0, elsewhere);
    }
    if context.is_active(2) {
        let attributes = own_axis(context);
        let inputs = [cotangent, indices];
        let there = context.builder.add_node(gather, &inputs, attributes);
        context.accumulate(2, there);
    }
    Ok(())
}

/// y = the k greatest or least values of an axis: x̄ is ȳ where they were.
pub fn top_k(context: &mut VjpContext) -> Result<(), GradientError> {
    let places = context.node.output.get(1).filter(|name| !name.is_empty());
    let Some(places) = places else {
        return Err(context.unsupported("its second output, the indices, has no name"));
    };
    let axis = node::int(context.node, "axis").unwrap_or(-1);
    let shape = context.shape(context.input(0)?)?;
    let zeros = context.builder.zeros(shape);
    let attributes = vec![node::int_attribute("axis", axis)];
    let inputs = [&zeros, places.as_str(), context.cotangent];
    let cotangent = (context.builder).add_node("ScatterElements", &inputs, attributes);
    context.accumulate(0, cotangent);
    Ok(())
}

/// y_i = x_0 + … + x_i along an axis: x̄_i = ȳ_i + … + ȳ_n, the sum from the other end.
pub fn cumulative_sum(context: &mut VjpContext) -> Result<(), GradientError> {
    let is_set = |name| node::int(context.node, name) == Some(1);
    let attributes = vec![
        node::int_attribute("exclusive", is_set("exclusive").into()),
        node::int_attribute("reverse", (!is_set("reverse")).into()),
    ];
    let inputs = [context.cotangent, context.input(1)?];
    let cotangent = context.builder.add_node("CumSum", &inputs, attributes);
    context.accumulate(0, cotangent);
    Ok(())
}

/// y = x on one side of a diagonal, 0 on the other: x̄ = ȳ on that side.
pub fn trilu(context: &mut VjpContext) -> Result<(), GradientError> {
    let mut inputs = vec![context.cotangent];
    inputs.extend(node::input(context.node, 1));
    let upper = node::int(context.node, "upper").unwrap_or(1);
    let attributes = vec![node::int_attribute("upper", upper)];
    let cotangent = context.builder.add_node("Trilu", &inputs, attributes);
    context.accumulate(0, cotangent);
    Ok(())
}

/// y = x repeated along its axes: x̄ is the sum of ȳ over the repetitions.
pub fn tile(context: &mut VjpContext) -> Result<(), GradientError> {
    let (shape, tiled) = (
        context.shape(context.input(0)?)?,
        context.shape(context.output())?,
    );
    if shape.len() != tiled.len() || shape.iter().zip(tiled).any(|(x, y)| *x == 0 || y % x != 0) {
        return Err(context.unsupported(format!("{shape:?} does not repeat to {tiled:?}")));
    }
    let (mut apart, mut repetitions) = (Vec::new(), Vec::new());
    for (&size, &repeated) in shape.iter().zip(tiled) {
        if repeated != size {
            repetitions.push(apart.len());
            apart.push(repeated / size);
        }
        apart.push(size);
    }
    let separated = context.builder.reshape(context.cotangent, &apart);
    let summed = match repetitions.as_slice() {
        [] => separated,
        axes => context.builder.reduce_sum(&separated, axes),
    };
    let cotangent = context.builder.reshape(&summed, shape);
    context.accumulate(0, cotangent);
    Ok(())
}
