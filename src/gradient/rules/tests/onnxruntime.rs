//! Forward graph and branch in onnxruntime, an independent engine, compared with the
//! evaluator in f64. That checks the evaluator as well as the branch.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use ndarray::ArrayD;
use ndarray_npy::WriteNpyExt as _;
use proptest::strategy::{Strategy as _, ValueTree as _};

use super::case_generator::CaseGenerator;
use super::evaluated_case::EvaluatedCase;
use super::operator_case::{DrawCase, OperatorCase, Y};
use super::{OPERATORS, central_differences, forward_only};
use crate::gradient::relu_policy::ReluPolicy;
use crate::onnx::Model;
use crate::onnx::evaluator::evaluate;

/// Number of cases of each operator, unless GRADCAM_RULE_CASES states it.
const CASES: usize = 10;
/// Percentage of them that must run: an engine may lack an operator at some
/// operator set, which the script prints.
const MIN_RUN_PERCENT: usize = 95;

#[test]
fn onnxruntime_agrees_with_every_rule() {
    let write = |case: &OperatorCase, generator: &mut CaseGenerator, folder: &Path| {
        let cotangent = |count| generator.values(count, -1.0, 1.0);
        let evaluated = EvaluatedCase::new(case, ReluPolicy::Plain, cotangent)?;
        let outputs = evaluated.branch.graph().output.iter();
        let wanted: Vec<_> = outputs
            .map(|output| evaluated.value(&output.name))
            .collect();
        write_case(folder, &evaluated.branch, &evaluated.inputs, &wanted);
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
    run("forward-only", forward_only::OPERATORS, write_forward);
}

fn write_forward(case: &OperatorCase, _: &mut CaseGenerator, folder: &Path) -> Result<(), String> {
    let values = |model: &Model| evaluate(model.graph(), model.opset(), &case.values());
    let shape = values(&case.model(None)?)?[Y].shape().to_vec();
    let model = case.model(Some(&shape))?;
    let wanted = &values(&model)?[Y];
    write_case(folder, &model, &case.inputs, &[wanted.as_floats()?]);
    Ok(())
}

/// Writes cases of all operators and runs the script on them.
fn run(
    name: &str,
    operators: &[(&str, DrawCase)],
    write: impl Fn(&OperatorCase, &mut CaseGenerator, &Path) -> Result<(), String>,
) {
    let Ok(python) = std::env::var("GRADCAM_PYTHON") else {
        let line =
            "\nSKIPPED: the rules in onnxruntime. To run it: make test (it sets GRADCAM_PYTHON)\n";
        // The test runner captures println! but not this.
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
        let mut runner = central_differences::runner();
        for number in 0..cases {
            let mut generator = CaseGenerator::strategy()
                .new_tree(&mut runner)
                .unwrap()
                .current();
            let case = draw(&mut generator);
            let case_folder = folder.join(operator).join(number.to_string());
            if let Err(problem) = write(&case, &mut generator, &case_folder) {
                refused.push(format!("{operator} {number}: {problem}"));
            }
        }
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/check_rules.py");
    let min_cases = operators.len() * cases * MIN_RUN_PERCENT / 100;
    let output = Command::new(python)
        .arg(script)
        .arg(&folder)
        .args(["--least", &min_cases.to_string()])
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
