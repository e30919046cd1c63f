//! Matrix products: Gemm, MatMul, Einsum.

use std::collections::BTreeMap;

use ndarray::ArrayD;

use super::arithmetic::{broadcast, common_shape};
use super::call::{Call, Outputs, one};
use super::value::{array, multi_indices, tabulate};

/// α · A′B′ + β · C.
pub fn gemm(call: &Call) -> Outputs {
    let oriented = |position, flag| -> Result<ArrayD<f64>, String> {
        let matrix = call.floats(position)?;
        Ok(match call.int(flag, 0) {
            0 => matrix.clone(),
            _ => tabulate(&[matrix.shape()[1], matrix.shape()[0]], |at| {
                matrix[[at[1], at[0]].as_slice()]
            }),
        })
    };
    let (a, b) = (oriented(0, "transA")?, oriented(1, "transB")?);
    let (alpha, beta) = (call.float("alpha", 1.0), call.float("beta", 1.0));
    let mut product = stack_product(&a, &b)?.mapv(|value| alpha * value);
    if let Some(c) = call.optional_floats(2)? {
        product += &broadcast(c, product.shape()).mapv(|value| beta * value);
    }
    one(product)
}

/// As NumPy's `matmul`: a vector counts as a row at the left and as a column at the
/// right, and the output lacks that axis.
pub fn matmul(call: &Call) -> Outputs {
    let (a, b) = (call.floats(0)?, call.floats(1)?);
    let (row, column) = (a.ndim() == 1, b.ndim() == 1);
    let values = |array: &ArrayD<f64>| array.iter().copied().collect::<Vec<_>>();
    let a = if row {
        array(&[1, a.len()], values(a))
    } else {
        a.clone()
    };
    let b = if column {
        array(&[b.len(), 1], values(b))
    } else {
        b.clone()
    };
    let product = stack_product(&a, &b)?;
    let mut shape = product.shape().to_vec();
    if row {
        shape.remove(shape.len() - 2);
    }
    if column {
        shape.pop();
    }
    one(array(&shape, values(&product)))
}

/// Products of the matrices in the last two axes; the axes before broadcast.
fn stack_product(a: &ArrayD<f64>, b: &ArrayD<f64>) -> Result<ArrayD<f64>, String> {
    let (a_stack, a_matrix) = a.shape().split_at(a.ndim() - 2);
    let (b_stack, b_matrix) = b.shape().split_at(b.ndim() - 2);
    if a_matrix[1] != b_matrix[0] {
        return Err(format!("{:?} times {:?}", a.shape(), b.shape()));
    }
    let stack = common_shape(&[a_stack, b_stack])?;
    let a = broadcast(a, &[&stack, a_matrix].concat());
    let b = broadcast(b, &[&stack, b_matrix].concat());
    let shape = [stack.as_slice(), &[a_matrix[0], b_matrix[1]]].concat();
    let last = stack.len();
    Ok(tabulate(&shape, |index| {
        let (stack, row, column) = (&index[..last], index[last], index[last + 1]);
        (0..a_matrix[1])
            .map(|k| {
                let left = a[[stack, &[row, k]].concat().as_slice()];
                left * b[[stack, &[k, column]].concat().as_slice()]
            })
            .sum()
    }))
}

/// Products, summed over the letters that the output does not have.
pub fn einsum(call: &Call) -> Outputs {
    let equation = call.text("equation", "").replace(' ', "");
    let equation = if equation.contains("...") {
        numbered(call, &equation)?
    } else {
        equation
    };
    let (terms, result) = match equation.split_once("->") {
        Some((terms, result)) => (terms, result.to_owned()),
        None => (equation.as_str(), implicit_result(&equation)),
    };
    let terms: Vec<Vec<char>> = terms
        .split(',')
        .map(|term| term.chars().collect())
        .collect();
    let mut sizes: BTreeMap<char, usize> = BTreeMap::new();
    for (position, term) in terms.iter().enumerate() {
        for (&letter, &size) in term.iter().zip(call.floats(position)?.shape()) {
            sizes.insert(letter, size);
        }
    }
    let operands = (0..terms.len()).map(|index| call.floats(index));
    let operands = operands.collect::<Result<Vec<_>, _>>()?;
    let letters: Vec<char> = sizes.keys().copied().collect();
    let everything: Vec<usize> = sizes.values().copied().collect();
    let shape: Vec<usize> = result.chars().map(|letter| sizes[&letter]).collect();
    let mut total = array(&shape, vec![0.0; shape.iter().product()]);
    for index in multi_indices(&everything) {
        let at = |term: &[char]| -> Vec<usize> {
            let number = |letter| letters.iter().position(|other| other == letter);
            term.iter()
                .map(|letter| index[number(letter).unwrap()])
                .collect()
        };
        let product: f64 = (operands.iter().zip(&terms))
            .map(|(operand, term)| operand[at(term).as_slice()])
            .product();
        let result: Vec<char> = result.chars().collect();
        total[at(&result).as_slice()] += product;
    }
    one(total)
}

/// An equation with a digit for each axis of an ellipsis, counted from the last.
fn numbered(call: &Call, equation: &str) -> Result<String, String> {
    let (terms, result) = match equation.split_once("->") {
        Some((terms, result)) => (terms, result.to_owned()),
        None => (
            equation,
            format!("...{}", implicit_result(equation).replace('.', "")),
        ),
    };
    let digits = |count: usize| {
        (0..count)
            .rev()
            .map(|axis| axis.to_string())
            .collect::<String>()
    };
    let (mut written, mut most) = (Vec::new(), 0);
    for (position, term) in terms.split(',').enumerate() {
        let letters = term.replace("...", "").len();
        let count = call.floats(position)?.ndim() - letters;
        most = most.max(count);
        written.push(term.replace("...", &digits(count)));
    }
    Ok(format!(
        "{}->{}",
        written.join(","),
        result.replace("...", &digits(most))
    ))
}

/// The letters that occur once, in alphabetic order: the output of an equation without
/// an arrow.
fn implicit_result(terms: &str) -> String {
    let mut letters: Vec<char> = terms.chars().filter(|&letter| letter != ',').collect();
    letters.sort_unstable();
    let once = |letter: &&char| terms.matches(**letter).count() == 1;
    letters.iter().filter(once).collect()
}
