//! Batch norms that are folded into the convolution before them.

use crate::onnx::{node, pb};

/// A batch norm as what it does to the convolution before it: each output channel is
/// multiplied by a factor, and a shift is added.
pub struct BatchNorm {
    pub factors: Vec<f32>,
    pub shifts: Vec<f32>,
    /// The name of its output.
    pub output: String,
}

impl BatchNorm {
    /// The batch norm that a node computes of the tensor `convolved`; `None` for any other node.
    /// `vector` gives the numbers of a constant, one for each channel.
    pub fn behind(
        convolved: &str,
        norm: &pb::NodeProto,
        vector: &dyn Fn(Option<&str>) -> Option<Vec<f32>>,
    ) -> Option<BatchNorm> {
        let is_inference_batch_norm = norm.op_type == "BatchNormalization"
            && node::input(norm, 0) == Some(convolved)
            && node::int(norm, "training_mode").unwrap_or(0) == 0;
        let [output] = norm.output.as_slice() else {
            return None;
        };
        let parameter = |place| vector(node::input(norm, place));
        let (scale, shift) = (parameter(1)?, parameter(2)?);
        let (mean, variance) = (parameter(3)?, parameter(4)?);
        if !is_inference_batch_norm {
            return None;
        }
        let epsilon = node::float(norm, "epsilon").unwrap_or(1e-5);
        let factors: Vec<f32> = (scale.iter().zip(&variance))
            .map(|(scale, variance)| scale / (variance + epsilon).sqrt())
            .collect();
        let shifts = (shift.iter().zip(&mean).zip(&factors))
            .map(|((shift, mean), factor)| shift - mean * factor);
        Some(BatchNorm {
            shifts: shifts.collect(),
            output: output.clone(),
            factors,
        })
    }
}
