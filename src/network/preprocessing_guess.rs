//! The scaling of pixel values that a network probably wants, where its file does not
//! state it.

use crate::gradient::PictureInput;
use crate::onnx::{Index, Model, OnnxError, node, tensor};
use crate::picture::{Layout, Scaling};

/// A scaling that is assumed, and why.
pub struct ScalingGuess {
    pub scaling: &'static Scaling,
    /// A clause for people: "as PyTorch does".
    pub reason: &'static str,
}

/// Guesses the scaling. A network that begins with arithmetic on its input scales by
/// itself. Else the habit of its framework counts: channels last means Keras, which
/// scales to −1…1; channels first means PyTorch, which scales by ImageNet's mean and
/// deviation. `None` if the input has neither 1 nor 3 channels, or is a signal.
///
/// # Errors
/// [`OnnxError`] if the graph contradicts itself.
pub fn guess_scaling(
    model: &Model,
    picture: &PictureInput,
) -> Result<Option<ScalingGuess>, OnnxError> {
    let range = if model.adaptations().is_signal {
        return Ok(None);
    } else if model.adaptations().integer_input.is_some() {
        Some(InputRange::Bytes)
    } else {
        range_from_arithmetic(model, &picture.name)?
    };
    let (id, reason) = match (channels(picture), range, picture.layout) {
        (1, Some(InputRange::Bytes), _) => ("grey-bytes", SCALES_ITSELF),
        (1, Some(InputRange::ZeroToOne), _) => ("grey-zero-to-one", SUBTRACTS_ITSELF),
        (1, None, Layout::Nhwc) => ("grey-minus-one-to-one", "as Keras does for Xception"),
        (1, None, Layout::Nchw) => ("grey-zero-to-one", "as PyTorch’s ToTensor does"),
        (3, Some(InputRange::Bytes), _) => ("bytes", SCALES_ITSELF),
        (3, Some(InputRange::ZeroToOne), _) => ("zero-to-one", SUBTRACTS_ITSELF),
        (3, None, Layout::Nhwc) => ("minus-one-to-one", "as Keras does for Xception"),
        (3, None, Layout::Nchw) => ("imagenet", "as PyTorch does"),
        _ => return Ok(None),
    };
    Ok(Scaling::find(id).map(|scaling| ScalingGuess { scaling, reason }))
}

const SCALES_ITSELF: &str = "since the network begins by scaling them itself";
const SUBTRACTS_ITSELF: &str = "since the network begins by subtracting a mean itself";

/// Number of channels of the input tensor.
pub fn channels(picture: &PictureInput) -> usize {
    let axis = match picture.layout {
        Layout::Nchw => 1,
        Layout::Nhwc => 3,
    };
    picture.shape.get(axis).copied().unwrap_or(0)
}

/// The range of pixel values that a network expects which begins with arithmetic.
#[derive(Clone, Copy, Debug, PartialEq)]
enum InputRange {
    /// 0…255.
    Bytes,
    ZeroToOne,
}

/// Follows the input through sums and products with constants, as far as they go, and
/// judges the expected range by their magnitudes.
fn range_from_arithmetic(model: &Model, picture: &str) -> Result<Option<InputRange>, OnnxError> {
    /// A product of factors below this means bytes: networks divide them by 64 to 255.
    /// Those that divide values of 0…1 by their deviation have a product above 1.
    const MAX_FACTOR_FOR_BYTES: f32 = 1.0 / 40.0;
    /// A summand above this means bytes: the mean of a channel is around 100 in bytes,
    /// and below 1 in values of 0…1.
    const MIN_SUMMAND_FOR_BYTES: f32 = 20.0;
    let graph = model.graph();
    let index = Index::new(graph)?;
    let (mut at, mut factor, mut has_summand) = (picture, 1.0_f32, false);
    while let &[place] = index.consumers(at) {
        let node = &graph.node[place];
        let mean_magnitude_of_constant = || -> Option<f32> {
            let other = node.input.iter().find(|input| *input != at)?;
            let values = tensor::floats(index.initialiser(other)?).ok()?;
            let sum: f32 = values.iter().map(|value| value.abs()).sum();
            (!values.is_empty()).then(|| sum / values.len() as f32)
        };
        match (node.op_type.as_str(), mean_magnitude_of_constant()) {
            ("Mul", Some(by)) => factor *= by,
            ("Div", Some(by)) if node::input(node, 0) == Some(at) => factor /= by,
            ("Add" | "Sub", Some(by)) if by > MIN_SUMMAND_FOR_BYTES => {
                return Ok(Some(InputRange::Bytes));
            }
            ("Add" | "Sub", Some(_)) => has_summand = true,
            ("Identity" | "Cast" | "Transpose", _) => {}
            _ => break,
        }
        if factor < MAX_FACTOR_FOR_BYTES {
            return Ok(Some(InputRange::Bytes));
        }
        let Some(output) = node.output.first() else {
            break;
        };
        at = output;
    }
    Ok((has_summand && factor > 1.0).then_some(InputRange::ZeroToOne))
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::onnx::Limits;
    use crate::onnx::testing::{GraphBuilder, model};

    /// Three channels of 4×4, first `steps` with one constant each.
    fn assumed(layout: Layout, steps: &[(&str, f32)]) -> &'static str {
        let shape = match layout {
            Layout::Nchw => [1, 3, 4, 4],
            Layout::Nhwc => [1, 4, 4, 3],
        };
        let mut graph = GraphBuilder::new(&[("x", &shape)]);
        let mut at = "x".to_owned();
        for (place, (operator, by)) in steps.iter().enumerate() {
            let (by_name, next) = (format!("c{place}"), format!("t{place}"));
            graph.floats(&by_name, &[1], &[*by]);
            graph.node(operator, &next, &[&at, &by_name], &next);
            at = next;
        }
        graph.node("Relu", "relu", &[&at], "y");
        let file = model(graph.output("y", &shape)).encode_to_vec();
        let decoded = Model::decode(&file, Limits::default()).unwrap();
        let picture = PictureInput {
            name: "x".into(),
            shape: shape.to_vec(),
            layout,
            layout_is_open: false,
        };
        guess_scaling(&decoded, &picture)
            .unwrap()
            .unwrap()
            .scaling
            .id
    }

    #[test]
    fn habits_of_frameworks() {
        assert_eq!(assumed(Layout::Nhwc, &[]), "minus-one-to-one");
        assert_eq!(assumed(Layout::Nchw, &[]), "imagenet");
    }

    #[test]
    fn networks_that_scale_by_themselves() {
        let keras = [("Mul", 1.0 / 255.0), ("Sub", 0.45), ("Div", 0.22)];
        assert_eq!(assumed(Layout::Nhwc, &keras), "bytes");
        assert_eq!(
            assumed(Layout::Nhwc, &[("Div", 127.5), ("Add", -1.0)]),
            "bytes"
        );
        assert_eq!(assumed(Layout::Nchw, &[("Sub", 110.0)]), "bytes");
        let torch = [("Sub", 0.45), ("Div", 0.22)];
        assert_eq!(assumed(Layout::Nchw, &torch), "zero-to-one");
    }
}
