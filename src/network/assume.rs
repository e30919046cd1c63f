//! How a network wants its picture, where its file does not say.

use crate::gradient::PictureInput;
use crate::onnx::{Index, Model, OnnxError, node, tensor};
use crate::picture::{Layout, Scaling};

/// What is assumed, and why, for people.
pub struct Assumed {
    pub scaling: &'static Scaling,
    pub reason: &'static str,
}

/// What is likely: a network that begins with arithmetic scales by itself; else
/// what frameworks do by habit. Keras, channels last, scales to −1…1; PyTorch,
/// channels first, by ImageNet's mean and deviation. `None` if the input has
/// neither 1 nor 3 channels.
///
/// # Errors
/// [`OnnxError`] if the graph contradicts itself.
pub fn scaling(model: &Model, picture: &PictureInput) -> Result<Option<Assumed>, OnnxError> {
    let own = own_arithmetic(model, &picture.name)?;
    let (id, reason) = match (channels(picture), own, picture.layout) {
        (1, Some(Takes::Bytes), _) => ("grey-bytes", SCALES_ITSELF),
        (1, Some(Takes::ZeroToOne), _) => ("grey-zero-to-one", SUBTRACTS_ITSELF),
        (1, None, Layout::Nhwc) => ("grey-minus-one-to-one", "as Keras does for Xception"),
        (1, None, Layout::Nchw) => ("grey-zero-to-one", "as PyTorch’s ToTensor does"),
        (3, Some(Takes::Bytes), _) => ("bytes", SCALES_ITSELF),
        (3, Some(Takes::ZeroToOne), _) => ("zero-to-one", SUBTRACTS_ITSELF),
        (3, None, Layout::Nhwc) => ("minus-one-to-one", "as Keras does for Xception"),
        (3, None, Layout::Nchw) => ("imagenet", "as PyTorch does"),
        _ => return Ok(None),
    };
    Ok(Scaling::find(id).map(|scaling| Assumed { scaling, reason }))
}

const SCALES_ITSELF: &str = "since the network begins by scaling them itself";
const SUBTRACTS_ITSELF: &str = "since the network begins by subtracting a mean itself";

/// The picture's channels.
pub fn channels(picture: &PictureInput) -> usize {
    let axis = match picture.layout {
        Layout::Nchw => 1,
        Layout::Nhwc => 3,
    };
    picture.shape.get(axis).copied().unwrap_or(0)
}

/// What a network takes that begins with arithmetic.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Takes {
    /// 0…255.
    Bytes,
    ZeroToOne,
}

/// Follows the picture through sums and products with constants, as far as they
/// go, and judges by their size.
fn own_arithmetic(model: &Model, picture: &str) -> Result<Option<Takes>, OnnxError> {
    /// Networks that divide a byte by 64 to 255 have divided by more than this;
    /// those that divide by a deviation of numbers up to 1 have multiplied.
    const SMALL: f32 = 1.0 / 40.0;
    /// The mean of a channel in bytes is around 100.
    const GREAT: f32 = 20.0;
    let graph = model.graph();
    let index = Index::new(graph)?;
    let (mut at, mut factor, mut subtracts) = (picture, 1.0_f32, false);
    while let &[place] = index.consumers(at) {
        let step = &graph.node[place];
        let constant = || -> Option<f32> {
            let other = step.input.iter().find(|input| *input != at)?;
            let values = tensor::floats(index.initialiser(other)?).ok()?;
            let sum: f32 = values.iter().map(|value| value.abs()).sum();
            (!values.is_empty()).then(|| sum / values.len() as f32)
        };
        match (step.op_type.as_str(), constant()) {
            ("Mul", Some(by)) => factor *= by,
            ("Div", Some(by)) if node::input(step, 0) == Some(at) => factor /= by,
            ("Add" | "Sub", Some(by)) if by > GREAT => {
                return Ok(Some(Takes::Bytes));
            }
            ("Add" | "Sub", Some(_)) => subtracts = true,
            ("Identity" | "Cast" | "Transpose", _) => {}
            _ => break,
        }
        if factor < SMALL {
            return Ok(Some(Takes::Bytes));
        }
        let Some(output) = step.output.first() else {
            break;
        };
        at = output;
    }
    Ok((subtracts && factor > 1.0).then_some(Takes::ZeroToOne))
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
        scaling(&decoded, &picture).unwrap().unwrap().scaling.id
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
