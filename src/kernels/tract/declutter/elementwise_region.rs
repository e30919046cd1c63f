//! Fuses elementwise operations that only read each other into one.
//!
//! The gradient of an activation takes several of them: a comparison or two, logic, a cast,
//! products. One by one each reads and writes whole tensors, and most of tract's run
//! element by element.

use std::collections::{HashMap, HashSet};

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::einsum::EinSum;

use super::super::super::elementwise::{
    Broadcast, Function, FusedElementwise, Instruction, Operand, Program,
};
use super::elementwise_node::ElementwiseNode;

/// Instructions and operands of one program: their registers are to fit into the first cache.
const MAX_MEMBERS: usize = 32;

/// Fuses all regions of a graph.
///
/// # Errors
/// tract's own.
pub fn fuse_elementwise(model: &mut TypedModel) -> TractResult<()> {
    let mut fused = HashSet::new();
    // From the outputs on, so that a region begins with its last node.
    for id in model.eval_order()?.into_iter().rev() {
        if fused.contains(&id) {
            continue;
        }
        if let Some(region) = Region::ending_with(model, id)? {
            region.patch(model)?.apply(model)?;
            fused.extend(region.members);
        }
    }
    model.compact()
}

/// Nodes whose outputs have one shape and are read by each other only, but for the last one.
struct Region {
    last: usize,
    shape: TVec<usize>,
    members: HashSet<usize>,
    /// What the members read, but for constants.
    inputs: Vec<OutletId>,
    program: Program,
}

impl Region {
    /// The largest region that ends with a node; `None` where fusing has no use.
    fn ending_with(model: &TypedModel, last: usize) -> TractResult<Option<Region>> {
        let [output] = model.node(last).outputs.as_slice() else {
            return Ok(None);
        };
        let shape = output.fact.shape.as_concrete().map(TVec::from);
        let Some(shape) = shape.filter(|_| output.fact.datum_type == f32::datum_type()) else {
            return Ok(None);
        };
        // Nodes that cannot be members since something beside them cannot.
        let mut excluded = HashSet::new();
        loop {
            let members = grow(model, last, &shape, &excluded)?;
            if members.len() < 2 {
                return Ok(None);
            }
            let mut builder = ProgramBuilder::new(model, &shape, &members);
            match builder.output(last)? {
                Ok(Operand::Result(_)) => {
                    let ProgramBuilder {
                        inputs, program, ..
                    } = builder;
                    return Ok(Some(Region {
                        last,
                        shape,
                        members,
                        inputs,
                        program,
                    }));
                }
                Err(node) if node != last => excluded.insert(node),
                Ok(_) | Err(_) => return Ok(None),
            };
        }
    }

    fn patch(&self, model: &TypedModel) -> TractResult<TypedModelPatch> {
        let mut patch = TypedModelPatch::default();
        let inputs = self.inputs.iter();
        let inputs: Vec<_> = inputs
            .map(|&input| patch.tap_model(model, input))
            .collect::<TractResult<_>>()?;
        let op = FusedElementwise {
            program: self.program.clone(),
            shape: self.shape.clone(),
        };
        let wire = patch.wire_node(&model.node(self.last).name, op, &inputs)?;
        patch.shunt_outside(model, self.last.into(), wire[0])?;
        Ok(patch)
    }
}

/// `last` and all that only leads to it, by way of members.
fn grow(
    model: &TypedModel,
    last: usize,
    shape: &[usize],
    excluded: &HashSet<usize>,
) -> TractResult<HashSet<usize>> {
    let mut members = HashSet::new();
    let mut candidates = vec![last];
    let outputs = model.output_outlets()?;
    while let Some(id) = candidates.pop() {
        let node = model.node(id);
        let is_read_by_members_only = || {
            let mut readers = node.outputs.iter().flat_map(|output| &output.successors);
            let is_output = outputs.iter().any(|output| output.node == id);
            !is_output && readers.all(|reader| members.contains(&reader.node))
        };
        let is_member = members.len() < MAX_MEMBERS
            && !excluded.contains(&id)
            && (id == last || is_read_by_members_only())
            && node
                .outputs
                .iter()
                .all(|output| output.fact.shape.as_concrete() == Some(shape))
            && ElementwiseNode::of(model, node)?.is_some()
            && !may_be_fused_with_product(model, node);
        if is_member && members.insert(id) {
            candidates.extend(node.inputs.iter().map(|input| input.node));
        }
    }
    Ok(members)
}

/// Whether tract can fuse a node into a product of matrices before it.
fn may_be_fused_with_product(model: &TypedModel, node: &TypedNode) -> bool {
    let mut before = node.inputs.iter().map(|input| model.node(input.node));
    before.any(|before| before.op_is::<EinSum>() && before.outputs[0].successors.len() == 1)
}

/// Writes the instructions of a region.
struct ProgramBuilder<'a> {
    model: &'a TypedModel,
    shape: &'a [usize],
    members: &'a HashSet<usize>,
    inputs: Vec<OutletId>,
    program: Program,
    /// What was written already.
    operands: HashMap<OutletId, Operand>,
    /// Length of the rows that broadcast inputs need.
    row: Option<usize>,
}

/// A member that cannot be one.
type Misfit = usize;

impl<'a> ProgramBuilder<'a> {
    fn new(model: &'a TypedModel, shape: &'a [usize], members: &'a HashSet<usize>) -> Self {
        ProgramBuilder {
            model,
            shape,
            members,
            inputs: Vec::new(),
            program: Program::default(),
            operands: HashMap::new(),
            row: None,
        }
    }

    /// The operand that holds a member's output.
    fn output(&mut self, member: usize) -> TractResult<Result<Operand, Misfit>> {
        let node = self.model.node(member);
        let mut inputs = Vec::with_capacity(3);
        for &input in &node.inputs {
            match self.input(member, input)? {
                Ok(operand) => inputs.push(operand),
                Err(misfit) => return Ok(Err(misfit)),
            }
        }
        let Some(kind) = ElementwiseNode::of(self.model, node)? else {
            return Ok(Err(member));
        };
        let (function, operands) = match (kind, inputs.as_slice()) {
            (ElementwiseNode::Identity, &[a]) => return Ok(Ok(a)),
            (ElementwiseNode::Of(function), &[a]) => (function, [a; 3]),
            (ElementwiseNode::Of(function), &[a, b]) => (function, [a, b, b]),
            (ElementwiseNode::Of(function), &[a, b, c]) => (function, [a, b, c]),
            (ElementwiseNode::Swapped(function), &[a, b]) => (function, [b, a, a]),
            (ElementwiseNode::Twice(function), &[a]) => (function, [a; 3]),
            (ElementwiseNode::OfConstant(function, constant), &[a]) => {
                (function, [self.constant(constant), a, a])
            }
            _ => return Ok(Err(member)),
        };
        Ok(Ok(self.instruction(function, operands)))
    }

    fn instruction(&mut self, function: Function, operands: [Operand; 3]) -> Operand {
        let instruction = Instruction { function, operands };
        self.program.instructions.push(instruction);
        Operand::Result(self.program.instructions.len() - 1)
    }

    fn constant(&mut self, value: f32) -> Operand {
        self.program.constants.push(value);
        Operand::Constant(self.program.constants.len() - 1)
    }

    /// The operand that holds what `member` reads.
    fn input(&mut self, member: usize, input: OutletId) -> TractResult<Result<Operand, Misfit>> {
        if let Some(&operand) = self.operands.get(&input) {
            return Ok(Ok(operand));
        }
        let fact = self.model.outlet_fact(input)?;
        let operand = if self.members.contains(&input.node) {
            match self.output(input.node)? {
                Ok(operand) => operand,
                misfit => return Ok(misfit),
            }
        } else if let Some(value) = &fact.uniform {
            self.constant(value.cast_to_scalar::<f32>()?)
        } else if self.takes(fact) {
            self.inputs.push(input);
            self.program.inputs += 1;
            Operand::Input(self.program.inputs - 1)
        } else {
            return Ok(Err(member));
        };
        self.operands.insert(input, operand);
        Ok(Ok(operand))
    }

    /// Whether a tensor can be an input of the program beside those that it has.
    fn takes(&mut self, fact: &TypedFact) -> bool {
        let shape = fact.shape.as_concrete();
        let broadcast = shape.and_then(|shape| Broadcast::of(shape, self.shape));
        let Some((broadcast, row)) = broadcast else {
            return false;
        };
        if fact.datum_type == bool::datum_type() && broadcast == Broadcast::None {
            return true;
        }
        let fits = row.is_none() || self.row.is_none() || row == self.row;
        self.row = self.row.or(row);
        fits && fact.datum_type == f32::datum_type()
    }
}
