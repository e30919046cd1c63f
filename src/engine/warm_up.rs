//! Reads a small network, runs it and explains a small picture, before there is a model.
//!
//! Browsers compile a function of WebAssembly when it is first called. Reading the first model
//! calls some thousand of them, one after the other; while a model is fetched there is time for
//! that.

use std::sync::atomic::{AtomicBool, Ordering};

use prost::Message as _;

use super::session::Session;
use super::session_error::SessionError;
use crate::gradient::AttachOptions;
use crate::network::kernels;
use crate::onnx::{node, pb, tensor};

/// A picture of 8 × 8 equal pixels, in PNG format.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08\x08\x02\0\0\0Km)\xdc\
    \0\0\0\x11IDATx\xdac8\x91b\x84\x151\x0c-\x09\0VFW\x81AR\0\x97\0\0\0\0IEND\xaeB`\x82";

/// Height and width of the network's picture.
const SIZE: usize = 16;
/// Channels behind its first convolution.
const CHANNELS: usize = 8;
const CLASSES: usize = 4;

/// Whether a model is there: from then on what is still to be compiled is compiled for it.
static IS_OVER: AtomicBool = AtomicBool::new(false);

/// No further step is taken, on whichever thread.
pub fn end() {
    IS_OVER.store(true, Ordering::Relaxed);
}

/// Whether it has [ended](end).
pub fn is_over() -> bool {
    IS_OVER.load(Ordering::Relaxed)
}

/// What is done of it.
#[derive(Default)]
pub struct WarmUp {
    session: Session,
    steps_done: usize,
}

impl WarmUp {
    /// Takes the next step, some dozen milliseconds where nothing is compiled yet, unless the
    /// warm-up has [ended](end). Whether there is another one.
    ///
    /// # Errors
    /// Those of a session, which a real model would have, too.
    pub fn step(&mut self) -> Result<bool, SessionError> {
        if is_over() {
            return Ok(false);
        }
        kernels::without_autotuning(|| self.next_step())
    }

    fn next_step(&mut self) -> Result<bool, SessionError> {
        let mut quiet = |_, _, _| ();
        match self.steps_done {
            0 => {
                let (file, options) = (network().encode_to_vec(), AttachOptions::default());
                self.session.load(file, &options, &mut quiet)?;
            }
            1 => {
                self.session.predict(PICTURE, "", &mut quiet)?;
            }
            _ => {
                self.session.explain("grad-cam", 0)?;
            }
        }
        self.steps_done += 1;
        Ok(self.steps_done < 3)
    }
}

/// Writes a network node by node.
#[derive(Default)]
struct Graph(pb::GraphProto);

impl Graph {
    /// Adds a node that is named as its output.
    fn add(&mut self, operator: &str, inputs: &[&str], output: &str, ints: &[(&str, &[i64])]) {
        let mut added = node::new(operator, inputs, output);
        let attributes = ints.iter().map(|(name, values)| match values {
            [value] => node::int_attribute(name, *value),
            _ => node::ints_attribute(name, values),
        });
        added.attribute.extend(attributes);
        self.0.node.push(added);
    }

    /// Adds float16 weights, and the node that widens them.
    fn weights(&mut self, name: &str, dims: &[usize]) {
        let stored = format!("{name}/f16");
        let count: usize = dims.iter().product();
        self.0.initializer.push(pb::TensorProto {
            name: stored.clone(),
            dims: dims.iter().map(|&size| size as i64).collect(),
            data_type: pb::tensor_proto::DataType::Float16 as i32,
            raw_data: half::f16::from_f32(0.125).to_le_bytes().repeat(count),
            ..Default::default()
        });
        let to = pb::tensor_proto::DataType::Float as i64;
        self.add("Cast", &[&stored], name, &[("to", &[to])]);
    }

    /// Adds a convolution with a bias.
    fn convolution(
        &mut self,
        input: &str,
        output: &str,
        dims: [usize; 4],
        [group, stride]: [usize; 2],
    ) {
        let (weights, bias) = (format!("{output}/w"), format!("{output}/b"));
        self.weights(&weights, &dims);
        self.weights(&bias, &dims[..1]);
        let padding = (dims[2] / 2) as i64;
        let attributes: [(&str, &[i64]); 3] = [
            ("group", &[group as i64]),
            ("strides", &[stride as i64; 2]),
            ("pads", &[padding; 4]),
        ];
        self.add("Conv", &[input, &weights, &bias], output, &attributes);
    }
}

/// A classifier with what most networks have: a first convolution, a block of separable
/// convolutions beside a shortcut, pooling and a dense layer; with float16 weights, as the
/// models of the site.
fn network() -> pb::ModelProto {
    let mut graph = Graph::default();
    graph.0.input = vec![node::float_value("image", &[1, SIZE, SIZE, 3])];
    graph.add(
        "Transpose",
        &["image"],
        "planes",
        &[("perm", &[0, 3, 1, 2])],
    );
    graph.convolution("planes", "stem", [CHANNELS, 3, 3, 3], [1, 2]);
    graph.add("Relu", &["stem"], "stem/act", &[]);
    graph.convolution("stem/act", "depthwise", [CHANNELS, 1, 3, 3], [CHANNELS, 1]);
    graph.convolution(
        "depthwise",
        "pointwise",
        [2 * CHANNELS, CHANNELS, 1, 1],
        [1, 1],
    );
    graph.add("Relu", &["pointwise"], "pointwise/act", &[]);
    let window: [(&str, &[i64]); 3] = [
        ("kernel_shape", &[3, 3]),
        ("strides", &[2, 2]),
        ("pads", &[1, 1, 1, 1]),
    ];
    graph.add("MaxPool", &["pointwise/act"], "pool", &window);
    graph.convolution(
        "stem/act",
        "shortcut",
        [2 * CHANNELS, CHANNELS, 1, 1],
        [1, 2],
    );
    graph.add("Add", &["pool", "shortcut"], "sum", &[]);
    graph.convolution("sum", "last", [2 * CHANNELS, 2 * CHANNELS, 1, 1], [1, 1]);
    graph.add("Relu", &["last"], "last/act", &[]);
    graph.add("GlobalAveragePool", &["last/act"], "mean", &[]);
    let axes = tensor::from_ints("axes", &[2], &[2, 3]);
    graph.0.initializer.push(axes);
    graph.add("Squeeze", &["mean", "axes"], "features", &[]);
    graph.weights("dense/w", &[CLASSES, 2 * CHANNELS]);
    graph.weights("dense/b", &[CLASSES]);
    graph.add(
        "Gemm",
        &["features", "dense/w", "dense/b"],
        "logits",
        &[("transB", &[1])],
    );
    graph.0.output = vec![node::float_value("logits", &[1, CLASSES])];
    pb::ModelProto {
        ir_version: 8,
        opset_import: vec![pb::OperatorSetIdProto {
            domain: String::new(),
            version: 17,
        }],
        graph: Some(graph.0),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_taken() {
        let mut warm_up = WarmUp::default();
        let steps = (1..).take_while(|_| warm_up.step().unwrap());
        assert_eq!(steps.count(), 2);
        let description = warm_up.session.description().unwrap();
        assert_eq!(description.layer, "last/act");
        assert_eq!(warm_up.session.runs(), 1);
    }
}
