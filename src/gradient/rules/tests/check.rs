//! The comparisons that every case goes through.

use std::cell::Cell;

use ndarray::ArrayD;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::case::{Case, Draw, Prepared, Y};
use super::dice::Dice;
use crate::gradient::ReluPolicy;
use crate::network::Plan;
use crate::onnx::Model;
use crate::onnx::reference::{Value, evaluate};

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
        if cases.get() % TRACT_EVERY == 0 && tract(&prepared).map_err(TestCaseError::fail)? {
            in_tract.set(in_tract.get() + 1);
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
    println!(
        "{operator}: {} cases, {} with a slope, {} in tract",
        cases.get(),
        moved.get(),
        in_tract.get()
    );
    assert!(
        2 * moved.get() > cases.get(),
        "{operator}: hardly any case has a gradient"
    );
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
        let result = evaluate(prepared.forward.graph(), case.opset, &inputs)?;
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
            // Written so that NaN fails.
            if !((found - difference).abs() <= limit) {
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

/// Runs forward graph and branch in tract; false if tract cannot run the
/// forward graph, which is not the branch's fault.
pub fn tract(prepared: &Prepared) -> Result<bool, String> {
    if Plan::new(&prepared.forward).is_err() {
        return Ok(false);
    }
    let mut plan = Plan::new(&prepared.branch).map_err(|words| format!("tract: {words}"))?;
    let inputs = prepared
        .inputs
        .iter()
        .map(|(_, values)| values.clone())
        .collect();
    let outputs = plan
        .run(inputs, &mut |_, _| ())
        .map_err(|error| format!("tract: {error}"))?;
    for (output, found) in prepared.branch.graph().output.iter().zip(outputs) {
        let wanted = prepared.value(&output.name);
        let limit = TRACT_LIMIT * greatest(wanted) + 1e-6;
        let off = found.mapv(f64::from) - wanted;
        if found.shape() != wanted.shape() || !off.iter().all(|off| off.abs() <= limit) {
            return Err(format!(
                "{} is {found:?} in tract instead of {wanted:?}",
                output.name
            ));
        }
    }
    Ok(true)
}

/// Operators that came later than operator set 9, with the set they came with.
const NEWCOMERS: &[(&str, i64)] = &[
    ("Celu", 12),
    ("CumSum", 11),
    ("Einsum", 12),
    ("GatherElements", 11),
    ("GatherND", 11),
    ("Gelu", 20),
    ("GreaterOrEqual", 12),
    ("GroupNormalization", 18),
    ("HardSwish", 14),
    ("LayerNormalization", 17),
    ("LessOrEqual", 12),
    ("Mish", 18),
    ("Mod", 10),
    ("Range", 11),
    ("Resize", 10),
    ("Round", 11),
    ("ScatterElements", 11),
    ("ScatterND", 11),
    ("ThresholdedRelu", 10),
    ("Trilu", 14),
];

/// Whether the model's operator set has all of its operators.
fn allowed_operators(model: &Model) -> Result<(), String> {
    for node in &model.graph().node {
        let name = node.op_type.as_str();
        let since = NEWCOMERS.iter().find(|(newcomer, _)| *newcomer == name);
        let gone = name == "Upsample" && model.opset() > 9;
        if since.is_some_and(|(_, since)| model.opset() < *since) || gone {
            return Err(format!("operator set {} has no {name}", model.opset()));
        }
    }
    Ok(())
}
