//! Chains of operators, each on the result of the one before and constant scalars, as the two
//! conversions of a network in int8 and their gradient leave them: a tensor is divided, rounded,
//! bounded, shifted and multiplied; a cotangent is multiplied, set to 0 where another tensor is
//! outside of bounds, and divided. tract would visit each operator in each of its passes; here they
//! are one operation from the start.

use crate::gradient::BRANCH_PREFIX;
use crate::network::kernels::{Function, Instruction, Operand, Program};
use crate::onnx::{node, pb};

/// Fewer are left as they are: tract fuses one or two into the operation before.
const MIN_OPERATORS: usize = 3;
/// As many registers of a program fit into the first cache.
const MAX_INSTRUCTIONS: usize = 32;
/// Instructions of a choice: two comparisons, their negations, their product, the choice.
const CHOICE: usize = 6;

/// What a chain asks of the graph around it.
pub trait Surroundings<'a> {
    /// The value of a float32 constant without axes.
    fn scalar(&self, name: &str) -> Option<f32>;

    /// The node that alone reads a tensor, which is no output of the graph.
    fn sole_reader(&self, tensor: &str) -> Option<&'a pb::NodeProto>;

    /// The node that makes a tensor.
    fn producer(&self, tensor: &str) -> Option<&'a pb::NodeProto>;
}

/// Operators, each of which alone reads the one before.
#[derive(Default)]
pub struct ScalarChain<'a> {
    pub program: Program,
    /// What the program reads: the chain's tensor, then those that choices compare.
    pub inputs: Vec<&'a str>,
    /// What its operators give, in their order; the last is what the chain gives.
    pub outputs: Vec<&'a str>,
    /// What the operators of its choices' conditions give.
    pub conditions: Vec<&'a str>,
}

impl<'a> ScalarChain<'a> {
    /// The longest chain that begins with a node; `None` for one of few operators, and for one
    /// that begins with a product and chooses nothing, which other networks have, too.
    pub fn of(first: &'a pb::NodeProto, around: &dyn Surroundings<'a>) -> Option<ScalarChain<'a>> {
        let mut input = node::input(first, 0)?;
        let mut chain = ScalarChain::default();
        chain.inputs.push(input);
        let mut next = Some(first);
        while let Some(node) = next
            && let [output] = node.output.as_slice()
            && chain.program.instructions.len() + CHOICE <= MAX_INSTRUCTIONS
            && chain.append(node, input, around).is_some()
        {
            chain.outputs.push(output);
            (input, next) = (output, around.sole_reader(output));
        }
        let is_conversion = first.op_type != "Mul" || chain.inputs.len() > 1;
        chain.program.inputs = chain.inputs.len();
        (is_conversion && chain.outputs.len() >= MIN_OPERATORS).then_some(chain)
    }

    /// Appends what a node computes of `input`, the chain's result so far; `None`, and nothing is
    /// appended, where it computes something else.
    fn append(
        &mut self,
        node: &'a pb::NodeProto,
        input: &str,
        around: &dyn Surroundings<'a>,
    ) -> Option<()> {
        let is_input = |place| node::input(node, place) == Some(input);
        let scalar = |place| around.scalar(node::input(node, place)?);
        let (function, commutes) = match node.op_type.as_str() {
            "Add" => (Function::Add, true),
            "Mul" => (Function::Mul, true),
            "Sub" => (Function::Sub, false),
            "Div" => (Function::Div, false),
            "Clip" if is_input(0) => {
                let bound = |place, name| match node::input(node, place) {
                    Some(_) => scalar(place).map(Some),
                    None => Some(node::float(node, name)),
                };
                let (low, high) = (bound(1, "min")?, bound(2, "max")?);
                // A program has an instruction for each of its operators.
                low.or(high)?;
                for (function, bound) in [(Function::Max, low), (Function::Min, high)] {
                    if let Some(bound) = bound {
                        self.push_scalar(function, bound);
                    }
                }
                return Some(());
            }
            "Where" if is_input(1) && node::input(node, 0) != Some(input) => {
                let range = Range::of(node::input(node, 0)?, around)?;
                let otherwise = scalar(2)?;
                self.push_choice(range, otherwise);
                return Some(());
            }
            _ => return None,
        };
        let other = if is_input(0) {
            scalar(1)
        } else if commutes && is_input(1) {
            scalar(0)
        } else {
            None
        };
        self.push_scalar(function, other?);
        Some(())
    }

    /// The result so far.
    fn result(&self) -> Operand {
        match self.program.instructions.len() {
            0 => Operand::Input(0),
            count => Operand::Result(count - 1),
        }
    }

    fn constant(&mut self, value: f32) -> Operand {
        self.program.constants.push(value);
        Operand::Constant(self.program.constants.len() - 1)
    }

    fn push(&mut self, function: Function, operands: [Operand; 3]) -> Operand {
        self.program
            .instructions
            .push(Instruction { function, operands });
        self.result()
    }

    fn push_scalar(&mut self, function: Function, scalar: f32) {
        let (before, scalar) = (self.result(), self.constant(scalar));
        self.push(function, [before, scalar, scalar]);
    }

    /// The result so far where a tensor is in a range, else a scalar; as the operators compute it.
    fn push_choice(&mut self, range: Range<'a>, otherwise: f32) {
        let before = self.result();
        let compared = Operand::Input(self.inputs.len());
        self.inputs.push(range.tensor);
        self.conditions.extend(range.outputs);
        let (low, high) = (self.constant(range.low), self.constant(range.high));
        let (one, otherwise) = (self.constant(1.0), self.constant(otherwise));
        let mut within = |[greater, less]: [Operand; 2]| {
            let outside = self.push(Function::Greater, [greater, less, less]);
            self.push(Function::Sub, [one, outside, outside])
        };
        let (above, below) = (within([low, compared]), within([compared, high]));
        let inside = self.push(Function::Mul, [above, below, below]);
        self.push(Function::Select, [inside, before, otherwise]);
    }
}

/// Where a tensor is neither less than a scalar nor greater than another, as the gradient of a
/// Clip asks.
struct Range<'a> {
    tensor: &'a str,
    low: f32,
    high: f32,
    /// What the operators of the condition give, which are read here alone.
    outputs: [&'a str; 5],
}

impl<'a> Range<'a> {
    /// The range of which `condition` is the truth. Of a branch alone: there the tensor has the
    /// shape of what is chosen from, which is not known here.
    fn of(condition: &str, around: &dyn Surroundings<'a>) -> Option<Range<'a>> {
        let is_of_branch = condition.starts_with(BRANCH_PREFIX);
        let both = made_by("And", condition, around).filter(|_| is_of_branch)?;
        let above = made_by("Not", node::input(both, 0)?, around)?;
        let below = made_by("Not", node::input(both, 1)?, around)?;
        let less = made_by("Less", node::input(above, 0)?, around)?;
        let greater = made_by("Greater", node::input(below, 0)?, around)?;
        let tensor = node::input(less, 0)?;
        let bound = |comparison| around.scalar(node::input(comparison, 1)?);
        let range = Range {
            tensor,
            low: bound(less)?,
            high: bound(greater)?,
            outputs: [both, above, below, less, greater].map(|made| made.output[0].as_str()),
        };
        (node::input(greater, 0) == Some(tensor)).then_some(range)
    }
}

/// The node that makes a tensor, if it is of this operator and its output is read once.
fn made_by<'a>(
    operator: &str,
    tensor: &str,
    around: &dyn Surroundings<'a>,
) -> Option<&'a pb::NodeProto> {
    around.sole_reader(tensor)?;
    let made = around.producer(tensor)?;
    (made.op_type == operator && made.output.len() == 1).then_some(made)
}
