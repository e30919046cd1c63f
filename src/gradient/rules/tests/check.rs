//! The comparisons that every case goes through.

use std::cell::Cell;

use ndarray::ArrayD;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::case::{Case, Draw, Prepared, Y};
use super::dice::Dice;
use crate::gradient::ReluPolicy;
use crate::network::Plan;
use crate::onnx::evaluator::{Value, evaluate};
use crate::onnx::operators::operator;
use crate::onnx::{Model, legalise};

/// Distance between the two points of a difference, halved.
const EPSILON: f64 = 1e-5;
/// How far the branch may be off in f64, of the greatest value. Its constants
/// are rounded to f32.
const DIFFERENCE_LIMIT: f64 = 1e-5;
/// How far tract, in f32, may be off, of the greatest value.
const TRACT_LIMIT: f64 = 1e-4;
/// Every so many cases one is run by tract, too.
const TRACT_EVERY: usize = 10;
/// Of a larger tensor so many places are compared with differences.
const MOST_PLACES: usize = 48;

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
pub fn rule(operator: &str, draw: Draw) {
    let (cases, moved, in_tract) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let outcome = runner().run(&Dice::strategy(), |mut dice| {
        let case = draw(&mut dice);
        let cotangent = |count| dice.values(count, -1.0, 1.0);
        let prepared =
            Prepared::new(&case, ReluPolicy::Plain, cotangent).map_err(TestCaseError::fail)?;
        allowed_operators(&prepared.branch).map_err(TestCaseError::fail)?;
        let has_slope = differences(&case, &prepared).map_err(TestCaseError::fail)?;
        if cases.get() % TRACT_EVERY == 0 {
            match tract(&prepared).map_err(TestCaseError::fail)? {
                Ok(()) => in_tract.set(in_tract.get() + 1),
                Err(reason) => println!("NOT IN TRACT: {operator}: {reason}\n{case}"),
            }
        }
        moved.set(moved.get() + usize::from(has_slope));
        cases.set(cases.get() + 1);
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, mut dice)) => {
            let case = draw(&mut dice);
            panic!("{operator}: {reason}\nwith the case\n{case}");
        }
        Err(error) => panic!("{operator}: {error}"),
    }
    let (cases, moved, in_tract) = (cases.get(), moved.get(), in_tract.get());
    println!("{operator}: {cases} cases, {moved} with a slope, {in_tract} in tract");
    assert!(
        2 * moved > cases,
        "{operator}: hardly any case has a gradient"
    );
    let enough = 2 * in_tract * TRACT_EVERY > cases;
    assert!(enough, "{operator}: hardly any case runs in tract");
}

/// Compares the branch with (f(x + ε) − f(x − ε)) / 2ε, where f is the output
/// weighted by the cotangent. Says whether there is any slope at all.
fn differences(case: &Case, prepared: &Prepared) -> Result<bool, String> {
    let mut inputs = case.values();
    let cotangent = prepared.value(super::case::COTANGENT);
    let mut weighted = |name: &str, place: usize, moved: f64| -> Result<f64, String> {
        let Some(Value::Float(values)) = inputs.get_mut(name) else {
            return Err(format!("{name} is no input"));
        };
        let before = std::mem::replace(&mut values.as_slice_mut().unwrap()[place], moved);
        let result = evaluate(prepared.forward.graph(), prepared.forward.opset(), &inputs)?;
        let Some(Value::Float(values)) = inputs.get_mut(name) else {
            return Err(format!("{name} is no input"));
        };
        values.as_slice_mut().unwrap()[place] = before;
        Ok((result[Y].as_floats()? * cotangent).sum())
    };
    let mut has_slope = false;
    for ((name, values), gradient) in case.inputs.iter().zip(&prepared.gradients) {
        let found = prepared.value(gradient);
        if found.shape() != values.shape() {
            return Err(format!(
                "the gradient of {name} has the shape {:?}",
                found.shape()
            ));
        }
        let greatest = greatest(found);
        has_slope |= greatest > 0.0;
        let step = values.len().div_ceil(MOST_PLACES);
        for (place, (&value, &found)) in values.iter().zip(found).enumerate().step_by(step) {
            let value = f64::from(value);
            let above = weighted(name, place, value + EPSILON)?;
            let below = weighted(name, place, value - EPSILON)?;
            let difference = (above - below) / (2.0 * EPSILON);
            let limit = DIFFERENCE_LIMIT * greatest.max(difference.abs()) + 1e-8;
            let is_near = (found - difference).abs() <= limit;
            // NaN is never near.
            if !is_near {
                return Err(format!(
                    "at place {place} of {name} the branch has {found}, differences {difference}"
                ));
            }
        }
    }
    Ok(has_slope)
}

fn greatest(values: &ArrayD<f64>) -> f64 {
    values.iter().fold(0.0, |most, value| value.abs().max(most))
}

/// Runs forward graph and branch in tract. Where tract cannot run the forward
/// graph or has another result, that is not the branch's fault: the inner error.
pub fn tract(prepared: &Prepared) -> Result<Result<(), String>, String> {
    let forward = in_tract(&prepared.forward, prepared)
        .and_then(|outputs| compare(&prepared.forward, &outputs, prepared));
    if forward.is_err() {
        return Ok(forward);
    }
    let outputs = in_tract(&prepared.branch, prepared)?;
    compare(&prepared.branch, &outputs, prepared)?;
    Ok(Ok(()))
}

/// The outputs of a model in tract, made ready for it as `attach` does.
fn in_tract(model: &Model, prepared: &Prepared) -> Result<Vec<ArrayD<f32>>, String> {
    let mut rewritten = model.clone();
    legalise(&mut rewritten, &prepared.shapes).map_err(|error| error.to_string())?;
    let mut plan = Plan::new(&rewritten)?;
    // The forward graph has all inputs but the last, the cotangent.
    let inputs = prepared.inputs.iter().take(model.graph().input.len());
    let inputs = inputs.map(|(_, values)| values.clone()).collect();
    plan.run(inputs, &mut |_, _| ())
        .map_err(|error| error.to_string())
}

/// Compares tract's outputs of a model with the evaluator's.
fn compare(model: &Model, found: &[ArrayD<f32>], prepared: &Prepared) -> Result<(), String> {
    for (output, found) in model.graph().output.iter().zip(found) {
        let wanted = prepared.value(&output.name);
        let limit = TRACT_LIMIT * greatest(wanted) + 1e-6;
        let is_near = || {
            let off = found.mapv(f64::from) - wanted;
            off.iter().all(|off| off.abs() <= limit)
        };
        if found.shape() != wanted.shape() || !is_near() {
            return Err(format!(
                "{} is {found:?} in tract, {wanted:?} wanted",
                output.name
            ));
        }
    }
    Ok(())
}

/// Whether the model's operator set has all of its operators.
fn allowed_operators(model: &Model) -> Result<(), String> {
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
