//! Cases for products of matrices.

use super::case_generator::CaseGenerator;
use super::operator_case::OperatorCase;

/// Which of so many operands are active: at least one.
fn active(generator: &mut CaseGenerator, count: usize) -> Vec<bool> {
    let mut active: Vec<bool> = (0..count)
        .map(|position| generator.boolean() != (position == 0))
        .collect();
    if !active.contains(&true) {
        active[0] = true;
    }
    active
}

fn operand(
    generator: &mut CaseGenerator,
    case: &mut OperatorCase,
    active: bool,
    shape: &[usize],
) -> String {
    let values = generator.values(shape.iter().product(), -2.0, 2.0);
    case.operand(active, shape, values)
}

/// With both transpositions, both factors, and every shape that C may have.
pub fn gemm(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let [m, k, n] = [1, 2, 3].map(|_| generator.number(1..=5));
    let (trans_a, trans_b) = (generator.boolean(), generator.boolean());
    let active = active(generator, 3);
    let matrix_shape = |rows, columns, is_transposed| {
        if is_transposed {
            vec![columns, rows]
        } else {
            vec![rows, columns]
        }
    };
    let a = operand(
        generator,
        &mut case,
        active[0],
        &matrix_shape(m, k, trans_a),
    );
    let b = operand(
        generator,
        &mut case,
        active[1],
        &matrix_shape(k, n, trans_b),
    );
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
    match generator.pick(&shapes) {
        Some(shape) => {
            let is_active = active[2] && !shape.is_empty();
            inputs.push(operand(generator, &mut case, is_active, &shape));
        }
        // Before operator set 11 C is required.
        None if case.opset < 11 => inputs.push(operand(generator, &mut case, false, &[n])),
        None => {}
    }
    if case.inputs.is_empty() {
        return gemm(generator);
    }
    case.node("Gemm", &inputs);
    for (name, flag) in [("transA", trans_a), ("transB", trans_b)] {
        if flag || generator.boolean() {
            case.graph.int(name, flag.into());
        }
    }
    for name in ["alpha", "beta"] {
        if generator.boolean() {
            case.graph.float(name, generator.pick(&[0.5, -1.5, 2.0]));
        }
    }
    case
}

/// Matrices, stacks of matrices that broadcast, and vectors.
pub fn matmul(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let [m, k, n] = [1, 2, 3].map(|_| generator.number(1..=4));
    let stack = generator.numbers(2, 1..=3);
    let mut side = |rows: usize, columns: usize, vector: usize| match generator.number(0..=5) {
        0 | 1 => vec![rows, columns],
        2 | 3 => [generator.broadcastable(&stack).as_slice(), &[rows, columns]].concat(),
        4 => vec![stack[0], stack[1], rows, columns],
        _ => vec![vector],
    };
    let (a, b) = (side(m, k, k), side(k, n, k));
    let active = active(generator, 2);
    let a = operand(generator, &mut case, active[0], &a);
    let b = operand(generator, &mut case, active[1], &b);
    case.node("MatMul", &[a, b]);
    case
}

/// Equations of two operands: common ones, and random ones.
pub fn einsum(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(12));
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
        "...ij,...jk->...ik",
        "...c,cd->...d",
        "...ij,...kj",
    ];
    let equation = if generator.boolean() {
        random_equation(generator)
    } else {
        generator.pick(&known).to_owned()
    };
    // An ellipsis stands for as many axes as are drawn here: one, named z.
    let terms = equation.replace(' ', "").replace("...", "z");
    let terms: Vec<&str> = terms.split("->").next().unwrap().split(',').collect();
    let sizes: Vec<usize> = generator.numbers(26, 1..=3);
    let size = |letter: char| sizes[letter as usize - 'a' as usize];
    let active = active(generator, 2);
    let names: Vec<String> = (terms.iter().zip(active))
        .map(|(term, active)| {
            let shape: Vec<usize> = term.chars().map(size).collect();
            operand(generator, &mut case, active, &shape)
        })
        .collect();
    case.node("Einsum", &names).text("equation", &equation);
    case
}

/// Each of four subscripts is in one operand or in both, and in the output or not.
fn random_equation(generator: &mut CaseGenerator) -> String {
    let mut terms = [String::new(), String::new(), String::new()];
    for letter in ['a', 'b', 'c', 'd'] {
        for position in generator.pick(&[&[0, 1, 2][..], &[0, 2], &[1, 2], &[0, 1], &[0], &[1]]) {
            let at = generator.number(0..=terms[*position].len());
            terms[*position].insert(at, letter);
        }
    }
    for (position, letter) in ['e', 'f'].into_iter().enumerate() {
        // No operand is a scalar.
        if terms[position].is_empty() {
            terms[position].push(letter);
        }
    }
    let [a, b, result] = terms;
    format!("{a},{b}->{result}")
}
