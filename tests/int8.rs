//! A file with int8 weights is explained like the file of float32 weights that
//! they stand for.
#![cfg(feature = "network")]

use gradcam::engine::Session;
use gradcam::gradient::AttachOptions;
use gradcam::onnx::pb::{self, tensor_proto::DataType};
use gradcam::onnx::{node, tensor};
use ndarray::Array4;
use prost::Message as _;

const CHANNELS: usize = 8;
const CLASSES: usize = 5;

/// int8 values with a scale for each channel along an axis.
struct Weights {
    name: &'static str,
    dims: Vec<usize>,
    axis: usize,
    values: Vec<i8>,
    scales: Vec<f32>,
}

impl Weights {
    fn new(name: &'static str, dims: &[usize], axis: usize) -> Weights {
        let count: usize = dims.iter().product();
        let step = 2.0 / dims.iter().product::<usize>() as f32;
        Weights {
            name,
            dims: dims.to_vec(),
            axis,
            values: (0..count)
                .map(|place| ((place * 89) % 255) as i16 as u8 as i8)
                .collect(),
            scales: (0..dims[axis])
                .map(|channel| step * (1.0 + 0.3 * channel as f32))
                .collect(),
        }
    }

    /// The values that they stand for, by the definition.
    fn floats(&self) -> Vec<f32> {
        let inner: usize = self.dims[self.axis + 1..].iter().product();
        let channel = |place: usize| place / inner % self.dims[self.axis];
        let values = self.values.iter().enumerate();
        values
            .map(|(place, &value)| f32::from(value) * self.scales[channel(place)])
            .collect()
    }

    fn add_to(&self, graph: &mut pb::GraphProto, as_int8: bool) {
        if !as_int8 {
            graph
                .initializer
                .push(tensor::from_floats(self.name, &self.dims, &self.floats()));
            return;
        }
        let (stored, scale) = (
            format!("{}/int8", self.name),
            format!("{}/scale", self.name),
        );
        graph.initializer.push(pb::TensorProto {
            name: stored.clone(),
            dims: self.dims.iter().map(|&size| size as i64).collect(),
            data_type: DataType::Int8 as i32,
            raw_data: self.values.iter().map(|&value| value as u8).collect(),
            ..Default::default()
        });
        let sizes = [self.scales.len()];
        graph
            .initializer
            .push(tensor::from_floats(&scale, &sizes, &self.scales));
        let mut widen = node::new("DequantizeLinear", &[&stored, &scale], self.name);
        widen
            .attribute
            .push(node::int_attribute("axis", self.axis as i64));
        graph.node.push(widen);
    }
}

/// Picture [1, 3, 12, 12] → Conv 3×3 → ReLU → mean → Dense, as exporters write it.
fn classifier(as_int8: bool) -> Vec<u8> {
    let mut graph = pb::GraphProto {
        name: "classifier".into(),
        input: vec![node::float_value("image", &[1, 3, 12, 12])],
        output: vec![node::float_value("logits", &[1, CLASSES])],
        ..Default::default()
    };
    Weights::new("kernel", &[CHANNELS, 3, 3, 3], 0).add_to(&mut graph, as_int8);
    Weights::new("dense", &[CHANNELS, CLASSES], 1).add_to(&mut graph, as_int8);
    graph.node.extend([
        node::new("Conv", &["image", "kernel"], "conv"),
        node::new("Relu", &["conv"], "relu"),
        node::new("GlobalAveragePool", &["relu"], "pool"),
        node::new("Flatten", &["pool"], "flat"),
        node::new("MatMul", &["flat", "dense"], "logits"),
    ]);
    let opset = pb::OperatorSetIdProto {
        version: 17,
        ..Default::default()
    };
    let model = pb::ModelProto {
        ir_version: 8,
        opset_import: vec![opset],
        graph: Some(graph),
        ..Default::default()
    };
    model.encode_to_vec()
}

#[test]
fn logits_and_maps_are_those_of_the_weights_they_stand_for() {
    let picture = Array4::from_shape_fn((1, 3, 12, 12), |(_, channel, y, x)| {
        ((channel * 7 + y * 5 + x * 3) % 11) as f32 / 5.0 - 1.0
    });
    let [(logits, map), wanted] = [true, false].map(|as_int8| {
        let mut session = Session::default();
        let file = classifier(as_int8);
        session
            .load(&file, &AttachOptions::default(), &mut |_, _, _| ())
            .unwrap();
        let prediction = session
            .predict_tensor(picture.clone(), &mut |_, _, _| ())
            .unwrap();
        (
            prediction.logits,
            session.explain("grad-cam", 2).unwrap().0.values,
        )
    });
    assert!(logits.iter().any(|&logit| logit.abs() > 1e-3), "{logits:?}");
    assert_eq!((logits, map), wanted);
}
