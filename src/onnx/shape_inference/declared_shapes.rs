//! Shapes that the file declares, and the limits within which they are used.

use tract_onnx::pb;

use crate::onnx::attributes::{MAX_AXES, check_rank};
use crate::onnx::error::OnnxError;
use crate::onnx::shapes::{Shape, Shapes, element_count};
use crate::onnx::size_limits::Limits;
use crate::onnx::{node, tensor};

/// Shapes of initialisers, and those that the file declares; `inputs` overrides
/// those of inputs.
///
/// # Errors
/// [`OnnxError::HugeShape`] for an input beyond the limits. Declared shapes of
/// other tensors that are beyond them are ignored.
pub fn declared_shapes(
    graph: &pb::GraphProto,
    inputs: &[(&str, Shape)],
) -> Result<Shapes, OnnxError> {
    let limit = Limits::default().tensor_values;
    let is_sound = |shape: &Shape| {
        shape.len() <= MAX_AXES && element_count(shape).is_some_and(|values| values <= limit)
    };
    let mut shapes = Shapes::default();
    for weights in &graph.initializer {
        let dims = tensor::dims(weights);
        shapes.insert(&weights.name, dims);
    }
    for value in graph.value_info.iter().chain(&graph.output) {
        if let Some(shape) = declared_shape(value).filter(is_sound) {
            shapes.insert(&value.name, shape);
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
        shapes.insert(name, shape);
    }
    Ok(shapes)
}

/// Refuses an output that is empty or beyond the limits.
///
/// # Errors
/// [`OnnxError::Node`].
pub fn check_size(node: &pb::NodeProto, shape: &[usize]) -> Result<(), OnnxError> {
    check_rank(node, shape.len())?;
    let limit = Limits::default().tensor_values;
    match element_count(shape) {
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

/// The axes that the file declares for a float32 input or output, `None` for an axis
/// of any size; `None` as a whole for other types.
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

/// The shape that the file declares for a float32 input, with 1 for axes of any
/// size.
pub fn default_input_shape(value: &pb::ValueInfoProto) -> Shape {
    let axes = declared_axes(value).unwrap_or_default();
    axes.into_iter().map(|size| size.unwrap_or(1)).collect()
}

/// The shape that the file declares, with an unknown first axis as a batch of 1;
/// `None` if another axis is unknown.
fn declared_shape(value: &pb::ValueInfoProto) -> Option<Shape> {
    let axes = declared_axes(value)?.into_iter().enumerate();
    axes.map(|(axis, size)| size.or((axis == 0).then_some(1)))
        .collect()
}
