//! The elementwise operations of tract's that a program computes.

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cast::Cast;
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;
use tract_onnx::tract_core::ops::logic::{And, CompGT, CompGTE, CompLT, CompLTE, Iff, Not, Or};
use tract_onnx::tract_core::ops::math::{Add, Div, Max, Min, Mul, Neg, Recip, Sign, Square, Sub};

use super::super::super::elementwise::Function;

/// What a node computes of its inputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ElementwiseNode {
    /// The input itself: truth is a number already.
    Identity,
    /// A function of the inputs.
    Of(Function),
    /// A function of the second input and the first.
    Swapped(Function),
    /// A function of the only input twice.
    Twice(Function),
    /// A function of a constant and the only input.
    OfConstant(Function, f32),
}

impl ElementwiseNode {
    /// The node as one of these; `None` for all other operations, and other types than
    /// float32 and truth.
    ///
    /// # Errors
    /// tract's own.
    pub fn of(model: &TypedModel, node: &TypedNode) -> TractResult<Option<ElementwiseNode>> {
        let is_known = |kind: DatumType| kind == f32::datum_type() || kind == bool::datum_type();
        let inputs = model.node_input_facts(node.id)?;
        let outputs = node.outputs.iter().map(|output| &output.fact);
        let mut facts = inputs.iter().copied().chain(outputs);
        if node.outputs.len() != 1 || !facts.all(|fact| is_known(fact.datum_type)) {
            return Ok(None);
        }
        Ok(if let Some(op) = node.op_as::<TypedBinOp>() {
            let has_scalar = |input: usize| inputs[input].uniform.is_some();
            binary(op, [has_scalar(0), has_scalar(1)])
        } else if let Some(op) = node.op_as::<ElementWiseOp>() {
            unary(op)
        } else if node.op_is::<Iff>() {
            Some(ElementwiseNode::Of(Function::Select))
        } else if node
            .op_as::<Cast>()
            .is_some_and(|op| op.to == f32::datum_type())
        {
            Some(ElementwiseNode::Identity)
        } else {
            None
        })
    }
}

/// `has_scalar` says for each input whether it is a constant scalar.
fn binary(TypedBinOp(op, _): &TypedBinOp, has_scalar: [bool; 2]) -> Option<ElementwiseNode> {
    use ElementwiseNode::{Of, Swapped};
    Some(if op.is::<Add>() {
        Of(Function::Add)
    } else if op.is::<Sub>() {
        Of(Function::Sub)
    } else if op.is::<Mul>() || op.is::<And>() {
        Of(Function::Mul)
    } else if op.is::<Div>() {
        Of(Function::Div)
    } else if op.is::<Or>() {
        Of(Function::Max)
    } else if op.is::<CompGT>() {
        Of(Function::Greater)
    } else if op.is::<CompGTE>() {
        Of(Function::GreaterOrEqual)
    } else if op.is::<CompLT>() {
        Swapped(Function::Greater)
    } else if op.is::<CompLTE>() {
        Swapped(Function::GreaterOrEqual)
    } else if op.is::<Max>() || op.is::<Min>() {
        let function = if op.is::<Max>() {
            Function::Max
        } else {
            Function::Min
        };
        // Which of two values a NaN gives way to depends on the order; a bound is no NaN.
        match has_scalar {
            [false, true] => Of(function),
            [true, false] => Swapped(function),
            _ => return None,
        }
    } else {
        return None;
    })
}

fn unary(ElementWiseOp(op, kind): &ElementWiseOp) -> Option<ElementwiseNode> {
    use ElementwiseNode::{Of, OfConstant, Twice};
    if kind.is_some() {
        return None;
    }
    Some(if op.is::<Sign>() {
        Of(Function::Sign)
    } else if op.is::<Square>() {
        Twice(Function::Mul)
    } else if op.is::<Neg>() {
        OfConstant(Function::Mul, -1.0)
    } else if op.is::<Recip>() {
        OfConstant(Function::Div, 1.0)
    } else if op.is::<Not>() {
        OfConstant(Function::Sub, 1.0)
    } else {
        return None;
    })
}
