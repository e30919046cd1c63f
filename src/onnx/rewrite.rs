//! Rewrites that need to know the shapes. Forms of operators that tract refuses,
//! or takes for something else, become nodes that mean the same:
//!
//! - ConvTranspose with `output_shape` or SAME: with the pads that follow from it;
//! - Squeeze without axes: with the axes of size 1;
//! - Pad with negative pads, which cut: Slice, then Pad;
//! - Resize of operator set 10 to the nearest pixel, where tract rounds in
//!   another way: Gather along each axis;
//! - Mean of tensors with unequally many axes: Sum, then Mul;
//! - MatMul of two vectors: Mul, then ReduceSum;
//! - Einsum to one value: with an axis of size 1 more, which is then taken away.
//!
//! Each keeps the names of its node and its output. [`super::normalise`] has the
//! rewrites that need no shapes.

use super::axes::padding;
use super::window::TransposedWindow;
use super::{Equation, Index, Model, OnnxError, Shapes, node, pb, tensor};

/// Pixels along the axes of all that Resize makes, each written out as a number.
const MOST_PLACES: usize = 1 << 20;

/// Rewrites the nodes of a model whose `shapes` are known. What has no shape
/// there stays as it is.
///
/// # Errors
/// [`OnnxError::Node`] where attributes contradict each other or the shapes.
pub fn rewrite(model: &mut Model, shapes: &Shapes) -> Result<(), OnnxError> {
    let opset = model.opset();
    let graph = model.graph();
    let index = Index::new(graph)?;
    let (mut found, mut places) = (Vec::new(), 0);
    for (place, node) in graph.node.iter().enumerate() {
        let rewrite = Rewrite {
            node,
            shapes,
            index: &index,
            opset,
        };
        if node.op_type == "Resize" && opset == 10 {
            places = rewrite.places(places)?;
        }
        if let Some(instead) = rewrite.instead()? {
            found.push((place, instead));
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let graph = model.graph_mut();
    let mut found = found.into_iter().peekable();
    let mut nodes = Vec::with_capacity(graph.node.len());
    for (place, node) in std::mem::take(&mut graph.node).into_iter().enumerate() {
        match found.next_if(|(at, _)| *at == place) {
            Some((_, instead)) => {
                nodes.extend(instead.nodes);
                graph.initializer.extend(instead.constants);
            }
            None => nodes.push(node),
        }
    }
    graph.node = nodes;
    Ok(())
}

/// What stands in a node's place. The last of the nodes makes its output.
struct Instead {
    nodes: Vec<pb::NodeProto>,
    constants: Vec<pb::TensorProto>,
}

struct Rewrite<'a> {
    node: &'a pb::NodeProto,
    shapes: &'a Shapes,
    index: &'a Index<'a>,
    opset: i64,
}

/// `None` where the node may stay.
type Found = Result<Option<Instead>, OnnxError>;

impl Rewrite<'_> {
    fn instead(&self) -> Found {
        Ok(match self.node.op_type.as_str() {
            "ConvTranspose" => self.conv_transpose()?,
            "Squeeze" => self.squeeze(),
            "Pad" => self.pad()?,
            "Resize" if self.opset == 10 => self.resize()?,
            "Mean" => self.mean(),
            "MatMul" => self.matmul(),
            "Einsum" => self.einsum()?,
            _ => None,
        })
    }

    fn conv_transpose(&self) -> Found {
        let auto_pad = node::text(self.node, "auto_pad").unwrap_or_default();
        let is_asked = node::ints(self.node, "output_shape").is_some_and(|sizes| !sizes.is_empty());
        let (Some([_, _, input @ ..]), Some([_, _, kernel @ ..])) = (self.shape(0), self.shape(1))
        else {
            return Ok(None);
        };
        if !is_asked && !auto_pad.starts_with("SAME") {
            return Ok(None);
        }
        let window = TransposedWindow::of(self.node, input, kernel)?;
        let pads = [window.pads_begin, window.pads_end].concat();
        // An output with more than the input reaches has no pads that say so.
        if pads.iter().any(|&pad| pad < 0) {
            return Ok(None);
        }
        let mut instead = self.node.clone();
        let settled = ["output_shape", "auto_pad", "pads"];
        (instead.attribute).retain(|attribute| !settled.contains(&attribute.name.as_str()));
        (instead.attribute).push(node::ints_attribute("pads", &pads));
        Ok(Some(Instead {
            nodes: vec![instead],
            constants: vec![],
        }))
    }

    fn squeeze(&self) -> Option<Instead> {
        let shape = self.shape(0)?;
        if node::ints(self.node, "axes").is_some() || node::input(self.node, 1).is_some() {
            return None;
        }
        let axes = (0..shape.len()).filter(|&axis| shape[axis] == 1);
        let axes: Vec<i64> = axes.map(|axis| axis as i64).collect();
        let (mut instead, mut constants) = (self.node.clone(), vec![]);
        if axes.is_empty() {
            instead.op_type = "Identity".into();
        } else if self.opset < 13 {
            instead.attribute.push(node::ints_attribute("axes", &axes));
        } else {
            let name = self.name("axes");
            constants.push(tensor::from_ints(&name, &[axes.len()], &axes));
            instead.input.truncate(1);
            instead.input.push(name);
        }
        Some(Instead {
            nodes: vec![instead],
            constants,
        })
    }

    fn pad(&self) -> Found {
        let mode = node::text(self.node, "mode").unwrap_or_default();
        let (Some(shape), Some(pads)) = (self.shape(0), self.ints("pads", 1)?) else {
            return Ok(None);
        };
        let axes = self.ints("axes", 3)?;
        let has_axes = axes.is_some();
        if !matches!(mode.as_str(), "" | "constant")
            || pads.iter().all(|&pad| pad >= 0)
            || (!has_axes && node::input(self.node, 3).is_some())
        {
            return Ok(None);
        }
        let pads = padding(self.node, shape.len(), &pads, axes)?;
        let (starts, ends): (Vec<i64>, Vec<i64>) = (pads.iter().zip(shape))
            .map(|(&(begin, end), &size)| (-begin.min(0), size as i64 + end.min(0)))
            .unzip();
        // What is cut away as a whole leaves nothing to begin with.
        if starts.iter().zip(&ends).any(|(start, end)| start >= end) {
            return Ok(None);
        }
        let (begin, end): (Vec<i64>, Vec<i64>) = pads
            .iter()
            .map(|&(begin, end)| (begin.max(0), end.max(0)))
            .unzip();
        Ok(Some(self.cut_and_pad(starts, ends, [begin, end].concat())))
    }

    fn cut_and_pad(&self, starts: Vec<i64>, ends: Vec<i64>, pads: Vec<i64>) -> Instead {
        let mut constants = Vec::new();
        let mut list = |part: &str, values: &[i64]| {
            let name = self.name(part);
            constants.push(tensor::from_ints(&name, &[values.len()], values));
            name
        };
        let cut = self.name("cut");
        let x = &self.node.input[0];
        let slice = match self.opset {
            ..10 => {
                let mut slice = node::new("Slice", &[x], &cut);
                slice.attribute = vec![
                    node::ints_attribute("starts", &starts),
                    node::ints_attribute("ends", &ends),
                ];
                slice
            }
            _ => {
                let (starts, ends) = (list("starts", &starts), list("ends", &ends));
                node::new("Slice", &[x, &starts, &ends], &cut)
            }
        };
        let mut pad = self.node.clone();
        pad.input[0].clone_from(&cut);
        // The axes that it named are all axes now.
        pad.input.truncate(3);
        if node::ints(self.node, "pads").is_some() {
            (pad.attribute).retain(|attribute| attribute.name != "pads");
            pad.attribute.push(node::ints_attribute("pads", &pads));
        } else {
            pad.input[1] = list("pads", &pads);
        }
        Instead {
            nodes: vec![slice, pad],
            constants,
        }
    }

    /// Adds what this node would write out to what others do.
    fn places(&self, before: usize) -> Result<usize, OnnxError> {
        let output = self.node.output.first();
        let target = output.and_then(|name| self.shapes.get(name)).unwrap_or(&[]);
        let places = target
            .iter()
            .fold(before, |sum, &size| sum.saturating_add(size));
        if places > MOST_PLACES {
            let problem = format!(
                "it makes {target:?}; the limit is {MOST_PLACES} pixels along all axes of the model's Resize nodes together"
            );
            return Err(node::problem(self.node, problem));
        }
        Ok(places)
    }

    /// The pixel x comes from the pixel ⌊x / scale⌋.
    fn resize(&self) -> Found {
        let mode = node::text(self.node, "mode").unwrap_or_default();
        let (Some(shape), Some(scales)) = (self.shape(0), self.floats(1)?) else {
            return Ok(None);
        };
        let output = self.node.output.first();
        let Some(target) = output.and_then(|name| self.shapes.get(name)) else {
            return Ok(None);
        };
        let rank = shape.len();
        if !matches!(mode.as_str(), "" | "nearest") || [scales.len(), target.len()] != [rank; 2] {
            return Ok(None);
        }
        let (mut nodes, mut constants) = (Vec::new(), Vec::new());
        let mut from = self.node.input[0].clone();
        for axis in (0..rank).filter(|&axis| scales[axis] != 1.0) {
            let last = shape[axis].saturating_sub(1);
            let source = |x: usize| (x as f64 / f64::from(scales[axis])) as usize;
            let sources = (0..target[axis]).map(|x| source(x).min(last) as i64);
            let sources: Vec<i64> = sources.collect();
            let names = ["sources", "axis"].map(|part| self.name(&format!("{part}{axis}")));
            let [sources_name, to] = names;
            constants.push(tensor::from_ints(&sources_name, &[sources.len()], &sources));
            let mut gather = node::new("Gather", &[&from, &sources_name], &to);
            gather.attribute = vec![node::int_attribute("axis", axis as i64)];
            nodes.push(gather);
            from = to;
        }
        let mut last = nodes
            .pop()
            .unwrap_or_else(|| node::new("Identity", &[&from], ""));
        last.name.clone_from(&self.node.name);
        last.output.clone_from(&self.node.output);
        nodes.push(last);
        Ok(Some(Instead { nodes, constants }))
    }

    fn mean(&self) -> Option<Instead> {
        let count = self.node.input.len();
        let ranks: Option<Vec<usize>> = (0..count)
            .map(|place| self.shape(place).map(<[usize]>::len))
            .collect();
        let ranks = ranks?;
        if ranks.iter().all(|rank| *rank == ranks[0]) {
            return None;
        }
        let (total, part) = (self.name("total"), self.name("part"));
        let mut sum = self.node.clone();
        (sum.op_type, sum.name) = ("Sum".into(), total.clone());
        sum.output = vec![total.clone()];
        let mut mean = self.node.clone();
        mean.op_type = "Mul".into();
        mean.input = vec![total, part.clone()];
        Some(Instead {
            nodes: vec![sum, mean],
            constants: vec![tensor::from_floats(&part, &[], &[1.0 / count as f32])],
        })
    }

    fn matmul(&self) -> Option<Instead> {
        let ([_], [_]) = (self.shape(0)?, self.shape(1)?) else {
            return None;
        };
        let products = self.name("products");
        let (a, b) = (&self.node.input[0], &self.node.input[1]);
        Some(Instead {
            nodes: vec![node::new("Mul", &[a, b], &products), self.sum(&products)],
            constants: vec![],
        })
    }

    fn einsum(&self) -> Found {
        let equation = Equation::of(self.node)?;
        let Some(first) = self.shape(0).filter(|_| equation.output.is_empty()) else {
            return Ok(None);
        };
        let is_free = |letter: &char| !equation.inputs.concat().contains(letter);
        let Some(letter) = ('a'..='z').chain('A'..='Z').find(is_free) else {
            return Ok(None);
        };
        let shape: Vec<i64> = std::iter::once(1)
            .chain(first.iter().map(|&size| size as i64))
            .collect();
        let (target, wider, one) = (self.name("shape"), self.name("wider"), self.name("one"));
        let mut terms: Vec<String> = (equation.inputs.iter())
            .map(|letters| letters.iter().collect())
            .collect();
        terms[0].insert(0, letter);
        let text = format!("{}->{letter}", terms.join(","));
        let mut product = self.node.clone();
        product.name.clone_from(&one);
        product.input[0].clone_from(&wider);
        product.output = vec![one.clone()];
        product.attribute = vec![node::text_attribute("equation", &text)];
        Ok(Some(Instead {
            nodes: vec![
                node::new("Reshape", &[&self.node.input[0], &target], &wider),
                product,
                self.sum(&one),
            ],
            constants: vec![tensor::from_ints(&target, &[shape.len()], &shape)],
        }))
    }

    /// The node whose output is the sum of all values of `input`, without axes.
    fn sum(&self, input: &str) -> pb::NodeProto {
        let output = self.node.output.first().map_or("", String::as_str);
        let mut sum = node::new("ReduceSum", &[input], output);
        sum.name.clone_from(&self.node.name);
        sum.attribute.push(node::int_attribute("keepdims", 0));
        sum
    }

    /// A name for a tensor within the rewritten node.
    fn name(&self, part: &str) -> String {
        let output = self.node.output.first().map_or("", String::as_str);
        format!("{output}/{part}")
    }

    fn shape(&self, place: usize) -> Option<&[usize]> {
        node::input(self.node, place).and_then(|name| self.shapes.get(name))
    }

    /// A list that older operator sets hold as an attribute and newer ones as a
    /// constant input.
    fn ints(&self, attribute: &str, place: usize) -> Result<Option<Vec<i64>>, OnnxError> {
        if let Some(values) = node::ints(self.node, attribute) {
            return Ok(Some(values.to_vec()));
        }
        let Some(name) = node::input(self.node, place) else {
            return Ok(None);
        };
        if let Some(value) = self.shapes.constant(name) {
            return Ok(value.ints());
        }
        self.index.initialiser(name).map(tensor::ints).transpose()
    }

    /// The values of a constant input of floats.
    fn floats(&self, place: usize) -> Result<Option<Vec<f32>>, OnnxError> {
        let Some(name) = node::input(self.node, place) else {
            return Ok(None);
        };
        if let Some(value) = self.shapes.constant(name) {
            return Ok(Some(value.to_floats().iter().copied().collect()));
        }
        self.index.initialiser(name).map(tensor::floats).transpose()
    }
}
