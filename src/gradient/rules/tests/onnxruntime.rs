//! Forward graph and branch in onnxruntime, an engine that is not ours, against
//! the evaluator in f64. That proves the evaluator as well as the branch.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use ndarray::ArrayD;
use ndarray_npy::WriteNpyExt as _;
use proptest::strategy::{Strategy as _, ValueTree as _};

use super::case::{Case, Draw, Prepared, Y};
use super::dice::Dice;
use super::{OPERATORS, check, forward};
use crate::gradient::ReluPolicy;
use crate::onnx::Model;
use crate::onnx::evaluator::evaluate;

/// Cases of each operator, unless GRADCAM_RULE_CASES asks for more.
const CASES: usize = 10;
/// So many per cent of them must run: an engine may lack an operator at some
/// operator set, and the script says so aloud.
const LEAST_PERCENT: usize = 95;

#[test]
fn onnxruntime_agrees_with_every_rule() {
    let write = |case: &Case, dice: &mut Dice, folder: &Path| {
        let cotangent = |count| dice.values(count, -1.0, 1.0);
        let prepared = Prepared::new(case, ReluPolicy::Plain, cotangent)?;
        let outputs = prepared.branch.graph().output.iter();
        let wanted: Vec<_> = outputs.map(|output| prepared.value(&output.name)).collect();
        write_case(folder, &prepared.branch, &prepared.inputs, &wanted);
        Ok(())
    };
    run("rules", OPERATORS, write);
}

#[test]
fn onnxruntime_agrees_with_the_evaluator_where_there_are_rules() {
    run("forward", OPERATORS, write_forward);
}

#[test]
fn onnxruntime_agrees_with_the_evaluator_where_there_are_none() {
    run("forward-only", forward::OPERATORS, write_forward);
}

fn write_forward(case: &Case, _: &mut Dice, folder: &Path) -> Result<(), String> {
    let values = |model: &Model| evaluate(model.graph(), model.opset(), &case.values());
    let shape = values(&case.model(None)?)?[Y].shape().to_vec();
    let model = case.model(Some(&shape))?;
    let wanted = &values(&model)?[Y];
    write_case(folder, &model, &case.inputs, &[wanted.as_floats()?]);
    Ok(())
}

/// Writes cases of all operators and hands them to the script.
fn run(
    name: &str,
    operators: &[(&str, Draw)],
    write: impl Fn(&Case, &mut Dice, &Path) -> Result<(), String>,
) {
    let Ok(python) = std::env::var("GRADCAM_PYTHON") else {
        let line =
            "\nSKIPPED: the rules in onnxruntime. To run it: make test (it sets GRADCAM_PYTHON)\n";
        // Past the test runner's capture.
        let _ = std::io::stderr().write_all(line.as_bytes());
        return;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/rules")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    let asked = std::env::var("GRADCAM_RULE_CASES").ok();
    let cases = asked.map_or(CASES, |count| count.parse().unwrap());
    let mut refused = Vec::new();
    for (operator, draw) in operators {
        let mut runner = check::runner();
        for number in 0..cases {
            let mut dice = Dice::strategy().new_tree(&mut runner).unwrap().current();
            let case = draw(&mut dice);
            let place = folder.join(operator).join(number.to_string());
            if let Err(problem) = write(&case, &mut dice, &place) {
                refused.push(format!("{operator} {number}: {problem}"));
            }
        }
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/check_rules.py");
    let least = operators.len() * cases * LEAST_PERCENT / 100;
    let output = Command::new(python)
        .arg(script)
        .arg(&folder)
        .args(["--least", &least.to_string()])
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    println!("{said}");
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(output.status.success(), "onnxruntime disagrees");
}

/// The model, and its inputs and outputs as numbered arrays.
fn write_case(
    folder: &Path,
    model: &Model,
    inputs: &[(String, ArrayD<f32>)],
    outputs: &[&ArrayD<f64>],
) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("model.onnx"), model.encode()).unwrap();
    let create = |name: String| fs::File::create(folder.join(name)).unwrap();
    for (number, (_, values)) in inputs.iter().enumerate() {
        values
            .write_npy(create(format!("input.{number}.npy")))
            .unwrap();
    }
    for (number, values) in outputs.iter().enumerate() {
        values
            .write_npy(create(format!("output.{number}.npy")))
            .unwrap();
    }
}
