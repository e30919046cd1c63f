//! Cases for products of matrices.

use super::case::Case;
use super::dice::Dice;

/// Which of so many operands want their gradient: at least one.
fn active(dice: &mut Dice, count: usize) -> Vec<bool> {
    let mut active: Vec<bool> = (0..count)
        .map(|place| dice.coin() != (place == 0))
        .collect();
    if !active.contains(&true) {
        active[0] = true;
    }
    active
}

fn operand(dice: &mut Dice, case: &mut Case, active: bool, shape: &[usize]) -> String {
    let values = dice.values(shape.iter().product(), -2.0, 2.0);
    case.operand(active, shape, values)
}

/// With both transpositions, both factors, and every shape that C may have.
pub fn gemm(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let [m, k, n] = [1, 2, 3].map(|_| dice.number(1..=5));
    let (trans_a, trans_b) = (dice.coin(), dice.coin());
    let active = active(dice, 3);
    let turned = |rows, columns, turn| {
        if turn {
            vec![columns, rows]
        } else {
            vec![rows, columns]
        }
    };
    let a = operand(dice, &mut case, active[0], &turned(m, k, trans_a));
    let b = operand(dice, &mut case, active[1], &turned(k, n, trans_b));
    let mut inputs = vec![a, b];
    let shapes: [Option<Vec<usize>>; 7] = [
        Some(vec![n]),
        Some(vec![m, n]),
        Some(vec![1, n]),
        Some(vec![m, 1]),
        Some(vec![1]),
        Some(vec![]),
        None,
    ];
    match dice.pick(&shapes) {
        Some(shape) => {
            let wants = active[2] && !shape.is_empty();
            inputs.push(operand(dice, &mut case, wants, &shape));
        }
        // Before operator set 11 there must be something to add.
        None if case.opset < 11 => inputs.push(operand(dice, &mut case, false, &[n])),
        None => {}
    }
    if case.inputs.is_empty() {
        return gemm(dice);
    }
    case.node("Gemm", &inputs);
    for (name, flag) in [("transA", trans_a), ("transB", trans_b)] {
        if flag || dice.coin() {
            case.graph.int(name, flag.into());
        }
    }
    for name in ["alpha", "beta"] {
        if dice.coin() {
            case.graph.float(name, dice.pick(&[0.5, -1.5, 2.0]));
        }
    }
    case
}

/// Matrices, stacks of matrices that broadcast, and vectors.
pub fn matmul(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let [m, k, n] = [1, 2, 3].map(|_| dice.number(1..=4));
    let stack = dice.numbers(2, 1..=3);
    let mut side = |rows: usize, columns: usize, vector: usize| match dice.number(0..=5) {
        0 | 1 => vec![rows, columns],
        2 | 3 => [dice.narrower(&stack).as_slice(), &[rows, columns]].concat(),
        4 => vec![stack[0], stack[1], rows, columns],
        _ => vec![vector],
    };
    let (a, b) = (side(m, k, k), side(k, n, k));
    let active = active(dice, 2);
    let a = operand(dice, &mut case, active[0], &a);
    let b = operand(dice, &mut case, active[1], &b);
    case.node("MatMul", &[a, b]);
    case
}

/// Equations of two operands: common ones, and random ones.
pub fn einsum(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(12));
    let known = [
        "ij,jk->ik",
        "bij,bjk->bik",
        "bhwc,co->bhwo",
        "nchw,kc->nkhw",
        "ij,ij->i",
        "ij,kj",
        "i,j->ij",
        "bij,bj->bi",
        "ab, ab ->",
    ];
    let equation = match dice.coin() {
        false => dice.pick(&known).to_owned(),
        true => random_equation(dice),
    };
    let terms = equation.replace(' ', "");
    let terms: Vec<&str> = terms.split("->").next().unwrap().split(',').collect();
    let sizes: Vec<usize> = dice.numbers(26, 1..=3);
    let size = |letter: char| sizes[letter as usize - 'a' as usize];
    let active = active(dice, 2);
    let names: Vec<String> = (terms.iter().zip(active))
        .map(|(term, active)| {
            let shape: Vec<usize> = term.chars().map(size).collect();
            operand(dice, &mut case, active, &shape)
        })
        .collect();
    case.node("Einsum", &names).text("equation", &equation);
    case
}

/// Each of four letters is in one operand or in both, and in the result or not.
fn random_equation(dice: &mut Dice) -> String {
    let mut terms = [String::new(), String::new(), String::new()];
    for letter in ['a', 'b', 'c', 'd'] {
        for place in dice.pick(&[&[0, 1, 2][..], &[0, 2], &[1, 2], &[0, 1], &[0], &[1]]) {
            let at = dice.number(0..=terms[*place].len());
            terms[*place].insert(at, letter);
        }
    }
    for (place, letter) in ['e', 'f'].into_iter().enumerate() {
        // No operand is a single value.
        if terms[place].is_empty() {
            terms[place].push(letter);
        }
    }
    let [a, b, result] = terms;
    format!("{a},{b}->{result}")
}
