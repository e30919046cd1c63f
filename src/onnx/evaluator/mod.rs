//! A reference evaluator of ONNX graphs in f64, written from the specification with
//! plain loops. Compiled for tests alone.
//!
//! It shares no code with shape inference, the gradient rules or tract, so that a
//! mistake in one of them shows. It is neither fast nor complete: it has the operators
//! that have a gradient rule, and those that the rules write.
//!
//! - `value`: tensors; `call`: one node with its inputs and attributes
//! - one file for each family of operators; [`operator`] dispatches
//!
//! To add an operator: a function in the file of its family, and an arm in
//! [`operator`].

mod activation;
mod arithmetic;
mod call;
mod convolution;
mod gather;
mod linear;
mod normalisation;
mod pad;
mod pooling;
mod reduction;
mod resize;
mod shape;
mod slice;
mod softmax;
mod value;
mod window;

use std::collections::HashMap;

use call::{Call, Outputs};
use tract_onnx::pb;

pub use value::Value;

/// Values of every tensor of the graph, by name.
///
/// # Errors
/// What is missing or not covered, with the node's operator.
pub fn evaluate(
    graph: &pb::GraphProto,
    opset: i64,
    inputs: &HashMap<String, Value>,
) -> Result<HashMap<String, Value>, String> {
    let mut values = inputs.clone();
    for initialiser in &graph.initializer {
        let value = Value::from_proto(initialiser)?;
        values.insert(initialiser.name.clone(), value);
    }
    for node in &graph.node {
        let outputs = Call::new(node, opset, &values)
            .and_then(|call| operator(&node.op_type, &call))
            .map_err(|problem| format!("{} ({}): {problem}", node.op_type, node.name))?;
        let mut outputs = outputs.into_iter();
        for name in &node.output {
            match outputs.next() {
                Some(value) => drop(values.insert(name.clone(), value)),
                None if name.is_empty() => {}
                None => return Err(format!("{}: no output '{name}'", node.op_type)),
            }
        }
    }
    Ok(values)
}

/// The outputs of one node.
fn operator(name: &str, call: &Call) -> Outputs {
    match name {
        "Conv" => convolution::conv(call),
        "ConvTranspose" => convolution::conv_transpose(call),
        "Gemm" => linear::gemm(call),
        "MatMul" => linear::matmul(call),
        "Einsum" => linear::einsum(call),
        "MaxPool" => pooling::max(call),
        "AveragePool" => pooling::average(call),
        "GlobalMaxPool" => pooling::global(call, reduction::max),
        "GlobalAveragePool" => pooling::global(call, reduction::mean),
        "ReduceMean" => reduction::reduce(call, 18, reduction::mean),
        "ReduceSum" => reduction::reduce(call, 13, reduction::sum),
        "ReduceMax" => reduction::reduce(call, 18, reduction::max),
        "ReduceMin" => reduction::reduce(call, 18, reduction::min),
        "ReduceProd" => reduction::reduce(call, 18, reduction::product),
        "ReduceL1" => reduction::reduce(call, 18, reduction::absolute_sum),
        "ReduceL2" => reduction::reduce(call, 18, reduction::norm),
        "ReduceSumSquare" => reduction::reduce(call, 18, reduction::squared_sum),
        "ReduceLogSum" => reduction::reduce(call, 18, |values| reduction::sum(values).ln()),
        "ReduceLogSumExp" => reduction::reduce(call, 18, reduction::log_sum_exp),
        "ArgMax" => reduction::arg_max(call),
        "TopK" => reduction::top_k(call),
        "CumSum" => reduction::cumulative_sum(call),
        "Softmax" => softmax::softmax(call),
        "LogSoftmax" => softmax::log_softmax(call),
        "BatchNormalization" => normalisation::batch(call),
        "InstanceNormalization" => normalisation::instance(call),
        "LayerNormalization" => normalisation::layer(call),
        "GroupNormalization" => normalisation::group(call),
        "LRN" => normalisation::local_response(call),
        "Flatten" => shape::flatten(call),
        "Reshape" => shape::reshape(call),
        "Squeeze" => shape::squeeze(call),
        "Unsqueeze" => shape::unsqueeze(call),
        "Transpose" => shape::transpose(call),
        "Concat" => shape::concat(call),
        "Split" => shape::split(call),
        "Expand" => shape::expand(call),
        "Tile" => shape::tile(call),
        "Identity" | "Dropout" => shape::identity(call),
        "Cast" => shape::cast(call),
        "Shape" => shape::shape(call),
        "Size" => shape::size(call),
        "Constant" => shape::constant(call),
        "ConstantOfShape" => shape::constant_of_shape(call),
        "Range" => shape::range(call),
        "Trilu" => shape::trilu(call),
        "Slice" => slice::slice(call),
        "DepthToSpace" => slice::depth_to_space(call),
        "SpaceToDepth" => slice::space_to_depth(call),
        "Pad" => pad::pad(call),
        "Resize" => resize::resize(call),
        "Upsample" => resize::upsample(call),
        "Gather" => gather::gather(call),
        "GatherND" => gather::gather_nd(call),
        "GatherElements" => gather::gather_elements(call),
        "ScatterElements" => gather::scatter_elements(call),
        "ScatterND" => gather::scatter_nd(call),
        "OneHot" => gather::one_hot(call),
        _ => arithmetic::operator(name, call).unwrap_or_else(|| activation::operator(name, call)),
    }
}
