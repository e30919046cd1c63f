//! Fused elementwise operations by themselves.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{EvalContext, EvalOp, tvec};

use super::super::elementwise::{Function, FusedElementwise, Instruction, Operand, Program};
use super::random_tensor;
use super::windows::slice;

/// (x > 0) · f · x − 0.5, f a factor of each row; rows longer and shorter than a block.
#[test]
fn a_fused_program_computes_what_it_says() {
    use Operand::{Constant, Input, Result};
    let step = |function, a, b| Instruction {
        function,
        operands: [a, b, b],
    };
    let program = Program {
        inputs: 2,
        constants: vec![0.0, 0.5],
        instructions: vec![
            step(Function::Greater, Input(0), Constant(0)),
            step(Function::Mul, Result(0), Input(1)),
            step(Function::Mul, Result(1), Input(0)),
            step(Function::Sub, Result(2), Constant(1)),
        ],
    };
    for len in [17, 128, 300] {
        let (x, factors) = (random_tensor(&[3, len], 7), random_tensor(&[3, 1], 9));
        let op = FusedElementwise {
            program: program.clone(),
            shape: tvec![3, len],
        };
        let inputs = tvec![x.clone().into_tvalue(), factors.clone().into_tvalue()];
        let output = op.eval(&EvalContext::out_of_plan(), inputs).unwrap();
        let factors = slice(&factors);
        for (index, (&y, &x)) in slice(&output[0]).iter().zip(slice(&x)).enumerate() {
            let wanted = if x > 0.0 {
                factors[index / len] * x - 0.5
            } else {
                -0.5
            };
            assert_eq!(y, wanted);
        }
    }
}
