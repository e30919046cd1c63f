//! The nodes that lead a tensor through one with the grid's axes, and back.

use std::collections::HashMap;

use super::grid::Grid;
use crate::onnx::{GridLayer, Index, OnnxError, node, pb, tensor};

/// Inserts them behind the nodes at these positions. The tensor of the grid has the name that the
/// node's output had, and the nodes that read it read the way back.
pub fn insert(graph: &mut pb::GraphProto, grids: &HashMap<usize, Grid>, opset: i64) {
    let mut renamed: HashMap<String, String> = HashMap::new();
    for &position in grids.keys() {
        let name = &graph.node[position].output[0];
        renamed.insert(name.clone(), format!("{name}.back"));
    }
    for reader in graph.node.iter_mut().flat_map(|node| &mut node.input) {
        if let Some(back) = renamed.get(reader) {
            reader.clone_from(back);
        }
    }
    graph
        .value_info
        .retain(|value| !renamed.contains_key(&value.name));
    let nodes = std::mem::take(&mut graph.node);
    for (position, mut made_by) in nodes.into_iter().enumerate() {
        let Some(&grid) = grids.get(&position) else {
            graph.node.push(made_by);
            continue;
        };
        let name = made_by.output[0].clone();
        made_by.output[0] = format!("{name}.own");
        graph.node.push(made_by);
        let mut detour = Detour {
            graph: &mut *graph,
            name: &name,
            opset,
        };
        match grid {
            Grid::Signal => detour.signal(),
            Grid::Tokens {
                skipped,
                height,
                width,
                features,
            } => detour.tokens(skipped, [height, width, features]),
        }
    }
}

/// The layers of a graph whose tensors were led so before.
///
/// # Errors
/// [`OnnxError`] where the graph contradicts itself.
pub fn earlier(graph: &pb::GraphProto) -> Result<Vec<GridLayer>, OnnxError> {
    let index = Index::new(graph)?;
    let layer = |made_by: &pb::NodeProto| -> Option<GridLayer> {
        let tensor = made_by.output.first()?.strip_suffix(".own")?;
        index.producer(&format!("{tensor}.back"))?;
        let led_by = &graph.node[index.producer(tensor)?];
        let channels_last = match led_by.op_type.as_str() {
            "Reshape" => true,
            "Unsqueeze" => false,
            _ => return None,
        };
        Some(GridLayer {
            tensor: tensor.to_owned(),
            node: node::name_of(made_by).to_owned(),
            operator: made_by.op_type.clone(),
            channels_last,
            // The file says which layer it explains.
            is_usual: false,
        })
    };
    Ok(graph.node.iter().filter_map(layer).collect())
}

/// The detour of one tensor: from `<name>.own` over `<name>` to `<name>.back`.
struct Detour<'a> {
    graph: &'a mut pb::GraphProto,
    name: &'a str,
    opset: i64,
}

impl Detour<'_> {
    /// [1, C, T] as [1, C, 1, T].
    fn signal(&mut self) {
        self.axis("Unsqueeze", "own", "");
        self.axis("Squeeze", "", "back");
    }

    /// The last h · w of the tokens [1, N, D] as [1, h, w, D].
    fn tokens(&mut self, skipped: usize, [height, width, features]: [usize; 3]) {
        let count = height * width;
        let (mut places, mut back) = ("own", "back");
        if skipped > 0 {
            self.slice("own", [skipped, skipped + count], "places");
            self.slice("own", [0, skipped], "others");
            (places, back) = ("places", "flat");
        }
        self.reshape(places, &[1, height, width, features], "");
        self.reshape("", &[1, count, features], back);
        if skipped > 0 {
            let mut joined = self.node("Concat", &["others", "flat"], "back");
            joined.attribute = vec![node::int_attribute("axis", 1)];
            self.graph.node.push(joined);
        }
    }

    /// A tensor of the detour by the end of its name.
    fn tensor(&self, end: &str) -> String {
        match end {
            "" => self.name.to_owned(),
            end => format!("{}.{end}", self.name),
        }
    }

    fn node(&self, operator: &str, inputs: &[&str], output: &str) -> pb::NodeProto {
        let inputs: Vec<String> = inputs.iter().map(|end| self.tensor(end)).collect();
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        let mut added = node::new(operator, &inputs, &self.tensor(output));
        // Another node may have the tensor's name.
        added.name = self.tensor(&format!("to {output}"));
        added
    }

    fn constant(&mut self, end: &str, values: &[usize]) -> String {
        let name = self.tensor(end);
        let values: Vec<i64> = values.iter().map(|&value| value as i64).collect();
        let constant = tensor::from_ints(&name, &[values.len()], &values);
        self.graph.initializer.push(constant);
        name
    }

    /// Adds or removes the third axis.
    fn axis(&mut self, operator: &str, input: &str, output: &str) {
        let mut added = self.node(operator, &[input], output);
        if self.opset >= 13 {
            let axes = self.constant(&format!("{operator}.axes"), &[2]);
            added.input.push(axes);
        } else {
            added.attribute = vec![node::ints_attribute("axes", &[2])];
        }
        self.graph.node.push(added);
    }

    fn reshape(&mut self, input: &str, shape: &[usize], output: &str) {
        let mut added = self.node("Reshape", &[input], output);
        let shape = self.constant(&format!("{output}.shape"), shape);
        added.input.push(shape);
        self.graph.node.push(added);
    }

    /// A range along the second axis.
    fn slice(&mut self, input: &str, [start, end]: [usize; 2], output: &str) {
        let mut added = self.node("Slice", &[input], output);
        for (name, value) in [("start", start), ("end", end), ("axis", 1)] {
            let constant = self.constant(&format!("{output}.{name}"), &[value]);
            added.input.push(constant);
        }
        self.graph.node.push(added);
    }
}
