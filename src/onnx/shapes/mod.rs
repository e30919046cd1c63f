//! Static shapes of all tensors, as far as they follow from the inputs', and the
//! constants that follow from the shapes.
//!
//! Where an operator is not known, or a shape depends on values of the picture,
//! the shape of its output stays unknown, unless the file itself states it.
//!
//! To add an operator: a line in [`Inference::outputs`], and a function in
//! `spatial` (windows over pixels) or `arrange` (values moved about).

mod arrange;
mod given;
mod spatial;

use std::collections::HashMap;

pub use arrange::Equation;
use given::{check_size, given_shapes};
pub use given::{declared_axes, settled_shape};

use super::axes::{
    broadcast, flattened, int_list_of, normal_axis, reduced_axes, reshaped, squeezed,
    transpose_order, unsqueezed,
};
use super::constants::{self, Budget, Constants, Value};
use super::{Index, Model, OnnxError, node, pb, tensor};

/// Sizes of a tensor's axes.
pub type Shape = Vec<usize>;

/// Shapes by tensor name, and values of those that are constant.
#[derive(Clone, Debug, Default)]
pub struct Shapes {
    shapes: HashMap<String, Shape>,
    constants: Constants,
}

impl Shapes {
    /// The shape of a tensor, if it could be inferred.
    pub fn get(&self, tensor: &str) -> Option<&[usize]> {
        self.shapes.get(tensor).map(Vec::as_slice)
    }

    /// The values of a tensor that nodes compute from shapes and weights alone.
    pub fn constant(&self, tensor: &str) -> Option<&Value> {
        self.constants.get(tensor)
    }
}

/// Infers the shapes of a model's tensors. `inputs` gives or replaces shapes of
/// inputs; an unknown first axis of an input counts as a batch of 1.
///
/// # Errors
/// [`OnnxError::Node`] where shapes contradict each other.
pub fn infer_shapes(model: &Model, inputs: &[(&str, Shape)]) -> Result<Shapes, OnnxError> {
    let graph = model.graph();
    let index = Index::new(graph)?;
    let mut shapes = given_shapes(graph, inputs)?;
    let mut budget = Budget::default();
    for node in &graph.node {
        if let Some(value) = constants::evaluate(node, &index, &shapes, &mut budget)? {
            let output = node.output[0].clone();
            shapes.shapes.insert(output.clone(), value.shape().to_vec());
            shapes.constants.insert(output, value);
            continue;
        }
        let inference = Inference {
            node,
            shapes: &shapes,
            index: &index,
            opset: model.opset(),
        };
        let found = inference.outputs()?;
        for (shape, output) in found.into_iter().flatten().zip(&node.output) {
            check_size(node, &shape)?;
            shapes.shapes.insert(output.clone(), shape);
        }
    }
    Ok(shapes)
}

struct Inference<'a> {
    node: &'a pb::NodeProto,
    shapes: &'a Shapes,
    index: &'a Index<'a>,
    opset: i64,
}

/// The shapes of a node's outputs; `None` if they do not follow.
type Found = Result<Option<Vec<Shape>>, OnnxError>;

impl Inference<'_> {
    fn outputs(&self) -> Found {
        let Some(first) = self.input(0) else {
            return Ok(self.stated());
        };
        let rank = first.len();
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
            | "Sign"
            | "Floor"
            | "Ceil"
            | "Round"
            | "Not"
            | "BatchNormalization"
            | "InstanceNormalization"
            | "GroupNormalization"
            | "LayerNormalization"
            | "LRN"
            | "Identity"
            | "Cast"
            | "Softmax"
            | "LogSoftmax"
            | "ThresholdedRelu" => one(first.to_vec()),
            "Dropout" => Some(vec![first.to_vec(); 2]),
            "Add" | "Sub" | "Mul" | "Div" | "Pow" | "Max" | "Min" | "Sum" | "Mean" | "Where"
            | "Equal" | "Less" | "Greater" | "LessOrEqual" | "GreaterOrEqual" | "And" | "Or" => {
                self.broadcast()?.map(|shape| vec![shape])
            }
            "Conv" => self.conv(first)?,
            "ConvTranspose" => self.conv_transpose(first)?,
            "MaxPool" | "AveragePool" | "LpPool" => self.pool(first)?,
            "GlobalAveragePool" | "GlobalMaxPool" if rank > 2 => {
                let ones = std::iter::repeat_n(1, rank - 2);
                one(first[..2].iter().copied().chain(ones).collect())
            }
            "Resize" => self.resize(first)?,
            "DepthToSpace" | "SpaceToDepth" => self.blocks(first)?,
            "ReduceMean" | "ReduceSum" | "ReduceMax" | "ReduceMin" | "ReduceProd" | "ReduceL2" => {
                self.reduce(first)?
            }
            "ArgMax" | "ArgMin" => self.arg(first)?,
            "Gemm" => self.gemm(first),
            "MatMul" => self.matmul(first),
            "Einsum" => self.einsum()?,
            "Flatten" => one(flattened(self.node, first)?),
            "Reshape" => match self.int_list("shape", 1)? {
                Some(target) => one(reshaped(self.node, first, &target)?),
                None => self.stated(),
            },
            "Squeeze" => match (self.int_list("axes", 1)?, node::input(self.node, 1)) {
                (None, Some(_)) => self.stated(),
                (axes, _) => one(squeezed(self.node, first, axes)?),
            },
            "Unsqueeze" => match self.int_list("axes", 1)? {
                Some(axes) => one(unsqueezed(self.node, first, &axes)?),
                None => self.stated(),
            },
            "Transpose" => {
                let order = transpose_order(self.node, rank)?;
                one(order.into_iter().map(|axis| first[axis]).collect())
            }
            "Concat" => self.concat(first)?,
            "Split" => self.split(first)?,
            "Slice" => self.slice(first)?,
            "Pad" => self.pad(first)?,
            "Expand" => self.expand(first)?,
            "Tile" => self.tile(first)?,
            "Gather" => self.gather(first)?,
            _ => self.stated(),
        })
    }

    /// What the file says of the first output.
    fn stated(&self) -> Option<Vec<Shape>> {
        let output = self.node.output.first()?;
        Some(vec![self.shapes.get(output)?.to_vec()])
    }

    fn input(&self, place: usize) -> Option<&[usize]> {
        node::input(self.node, place).and_then(|name| self.shapes.get(name))
    }

    /// The list of integers that older operator sets hold as an attribute and
    /// newer ones as an input; `None` where it is missing or not constant.
    fn int_list(&self, attribute: &str, place: usize) -> Result<Option<Vec<i64>>, OnnxError> {
        let mut error = None;
        let found = int_list_of(self.node, attribute, || {
            let name = node::input(self.node, place)?;
            if let Some(value) = self.shapes.constant(name) {
                return value.ints();
            }
            let values = self.index.initialiser(name).map(tensor::ints)?;
            values.map_err(|reason| error = Some(reason)).ok()
        });
        error.map_or(Ok(found), Err)
    }

    /// The values of a constant input of floats.
    fn float_list(&self, place: usize) -> Result<Option<Vec<f32>>, OnnxError> {
        let Some(name) = node::input(self.node, place) else {
            return Ok(None);
        };
        if let Some(value) = self.shapes.constant(name) {
            return Ok(Some(value.to_floats().iter().copied().collect()));
        }
        (self.index.initialiser(name).map(tensor::floats)).transpose()
    }

    fn axis(&self, default: i64, rank: usize) -> Result<usize, OnnxError> {
        let axis = node::int(self.node, "axis").unwrap_or(default);
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

    fn reduce(&self, input: &[usize]) -> Found {
        let axes = self.int_list("axes", 1)?;
        if axes.is_none() && node::input(self.node, 1).is_some() {
            return Ok(self.stated());
        }
        let axes = reduced_axes(self.node, axes, input.len())?;
        Ok(one(self.without(input, &axes)))
    }

    fn arg(&self, input: &[usize]) -> Found {
        let axis = self.axis(0, input.len())?;
        Ok(one(self.without(input, &[axis])))
    }

    /// A shape whose `axes` are reduced, as `keepdims` says.
    fn without(&self, input: &[usize], axes: &[usize]) -> Shape {
        let keep = node::int(self.node, "keepdims") != Some(0);
        let size = |(axis, &size): (usize, &usize)| match axes.contains(&axis) {
            true => keep.then_some(1),
            false => Some(size),
        };
        input.iter().enumerate().filter_map(size).collect()
    }

    fn gemm(&self, a: &[usize]) -> Option<Vec<Shape>> {
        let b = self.input(1)?;
        let side = |shape: &[usize], flag, place: usize| {
            let transposed = node::int(self.node, flag) == Some(1);
            shape
                .get(if transposed { 1 - place } else { place })
                .copied()
        };
        one(vec![side(a, "transA", 0)?, side(b, "transB", 1)?])
    }

    fn matmul(&self, a: &[usize]) -> Option<Vec<Shape>> {
        let b = self.input(1)?;
        if a.is_empty() || b.is_empty() {
            return None;
        }
        // A vector counts as one row or column, which is taken away again.
        let stack = |shape: &[usize]| shape[..shape.len().saturating_sub(2)].to_vec();
        let mut shape = broadcast(&stack(a), &stack(b))?;
        if a.len() > 1 {
            shape.push(a[a.len() - 2]);
        }
        if b.len() > 1 {
            shape.push(b[b.len() - 1]);
        }
        one(shape)
    }
}

fn one(shape: Shape) -> Option<Vec<Shape>> {
    Some(vec![shape])
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
