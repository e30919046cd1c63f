//! Long chains of elementwise operations.
//!
//! tract fuses such a chain step by step, and looks at the whole graph after each step:
//! 4,000 operations in a row would take half a minute. Networks have some ten. A barrier
//! every [`MAX_CHAIN`] operations bounds what a step has to do.

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cast::Cast;
use tract_onnx::tract_core::ops::change_axes::AxisOp;
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;

/// Operations in a row that tract may still fuse.
const MAX_CHAIN: usize = 64;

/// Passes its input on, and is nothing that tract knows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FusionBarrier;

impl Op for FusionBarrier {
    fn name(&self) -> StaticName {
        "GradcamFusionBarrier".into()
    }

    op_as_typed_op!();
}

impl EvalOp for FusionBarrier {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        Ok(inputs)
    }
}

impl TypedOp for FusionBarrier {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(inputs.iter().map(|fact| fact.without_value()).collect())
    }

    as_op!();
}

/// Puts a barrier behind every [`MAX_CHAIN`]th operation of a chain. A chain ends where a
/// tensor has several readers.
pub fn split_chains(model: &mut TypedModel) -> TractResult<()> {
    // Number of operations of the chain that ends with a node, itself included.
    let mut lengths = vec![0; model.nodes().len()];
    for id in model.eval_order()? {
        let node = model.node(id);
        if !is_fusable(node) {
            continue;
        }
        let has_one_reader = |input: &&OutletId| {
            let outputs = &model.node(input.node).outputs;
            (outputs.get(input.slot)).is_some_and(|output| output.successors.len() == 1)
        };
        let before = node.inputs.iter().filter(has_one_reader);
        let before = before.filter_map(|input| lengths.get(input.node)).max();
        let length = before.unwrap_or(&0) + 1;
        if length < MAX_CHAIN {
            lengths[id] = length;
        } else {
            insert_barrier(model, id)?;
        }
    }
    Ok(())
}

fn is_fusable(node: &TypedNode) -> bool {
    node.op_is::<TypedBinOp>()
        || node.op_is::<ElementWiseOp>()
        || node.op_is::<AxisOp>()
        || node.op_is::<Cast>()
}

/// Puts a barrier between a node and those that read its first output.
fn insert_barrier(model: &mut TypedModel, id: usize) -> TractResult<()> {
    let node = model.node(id);
    let name = format!("{}.barrier", node.name);
    let output = node.outputs.first().context("a node without an output")?;
    let (fact, readers) = (output.fact.without_value(), output.successors.clone());
    let barrier = model.add_node(name, FusionBarrier, tvec!(fact))?;
    for reader in readers {
        model.add_edge(barrier.into(), reader)?;
    }
    model.add_edge(id.into(), InletId::new(barrier, 0))
}
