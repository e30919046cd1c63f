//! The tape: what the gradient at the picture is computed from (Griewank and Walther 2008,
//! section 4.1), and the graphs that write it and read it.
//!
//! Of the output of a ReLU the backward pass reads nothing but the sign, which is 1 or 0: the
//! tape holds that in one byte a value in place of four.

use std::collections::HashSet;

use super::subgraphs::subgraph;
use crate::gradient::{COTANGENT, GRADIENTS, INPUT_GRADIENTS, LOGITS, Selection, is_float32_alone};
use crate::onnx::{Index, Model, OnnxError, node, pb};
use pb::tensor_proto::DataType;

/// Before the name of a tensor of which the tape holds only where it is positive.
pub const MASK_PREFIX: &str = "gradcam/positive/";

/// A tensor of the forward run that the tape holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taped {
    /// Its name in the model with the branch.
    pub tensor: String,
    /// Whether the tape holds only where it is positive, as booleans: it is never negative, and
    /// the branch reads its sign alone.
    pub is_mask: bool,
}

impl Taped {
    /// The name under which the tape holds it.
    pub fn name(&self) -> String {
        if self.is_mask {
            format!("{MASK_PREFIX}{}", self.tensor)
        } else {
            self.tensor.clone()
        }
    }
}

/// The tensors of the forward run from which the gradient of the picture is computed, in the
/// order of the graph.
///
/// # Errors
/// [`OnnxError`] if the graph contradicts itself.
pub fn tape(model: &Model) -> Result<Vec<Taped>, OnnxError> {
    let graph = model.graph();
    let index = Index::new(graph)?;
    let forward = forward_tensors(graph);
    let mut backward = HashSet::from([INPUT_GRADIENTS]);
    // With whether all that reads the tensor is a Sign.
    let mut tape: Vec<(&str, bool)> = Vec::new();
    for node in graph.node.iter().rev() {
        let is_read = |names: &HashSet<&str>| {
            let mut outputs = node.output.iter();
            outputs.any(|output| names.contains(output.as_str()))
        };
        if is_read(&forward) || !is_read(&backward) {
            continue;
        }
        let is_sign = node.op_type == "Sign";
        for input in node.input.iter().map(String::as_str) {
            if index.initialiser(input).is_some() || input == COTANGENT {
                continue;
            }
            if !forward.contains(input) {
                backward.insert(input);
                continue;
            }
            match tape.iter_mut().find(|(taped, _)| *taped == input) {
                Some((_, is_sign_alone)) => *is_sign_alone &= is_sign,
                None => tape.push((input, is_sign)),
            }
        }
    }
    let is_never_negative = |tensor: &str| {
        let producer = index.producer(tensor);
        producer.is_some_and(|node| graph.node[node].op_type == "Relu")
    };
    // A mask is read as float32.
    let has_masks = is_float32_alone(graph);
    let tape = tape.into_iter().rev().map(|(tensor, is_sign_alone)| Taped {
        tensor: tensor.to_owned(),
        is_mask: has_masks && is_sign_alone && is_never_negative(tensor),
    });
    Ok(tape.collect())
}

/// The tensors on which the logits depend.
fn forward_tensors(graph: &pb::GraphProto) -> HashSet<&str> {
    let mut forward = HashSet::from([LOGITS]);
    for node in graph.node.iter().rev() {
        let mut outputs = node.output.iter();
        if outputs.any(|output| forward.contains(output.as_str())) {
            forward.extend(node.input.iter().map(String::as_str));
        }
    }
    forward
}

/// The graph from the picture to the tape and the logits [1, K]. In the order in which outputs
/// are listed tract computes them: a mask comes before what follows its tensor, which is freed.
///
/// # Errors
/// [`OnnxError`] if the graph contradicts itself.
pub fn taped_forward(
    model: &Model,
    selection: &Selection,
    tape: &[Taped],
) -> Result<Model, OnnxError> {
    let picture = node::float_value(&selection.picture.name, &selection.picture.shape);
    let named = |taped: &Taped| pb::ValueInfoProto {
        name: taped.tensor.clone(),
        ..Default::default()
    };
    let mut outputs: Vec<pb::ValueInfoProto> = tape.iter().map(named).collect();
    outputs.push(node::float_value(LOGITS, &[1, selection.logit_count()]));
    let mut forward = subgraph(model, &[picture], &outputs)?;
    let graph = forward.graph_mut();
    for (taped, output) in tape.iter().zip(&mut graph.output) {
        if taped.is_mask {
            let mask = cast(&taped.tensor, &taped.name(), DataType::Bool);
            graph.node.push(mask);
            output.name = taped.name();
        }
    }
    Ok(forward)
}

/// The graph from the tensors of the tape, as `declared`, and the cotangent to the gradients of
/// the picture, [1, C, H, W], and then of the selection's layers where `with_layers` says so.
///
/// # Errors
/// [`OnnxError`] if the graph contradicts itself.
pub fn input_gradient(
    model: &Model,
    selection: &Selection,
    tape: &[Taped],
    declared: Vec<pb::ValueInfoProto>,
    with_layers: bool,
) -> Result<Model, OnnxError> {
    let [height, width, channels] = selection.picture.size();
    let mut inputs = declared.clone();
    for (input, taped) in inputs.iter_mut().zip(tape) {
        input.name.clone_from(&taped.tensor);
    }
    inputs.push(node::float_value(COTANGENT, &[1, selection.logit_count()]));
    let mut gradients = vec![node::float_value(
        INPUT_GRADIENTS,
        &[1, channels, height, width],
    )];
    if with_layers {
        gradients.extend(selection.layers().map(|layer| {
            let [channels, height, width] = layer.shape;
            let name = selection.output_name(GRADIENTS, layer);
            node::float_value(&name, &[1, channels, height, width])
        }));
    }
    let mut branch = subgraph(model, &inputs, &gradients)?;
    let graph = branch.graph_mut();
    for (input, declared) in graph.input.iter_mut().zip(declared) {
        *input = declared;
    }
    for reader in &mut graph.node {
        let tensor = node::input(reader, 0).filter(|_| reader.op_type == "Sign");
        let mut masks = tape.iter().filter(|taped| taped.is_mask);
        let read = masks.find(|taped| Some(taped.tensor.as_str()) == tensor);
        if let (Some(taped), [sign]) = (read, reader.output.as_slice()) {
            *reader = cast(&taped.name(), sign, DataType::Float);
        }
    }
    Ok(branch)
}

fn cast(input: &str, output: &str, to: DataType) -> pb::NodeProto {
    let mut cast = node::new("Cast", &[input], output);
    cast.attribute = vec![node::int_attribute("to", to as i64)];
    cast
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient::{AttachOptions, ReluPolicy, attach};
    use crate::onnx::Limits;
    use crate::onnx::testing::{GraphBuilder, model};
    use prost::Message as _;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Of two ReLUs, behind the first of which there is a MaxPool: that reads its values.
    #[test]
    fn relu_outputs_of_which_the_sign_alone_is_read_are_masks() {
        let tape_of = |policy: ReluPolicy| {
            let mut graph = GraphBuilder::new(&[("x", &[1, 3, 4, 4])]);
            graph
                .floats("w", &[2, 3, 1, 1], &[1.0, -2.0, 3.0, -1.0, 2.0, -3.0])
                .floats("v", &[2, 2], &[1.0, 2.0, -1.0, 0.5]);
            graph.node("Conv", "conv", &["x", "w"], "c");
            graph.node("Relu", "first", &["c"], "r");
            graph
                .node("MaxPool", "pool", &["r"], "m")
                .ints("kernel_shape", &[2, 2]);
            graph.node("Relu", "second", &["m"], "s");
            graph.node("GlobalAveragePool", "mean", &["s"], "a");
            graph.node("Flatten", "flatten", &["a"], "f");
            graph.node("Gemm", "dense", &["f", "v"], "y");
            let file = model(graph.output("y", &[1, 2])).encode_to_vec();
            let mut model = Model::decode(&file, Limits::default()).unwrap();
            let options = AttachOptions {
                input_gradient: true,
                policy,
                ..AttachOptions::default()
            };
            attach(&mut model, &options).unwrap();
            let tape = tape(&model).unwrap();
            let names = tape.into_iter().map(|taped| (taped.tensor, taped.is_mask));
            names.collect::<Vec<_>>()
        };
        let named = |names: &[(&str, bool)]| -> Vec<(String, bool)> {
            let names = names
                .iter()
                .map(|&(name, is_mask)| (name.to_owned(), is_mask));
            names.collect()
        };
        let mut plain = tape_of(ReluPolicy::Plain);
        plain.sort();
        assert_eq!(plain, named(&[("m", false), ("r", false), ("s", true)]));
        let mut deconvnet = tape_of(ReluPolicy::Deconvnet);
        deconvnet.sort();
        assert_eq!(deconvnet, named(&[("m", false), ("r", false)]));
    }
}
