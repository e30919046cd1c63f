//! Chains of operators on one tensor and constant scalars, as the two conversions of a network
//! in int8 leave them: a tensor is divided, rounded, bounded, shifted and multiplied. tract would
//! visit each operator in each of its passes; here they are one operation from the start.

use crate::network::kernels::{Function, Instruction, Operand, Program};
use crate::onnx::{node, pb};

/// Fewer are left as they are: tract fuses one or two into the operation before.
const MIN_OPERATORS: usize = 3;
/// As many registers of a program fit into the first cache.
const MAX_OPERATORS: usize = 24;

/// Operators, each of which alone reads the one before.
pub struct ScalarChain {
    pub program: Program,
    /// What they give, in their order; the last is what the chain gives.
    pub outputs: Vec<String>,
}

impl ScalarChain {
    /// The longest chain that begins with a division; `None` for one of few operators. `scalar` gives
    /// the value of a constant without axes, `sole_reader` the node that alone reads a tensor.
    pub fn of<'a>(
        first: &'a pb::NodeProto,
        scalar: &dyn Fn(&str) -> Option<f32>,
        sole_reader: &dyn Fn(&str) -> Option<&'a pb::NodeProto>,
    ) -> Option<ScalarChain> {
        let mut chain = ScalarChain {
            program: Program {
                inputs: 1,
                ..Program::default()
            },
            outputs: Vec::new(),
        };
        let mut input = node::input(first, 0)?;
        let mut next = Some(first).filter(|first| first.op_type == "Div");
        while let Some(node) = next.filter(|_| chain.outputs.len() < MAX_OPERATORS) {
            let [output] = node.output.as_slice() else {
                break;
            };
            let Some(functions) = functions(node, input, scalar) else {
                break;
            };
            for (function, scalar) in functions.into_iter().flatten() {
                chain.push(function, scalar);
            }
            chain.outputs.push(output.clone());
            (input, next) = (output, sole_reader(output));
        }
        (chain.outputs.len() >= MIN_OPERATORS).then_some(chain)
    }

    fn push(&mut self, function: Function, scalar: f32) {
        let Program {
            constants,
            instructions,
            ..
        } = &mut self.program;
        let before = match instructions.len() {
            0 => Operand::Input(0),
            count => Operand::Result(count - 1),
        };
        let scalar_operand = Operand::Constant(constants.len());
        constants.push(scalar);
        instructions.push(Instruction {
            function,
            operands: [before, scalar_operand, scalar_operand],
        });
    }
}

/// What a node computes of `input` and of scalars: at most two functions, one after the other.
fn functions(
    node: &pb::NodeProto,
    input: &str,
    scalar: &dyn Fn(&str) -> Option<f32>,
) -> Option<[Option<(Function, f32)>; 2]> {
    let is_input = |place| node::input(node, place) == Some(input);
    let scalar = |place| scalar(node::input(node, place)?);
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
            return Some([
                low.map(|low| (Function::Max, low)),
                high.map(|high| (Function::Min, high)),
            ]);
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
    Some([Some((function, other?)), None])
}
