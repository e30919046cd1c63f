//! Static shapes of all tensors, as far as they follow from the inputs'.
//!
//! Covers the operators of convolutional classifiers. Where an operator is not
//! known, or a shape is computed at run time, the shape of its output stays
//! unknown, unless the file itself states it.

use std::collections::HashMap;

use super::axes::{broadcast, normal_axis, pool_window, reduced_axes, transpose_order};
use super::window::Window;
use super::{Index, Limits, Model, OnnxError, node, pb, tensor};

/// Sizes of a tensor's axes.
pub type Shape = Vec<usize>;

/// Shapes by tensor name.
#[derive(Clone, Debug, Default)]
pub struct Shapes(HashMap<String, Shape>);

impl Shapes {
    /// The shape of a tensor, if it could be inferred.
    pub fn get(&self, tensor: &str) -> Option<&[usize]> {
        self.0.get(tensor).map(Vec::as_slice)
    }
}

/// Infers the shapes of a model's tensors. `inputs` gives or replaces shapes of
/// inputs; an unknown first axis of an input counts as a batch of 1.
///
/// # Errors
/// [`OnnxError::Node`] where shapes contradict each other.
pub fn infer_shapes(model: &Model, inputs: &[(&str, Shape)]) -> Result<Shapes, OnnxError> {
    let graph = model.graph();
    let mut shapes = Shapes::default();
    for weights in &graph.initializer {
        shapes.0.insert(weights.name.clone(), tensor::dims(weights));
    }
    for value in graph
        .value_info
        .iter()
        .chain(&graph.output)
        .chain(&graph.input)
    {
        if let Some(shape) = declared_shape(value) {
            shapes.0.insert(value.name.clone(), shape);
        }
    }
    for (name, shape) in inputs {
        shapes.0.insert((*name).to_owned(), shape.clone());
    }
    let index = Index::new(graph)?;
    for node in &graph.node {
        let inference = Inference {
            node,
            shapes: &shapes,
            index: &index,
        };
        if let (Some(shape), Some(output)) = (inference.output()?, node.output.first()) {
            check_size(node, &shape)?;
            shapes.0.insert(output.clone(), shape);
        }
    }
    Ok(shapes)
}

/// Refuses what is empty, or so large that no machine should try.
fn check_size(node: &pb::NodeProto, shape: &[usize]) -> Result<(), OnnxError> {
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

/// Number of values of a tensor, unless it does not fit a number.
fn count(shape: &[usize]) -> Option<usize> {
    shape
        .iter()
        .try_fold(1usize, |count, &size| count.checked_mul(size))
}

/// The shape that the file states for an input or output, with an unknown first
/// axis as a batch of 1; `None` if another axis is unknown.
pub fn declared_shape(value: &pb::ValueInfoProto) -> Option<Shape> {
    use pb::tensor_shape_proto::dimension::Value;
    let pb::type_proto::Value::TensorType(tensor) = value.r#type.as_ref()?.value.as_ref()?;
    let axes = tensor.shape.as_ref()?.dim.iter().enumerate();
    axes.map(|(axis, dim)| match dim.value {
        Some(Value::DimValue(size)) if size > 0 => usize::try_from(size).ok(),
        _ if axis == 0 => Some(1),
        _ => None,
    })
    .collect()
}

struct Inference<'a> {
    node: &'a pb::NodeProto,
    shapes: &'a Shapes,
    index: &'a Index<'a>,
}

impl Inference<'_> {
    /// Shape of the node's first output; `None` if it does not follow.
    fn output(&self) -> Result<Option<Shape>, OnnxError> {
        let Some(first) = self.input(0) else {
            return Ok(None);
        };
        Ok(match self.node.op_type.as_str() {
            "Relu"
            | "LeakyRelu"
            | "PRelu"
            | "Elu"
            | "Selu"
            | "Celu"
            | "Sigmoid"
            | "HardSigmoid"
            | "HardSwish"
            | "Mish"
            | "Softplus"
            | "Softsign"
            | "Tanh"
            | "Erf"
            | "Gelu"
            | "Exp"
            | "Log"
            | "Sqrt"
            | "Neg"
            | "Abs"
            | "Reciprocal"
            | "Clip"
            | "BatchNormalization"
            | "InstanceNormalization"
            | "GroupNormalization"
            | "LayerNormalization"
            | "LRN"
            | "Dropout"
            | "Identity"
            | "Cast"
            | "Softmax"
            | "LogSoftmax"
            | "ThresholdedRelu" => Some(first.to_vec()),
            "Add" | "Sub" | "Mul" | "Div" | "Pow" | "Max" | "Min" | "Sum" | "Mean" => {
                self.broadcast()?
            }
            "Conv" => self.conv(first)?,
            "MaxPool" | "AveragePool" => self.pool(first)?,
            "GlobalAveragePool" | "GlobalMaxPool" if first.len() > 2 => Some(
                first
                    .iter()
                    .enumerate()
                    .map(|(axis, &d)| if axis < 2 { d } else { 1 })
                    .collect(),
            ),
            "ReduceMean" | "ReduceSum" | "ReduceMax" | "ReduceMin" => self.reduce(first)?,
            "Gemm" => self.gemm(first),
            "MatMul" => self.matmul(first),
            "Flatten" => self.flatten(first)?,
            "Reshape" => self.reshape(first)?,
            "Squeeze" => self.squeeze(first)?,
            "Unsqueeze" => self.unsqueeze(first)?,
            "Transpose" => self.transpose(first)?,
            "Concat" => self.concat(first)?,
            "Pad" => self.pad(first)?,
            _ => self
                .node
                .output
                .first()
                .and_then(|name| self.shapes.get(name))
                .map(<[_]>::to_vec),
        })
    }

    fn input(&self, place: usize) -> Option<&[usize]> {
        node::input(self.node, place).and_then(|name| self.shapes.get(name))
    }

    /// The list of integers that older operator sets hold as an attribute and
    /// newer ones as an input.
    fn int_list(&self, attribute: &str, place: usize) -> Result<Option<Vec<i64>>, OnnxError> {
        if let Some(values) = node::ints(self.node, attribute) {
            return Ok(Some(values.to_vec()));
        }
        node::input(self.node, place)
            .and_then(|name| self.index.initialiser(name))
            .map(tensor::ints)
            .transpose()
    }

    fn axis(&self, axis: i64, rank: usize) -> Result<usize, OnnxError> {
        normal_axis(self.node, axis, rank)
    }

    fn broadcast(&self) -> Result<Option<Shape>, OnnxError> {
        let mut shape: Shape = Vec::new();
        for place in 0..self.node.input.len() {
            let Some(other) = self.input(place) else {
                return Ok(None);
            };
            shape = broadcast(&shape, other).ok_or_else(|| {
                node::problem(
                    self.node,
                    format!("{shape:?} and {other:?} do not go together"),
                )
            })?;
        }
        Ok(Some(shape))
    }

    fn conv(&self, input: &[usize]) -> Result<Option<Shape>, OnnxError> {
        let (Some(weights), true) = (self.input(1), input.len() > 2) else {
            return Ok(None);
        };
        if weights.len() != input.len() {
            return Err(node::problem(
                self.node,
                "weights and input differ in their number of axes",
            ));
        }
        let window = Window::of(self.node, &input[2..], &weights[2..])?;
        Ok(Some(
            [&[input[0], weights[0]], window.output.as_slice()].concat(),
        ))
    }

    fn pool(&self, input: &[usize]) -> Result<Option<Shape>, OnnxError> {
        if input.len() < 3 {
            return Ok(None);
        }
        let window = pool_window(self.node, input)?;
        Ok(Some([&input[..2], window.output.as_slice()].concat()))
    }

    fn reduce(&self, input: &[usize]) -> Result<Option<Shape>, OnnxError> {
        let axes = reduced_axes(self.node, self.index, input.len())?;
        let keep = node::int(self.node, "keepdims") != Some(0);
        let sizes =
            input
                .iter()
                .enumerate()
                .filter_map(|(axis, &size)| match axes.contains(&axis) {
                    true => keep.then_some(1),
                    false => Some(size),
                });
        Ok(Some(sizes.collect()))
    }

    fn gemm(&self, a: &[usize]) -> Option<Shape> {
        let b = self.input(1)?;
        let rows = if node::int(self.node, "transA") == Some(1) {
            a.get(1)
        } else {
            a.first()
        };
        let columns = if node::int(self.node, "transB") == Some(1) {
            b.first()
        } else {
            b.get(1)
        };
        Some(vec![*rows?, *columns?])
    }

    fn matmul(&self, a: &[usize]) -> Option<Shape> {
        let b = self.input(1)?;
        if a.len() < 2 || b.len() < 2 {
            return None;
        }
        let mut shape = broadcast(&a[..a.len() - 2], &b[..b.len() - 2])?;
        shape.extend([a[a.len() - 2], b[b.len() - 1]]);
        Some(shape)
    }

    fn flatten(&self, input: &[usize]) -> Result<Option<Shape>, OnnxError> {
        let axis = node::int(self.node, "axis").unwrap_or(1);
        let axis = if axis == input.len() as i64 {
            input.len()
        } else {
            self.axis(axis, input.len())?
        };
        Ok(Some(vec![
            count(&input[..axis]).unwrap_or(usize::MAX),
            count(&input[axis..]).unwrap_or(usize::MAX),
        ]))
    }

    fn reshape(&self, input: &[usize]) -> Result<Option<Shape>, OnnxError> {
        let Some(target) = self.int_list("shape", 1)? else {
            return Ok(None);
        };
        let keep_zero = node::int(self.node, "allowzero") != Some(1);
        let mut shape: Vec<Option<usize>> = Vec::new();
        for (axis, &size) in target.iter().enumerate() {
            shape.push(match size {
                0 if keep_zero => input.get(axis).copied(),
                -1 => None,
                _ => usize::try_from(size).ok(),
            });
        }
        let total = count(input).unwrap_or(usize::MAX);
        let known: Shape = shape.iter().flatten().copied().collect();
        let known = count(&known).unwrap_or(usize::MAX);
        let whole: Shape = shape
            .iter()
            .map(|size| size.unwrap_or(total / known.max(1)))
            .collect();
        if count(&whole) == Some(total) {
            return Ok(Some(whole));
        }
        Err(node::problem(
            self.node,
            format!("{input:?} cannot be reshaped to {target:?}"),
        ))
    }

    fn squeeze(&self, input: &[usize]) -> Result<Option<Shape>, OnnxError> {
        let axes = self.int_list("axes", 1)?;
        if axes.is_none() && self.node.input.len() > 1 {
            return Ok(None);
        }
        let axes = match axes {
            Some(axes) => axes
                .iter()
                .map(|&axis| self.axis(axis, input.len()))
                .collect::<Result<Vec<_>, _>>()?,
            None => (0..input.len()).filter(|&axis| input[axis] == 1).collect(),
        };
        let kept = input
            .iter()
            .enumerate()
            .filter(|(axis, _)| !axes.contains(axis));
        Ok(Some(kept.map(|(_, &size)| size).collect()))
    }

    fn unsqueeze(&self, input: &[usize]) -> Result<Option<Shape>, OnnxError> {
        let Some(axes) = self.int_list("axes", 1)? else {
            return Ok(None);
        };
        let rank = input.len() + axes.len();
        if rank > 16 {
            return Err(node::problem(
                self.node,
                format!("{rank} axes are too many"),
            ));
        }
        let axes = axes
            .iter()
            .map(|&axis| self.axis(axis, rank))
            .collect::<Result<Vec<_>, _>>()?;
        let mut sizes = input.iter().copied();
        let shape = (0..rank).map(|axis| match axes.contains(&axis) {
            true => 1,
            false => sizes.next().unwrap_or(1),
        });
        Ok(Some(shape.collect()))
    }

    fn transpose(&self, input: &[usize]) -> Result<Option<Shape>, OnnxError> {
        let order = transpose_order(self.node, input.len())?;
        Ok(Some(order.into_iter().map(|axis| input[axis]).collect()))
    }

    fn concat(&self, first: &[usize]) -> Result<Option<Shape>, OnnxError> {
        let axis = self.axis(node::int(self.node, "axis").unwrap_or(1), first.len())?;
        let mut shape = first.to_vec();
        for place in 1..self.node.input.len() {
            let Some(other) = self.input(place) else {
                return Ok(None);
            };
            if other.len() != shape.len() {
                return Err(node::problem(
                    self.node,
                    "the parts differ in their number of axes",
                ));
            }
            shape[axis] = shape[axis].saturating_add(other[axis]);
        }
        Ok(Some(shape))
    }

    fn pad(&self, input: &[usize]) -> Result<Option<Shape>, OnnxError> {
        let Some(pads) = self.int_list("pads", 1)? else {
            return Ok(None);
        };
        // Since operator set 18 the pads can be those of some axes only.
        if pads.len() != 2 * input.len() {
            return Ok(None);
        }
        let sizes = input.iter().enumerate().map(|(axis, &size)| {
            usize::try_from(
                (size as i64).saturating_add(pads[axis].saturating_add(pads[axis + input.len()])),
            )
            .ok()
        });
        Ok(sizes.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{GraphBuilder, model};
    use super::super::{Limits, Model};
    use super::*;
    use prost::Message;

    #[test]
    fn shapes_follow_through_a_head() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 8, 7, 5])]);
        graph
            .node("MaxPool", "pool", &["x"], "m")
            .ints("kernel_shape", &[2, 2])
            .ints("strides", &[2, 2]);
        graph
            .node("Transpose", "nhwc", &["m"], "t")
            .ints("perm", &[0, 2, 3, 1]);
        graph
            .node("ReduceMean", "mean", &["t"], "r")
            .ints("axes", &[1, 2])
            .int("keepdims", 0);
        graph
            .int64s("shape", &[0, -1, 4])
            .node("Reshape", "reshape", &["r", "shape"], "s");
        graph.node("Flatten", "flatten", &["s"], "f");
        graph
            .floats("w", &[3, 8], &[0.0; 24])
            .node("Gemm", "dense", &["f", "w"], "y")
            .int("transB", 1);
        let file = model(graph.output("y", &[1, 3])).encode_to_vec();
        let model = Model::decode(&file, Limits::default()).unwrap();
        let shapes = infer_shapes(&model, &[]).unwrap();
        assert_eq!(shapes.get("m"), Some([1, 8, 3, 2].as_slice()));
        assert_eq!(shapes.get("t"), Some([1, 3, 2, 8].as_slice()));
        assert_eq!(shapes.get("r"), Some([1, 8].as_slice()));
        assert_eq!(shapes.get("s"), Some([1, 2, 4].as_slice()));
        assert_eq!(shapes.get("y"), Some([1, 3].as_slice()));
    }

    #[test]
    fn a_reshape_that_cannot_be_is_named() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 5])]);
        graph
            .int64s("shape", &[2, 4])
            .node("Reshape", "reshape", &["x", "shape"], "y");
        let file = model(graph.output("y", &[2, 4])).encode_to_vec();
        let model = Model::decode(&file, Limits::default()).unwrap();
        let text = infer_shapes(&model, &[]).unwrap_err().to_string();
        assert!(text.contains("'reshape'"), "{text}");
    }
}
