//! What a file has otherwise than a classifier of pictures that takes [1, C, H, W] and gives [1, K],
//! and was changed in it.

use tract_onnx::pb::{self, tensor_proto::DataType, type_proto::Value};

/// What was changed, for people to be told and for choices that follow from it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Adaptations {
    /// The type of whole numbers that the picture has in the file, such as "uint8".
    pub integer_input: Option<&'static str>,
    /// The picture's axes in the file, where they are three.
    pub three_axes: Option<Vec<Option<usize>>>,
    /// Whether the input is a signal, [C, T], which is taken as a picture of height 1.
    pub is_signal: bool,
    /// The number of pictures that the file takes at once, where that is not 1.
    pub batch: Option<usize>,
    /// Inputs besides the picture, which are constants now.
    pub further_inputs: Vec<FurtherInput>,
    /// Names of classes that an operator of the file gives, as `ZipMap` does.
    pub labels: Option<Vec<String>>,
    /// Layers whose places lie on a grid that their axes in the file do not show.
    pub grid_layers: Vec<GridLayer>,
}

/// A tensor with the axes of a grid, led through in the place of one of the file's.
#[derive(Clone, Debug, PartialEq)]
pub struct GridLayer {
    /// The file's name of the tensor.
    pub tensor: String,
    /// Name and operator of the node that makes it in the file.
    pub node: String,
    pub operator: String,
    /// Whether the grid's tensor is [1, h, w, C], not [1, C, h, w].
    pub channels_last: bool,
    /// Whether it is the layer that is explained of such a network unless another is named.
    pub is_usual: bool,
}

/// An input besides the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct FurtherInput {
    pub name: String,
    /// Axes that the file leaves open are 1.
    pub shape: Vec<usize>,
}

/// Element type and axes that a file declares for an input or output, `None` for an axis of any
/// size; `None` as a whole for what is no tensor or has no shape.
pub fn declared_tensor(value: &pb::ValueInfoProto) -> Option<(DataType, Vec<Option<usize>>)> {
    use pb::tensor_shape_proto::dimension::Value as Size;
    let Value::TensorType(tensor) = value.r#type.as_ref()?.value.as_ref()?;
    let size = |dim: &pb::tensor_shape_proto::Dimension| match dim.value {
        Some(Size::DimValue(size)) if size > 0 => usize::try_from(size).ok(),
        _ => None,
    };
    let shape = tensor.shape.as_ref()?;
    let data_type = DataType::try_from(tensor.elem_type).ok()?;
    Some((data_type, shape.dim.iter().map(size).collect()))
}

/// Makes a declared tensor one of float32 with these axes, `None` for one of any size.
pub fn declare_floats(value: &mut pb::ValueInfoProto, axes: &[Option<usize>]) {
    use pb::tensor_shape_proto::{Dimension, dimension::Value as Size};
    let dim = axes.iter().map(|size| Dimension {
        value: size.map(|size| Size::DimValue(size as i64)),
        ..Default::default()
    });
    let tensor = pb::type_proto::Tensor {
        elem_type: DataType::Float as i32,
        shape: Some(pb::TensorShapeProto { dim: dim.collect() }),
    };
    let of = value.r#type.get_or_insert_default();
    of.value = Some(Value::TensorType(tensor));
}
