//! Forward graph and branch in tract, compared with the evaluator in f64.

use ndarray::ArrayD;

use super::evaluated_case::{EvaluatedCase, max_magnitude};
use crate::network::ExecutionPlan;
use crate::onnx::{Model, legalise};

/// Largest error of tract, in f32, relative to the greatest magnitude of a tensor.
const MAX_RELATIVE_ERROR: f64 = 1e-4;

/// Runs forward graph and branch in tract. The inner error says that tract cannot
/// run the forward graph or has another result for it, whatever the branch is.
pub fn check(evaluated: &EvaluatedCase) -> Result<Result<(), String>, String> {
    let forward = run(&evaluated.forward, evaluated)
        .and_then(|outputs| compare(&evaluated.forward, &outputs, evaluated));
    if forward.is_err() {
        return Ok(forward);
    }
    let outputs = run(&evaluated.branch, evaluated)?;
    compare(&evaluated.branch, &outputs, evaluated)?;
    Ok(Ok(()))
}

/// The outputs of a model in tract, made ready for it as `attach` does.
fn run(model: &Model, evaluated: &EvaluatedCase) -> Result<Vec<ArrayD<f32>>, String> {
    let mut rewritten = model.clone();
    legalise(&mut rewritten, &evaluated.shapes).map_err(|error| error.to_string())?;
    let mut plan = ExecutionPlan::new(&rewritten).map_err(|error| format!("{error:?}"))?;
    // The forward graph has all inputs but the last, the cotangent.
    let inputs = evaluated.inputs.iter().take(model.graph().input.len());
    let inputs = inputs.map(|(_, values)| values.clone()).collect();
    plan.run(inputs, &mut |_, _| ())
        .map_err(|error| error.to_string())
}

/// Compares tract's outputs of a model with the evaluator's.
fn compare(model: &Model, found: &[ArrayD<f32>], evaluated: &EvaluatedCase) -> Result<(), String> {
    for (output, found) in model.graph().output.iter().zip(found) {
        let wanted = evaluated.value(&output.name);
        let limit = MAX_RELATIVE_ERROR * max_magnitude(wanted) + 1e-6;
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
