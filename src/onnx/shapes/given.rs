//! Shapes that the file states, and how far they are believed.

use super::{Shape, Shapes};
use crate::onnx::axes::{MOST_AXES, check_rank, count};
use crate::onnx::{Limits, OnnxError, node, pb, tensor};

/// What the file states, and what `inputs` says instead.
///
/// # Errors
/// [`OnnxError::HugeShape`] for an input that no machine should try. What the
/// file states of other tensors is not believed where it is as large.
pub fn given_shapes(graph: &pb::GraphProto, inputs: &[(&str, Shape)]) -> Result<Shapes, OnnxError> {
    let limit = Limits::default().tensor_values;
    let is_sound = |shape: &Shape| {
        shape.len() <= MOST_AXES && count(shape).is_some_and(|values| values <= limit)
    };
    let mut shapes = Shapes::default();
    for weights in &graph.initializer {
        let dims = tensor::dims(weights);
        shapes.shapes.insert(weights.name.clone(), dims);
    }
    for value in graph.value_info.iter().chain(&graph.output) {
        if let Some(shape) = declared_shape(value).filter(is_sound) {
            shapes.shapes.insert(value.name.clone(), shape);
        }
    }
    let declared = graph.input.iter();
    let declared = declared.filter_map(|value| Some((&*value.name, declared_shape(value)?)));
    for (name, shape) in declared.chain(inputs.iter().cloned()) {
        if !is_sound(&shape) {
            return Err(OnnxError::HugeShape {
                tensor: name.to_owned(),
                shape,
                limit,
            });
        }
        shapes.shapes.insert(name.to_owned(), shape);
    }
    Ok(shapes)
}

/// Refuses what is empty, or so large that no machine should try.
pub fn check_size(node: &pb::NodeProto, shape: &[usize]) -> Result<(), OnnxError> {
    check_rank(node, shape.len())?;
    let limit = Limits::default().tensor_values;
    match count(shape) {
        Some(0) => Err(node::problem(
            node,
            format!("its output, {shape:?}, is empty"),
        )),
        Some(values) if values <= limit => Ok(()),
        _ => Err(node::problem(
            node,
            format!("its output, {shape:?}, has more than {limit} values"),
        )),
    }
}

/// The axes that the file states for a float32 input or output, `None` where one
/// is of any size; `None` as a whole for other types.
pub fn declared_axes(value: &pb::ValueInfoProto) -> Option<Vec<Option<usize>>> {
    use pb::tensor_shape_proto::dimension::Value;
    let pb::type_proto::Value::TensorType(tensor) = value.r#type.as_ref()?.value.as_ref()?;
    let size = |dim: &pb::tensor_shape_proto::Dimension| match dim.value {
        Some(Value::DimValue(size)) if size > 0 => usize::try_from(size).ok(),
        _ => None,
    };
    let is_float = tensor.elem_type == pb::tensor_proto::DataType::Float as i32;
    let shape = tensor.shape.as_ref().filter(|_| is_float)?;
    Some(shape.dim.iter().map(size).collect())
}

/// The shape that the file states for a float32 input, any open axis being 1.
pub fn settled_shape(value: &pb::ValueInfoProto) -> Shape {
    let axes = declared_axes(value).unwrap_or_default();
    axes.into_iter().map(|size| size.unwrap_or(1)).collect()
}

/// The shape that the file states, with an unknown first axis as a batch of 1;
/// `None` if another axis is unknown.
fn declared_shape(value: &pb::ValueInfoProto) -> Option<Shape> {
    let axes = declared_axes(value)?.into_iter().enumerate();
    axes.map(|(axis, size)| size.or((axis == 0).then_some(1)))
        .collect()
}
