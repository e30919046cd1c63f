//! Puts the operations of `windows` into tract's graph.
//!
//! Depthwise convolutions and max pooling are replaced before tract simplifies the graph:
//! else tract would change the layout (NCHW to NHWC) of some of them and not of their
//! neighbours, and transpose in between. After that, activations and sums beside them are
//! fused into them.
//!
//! - `replace`: rules that replace an operation of tract's
//! - `fuse`: rules that fuse a clamp, a sum or a mask into the operation beside it
//! - `copies`: replaces what only moves elements
//! - `elementwise_region`: fuses elementwise operations that are left into one;
//!   `elementwise_node`: which of tract's
//!
//! One more rule: a function in one of them, and its name in [`declutter`].

mod copies;
mod elementwise_node;
mod elementwise_region;
mod fuse;
mod replace;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::konst::Const;

use super::super::windows::{Convolution, Depthwise};
use copies::strided_copy;
use elementwise_region::fuse_elementwise;
use fuse::{fuse_clamp_after, fuse_clamp_before, fuse_mask_after, fuse_sum_after};
use replace::{depthwise, max_pooling, non_zero};

/// Makes a patch for a node, if it applies.
type Rule = fn(&TypedModel, &TypedNode) -> TractResult<Option<TypedModelPatch>>;

/// tract's simplified graph, with the operations of `windows` in it.
///
/// # Errors
/// tract's own.
pub fn declutter(mut model: TypedModel) -> TractResult<TypedModel> {
    const REPLACE: [Rule; 2] = [depthwise, max_pooling];
    const FUSE: [Rule; 5] = [
        fuse_clamp_before,
        fuse_clamp_after::<Depthwise>,
        fuse_mask_after,
        fuse_sum_after,
        fuse_clamp_after::<Convolution>,
    ];
    split_large_constants(&mut model)?;
    // A weight may still be the output of a `Cast`.
    model.prop_consts()?;
    rewrite(&mut model, &REPLACE)?;
    let mut model = model.into_decluttered()?;
    // Weights may have become constants, and `Pad` nodes part of a convolution.
    rewrite(&mut model, &REPLACE)?;
    rewrite(&mut model, &FUSE)?;
    rewrite(&mut model, &[strided_copy, non_zero])?;
    fuse_elementwise(&mut model)?;
    Ok(model)
}

/// Applies rules until none applies, as tract's `Rewriter` does. That one would be compiled
/// into this crate as one function of 36 kB, which the browser takes 0.2 s to optimise while
/// the network runs for the first time.
fn rewrite(model: &mut TypedModel, rules: &[Rule]) -> TractResult<()> {
    loop {
        let mut is_changed = false;
        for id in model.eval_order()? {
            for rule in rules {
                if let Some(patch) = rule(model, model.node(id))? {
                    apply(patch, model)?;
                    is_changed = true;
                }
            }
        }
        if !is_changed {
            return Ok(());
        }
        model.prop_consts()?;
        model.compact()?;
    }
}

#[inline(never)]
fn apply(patch: TypedModelPatch, model: &mut TypedModel) -> TractResult<()> {
    patch.apply(model)
}

/// Up to this size tract folds a constant for each of several readers: its
/// CONST_FOLD_MEM_BUDGET.
const MAX_SHARED_BYTES: usize = 4 << 20;

/// Gives every reader of a large constant a node of its own; the nodes share the values.
///
/// tract packs a constant matrix while it optimises the graph only if it is small or has one
/// reader. A weight that both the forward run and its gradient read would be packed in every
/// run.
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
            // `add_const` would return the first node again.
            let name = format!("{name}.reader{number}");
            let own = Const::new(value.clone())?;
            let own = model.add_node(name, own, tvec!(output.fact.clone()))?;
            model.add_edge(own.into(), reader)?;
        }
    }
    Ok(())
}
