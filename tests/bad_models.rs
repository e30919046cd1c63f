//! Files that are no convolutional classifiers of pictures: each gets a sentence
//! that names the place. Damaged files have their tests beside the decoder, and
//! in the fuzz test.
#![cfg(feature = "cli")]

mod common;

use std::process::Command;

use common::empty_folder;
use gradcam::gradient::{self, AttachOptions, Attached};
use gradcam::onnx::{Limits, Model, node, pb, tensor};
use pb::attribute_proto::AttributeType;
use prost::Message as _;

/// A network, written node by node.
struct Net(pb::GraphProto);

impl Net {
    fn new(input: &str, shape: &[usize]) -> Self {
        Net(pb::GraphProto {
            input: vec![node::float_value(input, shape)],
            ..Default::default()
        })
    }

    fn weights(mut self, name: &str, dims: &[usize]) -> Self {
        let values = vec![0.1; dims.iter().product()];
        self.0
            .initializer
            .push(tensor::from_floats(name, dims, &values));
        self
    }

    fn ints(mut self, name: &str, values: &[i64]) -> Self {
        let list = tensor::from_ints(name, &[values.len()], values);
        self.0.initializer.push(list);
        self
    }

    fn op(mut self, operator: &str, inputs: &[&str], output: &str) -> Self {
        self.0.node.push(node::new(operator, inputs, output));
        self
    }

    fn with(mut self, attribute: pb::AttributeProto) -> Self {
        self.0.node.last_mut().unwrap().attribute.push(attribute);
        self
    }

    /// A convolution of the picture `x` to 8 × 8 pixels of 16 channels.
    fn stem() -> Self {
        Net::new("x", &[1, 3, 32, 32])
            .weights("kernel", &[16, 3, 4, 4])
            .op("Conv", &["x", "kernel"], "patches")
            .with(node::ints_attribute("strides", &[4, 4]))
    }

    fn file(mut self, output: &str, shape: &[usize]) -> pb::ModelProto {
        self.0.output.push(node::float_value(output, shape));
        pb::ModelProto {
            ir_version: 8,
            opset_import: vec![pb::OperatorSetIdProto {
                version: 17,
                ..Default::default()
            }],
            graph: Some(self.0),
            ..Default::default()
        }
    }
}

fn attached(file: &pb::ModelProto, options: &AttachOptions) -> Result<Attached, String> {
    let model = Model::decode(&file.encode_to_vec(), Limits::default());
    let mut model = model.map_err(|error| error.to_string())?;
    gradient::attach(&mut model, options).map_err(|error| error.to_string())
}

fn refused(file: &pb::ModelProto, names: &[&str]) {
    let said = attached(file, &AttachOptions::default()).unwrap_err();
    for name in names {
        assert!(said.contains(name), "{name}: {said}");
    }
}

#[test]
fn loops_and_branches_are_named() {
    for (operator, body) in [("If", "then_branch"), ("Loop", "body"), ("Scan", "body")] {
        let inside = pb::AttributeProto {
            name: body.into(),
            r#type: AttributeType::Graph as i32,
            g: Some(pb::GraphProto::default()),
            ..Default::default()
        };
        let net = Net::stem().op(operator, &["patches"], "control");
        let file = net.with(inside).file("control", &[1, 4]);
        refused(&file, &["'control'", operator, "control flow"]);
    }
}

#[test]
fn recurrent_networks_are_named() {
    for operator in ["LSTM", "GRU"] {
        let file = Net::stem()
            .ints("rows", &[64, 1, 16])
            .op("Reshape", &["patches", "rows"], "sequence")
            .weights("W", &[1, 16, 16])
            .weights("R", &[1, 16, 4])
            .op(operator, &["sequence", "W", "R"], "memory")
            .ints("row", &[1, 256])
            .op("Reshape", &["memory", "row"], "flat")
            .weights("dense", &[256, 5])
            .op("Gemm", &["flat", "dense"], "logits")
            .file("logits", &[1, 5]);
        refused(&file, &["'memory'", operator, "no gradient rule"]);
    }
}

#[test]
fn a_network_without_a_picture_says_what_it_takes() {
    let tokens = Net::new("embeddings", &[1, 12, 16])
        .weights("dense", &[16, 5])
        .op("MatMul", &["embeddings", "dense"], "each")
        .op("ReduceMean", &["each"], "logits")
        .with(node::ints_attribute("axes", &[1]))
        .with(node::int_attribute("keepdims", 0));
    let file = tokens.file("logits", &[1, 5]);
    refused(&file, &["embeddings", "picture"]);
}

/// A vision transformer with one layer of attention in two heads.
fn transformer() -> Net {
    let mut net = Net::stem()
        .ints("tokens", &[1, 16, 64])
        .op("Reshape", &["patches", "tokens"], "columns")
        .op("Transpose", &["columns"], "rows")
        .with(node::ints_attribute("perm", &[0, 2, 1]))
        .weights("scale", &[16])
        .op("LayerNormalization", &["rows", "scale", "scale"], "normal")
        .ints("heads", &[1, 64, 2, 8])
        .weights("temperature", &[1]);
    for (name, order) in [
        ("q", [0, 2, 1, 3]),
        ("k", [0, 2, 3, 1]),
        ("v", [0, 2, 1, 3]),
    ] {
        let [weights, all, apart] = ["w", "all", "apart"].map(|part| format!("{name}.{part}"));
        net = net
            .weights(&weights, &[16, 16])
            .op("MatMul", &["normal", &weights], &all)
            .op("Reshape", &[&all, "heads"], &apart)
            .op("Transpose", &[&apart], name)
            .with(node::ints_attribute("perm", &order));
    }
    net.op("Mul", &["q", "temperature"], "cooled")
        .op("MatMul", &["cooled", "k"], "scores")
        .op("Softmax", &["scores"], "attention")
        .op("MatMul", &["attention", "v"], "mixed")
        .op("Transpose", &["mixed"], "together")
        .with(node::ints_attribute("perm", &[0, 2, 1, 3]))
        .ints("whole", &[1, 64, 16])
        .op("Reshape", &["together", "whole"], "joined")
        .op("Add", &["joined", "rows"], "sum")
        .op("ReduceMean", &["sum"], "mean")
        .with(node::ints_attribute("axes", &[1]))
        .with(node::int_attribute("keepdims", 0))
        .weights("dense", &[16, 5])
        .op("Gemm", &["mean", "dense"], "logits")
}

/// The patches have height and width, and the tokens lie on their grid; heads of the attention
/// have four axes, but are no picture.
#[test]
fn of_a_transformer_patches_and_tokens_can_be_explained() {
    let file = transformer().file("logits", &[1, 5]);
    let found = attached(&file, &AttachOptions::default()).unwrap();
    let layers: Vec<&str> = found.layers.iter().map(|layer| &*layer.tensor).collect();
    assert_eq!(layers, ["patches", "normal", "sum"]);
    assert_eq!(found.selection.layer.tensor, "normal");
    assert_eq!(found.selection.layer.shape, [16, 8, 8]);
    let options = AttachOptions {
        layers: vec!["attention".into()],
        ..AttachOptions::default()
    };
    let said = attached(&file, &options).unwrap_err();
    assert!(
        said.contains("'attention'") && said.contains("height and width"),
        "{said}"
    );
}

#[test]
fn an_input_of_any_size_is_not_believed() {
    let file = Net::new("x", &[1, 3, 1 << 31, 1 << 31])
        .op("GlobalAveragePool", &["x"], "logits")
        .file("logits", &[1, 3]);
    refused(&file, &["'x'", "268435456"]);
}

#[test]
fn constants_that_double_again_and_again_stay_small() {
    let mut net = Net::stem().weights("double0", &[1 << 10]);
    for step in 0..40 {
        let (before, after) = (format!("double{step}"), format!("double{}", step + 1));
        net = net
            .op("Concat", &[&before, &before], &after)
            .with(node::int_attribute("axis", 0));
    }
    let file = net.file("double40", &[1, 4]);
    refused(&file, &["'double", "268435456"]);
}

#[test]
fn a_file_over_the_limit_is_not_decoded() {
    let limits = Limits {
        file_bytes: 100,
        ..Limits::default()
    };
    let said = Model::decode(&[0; 101], limits).unwrap_err().to_string();
    assert!(said.contains("101") && said.contains("100"), "{said}");
}

/// Two gigabytes that take no place on the disk: the command line does not read
/// them to say so.
#[test]
fn a_file_over_the_limit_is_not_read() {
    let folder = empty_folder("huge");
    let file = std::fs::File::create(folder.join("huge.onnx")).unwrap();
    file.set_len(2 << 30).unwrap();
    for command in [["inspect", "--json"], ["attach", "-oout.onnx"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_gradcam"))
            .args(command)
            .arg("huge.onnx")
            .current_dir(&folder)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        assert!(
            said.contains("'huge.onnx'") && said.contains("the limit is 1073741824"),
            "{said}"
        );
    }
    std::fs::remove_dir_all(folder).unwrap();
}

/// A network that has a gradient but is too long to be run.
#[test]
fn attach_leaves_no_file_behind_where_it_fails() {
    let folder = empty_folder("unrunnable");
    let mut net = Net::stem().op("Relu", &["patches"], "r0");
    for step in 0..10_000 {
        net = net.op("Relu", &[&format!("r{step}")], &format!("r{}", step + 1));
    }
    let file = net
        .op("GlobalAveragePool", &["r10000"], "pooled")
        .op("Flatten", &["pooled"], "logits")
        .file("logits", &[1, 16]);
    std::fs::write(folder.join("long.onnx"), file.encode_to_vec()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_gradcam"))
        .args(["attach", "long.onnx", "-o", "out.onnx"])
        .current_dir(&folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && said.contains("the limit is 5000"),
        "{said}"
    );
    assert!(!folder.join("out.onnx").exists());
    std::fs::remove_dir_all(folder).unwrap();
}
