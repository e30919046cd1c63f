//! The gradient of random cases, compared with central differences in f64.

use std::cell::Cell;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::case_generator::CaseGenerator;
use super::evaluated_case::{COTANGENT, EvaluatedCase, max_magnitude};
use super::operator_case::{DrawCase, OperatorCase, Y};
use super::tract;
use crate::gradient::relu_policy::ReluPolicy;
use crate::onnx::Model;
use crate::onnx::evaluator::{Value, evaluate};
use crate::onnx::operators::operator;

/// ε of a central difference, in the input's unit.
const EPSILON: f64 = 1e-5;
/// Largest error of the branch in f64, relative to the greatest magnitude of the
/// gradient. Its constants are rounded to f32.
const MAX_RELATIVE_ERROR: f64 = 1e-5;
/// Percentage of the cases whose forward graph tract runs, at least; of all others it runs
/// every case.
const PARTLY_IN_TRACT: &[(&str, usize)] = &[("Resize", 99), ("Slice", 99)];
/// Positions of a tensor that are compared with differences, at most.
const MAX_POSITIONS: usize = 48;

/// Runs the same cases every time; PROPTEST_CASES asks for more of them than 256.
pub fn runner() -> TestRunner {
    let config = Config {
        failure_persistence: None,
        max_shrink_iters: 2000,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Checks an operator's rule on random cases.
pub fn check_rule(operator: &str, draw: DrawCase) {
    let (cases, sloped, in_tract) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let outcome = runner().run(&CaseGenerator::strategy(), |mut generator| {
        let case = draw(&mut generator);
        let cotangent = |count| generator.values(count, -1.0, 1.0);
        let evaluated =
            EvaluatedCase::new(&case, ReluPolicy::Plain, cotangent).map_err(TestCaseError::fail)?;
        check_operators(&evaluated.branch).map_err(TestCaseError::fail)?;
        let has_slope = differences(&case, &evaluated).map_err(TestCaseError::fail)?;
        match tract::check(&evaluated).map_err(TestCaseError::fail)? {
            Ok(()) => in_tract.set(in_tract.get() + 1),
            Err(reason) => println!("NOT IN TRACT: {operator}: {reason}\n{case}"),
        }
        sloped.set(sloped.get() + usize::from(has_slope));
        cases.set(cases.get() + 1);
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, mut generator)) => {
            let case = draw(&mut generator);
            panic!("{operator}: {reason}\nwith the case\n{case}");
        }
        Err(error) => panic!("{operator}: {error}"),
    }
    let (cases, sloped, in_tract) = (cases.get(), sloped.get(), in_tract.get());
    println!("{operator}: {cases} cases, {sloped} with a slope, {in_tract} in tract");
    assert!(
        2 * sloped > cases,
        "{operator}: hardly any case has a gradient"
    );
    let partly = PARTLY_IN_TRACT.iter().find(|(name, _)| *name == operator);
    let percent = partly.map_or(100, |(_, percent)| *percent);
    assert!(
        100 * in_tract >= percent * cases,
        "{operator}: {in_tract} of {cases} cases run in tract"
    );
}

/// Compares the branch with (f(x + ε) − f(x − ε)) / 2ε, where f is the output
/// weighted by the cotangent. Says whether there is any slope at all.
pub fn differences(case: &OperatorCase, evaluated: &EvaluatedCase) -> Result<bool, String> {
    let mut inputs = case.values();
    let cotangent = evaluated.value(COTANGENT);
    let mut weighted = |name: &str, position: usize, moved: f64| -> Result<f64, String> {
        let Some(Value::Float(values)) = inputs.get_mut(name) else {
            return Err(format!("{name} is no input"));
        };
        let before = std::mem::replace(&mut values.as_slice_mut().unwrap()[position], moved);
        let result = evaluate(
            evaluated.forward.graph(),
            evaluated.forward.opset(),
            &inputs,
        )?;
        let Some(Value::Float(values)) = inputs.get_mut(name) else {
            return Err(format!("{name} is no input"));
        };
        values.as_slice_mut().unwrap()[position] = before;
        Ok((result[Y].as_floats()? * cotangent).sum())
    };
    let mut has_slope = false;
    for ((name, values), gradient) in case.inputs.iter().zip(&evaluated.gradients) {
        let found = evaluated.value(gradient);
        if found.shape() != values.shape() {
            return Err(format!(
                "the gradient of {name} has the shape {:?}",
                found.shape()
            ));
        }
        let magnitude = max_magnitude(found);
        has_slope |= magnitude > 0.0;
        let step = values.len().div_ceil(MAX_POSITIONS);
        for (position, (&value, &found)) in values.iter().zip(found).enumerate().step_by(step) {
            let value = f64::from(value);
            let above = weighted(name, position, value + EPSILON)?;
            let below = weighted(name, position, value - EPSILON)?;
            let difference = (above - below) / (2.0 * EPSILON);
            let limit = MAX_RELATIVE_ERROR * magnitude.max(difference.abs()) + 1e-8;
            let is_near = (found - difference).abs() <= limit;
            // NaN is never near.
            if !is_near {
                return Err(format!(
                    "at position {position} of {name} the branch has {found}, differences {difference}"
                ));
            }
        }
    }
    Ok(has_slope)
}

/// Whether the model's operator set has all of its operators.
fn check_operators(model: &Model) -> Result<(), String> {
    for node in &model.graph().node {
        let name = node.op_type.as_str();
        let known = operator(name).ok_or_else(|| format!("{name} has no row in the registry"))?;
        let opset = model.opset();
        if opset < known.since || known.until.is_some_and(|until| opset > until) {
            return Err(format!("operator set {opset} has no {name}"));
        }
    }
    Ok(())
}
