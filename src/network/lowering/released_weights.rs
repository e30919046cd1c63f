//! Weights whose bytes are freed, since their packed form holds the same numbers.
//!
//! A gradient branch back to the picture reads all pointwise weights transposed. Packed so they
//! have no batch norm folded in: that and the file's bytes are the same numbers twice.

use std::borrow::Cow;
use std::collections::HashSet;

use super::stored_weights;
use super::weight_cache::{ConvolutionKey, PackedWeights};
use crate::gradient::is_contract_name;
use crate::network::kernels::ConvolutionWeights;
use crate::onnx::{Model, node, pb, tensor};

impl PackedWeights {
    /// Frees the bytes of `file`'s pointwise weights that are packed transposed, if convolutions
    /// alone read them. [`PackedWeights::restored`] gives them back.
    pub fn release(&self, file: &mut Model) {
        let others = read_otherwise(file.graph());
        for weights in &mut file.graph_mut().initializer {
            let is_released = weights.raw_data.is_empty();
            let is_candidate = !is_released && !others.contains(&weights.name);
            if is_candidate && self.is_restorable(weights) {
                weights.raw_data = Vec::new();
            }
        }
    }

    /// The weights with their values: those that were released as float32.
    pub fn restored<'a>(&self, weights: &'a pb::TensorProto) -> Cow<'a, pb::TensorProto> {
        // Values of other fields than the bytes are never released.
        let is_released = weights.raw_data.is_empty()
            && weights.float_data.is_empty()
            && weights.int32_data.is_empty();
        let packed = is_released.then(|| self.packed_transposed(weights));
        let Some(packed) = packed.flatten() else {
            return Cow::Borrowed(weights);
        };
        let mut values = vec![0.0; packed.depth * packed.rows];
        for (k, row) in values.chunks_exact_mut(packed.rows).enumerate() {
            packed.unpack_column(k, row);
        }
        let sizes = tensor::dims(weights);
        Cow::Owned(tensor::from_floats(&weights.name, &sizes, &values))
    }

    /// Gives a copy of the file the weights that were released.
    pub fn restore_all(&self, copy: &mut Model) {
        for weights in &mut copy.graph_mut().initializer {
            if let Cow::Owned(restored) = self.restored(weights) {
                *weights = restored;
            }
        }
    }

    /// Whether the packed form holds the very numbers of the bytes: where rows are scaled, one
    /// that is smaller than the largest of its row by a factor of 2^125 may have lost bits.
    fn is_restorable(&self, weights: &pb::TensorProto) -> bool {
        let Some(packed) = self.packed_transposed(weights) else {
            return false;
        };
        let Ok(stored) = stored_weights::matrix(weights) else {
            return false;
        };
        // One row after the other: all of them take as much memory again.
        let mut row = vec![0.0; packed.rows];
        stored.element_count() == packed.depth * packed.rows
            && (0..packed.depth).all(|k| {
                packed.unpack_column(k, &mut row);
                let stored = (k * packed.rows..).map(|place| stored.get(place));
                let mut pairs = row.iter().zip(stored);
                pairs.all(|(value, stored)| value.to_bits() == stored.to_bits())
            })
    }

    fn packed_transposed(&self, weights: &pb::TensorProto) -> Option<&ConvolutionWeights> {
        let key = ConvolutionKey {
            weights: weights.name.clone(),
            is_transposed: true,
            bias: None,
            norm: None,
            is_unit_stride_3x3: false,
        };
        self.convolutions.get(&key).map(AsRef::as_ref)
    }
}

/// The tensors of a file that others read than convolutions of one group as their weights, or
/// that have another name in some branches: their values may be asked for without
/// [`PackedWeights`].
fn read_otherwise(graph: &pb::GraphProto) -> HashSet<String> {
    let mut others: HashSet<String> = HashSet::new();
    for reader in &graph.node {
        let is_convolution =
            reader.op_type == "Conv" && node::int(reader, "group").unwrap_or(1) == 1;
        for (place, name) in reader.input.iter().enumerate() {
            if !(is_convolution && place == 1) {
                others.insert(name.clone());
            }
        }
    }
    let renamed = graph.initializer.iter().map(|weights| &weights.name);
    others.extend(renamed.filter(|name| is_contract_name(name)).cloned());
    others.extend(graph.output.iter().map(|output| output.name.clone()));
    others
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use prost::Message as _;

    use super::super::lower;
    use super::*;
    use crate::onnx::Limits;
    use crate::onnx::testing::{GraphBuilder, model};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const FILTERS: [f32; 4] = [1.5, -2.0, 0.25, 1e-30];

    /// Pointwise convolutions, of the weights of which all but `w` and `u` are read otherwise, too.
    fn file(has_branch: bool) -> Model {
        let mut graph = GraphBuilder::new(&[("x", &[1, 2, 3, 3])]);
        for name in ["w", "v", "gradients.w", "u"] {
            graph.floats(name, &[2, 2, 1, 1], &FILTERS);
            graph.node("Conv", name, &["x", name], &format!("{name}/y"));
            if has_branch {
                graph
                    .node("Transpose", name, &[name], &format!("{name}/t"))
                    .ints("perm", &[1, 0, 2, 3]);
                let (input, weights) = (format!("{name}/y"), format!("{name}/t"));
                graph.node("Conv", name, &[&input, &weights], &format!("{name}/z"));
            }
        }
        graph.node("ReduceSum", "sum", &["v"], "s");
        let file = model(graph.output("s", &[1])).encode_to_vec();
        Model::decode(&file, Limits::default()).unwrap()
    }

    #[test]
    fn weights_that_convolutions_alone_read_are_released_and_restored() {
        let (whole, branch) = (file(false), file(true));
        let mut packed = PackedWeights::new(&whole);
        let mut lean = whole.clone();
        packed.release(&mut lean);
        assert_eq!(lean.graph(), whole.graph());
        lower(&branch, &branch, &mut packed).unwrap();
        // As if packing had lost bits.
        let mut rounded = FILTERS;
        rounded[3] = 0.0;
        let rounded = tensor::from_floats("u", &[2, 2, 1, 1], &rounded);
        let reader = stored_weights::matrix(&rounded).unwrap().transposed();
        let rounded = ConvolutionWeights::pack(&reader, false, None, None).unwrap();
        let mut all = packed.convolutions.iter_mut();
        let (_, kept) = all
            .find(|(key, _)| key.weights == "u" && key.is_transposed)
            .unwrap();
        *kept = Arc::new(rounded);
        packed.release(&mut lean);
        let weights = lean.graph().initializer.iter();
        let released: Vec<&str> = weights
            .filter(|weights| weights.raw_data.is_empty())
            .map(|weights| weights.name.as_str())
            .collect();
        assert_eq!(released, ["w"]);
        packed.restore_all(&mut lean);
        assert_eq!(lean.graph(), whole.graph());
    }
}
