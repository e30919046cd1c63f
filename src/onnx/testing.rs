//! Small models for tests, built node by node. Compiled for tests alone.

use tract_onnx::pb;

use super::{node, tensor};

/// Writes a graph node by node.
pub struct GraphBuilder {
    pub graph: pb::GraphProto,
}

impl GraphBuilder {
    pub fn new(inputs: &[(&str, &[usize])]) -> Self {
        let input = inputs
            .iter()
            .map(|(name, shape)| node::float_value(name, shape))
            .collect();
        GraphBuilder {
            graph: pb::GraphProto {
                name: "test".into(),
                input,
                ..Default::default()
            },
        }
    }

    pub fn node(&mut self, operator: &str, name: &str, inputs: &[&str], output: &str) -> &mut Self {
        let mut added = node::new(operator, inputs, output);
        added.name = name.into();
        self.graph.node.push(added);
        self
    }

    /// The node added last.
    pub fn last(&mut self) -> &mut pb::NodeProto {
        self.graph.node.last_mut().unwrap()
    }

    pub fn int(&mut self, name: &str, value: i64) -> &mut Self {
        self.last().attribute.push(node::int_attribute(name, value));
        self
    }

    pub fn ints(&mut self, name: &str, values: &[i64]) -> &mut Self {
        self.last()
            .attribute
            .push(node::ints_attribute(name, values));
        self
    }

    pub fn float(&mut self, name: &str, value: f32) -> &mut Self {
        self.last()
            .attribute
            .push(node::float_attribute(name, value));
        self
    }

    pub fn text(&mut self, name: &str, value: &str) -> &mut Self {
        let attribute = pb::AttributeProto {
            name: name.into(),
            r#type: pb::attribute_proto::AttributeType::String as i32,
            s: value.into(),
            ..Default::default()
        };
        self.last().attribute.push(attribute);
        self
    }

    pub fn floats(&mut self, name: &str, dims: &[usize], values: &[f32]) -> &mut Self {
        self.graph
            .initializer
            .push(tensor::from_floats(name, dims, values));
        self
    }

    pub fn int64s(&mut self, name: &str, values: &[i64]) -> &mut Self {
        self.graph
            .initializer
            .push(tensor::from_ints(name, &[values.len()], values));
        self
    }

    pub fn output(mut self, name: &str, shape: &[usize]) -> Self {
        self.graph.output.push(node::float_value(name, shape));
        self
    }

    /// Picture [1, 2, 3, 3] → pooled → Dense 2 → logits [1, 2].
    pub fn linear_classifier() -> Self {
        let mut graph = GraphBuilder::new(&[("x", &[1, 2, 3, 3])]);
        graph.node("GlobalAveragePool", "pool", &["x"], "p");
        graph.node("Flatten", "flatten", &["p"], "f");
        graph
            .floats("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0])
            .floats("b", &[2], &[0.5, -0.5]);
        graph.node("Gemm", "dense", &["f", "w", "b"], "y");
        graph.output("y", &[1, 2])
    }
}

/// A model file's message around a graph, in operator set 17.
pub fn model(graph: GraphBuilder) -> pb::ModelProto {
    pb::ModelProto {
        ir_version: 8,
        opset_import: vec![pb::OperatorSetIdProto {
            domain: String::new(),
            version: 17,
        }],
        graph: Some(graph.graph),
        ..Default::default()
    }
}
