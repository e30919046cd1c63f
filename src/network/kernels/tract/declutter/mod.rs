//! Puts the operations of this folder into tract's graph.
//!
//! Before tract simplifies the graph, convolutions of single channels and max
//! pooling are replaced: else tract would turn some of them, and not their
//! neighbours, to another order of axes, and pay for it between them. After that
//! the ReLUs around depthwise convolutions are taken into them.
//!
//! - `replace`: rules that put an operation in the place of one of tract's
//! - `fuse`: rules that take a clamp or a sum into the operation beside it
//!
//! One more rule: a function in one of them, and a line in [`declutter`].

mod fuse;
mod replace;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::model::Rewriter;
use tract_onnx::tract_core::ops::cnn::{Conv, MaxPool};
use tract_onnx::tract_core::ops::konst::Const;

use super::super::windows::{Convolution, Depthwise};
use fuse::{fuse_clamp_before, fuse_clamp_behind, fuse_sum_behind};
use replace::{depthwise, max_pooling};

/// tract's simplified graph, with this folder's operations in it.
///
/// # Errors
/// tract's own.
pub fn declutter(mut model: TypedModel) -> TractResult<TypedModel> {
    let replace = Rewriter::<()>::default()
        .with_rule_for("depthwise", |_, model, node, name, op: &Conv| {
            depthwise(model, node, name, op)
        })
        .with_rule_for("max-pooling", |_, model, node, name, op: &MaxPool| {
            max_pooling(model, node, name, op)
        });
    split_large_constants(&mut model)?;
    // Weights may still be behind a node that only converts them.
    model.prop_consts()?;
    replace.rewrite(&(), &mut model)?;
    let mut model = model.into_decluttered()?;
    // What could not be replaced before may be constant or padded now.
    replace.rewrite(&(), &mut model)?;
    Rewriter::<()>::default()
        .with_rule_for("clamp before", |_, model, node, name, op: &Depthwise| {
            fuse_clamp_before(model, node, name, op)
        })
        .with_rule_for("clamp behind", |_, model, node, _, op: &Depthwise| {
            fuse_clamp_behind(model, node, op)
        })
        .with_rule_for("sum behind", |_, model, node, _, op: &Convolution| {
            fuse_sum_behind(model, node, op)
        })
        .with_rule_for(
            "clamp behind a sum",
            |_, model, node, _, op: &Convolution| fuse_clamp_behind(model, node, op),
        )
        .rewrite(&(), &mut model)?;
    Ok(model)
}

/// What tract folds even for several readers: its CONST_FOLD_MEM_BUDGET.
const MAX_SHARED_BYTES: usize = 4 << 20;

/// Gives every reader of a large constant a node of its own; they share the values.
///
/// tract packs a matrix while the graph is made ready if it is small or has one
/// reader. A weight that the forward run and its gradient both read would be packed
/// again in every run.
fn split_large_constants(model: &mut TypedModel) -> TractResult<()> {
    for id in 0..model.nodes().len() {
        let node = model.node(id);
        let Some(constant) = node.op_as::<Const>() else {
            continue;
        };
        let value = constant.val().clone();
        if value.len() * value.datum_type().size_of() <= MAX_SHARED_BYTES {
            continue;
        }
        let (name, output) = (node.name.clone(), node.outputs[0].clone());
        for (number, reader) in output.successors.into_iter().enumerate().skip(1) {
            // Not `add_const`, which would find the first node again.
            let name = format!("{name}.reader{number}");
            let own = Const::new(value.clone())?;
            let own = model.add_node(name, own, tvec!(output.fact.clone()))?;
            model.add_edge(own.into(), reader)?;
        }
    }
    Ok(())
}
