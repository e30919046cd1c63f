//! Operands that are valid in ONNX and that no engine can compute: refused by a sentence
//! before any is asked.

use super::Model;
use super::error::OnnxError;
use super::node;
use super::node_context::NodeContext;
use super::producers_and_consumers::Index;
use super::shapes::{Shapes, element_count};

/// Memory in bytes that the tensors of one run may take at once, besides the weights: what
/// a browser's 4 GiB leave for them.
const MAX_RUN_BYTES: usize = 1 << 30;

/// Values that the nodes of one run may read and write: a second's work on one core.
const MAX_RUN_VALUES: u64 = 1 << 33;

/// Refuses nodes that cannot be computed.
///
/// # Errors
/// [`OnnxError::Node`]: the node and why; [`OnnxError::RunMemory`].
pub fn check_operands(model: &Model, shapes: &Shapes) -> Result<(), OnnxError> {
    let graph = model.graph();
    let index = Index::new(graph)?;
    for node in &graph.node {
        let context = NodeContext {
            node,
            shapes,
            index: &index,
            opset: model.opset(),
        };
        match node.op_type.as_str() {
            "BatchNormalization" => channel_axis(&context)?,
            "Div" | "Mod" => integer_division(&context)?,
            "Dropout" => dropout(&context)?,
            "LRN" => local_response(&context)?,
            "Slice" => slice_steps(&context)?,
            _ => {}
        }
    }
    run_work(model, shapes)?;
    run_memory(model, shapes, &index)
}

/// A node may read one large tensor a thousand times.
fn run_work(model: &Model, shapes: &Shapes) -> Result<(), OnnxError> {
    let mut total = 0u64;
    for node in &model.graph().node {
        for tensor in node.input.iter().chain(&node.output) {
            let count = shapes.get(tensor).and_then(element_count).unwrap_or(0);
            total = total.saturating_add(count as u64);
        }
        if total > MAX_RUN_VALUES {
            return Err(node::problem(
                node,
                format!(
                    "with it one run reads and writes {total} values, more than \
                     {MAX_RUN_VALUES}, the limit; choose a smaller model or size"
                ),
            ));
        }
    }
    Ok(())
}

/// tract reads the second axis without looking whether there is one.
fn channel_axis(context: &NodeContext) -> Result<(), OnnxError> {
    let shape = node::input(context.node, 0).and_then(|input| context.shapes.get(input));
    match shape.map(<[usize]>::len) {
        Some(axes @ ..2) => Err(node::problem(
            context.node,
            format!("its input has {axes} axes, and channels are on the second"),
        )),
        _ => Ok(()),
    }
}

fn integer_division(context: &NodeContext) -> Result<(), OnnxError> {
    // A divisor that holds no integers is none of an integer division.
    match context.int_input(1) {
        Ok(Some(divisors)) if divisors.contains(&0) => {
            Err(context.problem("it divides integers by 0"))
        }
        _ => Ok(()),
    }
}

fn dropout(context: &NodeContext) -> Result<(), OnnxError> {
    let is_training = context.int_input(2)?.is_some_and(|flag| flag != [0]);
    let ratio = context.float_input(1)?;
    let drops = ratio.is_none_or(|ratio| ratio != [0.0]);
    if is_training && drops {
        return Err(context.problem(
            "it is in training mode; export the model for inference (in PyTorch: model.eval())",
        ));
    }
    Ok(())
}

/// A window over all channels has at most twice as many positions as there are channels.
fn local_response(context: &NodeContext) -> Result<(), OnnxError> {
    let size = node::int(context.node, "size").unwrap_or(0);
    let Some(&channels) = context.input_shape(0).and_then(|shape| shape.get(1)) else {
        return Ok(());
    };
    if i64::try_from(2 * channels).is_ok_and(|most| size > most) {
        return Err(context.problem(format!(
            "its window has {size} channels, and its input {channels}"
        )));
    }
    Ok(())
}

/// Engines count in 32 bits, where 2^32 is 0.
fn slice_steps(context: &NodeContext) -> Result<(), OnnxError> {
    let steps = context.int_input(4)?.unwrap_or_default();
    match steps.iter().find(|&&step| i32::try_from(step).is_err()) {
        Some(step) => Err(context.problem(format!("its step of {step} is too large"))),
        None => Ok(()),
    }
}

/// The most that is alive at once, where each tensor lives from the node that makes it to
/// the last that reads it.
fn run_memory(model: &Model, shapes: &Shapes, index: &Index) -> Result<(), OnnxError> {
    let graph = model.graph();
    let bytes = |tensor: &str| {
        let count = shapes.get(tensor).and_then(element_count).unwrap_or(0);
        count.saturating_mul(size_of::<f32>())
    };
    let mut released = vec![0usize; graph.node.len()];
    let mut alive = 0usize;
    for (position, node) in graph.node.iter().enumerate() {
        for output in node.output.iter().filter(|output| !output.is_empty()) {
            let bytes = bytes(output);
            alive = alive.saturating_add(bytes);
            if let Some(&last) = index.consumers(output).iter().max()
                && let Some(released) = released.get_mut(last)
            {
                *released = released.saturating_add(bytes);
            }
        }
        if alive > MAX_RUN_BYTES {
            return Err(OnnxError::RunMemory {
                node: node::name_of(node).into(),
                bytes: alive,
                limit: MAX_RUN_BYTES,
            });
        }
        alive = alive.saturating_sub(released[position]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::testing::{GraphBuilder, model};
    use crate::onnx::{Limits, infer_shapes};
    use prost::Message as _;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// What the checks say of one node on a picture of [1, 8, 4, 4].
    fn checked(build: impl FnOnce(&mut GraphBuilder)) -> String {
        let mut graph = GraphBuilder::new(&[("x", &[1, 8, 4, 4])]);
        build(&mut graph);
        let file = model(graph.output("y", &[1, 8, 4, 4])).encode_to_vec();
        let model = Model::decode(&file, Limits::default()).unwrap();
        let shapes = infer_shapes(&model, &[]).unwrap();
        let result = check_operands(&model, &shapes);
        result.map_or_else(|error| error.to_string(), |()| "fine".into())
    }

    #[test]
    fn what_no_engine_computes_is_refused_with_its_node() {
        let said = checked(|graph| {
            graph.int64s("a", &[7]).int64s("z", &[0]);
            graph.node("Div", "quotient", &["a", "z"], "q");
            graph.node("Relu", "relu", &["x"], "y");
        });
        assert!(
            said.contains("'quotient' (Div)") && said.contains("by 0"),
            "{said}"
        );
        let said = checked(|graph| {
            for name in ["s", "b", "m", "v"] {
                graph.floats(name, &[4], &[1.0; 4]);
            }
            let inputs = ["s", "s", "b", "m", "v"];
            graph.node("BatchNormalization", "norm", &inputs, "n");
            graph.node("Relu", "relu", &["x"], "y");
        });
        assert!(
            said.contains("'norm' (BatchNormalization)") && said.contains("1 axes"),
            "{said}"
        );
        let window = |size: i64| {
            checked(|graph| {
                graph.node("LRN", "norm", &["x"], "y").int("size", size);
            })
        };
        assert!(window(1 << 40).contains("'norm' (LRN)"));
        assert_eq!(window(5), "fine");
        let step = |step: i64| {
            checked(|graph| {
                graph.int64s("from", &[0]).int64s("to", &[4]);
                graph.int64s("axes", &[2]).int64s("step", &[step]);
                graph.node("Slice", "cut", &["x", "from", "to", "axes", "step"], "y");
            })
        };
        assert!(step(1 << 32).contains("4294967296"));
        assert_eq!(step(1), "fine");
    }

    #[test]
    fn a_large_tensor_cannot_be_read_any_number_of_times() {
        let greatest = |operands: usize| {
            checked(|graph| {
                graph.int64s("repeats", &[1, 1, 1 << 7, 1 << 10]);
                graph.node("Tile", "tile", &["x", "repeats"], "large");
                graph.node("Max", "greatest", &vec!["large"; operands], "y");
            })
        };
        let said = greatest(600);
        assert!(
            said.contains("'greatest' (Max)") && said.contains("8589934592"),
            "{said}"
        );
        assert_eq!(greatest(100), "fine");
    }

    #[test]
    fn what_a_run_would_take_is_bounded_in_total() {
        // Each tensor is within the limit of one: 2^27 values.
        let tiles = |count: i64| {
            checked(|graph| {
                graph.int64s("repeats", &[1, 1, count, 1 << 10]);
                graph.node("Tile", "tile", &["x", "repeats"], "large");
                graph.node("Relu", "relu", &["large"], "larger");
                graph.node("Add", "add", &["larger", "large"], "y");
            })
        };
        let said = tiles(1 << 10);
        assert!(
            said.contains("'add'") && said.contains("1073741824"),
            "{said}"
        );
        assert_eq!(tiles(1 << 7), "fine");
    }
}
