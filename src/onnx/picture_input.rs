//! The input that is the picture, as float32 with the four axes [1, C, H, W] or [1, H, W, C], and
//! the only input: what else a file has becomes a constant.

use tract_onnx::pb::{self, tensor_proto::DataType};

use crate::onnx::adaptations::{Adaptations, FurtherInput, declare_floats, declared_tensor};
use crate::onnx::{node, tensor};

/// Channels of a picture, at most, where its axes alone must tell.
const MAX_CHANNELS: usize = 4;
/// A signal has at least so many samples for each of its channels.
const MIN_SAMPLES_PER_CHANNEL: usize = 4;
/// The contract's input, which is no picture.
const COTANGENT: &str = "cotangent";
/// Values of an input besides the picture, at most.
const MAX_FURTHER_VALUES: usize = 1 << 20;

/// How the picture lies in an input's axes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    /// [N, C, H, W] or [N, H, W, C].
    FourAxes,
    /// [C, H, W] or [H, W, C].
    ThreeAxes,
    /// [N, C, T].
    Signal,
}

/// Adapts the inputs of a graph in this version of the operator set. Where none could be a
/// picture, nothing changes.
pub fn adapt_inputs(graph: &mut pb::GraphProto, opset: i64, adaptations: &mut Adaptations) {
    let Some((position, form)) = picture(&graph.input) else {
        return;
    };
    let Some((data_type, axes)) = graph.input.get(position).and_then(declared_tensor) else {
        return;
    };
    if let Some(integers) = integer_type(data_type) {
        adaptations.integer_input = Some(integers);
    }
    let mut axes = match form {
        Form::FourAxes => axes,
        Form::ThreeAxes => {
            adaptations.three_axes = Some(axes.clone());
            restore_axis(graph, position, 0, opset);
            [vec![Some(1)], axes].concat()
        }
        Form::Signal => {
            adaptations.is_signal = true;
            restore_axis(graph, position, 2, opset);
            vec![axes[0], axes[1], Some(1), axes[2]]
        }
    };
    if let Some(batch @ 2..) = axes[0] {
        adaptations.batch = Some(batch);
        axes[0] = Some(1);
        take_one_picture(graph, batch);
    }
    declare_floats(&mut graph.input[position], &axes);
    fix_further_inputs(graph, position, adaptations);
}

/// Position and form of the input that is the picture.
fn picture(inputs: &[pb::ValueInfoProto]) -> Option<(usize, Form)> {
    let form = |input: &pb::ValueInfoProto| {
        let (data_type, axes) = declared_tensor(input)?;
        let is_number = data_type == DataType::Float
            || data_type == DataType::Double
            || integer_type(data_type).is_some();
        let is_picture = is_number && input.name != COTANGENT;
        is_picture.then(|| form_of(&axes)).flatten()
    };
    let forms: Vec<Option<Form>> = inputs.iter().map(form).collect();
    [Form::FourAxes, Form::ThreeAxes, Form::Signal]
        .into_iter()
        .find_map(|wanted| {
            let position = forms.iter().position(|form| *form == Some(wanted))?;
            Some((position, wanted))
        })
}

fn form_of(axes: &[Option<usize>]) -> Option<Form> {
    let is_channels = |size: Option<usize>| size.is_some_and(|size| size <= MAX_CHANNELS);
    match *axes {
        [_, _, _, _] => Some(Form::FourAxes),
        // A grey picture is about square, a signal is longer than wide.
        [Some(1), Some(rows), Some(columns)] if columns < MIN_SAMPLES_PER_CHANNEL * rows => {
            Some(Form::ThreeAxes)
        }
        [Some(1) | None, rows, columns] if !is_channels(columns) || rows.is_some() => {
            Some(Form::Signal)
        }
        [first, _, last] if is_channels(first) || is_channels(last) => Some(Form::ThreeAxes),
        [_, _, _] => Some(Form::Signal),
        _ => None,
    }
}

/// A type of whole numbers by its name; `None` for other types.
fn integer_type(data_type: DataType) -> Option<&'static str> {
    Some(match data_type {
        DataType::Uint8 => "uint8",
        DataType::Int8 => "int8",
        DataType::Uint16 => "uint16",
        DataType::Int16 => "int16",
        DataType::Uint32 => "uint32",
        DataType::Int32 => "int32",
        DataType::Uint64 => "uint64",
        DataType::Int64 => "int64",
        _ => return None,
    })
}

/// Lets the nodes read the input without an axis of length 1, which it has from here on.
fn restore_axis(graph: &mut pb::GraphProto, position: usize, axis: i64, opset: i64) {
    let name = graph.input[position].name.clone();
    let own = format!("{name}.axes");
    for reader in graph.node.iter_mut().flat_map(|node| &mut node.input) {
        if *reader == name {
            reader.clone_from(&own);
        }
    }
    let mut squeeze = node::new("Squeeze", &[&name], &own);
    if opset >= 13 {
        let axes = format!("{own}.removed");
        graph
            .initializer
            .push(tensor::from_ints(&axes, &[1], &[axis]));
        squeeze.input.push(axes);
    } else {
        squeeze.attribute = vec![node::ints_attribute("axes", &[axis])];
    }
    graph.node.insert(0, squeeze);
}

/// Makes a graph for `batch` pictures one for a single picture: shapes that it states for the
/// whole batch are those of one. Where that is not enough, its output has not the shape [1, K].
fn take_one_picture(graph: &mut pb::GraphProto, batch: usize) {
    graph.value_info.clear();
    for output in &mut graph.output {
        if let Some((DataType::Float, mut axes)) = declared_tensor(output)
            && axes.first() == Some(&Some(batch))
        {
            axes[0] = Some(1);
            declare_floats(output, &axes);
        }
    }
    let shapes = graph
        .node
        .iter()
        .filter_map(|node| match node.op_type.as_str() {
            "Reshape" | "Expand" => node.input.get(1).cloned(),
            _ => None,
        });
    let shapes: Vec<String> = shapes.collect();
    for weights in &mut graph.initializer {
        if shapes.contains(&weights.name)
            && let Ok(mut sizes) = tensor::ints(weights)
            && sizes.first() == Some(&(batch as i64))
        {
            sizes[0] = 1;
            *weights = tensor::from_ints(&weights.name, &[sizes.len()], &sizes);
        }
    }
}

/// Makes the other inputs constants of zeros.
fn fix_further_inputs(graph: &mut pb::GraphProto, position: usize, adaptations: &mut Adaptations) {
    let picture = graph.input[position].name.clone();
    let mut constants = Vec::new();
    graph.input.retain(|input| {
        if input.name == picture || input.name == COTANGENT {
            return true;
        }
        let Some((data_type, axes)) = declared_tensor(input) else {
            return true;
        };
        let shape: Vec<usize> = axes.into_iter().map(|size| size.unwrap_or(1)).collect();
        let values = shape
            .iter()
            .try_fold(1_usize, |product, &size| product.checked_mul(size));
        let values = values.filter(|&values| values <= MAX_FURTHER_VALUES);
        let constant = values.and_then(|values| zeros(&input.name, &shape, values, data_type));
        let Some(constant) = constant else {
            return true;
        };
        constants.push(constant);
        let name = input.name.clone();
        adaptations
            .further_inputs
            .push(FurtherInput { name, shape });
        false
    });
    graph.initializer.extend(constants);
}

/// A constant of zeros; `None` for types that hold no plain numbers.
fn zeros(
    name: &str,
    shape: &[usize],
    values: usize,
    data_type: DataType,
) -> Option<pb::TensorProto> {
    let mut constant = tensor::from_floats(name, shape, &[]);
    constant.data_type = data_type as i32;
    constant.raw_data = vec![0; values.checked_mul(tensor::bytes_each(&constant)?)?];
    Some(constant)
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::onnx::testing::{GraphBuilder, model};
    use crate::onnx::{Limits, Model};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn forms_are_told_by_their_axes() {
        let some = |axes: &[usize]| -> Option<Form> {
            let axes: Vec<_> = axes
                .iter()
                .map(|&size| (size > 0).then_some(size))
                .collect();
            form_of(&axes)
        };
        // 0 is an axis of any size.
        assert_eq!(some(&[1, 3, 224, 224]), Some(Form::FourAxes));
        for axes in [
            [3, 224, 224],
            [224, 224, 3],
            [0, 0, 3],
            [1, 28, 28],
            [1, 48, 64],
        ] {
            assert_eq!(some(&axes), Some(Form::ThreeAxes), "{axes:?}");
        }
        for axes in [
            [1, 12, 1000],
            [0, 12, 5000],
            [0, 1, 187],
            [0, 12, 0],
            [8, 12, 1000],
        ] {
            assert_eq!(some(&axes), Some(Form::Signal), "{axes:?}");
        }
        assert_eq!(some(&[1, 10]), None);
    }

    fn adapted(file: &[u8]) -> Model {
        let mut read = Model::decode(file, Limits::default()).unwrap();
        read.adapt_inputs();
        read
    }

    /// The classifier of the builder with another declared input.
    fn read(data_type: DataType, shape: &[usize], prepare: &[(&str, &[i64])]) -> Model {
        let mut graph = GraphBuilder::new(&[]);
        graph.graph.input.push(node::value("img", shape, data_type));
        graph
            .node("Cast", "cast", &["img"], "c0")
            .int("to", DataType::Float as i64);
        let mut last = "c0".to_owned();
        for (place, (operator, axes)) in prepare.iter().enumerate() {
            let (axes_name, next) = (format!("a{place}"), format!("c{}", place + 1));
            graph.int64s(&axes_name, axes);
            graph.node(operator, &next, &[&last, &axes_name], &next);
            last = next;
        }
        graph.node("GlobalAveragePool", "pool", &[&last], "p");
        graph.node("Flatten", "flatten", &["p"], "y");
        let file = model(graph.output("y", &[1, 3])).encode_to_vec();
        adapted(&file)
    }

    #[test]
    fn whole_numbers_and_three_axes_are_taken() {
        let read = read(DataType::Uint8, &[3, 8, 9], &[("Unsqueeze", &[0])]);
        assert_eq!(read.adaptations().integer_input, Some("uint8"));
        let (data_type, axes) = declared_tensor(&read.graph().input[0]).unwrap();
        assert_eq!(data_type, DataType::Float);
        assert_eq!(axes, [1, 3, 8, 9].map(Some));
        let squeeze = &read.graph().node[0];
        assert_eq!((&*squeeze.op_type, &*squeeze.input[0]), ("Squeeze", "img"));
    }

    #[test]
    fn a_batch_becomes_one_picture() {
        let read = read(
            DataType::Float,
            &[8, 3, 4, 4],
            &[("Reshape", &[8, 3, 16, 1])],
        );
        assert_eq!(read.adaptations().batch, Some(8));
        let shapes = crate::onnx::infer_shapes(&read, &[]).unwrap();
        assert_eq!(shapes.get("y"), Some([1, 3].as_slice()));
    }

    #[test]
    fn what_else_a_file_takes_is_zero() {
        let mut graph = GraphBuilder::linear_classifier();
        graph
            .graph
            .input
            .push(node::value("age", &[1, 2], DataType::Int64));
        graph
            .node("Cast", "years", &["age"], "a")
            .int("to", DataType::Float as i64);
        graph.node("Add", "sum", &["y", "a"], "z");
        graph.graph.output.clear();
        let file = model(graph.output("z", &[1, 2])).encode_to_vec();
        let read = adapted(&file);
        let FurtherInput { name, shape } = &read.adaptations().further_inputs[0];
        assert_eq!((&**name, shape.as_slice()), ("age", [1, 2].as_slice()));
        assert_eq!(read.graph().input.len(), 1);
        let age = read
            .graph()
            .initializer
            .iter()
            .find(|weights| weights.name == "age");
        assert_eq!(tensor::ints(age.unwrap()).unwrap(), [0, 0]);
    }
}
