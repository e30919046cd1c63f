//! One case: a small graph around the operator, and values for its inputs.

use std::collections::HashMap;
use std::fmt;

use ndarray::{ArrayD, IxDyn};
use prost::Message as _;

use super::dice::Dice;
use crate::gradient::{ReluPolicy, differentiate};
use crate::onnx::evaluator::{Value, evaluate};
use crate::onnx::testing::{GraphBuilder, model};
use crate::onnx::{Limits, Model, Shapes, infer_shapes, node, pb, tensor};

/// Name of the output.
pub const Y: &str = "y";
/// Name of the branch's input.
pub const COTANGENT: &str = "cotangent";

/// Draws a case.
pub type Draw = fn(&mut Dice) -> Case;

pub struct Case {
    pub opset: i64,
    pub graph: GraphBuilder,
    /// Inputs with their values; the gradient is wanted at each.
    pub inputs: Vec<(String, ArrayD<f32>)>,
    constants: usize,
}

impl Case {
    pub fn new(opset: i64) -> Self {
        Case {
            opset,
            graph: GraphBuilder::new(&[]),
            inputs: Vec::new(),
            constants: 0,
        }
    }

    /// An input that wants its gradient.
    pub fn active(&mut self, shape: &[usize], values: Vec<f32>) -> String {
        let name = format!("x{}", self.inputs.len());
        self.graph.graph.input.push(node::float_value(&name, shape));
        let values = ArrayD::from_shape_vec(IxDyn(shape), values).unwrap();
        self.inputs.push((name.clone(), values));
        name
    }

    fn fresh(&mut self) -> String {
        self.constants += 1;
        format!("c{}", self.constants)
    }

    /// Weights.
    pub fn constant(&mut self, shape: &[usize], values: &[f32]) -> String {
        let name = self.fresh();
        self.graph.floats(&name, shape, values);
        name
    }

    /// A list of integers.
    pub fn ints(&mut self, values: &[i64]) -> String {
        self.shaped_ints(&[values.len()], values)
    }

    pub fn shaped_ints(&mut self, shape: &[usize], values: &[i64]) -> String {
        let name = self.fresh();
        let initialiser = tensor::from_ints(&name, shape, values);
        self.graph.graph.initializer.push(initialiser);
        name
    }

    pub fn bools(&mut self, shape: &[usize], values: &[bool]) -> String {
        let name = self.fresh();
        self.graph.graph.initializer.push(pb::TensorProto {
            name: name.clone(),
            dims: shape.iter().map(|&size| size as i64).collect(),
            data_type: pb::tensor_proto::DataType::Bool as i32,
            raw_data: values.iter().map(|&value| u8::from(value)).collect(),
            ..Default::default()
        });
        name
    }

    /// An input or weights.
    pub fn operand(&mut self, active: bool, shape: &[usize], values: Vec<f32>) -> String {
        match active {
            true => self.active(shape, values),
            false => self.constant(shape, &values),
        }
    }

    /// The node whose output is `y`; attributes can follow.
    pub fn node<S: AsRef<str>>(&mut self, operator: &str, inputs: &[S]) -> &mut GraphBuilder {
        self.node_to(operator, inputs, Y)
    }

    /// A node with an output of another name.
    pub fn node_to<S: AsRef<str>>(
        &mut self,
        operator: &str,
        inputs: &[S],
        output: &str,
    ) -> &mut GraphBuilder {
        let inputs: Vec<&str> = inputs.iter().map(AsRef::as_ref).collect();
        self.graph
            .node(operator, &format!("node of {output}"), &inputs, output)
    }

    /// The forward graph alone, its output of this shape.
    pub fn model(&self, output: Option<&[usize]>) -> Result<Model, String> {
        let mut graph = GraphBuilder {
            graph: self.graph.graph.clone(),
        };
        graph
            .graph
            .output
            .push(node::float_value(Y, output.unwrap_or_default()));
        if output.is_none() {
            forget_shape(&mut graph.graph.output[0]);
        }
        let mut proto = model(graph);
        proto.opset_import[0].version = self.opset;
        // What the versions of the format that came with these operator sets were.
        proto.ir_version = match self.opset {
            ..15 => 7,
            15..19 => 8,
            19..21 => 9,
            _ => 10,
        };
        Model::decode(&proto.encode_to_vec(), Limits::default()).map_err(|error| error.to_string())
    }

    /// The values of the inputs, widened.
    pub fn values(&self) -> HashMap<String, Value> {
        let widened = |values: &ArrayD<f32>| Value::Float(values.mapv(f64::from));
        let inputs = self.inputs.iter();
        inputs
            .map(|(name, values)| (name.clone(), widened(values)))
            .collect()
    }
}

fn forget_shape(value: &mut pb::ValueInfoProto) {
    if let Some(pb::type_proto::Value::TensorType(tensor)) =
        value.r#type.as_mut().and_then(|kind| kind.value.as_mut())
    {
        tensor.shape = None;
    }
}

impl fmt::Display for Case {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        writeln!(out, "operator set {}", self.opset)?;
        for (name, values) in &self.inputs {
            writeln!(
                out,
                "input {name} {:?}: {:?}",
                values.shape(),
                values.as_slice().unwrap()
            )?;
        }
        for initialiser in &self.graph.graph.initializer {
            let value = Value::from_proto(initialiser).map(|value| {
                let values = value.to_f64();
                format!("{:?}: {:?}", value.shape(), values.as_slice().unwrap())
            });
            writeln!(
                out,
                "constant {} {}",
                initialiser.name,
                value.unwrap_or_default()
            )?;
        }
        for node in &self.graph.graph.node {
            write!(out, "{:?} = {} {:?}", node.output, node.op_type, node.input)?;
            for attribute in &node.attribute {
                let text = String::from_utf8_lossy(&attribute.s);
                let (int, float, ints) = (attribute.i, attribute.f, &attribute.ints);
                write!(out, "; {} {int} {float} {ints:?} {text:?}", attribute.name)?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

/// A case that was run forward in f64, with its branch.
pub struct Prepared {
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

impl Prepared {
    /// `cotangent` gives so many values for the branch's input.
    pub fn new(
        case: &Case,
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
            let own = format!("gradient of {name}");
            branch
                .graph_mut()
                .node
                .push(node::new("Identity", &[gradient], &own));
            branch
                .graph_mut()
                .output
                .push(node::float_value(&own, values.shape()));
            gradients.push(own);
        }
        let widened = |values: &ArrayD<f32>| Value::Float(values.mapv(f64::from));
        let given = inputs
            .iter()
            .map(|(name, values)| (name.clone(), widened(values)))
            .collect();
        let values = evaluate(branch.graph(), branch.opset(), &given)?;
        Ok(Prepared {
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

/// The output's shape by the evaluator, and all shapes by inference, which must
/// agree.
fn shapes(case: &Case) -> Result<(Vec<usize>, Shapes), String> {
    let model = case.model(None)?;
    let values = evaluate(model.graph(), model.opset(), &case.values())?;
    let shapes = infer_shapes(&model, &[]).map_err(|error| error.to_string())?;
    for node in &model.graph().node {
        for name in &node.output {
            let (inferred, found) = (shapes.get(name), values.get(name).map(Value::shape));
            // Outputs that nobody reads may stay unknown.
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
