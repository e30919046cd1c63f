//! One node with the values of its inputs and its attributes: what an operator is
//! called with.

use std::collections::HashMap;

use ndarray::ArrayD;
use tract_onnx::pb;

use super::value::Value;
use crate::onnx::node;

/// The outputs of a node, in order; those that nobody asks for may be missing.
pub type Outputs = Result<Vec<Value>, String>;

pub struct Call<'a> {
    pub node: &'a pb::NodeProto,
    pub opset: i64,
    inputs: Vec<Option<&'a Value>>,
}

impl<'a> Call<'a> {
    pub fn new(
        node: &'a pb::NodeProto,
        opset: i64,
        values: &'a HashMap<String, Value>,
    ) -> Result<Self, String> {
        let value_of = |name: &String| match name.as_str() {
            "" => Ok(None),
            name => values
                .get(name)
                .map(Some)
                .ok_or_else(|| format!("the tensor '{name}' has no value")),
        };
        let inputs = node.input.iter().map(value_of).collect::<Result<_, _>>()?;
        Ok(Call {
            node,
            opset,
            inputs,
        })
    }

    /// Number of inputs, with those left out in between.
    pub fn count(&self) -> usize {
        self.inputs.len()
    }

    pub fn optional(&self, position: usize) -> Option<&'a Value> {
        self.inputs.get(position).copied().flatten()
    }

    pub fn value(&self, position: usize) -> Result<&'a Value, String> {
        self.optional(position)
            .ok_or_else(|| format!("input {position} is missing"))
    }

    pub fn floats(&self, position: usize) -> Result<&'a ArrayD<f64>, String> {
        self.value(position)?.as_floats()
    }

    pub fn optional_floats(&self, position: usize) -> Result<Option<&'a ArrayD<f64>>, String> {
        self.optional(position).map(Value::as_floats).transpose()
    }

    /// A list of integers that is an attribute up to an operator set and an
    /// input from then on.
    pub fn list(&self, name: &str, position: usize) -> Result<Option<Vec<i64>>, String> {
        match (self.ints(name), self.optional(position)) {
            (Some(list), _) => Ok(Some(list)),
            (None, input) => input.map(Value::as_ints).transpose(),
        }
    }

    pub fn int(&self, name: &str, default: i64) -> i64 {
        node::int(self.node, name).unwrap_or(default)
    }

    pub fn ints(&self, name: &str) -> Option<Vec<i64>> {
        node::ints(self.node, name).map(<[i64]>::to_vec)
    }

    /// A list of sizes, or `count` times `default` if the node has none.
    pub fn sizes(&self, name: &str, count: usize, default: usize) -> Vec<usize> {
        self.ints(name).map_or(vec![default; count], |list| {
            list.iter().map(|&size| size as usize).collect()
        })
    }

    pub fn float(&self, name: &str, default: f32) -> f64 {
        node::float(self.node, name).unwrap_or(default).into()
    }

    pub fn text(&self, name: &str, default: &str) -> String {
        node::text(self.node, name).unwrap_or_else(|| default.to_owned())
    }

    /// The attribute `axis`, counted from the start.
    pub fn axis(&self, default: i64, rank: usize) -> usize {
        from_start(self.int("axis", default), rank)
    }
}

/// An axis or index counted from the start; negative ones count from the end.
pub fn from_start(number: i64, size: usize) -> usize {
    (if number < 0 {
        number + size as i64
    } else {
        number
    }) as usize
}

/// One float tensor as a node's only output.
pub fn one(array: ArrayD<f64>) -> Outputs {
    Ok(vec![Value::Float(array)])
}
