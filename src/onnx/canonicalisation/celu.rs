//! Celu with α ≠ 1.

use tract_onnx::pb;

use crate::onnx::{node, tensor};

/// Celu(x, α) = α · Elu(x / α), by definition. tract leaves the outer α out.
pub fn split_celu(graph: &mut pb::GraphProto) {
    let mut nodes = Vec::with_capacity(graph.node.len());
    for celu in std::mem::take(&mut graph.node) {
        let alpha = node::float(&celu, "alpha").unwrap_or(1.0);
        let (input, output) = (node::input(&celu, 0), celu.output.first());
        let (Some(input), Some(output), "Celu", false) =
            (input, output, celu.op_type.as_str(), alpha == 1.0)
        else {
            nodes.push(celu);
            continue;
        };
        let name = |part: &str| format!("{output}/{part}");
        let (outer, inner) = (name("alpha"), name("inverse"));
        let (scaled, bent) = (name("scaled"), name("elu"));
        graph.initializer.extend([
            tensor::from_floats(&outer, &[], &[alpha]),
            tensor::from_floats(&inner, &[], &[1.0 / alpha]),
        ]);
        let mut last = node::new("Mul", &[&bent, &outer], output);
        last.name.clone_from(&celu.name);
        nodes.extend([
            node::new("Mul", &[input, &inner], &scaled),
            node::new("Elu", &[&scaled], &bent),
            last,
        ]);
    }
    graph.node = nodes;
}
