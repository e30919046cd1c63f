//! Static shapes and element types of all tensors, as far as they follow from the
//! inputs', and the constants that follow from the shapes.
//!
//! Where an operator has no shape function, or a shape depends on values of the
//! picture, the shape of its output stays unknown, unless the file declares it.
//!
//! A shape function takes a [`NodeContext`] and the shape of the first input. The row of
//! an operator in [`operators`](super::operators) names it.
//!
//! - `elementwise`, `indexing`, `linear`, `rearrange`, `reduction`, `resize`, `windows`: the shape
//!   functions, one file for each family of operators; `output_shapes`: their results
//! - `element_types`: types, which are inferred beside the shapes
//! - `declared_shapes`: what the file declares, and limits
//!
//! To add an operator: a function in the file of its family, and its path in the
//! operator's row.

mod declared_shapes;
mod element_types;
mod elementwise;
mod indexing;
mod linear;
mod output_shapes;
mod rearrange;
mod reduction;
mod resize;
mod windows;

use declared_shapes::{check_size, declared_shapes};
pub use declared_shapes::{declared_axes, default_input_shape};
use output_shapes::{OutputShapes, declared};

use super::constant_folding::{self, Budget, Readers};
use super::error::OnnxError;
use super::model::Model;
use super::node_context::NodeContext;
use super::operators::operators;
use super::producers_and_consumers::Index;
use super::shapes::{Shape, Shapes};

/// Infers the shapes and element types of a model's tensors. `inputs` gives or replaces shapes of
/// inputs; an unknown first axis of an input counts as a batch of 1.
///
/// # Errors
/// [`OnnxError::Node`] where shapes contradict each other.
pub fn infer_shapes(model: &Model, inputs: &[(&str, Shape)]) -> Result<Shapes, OnnxError> {
    let graph = model.graph();
    let index = Index::new(graph)?;
    let mut shapes = declared_shapes(graph, inputs)?;
    element_types::given_types(model, &mut shapes);
    let mut budget = Budget::default();
    let mut readers = Readers::default();
    for node in &graph.node {
        element_types::infer_types(node, &mut shapes);
        if let Some(value) = constant_folding::evaluate(node, &index, &shapes, &mut budget)? {
            shapes.insert_constant(&node.output[0], value);
            readers.folded(node, graph, &index, &mut shapes, &mut budget);
            continue;
        }
        let context = NodeContext {
            node,
            shapes: &shapes,
            index: &index,
            opset: model.opset(),
        };
        let found = output_shapes(&context)?;
        for (shape, output) in found.into_iter().flatten().zip(&node.output) {
            check_size(node, &shape)?;
            shapes.insert(output, shape);
        }
    }
    Ok(shapes)
}

macro_rules! dispatch {
    ($({
        $name:literal $_since:literal $_until:tt [$($shape:path)?] $_rule:tt $_rewritten_as:tt
        $_flags:tt
    })*) => {
        /// The shapes of a node's outputs, by the shape function of its operator.
        fn output_shapes(context: &NodeContext) -> OutputShapes {
            let Some(input) = context.input_shape(0) else {
                return declared(context);
            };
            match context.node.op_type.as_str() {
                $($($name => $shape(context, input),)?)*
                _ => declared(context),
            }
        }
    };
}
operators!(dispatch);

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;
    use crate::onnx::Limits;
    use crate::onnx::testing::{GraphBuilder, model};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

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
    fn a_constant_of_any_size_is_refused_at_its_node() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 4])]);
        graph
            .int64s("size", &[1 << 30, 8, 1 << 20, 16])
            .node("ConstantOfShape", "zeros", &["size"], "z")
            .node("Add", "add", &["x", "z"], "y");
        let file = model(graph.output("y", &[1, 4])).encode_to_vec();
        let model = Model::decode(&file, Limits::default()).unwrap();
        let text = infer_shapes(&model, &[]).unwrap_err().to_string();
        assert!(
            text.contains("'zeros' (ConstantOfShape)") && text.contains("268435456"),
            "{text}"
        );
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
