//! Constants by data movement: Gather, Concat, Slice, Reshape and the like, and
//! constants made from shapes.

use ndarray::{ArrayD, Axis, IxDyn, concatenate};
use tract_onnx::pb;

use super::budget::within_limits;
use crate::onnx::attributes::{
    MAX_AXES, Range, broadcast, flattened, normal_axis, reshaped, slices, squeezed,
    transpose_order, unsqueezed,
};
use crate::onnx::error::OnnxError;
use crate::onnx::node;
use crate::onnx::shapes::element_count;
use crate::onnx::size_limits::Limits;
use crate::onnx::validation::check_tensor;
use crate::onnx::value::Value;

/// Elements that ConstantOfShape, Expand or Range may make. What they make for
/// shapes is small; anything larger is computed at run time.
const MAX_GENERATED_VALUES: usize = 1 << 16;
/// The same of ConstantOfShape, by which ONNX's own test networks write their weights.
const MAX_FILLED_VALUES: usize = 1 << 24;

/// Whether [`evaluate`] has this operator.
pub fn supports(operator: &str) -> bool {
    matches!(
        operator,
        "Gather"
            | "Concat"
            | "Slice"
            | "Squeeze"
            | "Unsqueeze"
            | "Reshape"
            | "Flatten"
            | "Transpose"
            | "ConstantOfShape"
            | "Expand"
            | "Range"
    )
}

/// The output of a Shape or Size node, given its input's shape.
pub fn of_shape(node: &pb::NodeProto, shape: &[usize]) -> Option<Value> {
    let sizes: Vec<i64> = shape.iter().map(|&size| size as i64).collect();
    if node.op_type == "Size" {
        let size = sizes.iter().copied().fold(1, i64::saturating_mul);
        return Some(Value::Ints(ArrayD::from_elem(IxDyn(&[]), size)));
    }
    let rank = sizes.len() as i64;
    let clamped = |axis: i64| (if axis < 0 { axis + rank } else { axis }).clamp(0, rank) as usize;
    let start = clamped(node::int(node, "start").unwrap_or(0));
    let end = clamped(node::int(node, "end").unwrap_or(rank)).max(start);
    list(sizes[start..end].to_vec())
}

fn list(values: Vec<i64>) -> Option<Value> {
    Some(Value::Ints(
        ArrayD::from_shape_vec(IxDyn(&[values.len()]), values).ok()?,
    ))
}

/// The output of a node; `None` where the operator does not take these types.
///
/// # Errors
/// [`OnnxError::Node`] where an attribute contradicts an input.
pub fn evaluate(
    node: &pb::NodeProto,
    inputs: &[Option<Value>],
) -> Result<Option<Value>, OnnxError> {
    let input = |position: usize| inputs.get(position).and_then(Option::as_ref);
    let list = |attribute: &str, position: usize| {
        node::ints_or_input(node, attribute, || {
            Ok::<_, OnnxError>(input(position).and_then(Value::ints))
        })
    };
    let Some(first) = input(0) else {
        return Ok(None);
    };
    let shape = first.shape();
    Ok(match node.op_type.as_str() {
        "Concat" => {
            let axis = normal_axis(node, node::int(node, "axis").unwrap_or(1), shape.len())?;
            let parts: Option<Vec<&Value>> = inputs.iter().map(Option::as_ref).collect();
            parts.and_then(|parts| joined(&parts, axis))
        }
        "Gather" => {
            let axis = normal_axis(node, node::int(node, "axis").unwrap_or(0), shape.len())?;
            input(1).and_then(|indices| gathered(first, indices, axis))
        }
        "Slice" => match (list("starts", 1)?, list("ends", 2)?) {
            (Some(starts), Some(ends)) => {
                let (axes, steps) = (list("axes", 3)?, list("steps", 4)?);
                sliced(first, &slices(node, shape, &starts, &ends, axes, steps)?)
            }
            _ => None,
        },
        "Squeeze" => in_shape(first, Some(squeezed(node, shape, list("axes", 1)?)?)),
        "Unsqueeze" => match list("axes", 1)? {
            Some(axes) => in_shape(first, Some(unsqueezed(node, shape, &axes)?)),
            None => None,
        },
        "Reshape" => match list("shape", 1)? {
            Some(target) => in_shape(first, Some(reshaped(node, shape, &target)?)),
            None => None,
        },
        "Flatten" => in_shape(first, Some(flattened(node, shape)?)),
        "Transpose" => {
            let order = IxDyn(&transpose_order(node, shape.len())?);
            map(
                first,
                |values| Some(values.clone().permuted_axes(order.clone())),
                |values| Some(values.clone().permuted_axes(order.clone())),
            )
        }
        "ConstantOfShape" => filled(node, first)?,
        "Expand" => input(1).and_then(|target| expanded(first, target)),
        "Range" => match (
            first.ints(),
            input(1).and_then(Value::ints),
            input(2).and_then(Value::ints),
        ) {
            (Some(start), Some(end), Some(step)) => range(&start, &end, &step),
            _ => None,
        },
        _ => None,
    })
}

/// Applies the function of the element type.
fn map(
    value: &Value,
    floats: impl Fn(&ArrayD<f32>) -> Option<ArrayD<f32>>,
    ints: impl Fn(&ArrayD<i64>) -> Option<ArrayD<i64>>,
) -> Option<Value> {
    Some(match value {
        Value::Floats(values) => Value::Floats(floats(values)?),
        Value::Ints(values) => Value::Ints(ints(values)?),
        Value::Bools(values) => Value::Bools(ints(values)?),
    })
}

/// The same values in row-major order in another shape.
fn in_shape(value: &Value, shape: Option<Vec<usize>>) -> Option<Value> {
    fn put<T: Clone>(values: &ArrayD<T>, shape: &[usize]) -> Option<ArrayD<T>> {
        let values = values.as_standard_layout().into_owned();
        values.into_shape_with_order(IxDyn(shape)).ok()
    }
    let shape = shape?;
    map(value, |v| put(v, &shape), |v| put(v, &shape))
}

fn sliced(value: &Value, ranges: &[Range]) -> Option<Value> {
    fn slice<T: Clone>(values: &ArrayD<T>, ranges: &[Range]) -> ArrayD<T> {
        let mut sliced = values.clone();
        for range in ranges {
            let positions: Vec<usize> = range.positions().collect();
            sliced = sliced.select(Axis(range.axis), &positions);
        }
        sliced
    }
    map(
        value,
        |values| Some(slice(values, ranges)),
        |values| Some(slice(values, ranges)),
    )
}

fn joined(parts: &[&Value], axis: usize) -> Option<Value> {
    fn join<'a, T: Clone + 'a>(
        parts: impl Iterator<Item = Option<&'a ArrayD<T>>>,
        axis: usize,
    ) -> Option<ArrayD<T>> {
        let views: Option<Vec<_>> = parts.map(|part| part.map(|part| part.view())).collect();
        let views = views?;
        let rank = views.first()?.ndim();
        if views.iter().any(|view| view.ndim() != rank) {
            return None;
        }
        concatenate(Axis(axis), &views).ok()
    }
    let floats = parts.iter().map(|part| match part {
        Value::Floats(values) => Some(values),
        _ => None,
    });
    let ints = parts.iter().map(|part| match part {
        Value::Ints(values) => Some(values),
        _ => None,
    });
    match parts.first()? {
        Value::Floats(_) => Some(Value::Floats(join(floats, axis)?)),
        Value::Ints(_) => Some(Value::Ints(join(ints, axis)?)),
        Value::Bools(_) => None,
    }
}

fn gathered(value: &Value, indices: &Value, axis: usize) -> Option<Value> {
    let size = value.shape()[axis];
    let from_start = |&index: &i64| {
        let index = if index < 0 {
            index.checked_add(size as i64)?
        } else {
            index
        };
        usize::try_from(index).ok().filter(|&index| index < size)
    };
    let positions: Option<Vec<usize>> = indices.ints()?.iter().map(from_start).collect();
    let positions = positions?;
    let (outer, inner) = (&value.shape()[..axis], &value.shape()[axis + 1..]);
    let shape = within_limits([outer, indices.shape(), inner].concat())?;
    let selected = map(
        value,
        |values| Some(values.select(Axis(axis), &positions)),
        |values| Some(values.select(Axis(axis), &positions)),
    );
    in_shape(&selected?, Some(shape))
}

/// The values of a list of sizes, if a tensor of them may be generated.
fn sizes(value: &Value, max_values: usize) -> Option<Vec<usize>> {
    let sizes = value.ints()?;
    let sizes: Option<Vec<usize>> = sizes
        .iter()
        .map(|&size| usize::try_from(size).ok())
        .collect();
    let product = element_count(sizes.as_ref()?)?;
    sizes.filter(|sizes| product <= max_values && sizes.len() <= MAX_AXES)
}

fn filled(node: &pb::NodeProto, shape: &Value) -> Result<Option<Value>, OnnxError> {
    let Some(shape) = sizes(shape, MAX_FILLED_VALUES) else {
        return Ok(None);
    };
    let shape = IxDyn(&shape);
    let Some(given) = node::tensor(node, "value") else {
        return Ok(Some(Value::Floats(ArrayD::zeros(shape))));
    };
    check_tensor(given, Limits::default())?;
    Ok(match Value::of(given)? {
        Value::Floats(value) => value
            .first()
            .map(|&v| Value::Floats(ArrayD::from_elem(shape, v))),
        Value::Ints(value) => value
            .first()
            .map(|&v| Value::Ints(ArrayD::from_elem(shape, v))),
        Value::Bools(value) => value
            .first()
            .map(|&v| Value::Bools(ArrayD::from_elem(shape, v))),
    })
}

fn expanded(value: &Value, target: &Value) -> Option<Value> {
    let shape = IxDyn(&within_limits(broadcast(
        value.shape(),
        &sizes(target, MAX_GENERATED_VALUES)?,
    )?)?);
    map(
        value,
        |values| Some(values.broadcast(shape.clone())?.to_owned()),
        |values| Some(values.broadcast(shape.clone())?.to_owned()),
    )
}

fn range(start: &[i64], end: &[i64], step: &[i64]) -> Option<Value> {
    let (&[start], &[end], &[step]) = (start, end, step) else {
        return None;
    };
    let mut values = Vec::new();
    let mut value = start;
    while (step > 0 && value < end) || (step < 0 && value > end) {
        values.push(value);
        value = value.checked_add(step)?;
        if values.len() > MAX_GENERATED_VALUES {
            return None;
        }
    }
    list(values).filter(|_| step != 0)
}
