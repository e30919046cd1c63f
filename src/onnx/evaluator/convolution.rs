//! Convolution and its transpose, in any number of spatial axes.

use ndarray::ArrayD;

use super::call::{Call, Outputs, one};
use super::value::{array, multi_indices, tabulate};
use super::window::{Slide, output_sizes, slides, taps};

/// y[n, m, p] = b[m] + Σ x[n, c, p·stride + k·dilation − pad] · w[m, c, k], with
/// the channels c of m's group alone.
pub fn conv(call: &Call) -> Outputs {
    let (x, w) = (call.floats(0)?, call.floats(1)?);
    let bias = call.optional_floats(2)?;
    let groups = call.int("group", 1) as usize;
    let slides = slides(call, &x.shape()[2..], &w.shape()[2..]);
    let (maps, channels) = (w.shape()[0], w.shape()[1]);
    if channels * groups != x.shape()[1] || !maps.is_multiple_of(groups) {
        return Err(format!(
            "{:?} and {:?}, {groups} groups",
            x.shape(),
            w.shape()
        ));
    }
    let shape = [&[x.shape()[0], maps], output_sizes(&slides).as_slice()].concat();
    one(tabulate(&shape, |index| {
        let (image, map) = (index[0], index[1]);
        let first = map / (maps / groups) * channels;
        let mut sum = bias.map_or(0.0, |bias| bias[[map].as_slice()]);
        for (tap, position) in taps(&slides, &index[2..]) {
            let Some(position) = position else { continue };
            for channel in 0..channels {
                let pixel = x[[&[image, first + channel], position.as_slice()]
                    .concat()
                    .as_slice()];
                sum += pixel * w[[&[map, channel], tap.as_slice()].concat().as_slice()];
            }
        }
        sum
    }))
}

/// Every input pixel adds its multiple of the kernel to the output at
/// p·stride + k·dilation − pad.
pub fn conv_transpose(call: &Call) -> Outputs {
    let (x, w) = (call.floats(0)?, call.floats(1)?);
    let groups = call.int("group", 1) as usize;
    let slides = transposed_slides(call, &x.shape()[2..], &w.shape()[2..]);
    let (channels, maps) = (x.shape()[1], w.shape()[1] * groups);
    let shape = [&[x.shape()[0], maps], output_sizes(&slides).as_slice()].concat();
    let mut y = match call.optional_floats(2)? {
        Some(bias) => tabulate(&shape, |index| bias[[index[1]].as_slice()]),
        None => array(&shape, vec![0.0; shape.iter().product()]),
    };
    for (index, &pixel) in multi_indices(x.shape()).zip(x) {
        let group = index[1] / (channels / groups);
        for tap in multi_indices(&w.shape()[2..]) {
            let Some(position) = target(&slides, &index[2..], &tap) else {
                continue;
            };
            for map in 0..w.shape()[1] {
                let to = [&[index[0], group * w.shape()[1] + map], position.as_slice()].concat();
                let weight = w[[&[index[1], map], tap.as_slice()].concat().as_slice()];
                y[to.as_slice()] += pixel * weight;
            }
        }
    }
    one(y)
}

/// Where one pixel's tap lands, unless that is cut off.
fn target(slides: &[Slide], index: &[usize], tap: &[usize]) -> Option<Vec<usize>> {
    let axes = slides.iter().zip(index).zip(tap);
    axes.map(|((slide, index), tap)| {
        let position = index * slide.stride + tap * slide.dilation;
        let position = position.checked_sub(slide.begin)?;
        (position < slide.output).then_some(position)
    })
    .collect()
}

/// output = stride·(input − 1) + output_padding + extent − pads; or the pads
/// follow from the output that the node names, or that SAME asks for.
fn transposed_slides(call: &Call, input: &[usize], kernel: &[usize]) -> Vec<Slide> {
    let count = input.len();
    let strides = call.sizes("strides", count, 1);
    let dilations = call.sizes("dilations", count, 1);
    let extra = call.sizes("output_padding", count, 0);
    let pads = call.sizes("pads", 2 * count, 0);
    let auto_pad = call.text("auto_pad", "NOTSET");
    let asked = call.ints("output_shape");
    (0..count)
        .map(|axis| {
            let slide = Slide {
                input: input[axis],
                kernel: kernel[axis],
                stride: strides[axis],
                dilation: dilations[axis],
                begin: pads[axis],
                end: pads[count + axis],
                output: 0,
            };
            let whole = slide.stride * (slide.input - 1) + extra[axis] + slide.extent();
            let same = auto_pad
                .starts_with("SAME")
                .then(|| slide.input * slide.stride);
            match asked.as_ref().map(|sizes| sizes[axis] as usize).or(same) {
                Some(output) => {
                    let padding = whole.saturating_sub(output);
                    let upper = auto_pad == "SAME_UPPER";
                    let begin = if upper {
                        padding / 2
                    } else {
                        padding - padding / 2
                    };
                    Slide {
                        begin,
                        end: padding - begin,
                        output,
                        ..slide
                    }
                }
                None if auto_pad == "VALID" => Slide {
                    begin: 0,
                    end: 0,
                    output: whole,
                    ..slide
                },
                None => Slide {
                    output: whole - slide.begin - slide.end,
                    ..slide
                },
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::operator as operator_outputs;
    use super::super::value::Value;
    use super::*;
    use crate::onnx::node;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Σ conv(x)·y = Σ x·conv_transpose(y), with the same weights.
    #[test]
    fn the_two_are_adjoint() {
        let wave = |shape: &[usize], step: f64| -> ArrayD<f64> {
            let mut number = 0.0;
            tabulate(shape, |_| {
                number += step;
                f64::sin(number)
            })
        };
        let (x, w) = (wave(&[1, 4, 5, 5], 0.7), wave(&[6, 2, 3, 3], 1.3));
        let run = |operator: &str, x: &ArrayD<f64>| -> ArrayD<f64> {
            let mut node = node::new(operator, &["x", "w"], "y");
            node.attribute = vec![
                node::int_attribute("group", 2),
                node::ints_attribute("strides", &[2, 2]),
                node::ints_attribute("pads", &[1, 0, 1, 2]),
            ];
            let values = [("x", x), ("w", &w)];
            let values: HashMap<String, Value> = values
                .map(|(name, array)| (name.to_owned(), Value::Float(array.clone())))
                .into();
            let call = Call::new(&node, 17, &values).unwrap();
            let outputs = operator_outputs(operator, &call).unwrap();
            outputs[0].as_floats().unwrap().clone()
        };
        let y = run("Conv", &x);
        let back = wave(y.shape(), 0.3);
        let there = (&y * &back).sum();
        let here = (&x * &run("ConvTranspose", &back)).sum();
        assert!((there - here).abs() < 1e-12, "{there} and {here}");
    }
}
