//! Networks in int8: rounded in the forward run as ONNX says, and straight in the gradient.

use tract_onnx::pb::{TensorProto, tensor_proto::DataType};

use super::*;

/// l → quantised → dequantised → three logits, the sums of a picture's places by weights of 1.
fn quantised(width: usize, scale: f32, zero: i32, data_type: DataType) -> TractNetwork {
    let mut graph = graph(1, width);
    graph.floats("s", &[], &[scale]);
    graph.graph.initializer.push(TensorProto {
        name: "z".into(),
        data_type: data_type as i32,
        int32_data: vec![zero],
        ..Default::default()
    });
    graph.node("QuantizeLinear", "narrow", &["l", "s", "z"], "q");
    graph.node("DequantizeLinear", "widen", &["q", "s", "z"], "d");
    graph
        .int64s("row", &[1, -1])
        .node("Reshape", "flatten", &["d", "row"], "y");
    load(graph.output("y", &[1, 3 * width]), 17)
}

/// Rounded values by hand: ties go to the even neighbour, and the ends of the range bound. The
/// derivative is 1 where the rounded value is in the range, its ends included, and 0 outside, as
/// of PyTorch's `fake_quantize_per_tensor_affine`.
#[test]
fn a_pair_rounds_and_bounds_and_its_gradient_is_straight() {
    let values = [0.24, 0.25, 0.75, 1.26, 122.4, 122.74, 122.76, 1e6, 3.0];
    let cases = [
        // (255 − 10) · 0.5 = 122.5
        (
            (10, DataType::Uint8),
            [0.0, 0.0, 1.0, 1.5, 122.5, 122.5, 122.5, 122.5, 3.0],
            [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0],
        ),
        // (127 − 125) · 0.5 = 1
        (
            (125, DataType::Int8),
            [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
            [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        ),
    ];
    for ((zero, data_type), wanted, slopes) in cases {
        let mut network = quantised(3, 0.5, zero, data_type);
        let input = Array4::from_shape_vec((1, 3, 1, 3), values.to_vec()).unwrap();
        let run = forward(&mut network, input).unwrap();
        assert_eq!(run.logits(), wanted);
        let gradient = backward(&mut network, &run, &[2.0; 9]).unwrap();
        let slopes = slopes.map(|slope: f32| 2.0 * slope);
        assert_eq!(gradient.iter().copied().collect::<Vec<_>>(), slopes);
    }
}

/// The score of the likeliest class mostly is the greatest that there is in the file's range.
#[test]
fn scores_beyond_the_range_are_bounded_and_have_a_gradient() {
    let mut graph = graph(1, 2);
    graph.floats("s", &[], &[0.5]).floats(
        "identity",
        &[3, 3],
        &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
    );
    graph.graph.initializer.push(TensorProto {
        name: "z".into(),
        data_type: DataType::Int8 as i32,
        int32_data: vec![0],
        ..Default::default()
    });
    graph.node("GlobalAveragePool", "pool", &["l"], "p");
    graph.node("Flatten", "flatten", &["p"], "f");
    graph.node("MatMul", "dense", &["f", "identity"], "d");
    graph.node("QuantizeLinear", "narrow", &["d", "s", "z"], "q");
    graph.node("DequantizeLinear", "widen", &["q", "s", "z"], "y");
    let mut network = load(graph.output("y", &[1, 3]), 17);
    let input = Array4::from_shape_vec((1, 3, 1, 2), vec![70.0, 70.0, 2.2, 2.2, 1.0, 1.0]).unwrap();
    let run = forward(&mut network, input).unwrap();
    assert_eq!(run.logits(), [63.5, 2.0, 1.0]);
    let gradient = backward(&mut network, &run, &[1.0, 1.0, 1.0]).unwrap();
    assert_eq!(gradient.iter().copied().collect::<Vec<_>>(), [0.5; 6]);
}
