//! The weights of a convolution as its node reads them.

use crate::onnx::{node, pb};

/// Constant weights of four axes, as they are stored or behind a Transpose.
pub struct KernelTensor<'a> {
    pub stored: &'a pb::TensorProto,
    /// Whether the first two axes of pointwise weights are exchanged.
    pub is_transposed: bool,
    /// [O, C, kh, kw] after that.
    pub dims: [usize; 4],
}

impl KernelTensor<'_> {
    /// Whether a convolution with them has a 3 × 3 kernel, stride 1 and dilation 1.
    pub fn is_unit_stride_3x3(&self, convolution: &pb::NodeProto) -> bool {
        let is_one = |name| {
            let sizes = node::ints(convolution, name);
            sizes.is_none_or(|sizes| sizes.iter().all(|&size| size == 1))
        };
        self.dims[2..] == [3, 3] && is_one("strides") && is_one("dilations")
    }
}

/// The output and the input of a Transpose that exchanges the first two of four axes.
pub fn exchanging_transpose(node: &pb::NodeProto) -> Option<(&str, &str)> {
    let is_exchange = node.op_type == "Transpose" && node::ints(node, "perm")? == [1, 0, 2, 3];
    let output = node.output.first().filter(|_| is_exchange)?;
    Some((output, node::input(node, 0)?))
}
