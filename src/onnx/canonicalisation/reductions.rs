//! Reductions that are a sum between two functions of single values: `ReduceL2` is √Σx².

use tract_onnx::pb;

use crate::onnx::{node, tensor};

/// The operators that are rewritten: what is done to each value, and to the sum.
const REDUCTIONS: [(&str, Option<Before>, Option<&str>); 5] = [
    ("ReduceL1", Some(Before::Function("Abs")), None),
    ("ReduceL2", Some(Before::Square), Some("Sqrt")),
    ("ReduceSumSquare", Some(Before::Square), None),
    ("ReduceLogSum", None, Some("Log")),
    (
        "ReduceLogSumExp",
        Some(Before::Function("Exp")),
        Some("Log"),
    ),
];

#[derive(Clone, Copy)]
enum Before {
    Square,
    Function(&'static str),
}

/// Writes each of them as a `ReduceSum` between others. `opset` is the version of the operator
/// set: from 13 on a `ReduceSum` takes its axes as an input, the others from 18 on.
pub fn split_reductions(graph: &mut pb::GraphProto, opset: i64) {
    let mut nodes = Vec::with_capacity(graph.node.len());
    for mut reduction in std::mem::take(&mut graph.node) {
        let known = REDUCTIONS
            .iter()
            .find(|(name, ..)| *name == reduction.op_type);
        let ends = node::input(&reduction, 0).zip(reduction.output.first());
        let (Some(&(_, before, after)), Some((input, output))) = (known, ends) else {
            nodes.push(reduction);
            continue;
        };
        let (input, output) = (input.to_owned(), output.clone());
        if let Some(before) = before {
            let each = format!("{output}.each");
            nodes.push(match before {
                Before::Square => node::new("Mul", &[&input, &input], &each),
                Before::Function(function) => node::new(function, &[&input], &each),
            });
            reduction.input[0] = each;
        }
        reduction.op_type = "ReduceSum".into();
        if opset >= 13
            && let Some(axes) = node::ints(&reduction, "axes").map(<[i64]>::to_vec)
        {
            let name = format!("{output}.axes");
            graph
                .initializer
                .push(tensor::from_ints(&name, &[axes.len()], &axes));
            reduction
                .attribute
                .retain(|attribute| attribute.name != "axes");
            reduction.input.push(name);
        }
        let Some(after) = after else {
            nodes.push(reduction);
            continue;
        };
        let sum = format!("{output}.sum");
        let mut last = node::new(after, &[&sum], &output);
        last.name = std::mem::replace(&mut reduction.name, sum.clone());
        reduction.output[0] = sum;
        nodes.extend([reduction, last]);
    }
    graph.node = nodes;
}
