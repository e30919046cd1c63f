//! Constants by element-wise arithmetic, comparisons and casts.

use ndarray::{ArrayD, IxDyn};
use tract_onnx::pb::{self, tensor_proto::DataType};

use super::budget::within_limits;
use crate::onnx::attributes::broadcast;
use crate::onnx::node;
use crate::onnx::value::Value;

/// Whether [`evaluate`] has this operator.
pub fn supports(operator: &str) -> bool {
    matches!(
        operator,
        "Add"
            | "Sub"
            | "Mul"
            | "Div"
            | "Mod"
            | "Min"
            | "Max"
            | "Equal"
            | "Less"
            | "Greater"
            | "LessOrEqual"
            | "GreaterOrEqual"
            | "Not"
            | "And"
            | "Or"
            | "Neg"
            | "Floor"
            | "Ceil"
            | "Sqrt"
            | "Reciprocal"
            | "Exp"
            | "Pow"
            | "Cast"
            | "Where"
            | "Identity"
            | "ReduceProd"
            | "Clip"
    )
}

/// The output of a node; `None` where the operator does not take these types.
pub fn evaluate(node: &pb::NodeProto, inputs: &[Option<Value>]) -> Option<Value> {
    let input = |position: usize| inputs.get(position)?.as_ref();
    let first = input(0)?;
    match (node.op_type.as_str(), first) {
        ("Identity", value) => Some(value.clone()),
        ("Cast", value) => cast(node, value),
        ("Where", condition) => select(condition, input(1)?, input(2)?),
        ("Not", Value::Bools(values)) => Some(Value::Bools(values.mapv(|value| 1 - value))),
        ("Clip", value) => clipped(node, value, input(1), input(2)),
        ("Neg", Value::Ints(values)) => Some(Value::Ints(values.mapv(i64::wrapping_neg))),
        ("ReduceProd", Value::Ints(values)) if node.input.len() == 1 => {
            let product = values.iter().copied().fold(1, i64::wrapping_mul);
            let keep = node::int(node, "keepdims") != Some(0);
            let shape = vec![1; if keep { values.ndim() } else { 0 }];
            Some(Value::Ints(ArrayD::from_elem(IxDyn(&shape), product)))
        }
        (operator, Value::Floats(values)) if node.input.len() == 1 => {
            let function: fn(f32) -> f32 = match operator {
                "Neg" => |x| -x,
                "Floor" => f32::floor,
                "Ceil" => f32::ceil,
                "Sqrt" => f32::sqrt,
                "Exp" => f32::exp,
                "Reciprocal" => f32::recip,
                _ => return None,
            };
            Some(Value::Floats(values.mapv(function)))
        }
        (_, _) => {
            let mut folded = first.clone();
            for other in inputs.get(1..)? {
                folded = binary(&node.op_type, &folded, other.as_ref()?)?;
            }
            (inputs.len() > 1).then_some(folded)
        }
    }
}

/// Limits are inputs since operator set 11, and attributes before.
fn clipped(
    node: &pb::NodeProto,
    value: &Value,
    low: Option<&Value>,
    high: Option<&Value>,
) -> Option<Value> {
    let attribute = |name| {
        let limit = node::float(node, name)?;
        Some(Value::Floats(ArrayD::from_elem(IxDyn(&[]), limit)))
    };
    let limits = [
        ("Max", low.cloned().or_else(|| attribute("min"))),
        ("Min", high.cloned().or_else(|| attribute("max"))),
    ];
    let mut clipped = value.clone();
    for (operator, limit) in limits {
        if let Some(limit) = limit {
            clipped = binary(operator, &clipped, &limit)?;
        }
    }
    Some(clipped)
}

fn binary(operator: &str, a: &Value, b: &Value) -> Option<Value> {
    if let (Value::Floats(a), Value::Floats(b)) = (a, b) {
        let function: fn(f32, f32) -> f32 = match operator {
            "Add" => |a, b| a + b,
            "Sub" => |a, b| a - b,
            "Mul" => |a, b| a * b,
            "Div" => |a, b| a / b,
            "Min" => f32::min,
            "Max" => f32::max,
            "Pow" => f32::powf,
            _ => return None,
        };
        return Some(Value::Floats(map_broadcast(a, b, function)?));
    }
    let (Value::Ints(a) | Value::Bools(a), Value::Ints(b) | Value::Bools(b)) = (a, b) else {
        return None;
    };
    let compare: Option<fn(i64, i64) -> bool> = match operator {
        "Equal" => Some(|a, b| a == b),
        "Less" => Some(|a, b| a < b),
        "Greater" => Some(|a, b| a > b),
        "LessOrEqual" => Some(|a, b| a <= b),
        "GreaterOrEqual" => Some(|a, b| a >= b),
        "And" => Some(|a, b| a != 0 && b != 0),
        "Or" => Some(|a, b| a != 0 || b != 0),
        _ => None,
    };
    if let Some(compare) = compare {
        return Some(Value::Bools(map_broadcast(a, b, |a, b| {
            i64::from(compare(a, b))
        })?));
    }
    let function: fn(i64, i64) -> i64 = match operator {
        "Add" => i64::wrapping_add,
        "Sub" => i64::wrapping_sub,
        "Mul" => i64::wrapping_mul,
        "Min" => i64::min,
        "Max" => i64::max,
        // Rounded towards zero, as in C.
        "Div" if !b.iter().any(|&b| b == 0) => i64::wrapping_div,
        "Mod" if !b.iter().any(|&b| b == 0) => |a, b| (a.wrapping_rem(b) + b).wrapping_rem(b),
        _ => return None,
    };
    Some(Value::Ints(map_broadcast(a, b, function)?))
}

/// A binary function of two tensors, broadcast.
fn map_broadcast<T: Copy>(
    a: &ArrayD<T>,
    b: &ArrayD<T>,
    function: impl Fn(T, T) -> T,
) -> Option<ArrayD<T>> {
    let shape = IxDyn(&within_limits(broadcast(a.shape(), b.shape())?)?);
    let (a, b) = (a.broadcast(shape.clone())?, b.broadcast(shape)?);
    Some(
        ndarray::Zip::from(a)
            .and(b)
            .map_collect(|&a, &b| function(a, b)),
    )
}

fn cast(node: &pb::NodeProto, value: &Value) -> Option<Value> {
    let to = DataType::try_from(node::int(node, "to")? as i32).ok()?;
    Some(match (to, value) {
        (DataType::Float | DataType::Double, value) => Value::Floats(value.to_floats()),
        (DataType::Int64, Value::Floats(values)) => Value::Ints(values.mapv(|x| x as i64)),
        (DataType::Int32, Value::Floats(values)) => Value::Ints(values.mapv(|x| x as i32 as i64)),
        (DataType::Int64, Value::Ints(values) | Value::Bools(values)) => {
            Value::Ints(values.clone())
        }
        (DataType::Int32, Value::Ints(values) | Value::Bools(values)) => {
            Value::Ints(values.mapv(|x| i64::from(x as i32)))
        }
        (DataType::Bool, value) => Value::Bools(value.to_floats().mapv(|x| i64::from(x != 0.0))),
        _ => return None,
    })
}

fn select(condition: &Value, yes: &Value, no: &Value) -> Option<Value> {
    fn pick<T: Copy>(chosen: &ArrayD<i64>, yes: &ArrayD<T>, no: &ArrayD<T>) -> Option<ArrayD<T>> {
        let shape = broadcast(chosen.shape(), yes.shape())?;
        let shape = IxDyn(&within_limits(broadcast(&shape, no.shape())?)?);
        let (chosen, yes) = (
            chosen.broadcast(shape.clone())?,
            yes.broadcast(shape.clone())?,
        );
        let no = no.broadcast(shape)?;
        let choose = |&chosen: &i64, &yes: &T, &no: &T| if chosen != 0 { yes } else { no };
        Some(
            ndarray::Zip::from(chosen)
                .and(yes)
                .and(no)
                .map_collect(choose),
        )
    }
    let Value::Bools(chosen) = condition else {
        return None;
    };
    match (yes, no) {
        (Value::Ints(yes), Value::Ints(no)) => Some(Value::Ints(pick(chosen, yes, no)?)),
        (Value::Floats(yes), Value::Floats(no)) => Some(Value::Floats(pick(chosen, yes, no)?)),
        _ => None,
    }
}
