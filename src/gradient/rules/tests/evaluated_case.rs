//! A case with its branch, evaluated in f64.

use std::collections::HashMap;

use ndarray::{ArrayD, IxDyn};

use super::operator_case::{OperatorCase, Y, to_f64};
use crate::gradient::backward_pass::differentiate;
use crate::gradient::relu_policy::ReluPolicy;
use crate::onnx::evaluator::{Value, evaluate};
use crate::onnx::{Model, Shapes, infer_shapes, node};

/// Name of the branch's input.
pub const COTANGENT: &str = "cotangent";

/// A case with its branch, evaluated in f64.
pub struct EvaluatedCase {
    pub forward: Model,
    /// The same graph with the branch; its outputs are `y` and the gradients.
    pub branch: Model,
    /// Names of the gradients, one for each input of the case.
    pub gradients: Vec<String>,
    /// Shapes of the forward graph.
    pub shapes: Shapes,
    /// Values of the inputs and the cotangent.
    pub inputs: Vec<(String, ArrayD<f32>)>,
    /// Values of the tensors of the branch and of the forward graph.
    pub values: HashMap<String, Value>,
}

impl EvaluatedCase {
    /// `cotangent` gives the values of the branch's input, of which it is told the
    /// number.
    pub fn new(
        case: &OperatorCase,
        policy: ReluPolicy,
        cotangent: impl FnOnce(usize) -> Vec<f32>,
    ) -> Result<Self, String> {
        let (shape, shapes) = shapes(case)?;
        let forward = case.model(Some(&shape))?;
        let mut branch = forward.clone();
        let mut inputs = case.inputs.clone();
        let cotangent = cotangent(shape.iter().product());
        let cotangent = ArrayD::from_shape_vec(IxDyn(&shape), cotangent).unwrap();
        inputs.push((COTANGENT.to_owned(), cotangent));
        branch
            .graph_mut()
            .input
            .push(node::float_value(COTANGENT, &shape));
        let wanted: Vec<&str> = case.inputs.iter().map(|(name, _)| name.as_str()).collect();
        let found = differentiate(&mut branch, &shapes, Y, COTANGENT, &wanted, policy)
            .map_err(|error| error.to_string())?;
        let mut gradients = Vec::new();
        for ((name, values), gradient) in case.inputs.iter().zip(&found) {
            // Two inputs may share one tensor as their gradient, but no two outputs.
            let output = format!("gradient of {name}");
            branch
                .graph_mut()
                .node
                .push(node::new("Identity", &[gradient], &output));
            branch
                .graph_mut()
                .output
                .push(node::float_value(&output, values.shape()));
            gradients.push(output);
        }
        let values = evaluate(branch.graph(), branch.opset(), &to_f64(&inputs))?;
        Ok(EvaluatedCase {
            forward,
            branch,
            gradients,
            shapes,
            inputs,
            values,
        })
    }

    /// A tensor in f64.
    pub fn value(&self, name: &str) -> &ArrayD<f64> {
        self.values[name].as_floats().unwrap()
    }
}

/// The output's shape by the evaluator, and all shapes by inference; an error where
/// they differ.
fn shapes(case: &OperatorCase) -> Result<(Vec<usize>, Shapes), String> {
    let model = case.model(None)?;
    let values = evaluate(model.graph(), model.opset(), &case.values())?;
    let shapes = infer_shapes(&model, &[]).map_err(|error| error.to_string())?;
    for node in &model.graph().node {
        for name in &node.output {
            let (inferred, found) = (shapes.get(name), values.get(name).map(Value::shape));
            // The shapes of outputs that no node reads may stay unknown.
            let known = inferred.is_some() || name == Y;
            if known && inferred != found {
                return Err(format!(
                    "{name} has the shape {found:?}; inferred is {inferred:?}"
                ));
            }
        }
    }
    Ok((values[Y].shape().to_vec(), shapes))
}

/// The greatest magnitude of all values; 0 if there are none.
pub fn max_magnitude(values: &ArrayD<f64>) -> f64 {
    values.iter().fold(0.0, |max, value| value.abs().max(max))
}
