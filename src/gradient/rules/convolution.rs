//! Conv and ConvTranspose.
//!
//! The gradient of a convolution is a convolution of the cotangent with the
//! weights flipped and transposed. A ConvTranspose node would say the same, but
//! engines run it far slower, so the branch is made of ordinary convolutions:
//!
//! - stride 1: one convolution with flipped weights;
//! - one tap: a convolution on the coarse grid, then zeros between its values;
//! - depthwise: zeros between the values first, then a depthwise convolution;
//! - other strides: one convolution that gives every phase of the stride as
//!   channels of its own, which are then put between each other. Nothing is
//!   multiplied by the zeros that a stride would bring.

use super::Step;
use super::windows::{Phases, check_taps, offsets, pad_or_cut, spread};
use crate::gradient::GradientError;
use crate::onnx::{TransposedWindow, Window, element_count, node, pb};

/// Weights [O, C/G, k…] of a convolution in G groups.
struct Weights {
    values: Vec<f32>,
    /// Input and output channels of one group.
    inputs: usize,
    outputs: usize,
    groups: usize,
    kernel: Vec<usize>,
}

impl Weights {
    fn taps(&self) -> usize {
        self.kernel.iter().product()
    }

    fn is_depthwise(&self) -> bool {
        self.inputs == 1 && self.outputs == 1 && self.groups > 1
    }

    /// The weight from one group's input to its output at a tap.
    fn at(&self, group: usize, output: usize, input: usize, tap: &[usize]) -> f32 {
        let tap = (tap.iter().zip(&self.kernel)).fold(0, |place, (tap, size)| place * size + tap);
        let row = (group * self.outputs + output) * self.inputs + input;
        self.values[row * self.taps() + tap]
    }

    /// Weights [C, O/G, k…] that lead back, every axis flipped.
    fn flipped(&self) -> Vec<f32> {
        let taps = self.taps();
        let mut flipped = Vec::with_capacity(self.values.len());
        for group in 0..self.groups {
            for input in 0..self.inputs {
                for output in 0..self.outputs {
                    let row = (group * self.outputs + output) * self.inputs + input;
                    let row = &self.values[row * taps..][..taps];
                    flipped.extend(row.iter().rev());
                }
            }
        }
        flipped
    }

    /// Weights [C · phases, O/G, t…] that lead back to each phase of a stride.
    fn by_phase(&self, window: &Window, reach: &[usize]) -> Vec<f32> {
        let mut weights = Vec::new();
        for group in 0..self.groups {
            for input in 0..self.inputs {
                for phase in offsets(&window.strides) {
                    for output in 0..self.outputs {
                        for place in offsets(reach) {
                            let tap = tap_of(window, reach, &phase, &place);
                            let weight = tap.map(|tap| self.at(group, output, input, &tap));
                            weights.push(weight.unwrap_or(0.0));
                        }
                    }
                }
            }
        }
        weights
    }
}

/// The tap that is at this place of a phase's kernel, if there is one:
/// dilation · tap = stride · shift + phase, and kernels run backwards.
fn tap_of(
    window: &Window,
    reach: &[usize],
    phase: &[usize],
    place: &[usize],
) -> Option<Vec<usize>> {
    let along = |axis: usize| {
        let shift = reach[axis] - 1 - place[axis];
        let distance = window.strides[axis] * shift + phase[axis];
        let whole = distance.is_multiple_of(window.dilations[axis]);
        let tap = distance / window.dilations[axis];
        (whole && tap < window.kernel[axis]).then_some(tap)
    };
    (0..reach.len()).map(along).collect()
}

/// y = W ∗ x + b: x̄ is ȳ convolved with W flipped and transposed.
pub fn conv(step: &mut Step) -> Result<(), GradientError> {
    only_the_first(step)?;
    let shape = step.shape(step.input(0)?)?;
    let weights = weights(step, shape)?;
    let window = Window::of(step.node, &shape[2..], &weights.kernel)?;
    let cotangent = carry(step, step.cotangent, &window, &weights, shape)?;
    step.give(0, cotangent);
    Ok(())
}

/// The cotangent of a convolution's input [1, C, …], from that of its output.
fn carry(
    step: &mut Step,
    cotangent: &str,
    window: &Window,
    weights: &Weights,
    shape: &[usize],
) -> Result<String, GradientError> {
    let channels = weights.groups * weights.outputs;
    let output = [&[shape[0], channels], window.output.as_slice()].concat();
    let strides = [&[1, 1], window.strides.as_slice()].concat();
    let is_strided = window.strides.iter().any(|&stride| stride > 1);
    if is_strided && weights.taps() == 1 {
        let cotangent = Padded::without(cotangent, window.kernel.len());
        let back = flipped_convolution(step, &cotangent, window, weights);
        let coarse = [&shape[..2], window.output.as_slice()].concat();
        let fine = spread(step, &back, &coarse, &strides);
        let (length, sides) = sides(window, shape);
        let length = [&shape[..2], &length].concat();
        return Ok(pad_or_cut(step, &fine, &length, &sides));
    }
    if is_strided && !weights.is_depthwise() {
        return carry_by_phase(step, cotangent, window, weights, shape);
    }
    let fine = spread(step, cotangent, &output, &strides);
    let (length, sides) = sides(window, shape);
    let length = [&output[..2], &length].concat();
    let padded = Padded::of(step, &fine, &length, &sides);
    Ok(flipped_convolution(step, &padded, window, weights))
}

/// What a convolution reads, and by how much it pads that itself.
struct Padded {
    values: String,
    pads: pb::AttributeProto,
}

impl Padded {
    fn without(values: &str, spatial: usize) -> Padded {
        Padded {
            values: values.to_owned(),
            pads: ints("pads", &vec![0; 2 * spatial]),
        }
    }

    /// Values of a whole shape with `sides` added on both sides of each axis: what is
    /// negative there is cut off first.
    fn of(step: &mut Step, values: &str, shape: &[usize], sides: &[(i64, i64)]) -> Padded {
        let cuts: Vec<_> = sides.iter().map(|&(a, b)| (a.min(0), b.min(0))).collect();
        let (begin, end) = (
            sides.iter().map(|side| side.0),
            sides.iter().map(|side| side.1),
        );
        let pads = begin.skip(2).chain(end.skip(2));
        let pads: Vec<usize> = pads.map(|pad| usize::try_from(pad).unwrap_or(0)).collect();
        Padded {
            values: pad_or_cut(step, values, shape, &cuts),
            pads: ints("pads", &pads),
        }
    }
}

/// Sizes of a spread cotangent, and what is to be added on both sides of its
/// axes for a convolution to give the input's size.
fn sides(window: &Window, shape: &[usize]) -> (Vec<usize>, Vec<(i64, i64)>) {
    let mut sides = vec![(0, 0); 2];
    let mut lengths = Vec::new();
    for axis in 0..window.kernel.len() {
        let length = (window.output[axis] - 1) * window.strides[axis] + 1;
        let begin = window.reach(axis) as i64 - 1 - window.pads_begin[axis] as i64;
        let end = (shape[axis + 2] + window.pads_begin[axis]) as i64 - length as i64;
        sides.push((begin, end));
        lengths.push(length);
    }
    (lengths, sides)
}

/// A convolution of stride 1, with the weights flipped.
fn flipped_convolution(
    step: &mut Step,
    cotangent: &Padded,
    window: &Window,
    weights: &Weights,
) -> String {
    let channels = weights.groups * weights.inputs;
    let dims = [&[channels, weights.outputs], weights.kernel.as_slice()].concat();
    let flipped = step.builder.floats(&dims, &weights.flipped());
    let attributes = vec![
        ints("kernel_shape", &window.kernel),
        ints("dilations", &window.dilations),
        node::int_attribute("group", weights.groups as i64),
        cotangent.pads.clone(),
    ];
    step.builder
        .add("Conv", &[&cotangent.values, &flipped], attributes)
}

/// One convolution for all phases of the stride.
fn carry_by_phase(
    step: &mut Step,
    cotangent: &str,
    window: &Window,
    weights: &Weights,
    shape: &[usize],
) -> Result<String, GradientError> {
    let phases = Phases::of(window, shape);
    let spatial = window.kernel.len();
    let reach: Vec<usize> = (0..spatial)
        .map(|axis| (window.reach(axis) - 1) / window.strides[axis] + 1)
        .collect();
    let channels = weights.groups * weights.outputs;
    let output = [&[shape[0], channels], window.output.as_slice()].concat();
    // Outputs beyond the last row saw nothing but padding.
    let mut sides = vec![(0, 0); 2];
    for (axis, &reach) in reach.iter().enumerate() {
        let missing = phases.rows[axis] as i64 - window.output[axis] as i64;
        sides.push((reach as i64 - 1, missing));
    }
    let cotangent = Padded::of(step, cotangent, &output, &sides);
    let rows = weights.groups * weights.inputs * phases.count();
    let dims = [&[rows, weights.outputs], reach.as_slice()].concat();
    // Weights that the file holds may well become some times as many.
    if element_count(&dims).is_none_or(|values| values / 16 > weights.values.len()) {
        step.check_constant(element_count(&dims))?;
    }
    let by_phase = step
        .builder
        .floats(&dims, &weights.by_phase(window, &reach));
    let attributes = vec![
        ints("kernel_shape", &reach),
        node::int_attribute("group", weights.groups as i64),
        cotangent.pads,
    ];
    let parts = step
        .builder
        .add("Conv", &[&cotangent.values, &by_phase], attributes);
    Ok(phases.join(step, &parts))
}

/// The cotangent of a tensor [1, C, …] of which every channel was summed over
/// windows, from the cotangent of the sums.
///
/// # Errors
/// [`GradientError::Unsupported`] for a branch that would be too large.
pub fn carry_sums(
    step: &mut Step,
    sums: &str,
    window: &Window,
    shape: &[usize],
) -> Result<String, GradientError> {
    let channels = shape[1];
    let ones = Weights {
        values: vec![1.0; channels * window.kernel.iter().product::<usize>()],
        inputs: 1,
        outputs: 1,
        groups: channels,
        kernel: window.kernel.clone(),
    };
    carry(step, sums, window, &ones, shape)
}

/// y = W ∗ᵀ x + b: x̄ is ȳ convolved with W as it is stored.
pub fn conv_transpose(step: &mut Step) -> Result<(), GradientError> {
    only_the_first(step)?;
    let shape = step.shape(step.input(0)?)?;
    let dims = step.shape(step.input(1)?)?;
    if shape.len() < 3 || dims.len() != shape.len() {
        return Err(step.unsupported("weights and input differ in their number of axes"));
    }
    let window = TransposedWindow::of(step.node, &shape[2..], &dims[2..])?;
    let output = step.shape(step.output())?;
    let mut sides = vec![(0, 0); 2];
    for axis in 0..window.kernel.len() {
        let reach = window.dilations[axis] * (window.kernel[axis] - 1) + 1;
        let seen = window.strides[axis] * (shape[axis + 2] - 1) + reach;
        let begin = window.pads_begin[axis];
        sides.push((begin, seen as i64 - begin - output[axis + 2] as i64));
    }
    let padded = Padded::of(step, step.cotangent, output, &sides);
    let attributes = vec![
        ints("kernel_shape", &window.kernel),
        ints("strides", &window.strides),
        ints("dilations", &window.dilations),
        node::int_attribute("group", node::int(step.node, "group").unwrap_or(1)),
        padded.pads,
    ];
    let inputs = [padded.values.as_str(), step.input(1)?];
    let cotangent = step.builder.add("Conv", &inputs, attributes);
    step.give(0, cotangent);
    Ok(())
}

fn only_the_first(step: &Step) -> Result<(), GradientError> {
    if step.is_active(1) || step.is_active(2) {
        return Err(step.unsupported("its weights depend on the picture"));
    }
    Ok(())
}

fn weights(step: &Step, shape: &[usize]) -> Result<Weights, GradientError> {
    let dims = step.shape(step.input(1)?)?;
    let groups = usize::try_from(node::int(step.node, "group").unwrap_or(1)).unwrap_or(0);
    let fits = shape.len() > 2
        && dims.len() == shape.len()
        && groups > 0
        && dims[0].is_multiple_of(groups)
        && dims[1].checked_mul(groups) == Some(shape[1]);
    if !fits {
        let problem = format!("weights {dims:?} in {groups} groups do not fit {shape:?}");
        return Err(step.unsupported(problem));
    }
    let values = step
        .constant(1)?
        .ok_or_else(|| step.unsupported("it has no weights"))?;
    check_taps(step, &dims[2..])?;
    Ok(Weights {
        values,
        inputs: dims[1],
        outputs: dims[0] / groups,
        groups,
        kernel: dims[2..].to_vec(),
    })
}

fn ints(name: &str, values: &[usize]) -> pb::AttributeProto {
    let values: Vec<i64> = values.iter().map(|&value| value as i64).collect();
    node::ints_attribute(name, &values)
}
