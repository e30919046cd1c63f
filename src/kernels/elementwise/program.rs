//! A program of elementwise functions, which an interpreter computes for a block of elements
//! at a time: intermediate results stay in the first cache.

use std::mem::MaybeUninit;

/// Elements of a block: enough that interpreting takes little of the time, and so few that
/// the registers of a long program stay in the first cache, 512 bytes each.
pub const BLOCK: usize = 128;

/// What an instruction computes of its operands a, b and c. Truth is 1, and 0 is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// a + b
    Add,
    /// a − b
    Sub,
    /// a · b; of truths a and b
    Mul,
    /// a / b
    Div,
    /// b where it is greater than a, else a: a NaN in a stays.
    Max,
    /// b where it is less than a, else a: a NaN in a stays.
    Min,
    /// a > b
    Greater,
    /// a ≥ b
    GreaterOrEqual,
    /// 1, 0 or −1; a NaN stays.
    Sign,
    /// b where a is true, else c.
    Select,
}

/// Where an instruction reads an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// An input of the program.
    Input(usize),
    /// One of its constants.
    Constant(usize),
    /// The result of an instruction before.
    Result(usize),
}

/// One step of a program. `operands` holds a, b and c; a function that takes fewer does not
/// look at the last ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub function: Function,
    pub operands: [Operand; 3],
}

/// Instructions in their order, at least one; the last one's result is the program's.
#[derive(Clone, Debug, Default)]
pub struct Program {
    pub inputs: usize,
    pub constants: Vec<f32>,
    pub instructions: Vec<Instruction>,
}

/// By the bits of the constants, so that equality is reflexive.
impl PartialEq for Program {
    fn eq(&self, other: &Program) -> bool {
        let bits = |program: &Program| -> Vec<u32> {
            program
                .constants
                .iter()
                .map(|value| value.to_bits())
                .collect()
        };
        (self.inputs, &self.instructions) == (other.inputs, &other.instructions)
            && bits(self) == bits(other)
    }
}

impl Eq for Program {}

/// Blocks of memory for the constants, the inputs that are repeated, and the results.
pub struct Registers(Vec<[f32; BLOCK]>);

impl Program {
    /// Registers that hold the constants.
    pub fn registers(&self) -> Registers {
        let constants = self.constants.iter().map(|&value| [value; BLOCK]);
        let others = self.inputs + self.instructions.len();
        let others = std::iter::repeat_n([0.0; BLOCK], others);
        Registers(constants.chain(others).collect())
    }

    /// Sets all elements of an input that [`Program::run_block`] gets no elements of.
    pub fn repeat_input(&self, registers: &mut Registers, input: usize, value: f32) {
        registers.0[self.constants.len() + input] = [value; BLOCK];
    }

    /// Sets the elements of an input of truths, at most `BLOCK`, of which
    /// [`Program::run_block`] gets none.
    pub fn convert_input(&self, registers: &mut Registers, input: usize, truths: &[bool]) {
        let register = &mut registers.0[self.constants.len() + input];
        for (to, &truth) in register.iter_mut().zip(truths) {
            *to = f32::from(u8::from(truth));
        }
    }

    /// Computes all elements of a block, at most `BLOCK`. `inputs` holds the same elements of
    /// each input, or `None` for one that is repeated or converted.
    pub fn run_block(
        &self,
        inputs: &[Option<&[f32]>],
        registers: &mut Registers,
        out: &mut [MaybeUninit<f32>],
    ) {
        let (len, last) = (out.len(), self.instructions.len() - 1);
        let first_result = self.constants.len() + self.inputs;
        for (index, instruction) in self.instructions.iter().enumerate() {
            let (before, after) = registers.0.split_at_mut(first_result + index);
            let operands = instruction.operands.map(|operand| match operand {
                Operand::Input(input) => {
                    inputs[input].unwrap_or(&before[self.constants.len() + input][..len])
                }
                Operand::Constant(constant) => &before[constant][..len],
                Operand::Result(result) => &before[first_result + result][..len],
            });
            if index == last {
                compute(instruction.function, operands, out);
            } else {
                compute(
                    instruction.function,
                    operands,
                    as_uninit(&mut after[0][..len]),
                );
            }
        }
    }
}

fn as_uninit(elements: &mut [f32]) -> &mut [MaybeUninit<f32>] {
    // Safety: both have the same layout, and `compute` writes nothing uninitialised.
    unsafe { &mut *(std::ptr::from_mut(elements) as *mut [MaybeUninit<f32>]) }
}

/// Writes every element of `out`; all four slices are equally long.
fn compute(function: Function, [a, b, c]: [&[f32]; 3], out: &mut [MaybeUninit<f32>]) {
    let truth = |holds: bool| if holds { 1.0 } else { 0.0 };
    match function {
        Function::Add => map(a, b, out, |a, b| a + b),
        Function::Sub => map(a, b, out, |a, b| a - b),
        Function::Mul => map(a, b, out, |a, b| a * b),
        Function::Div => map(a, b, out, |a, b| a / b),
        Function::Max => map(a, b, out, |a, b| if b > a { b } else { a }),
        Function::Min => map(a, b, out, |a, b| if b < a { b } else { a }),
        Function::Greater => map(a, b, out, |a, b| truth(a > b)),
        Function::GreaterOrEqual => map(a, b, out, |a, b| truth(a >= b)),
        Function::Sign => map(a, a, out, |a, _| sign(a)),
        Function::Select => {
            for (((out, &a), &b), &c) in out.iter_mut().zip(a).zip(b).zip(c) {
                out.write(if a > 0.0 { b } else { c });
            }
        }
    }
}

#[inline(always)]
fn map(a: &[f32], b: &[f32], out: &mut [MaybeUninit<f32>], f: impl Fn(f32, f32) -> f32) {
    debug_assert!(a.len() == out.len() && b.len() == out.len());
    for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
        out.write(f(a, b));
    }
}

#[inline(always)]
fn sign(value: f32) -> f32 {
    let positive = if value > 0.0 { 1.0 } else { value + 0.0 };
    if value < 0.0 { -1.0 } else { positive }
}
