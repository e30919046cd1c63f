//! One case: a small graph around one operator, and values for its inputs.

use std::collections::HashMap;
use std::fmt;

use ndarray::{ArrayD, IxDyn};
use prost::Message as _;

use super::case_generator::CaseGenerator;
use crate::onnx::evaluator::Value;
use crate::onnx::testing::{GraphBuilder, model};
use crate::onnx::{Limits, Model, node, pb, tensor};

/// Name of the output.
pub const Y: &str = "y";

/// Draws a case of one operator.
pub type DrawCase = fn(&mut CaseGenerator) -> OperatorCase;

/// A graph around one operator.
pub struct OperatorCase {
    pub opset: i64,
    pub graph: GraphBuilder,
    /// Active inputs, whose gradients are checked, with their values.
    pub inputs: Vec<(String, ArrayD<f32>)>,
    /// Constants so far, for their names.
    constants: usize,
}

impl OperatorCase {
    pub fn new(opset: i64) -> Self {
        OperatorCase {
            opset,
            graph: GraphBuilder::new(&[]),
            inputs: Vec::new(),
            constants: 0,
        }
    }

    /// An input whose gradient is checked.
    pub fn active(&mut self, shape: &[usize], values: Vec<f32>) -> String {
        let name = format!("x{}", self.inputs.len());
        self.graph.graph.input.push(node::float_value(&name, shape));
        let values = ArrayD::from_shape_vec(IxDyn(shape), values).unwrap();
        self.inputs.push((name.clone(), values));
        name
    }

    fn constant_name(&mut self) -> String {
        self.constants += 1;
        format!("c{}", self.constants)
    }

    /// A float32 constant.
    pub fn constant(&mut self, shape: &[usize], values: &[f32]) -> String {
        let name = self.constant_name();
        self.graph.floats(&name, shape, values);
        name
    }

    /// An int64 constant with one axis.
    pub fn ints(&mut self, values: &[i64]) -> String {
        self.shaped_ints(&[values.len()], values)
    }

    /// An int64 constant.
    pub fn shaped_ints(&mut self, shape: &[usize], values: &[i64]) -> String {
        let name = self.constant_name();
        let initialiser = tensor::from_ints(&name, shape, values);
        self.graph.graph.initializer.push(initialiser);
        name
    }

    /// A constant of truth values.
    pub fn bools(&mut self, shape: &[usize], values: &[bool]) -> String {
        let name = self.constant_name();
        self.graph.graph.initializer.push(pb::TensorProto {
            name: name.clone(),
            dims: shape.iter().map(|&size| size as i64).collect(),
            data_type: pb::tensor_proto::DataType::Bool as i32,
            raw_data: values.iter().map(|&value| u8::from(value)).collect(),
            ..Default::default()
        });
        name
    }

    /// An active input, or a constant.
    pub fn operand(&mut self, active: bool, shape: &[usize], values: Vec<f32>) -> String {
        if active {
            self.active(shape, values)
        } else {
            self.constant(shape, &values)
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

    /// The forward graph alone, its output of this shape, or of none stated.
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
        // The version of the file format that came with each operator set.
        proto.ir_version = match self.opset {
            ..15 => 7,
            15..19 => 8,
            19..21 => 9,
            _ => 10,
        };
        Model::decode(&proto.encode_to_vec(), Limits::default()).map_err(|error| error.to_string())
    }

    /// The values of the inputs in f64.
    pub fn values(&self) -> HashMap<String, Value> {
        to_f64(&self.inputs)
    }
}

/// Named values in f64.
pub fn to_f64(values: &[(String, ArrayD<f32>)]) -> HashMap<String, Value> {
    let to_f64 = |values: &ArrayD<f32>| Value::Float(values.mapv(f64::from));
    values
        .iter()
        .map(|(name, values)| (name.clone(), to_f64(values)))
        .collect()
}

fn forget_shape(value: &mut pb::ValueInfoProto) {
    if let Some(pb::type_proto::Value::TensorType(tensor)) =
        value.r#type.as_mut().and_then(|kind| kind.value.as_mut())
    {
        tensor.shape = None;
    }
}

impl fmt::Display for OperatorCase {
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
