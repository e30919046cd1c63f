//! Conv and ConvTranspose.
//!
//! The VJP of a convolution is a transposed convolution of the cotangent, which is
//! a convolution with the weights flipped and transposed (Dumoulin and Visin
//! 2016). Engines run ConvTranspose nodes far slower than Conv, so the branch has
//! ordinary convolutions:
//!
//! - stride 1: one convolution with flipped weights, which for one tap and one group are the
//!   file's own behind a Transpose;
//! - one tap with a stride: a convolution on the coarse grid, then zero insertion;
//! - depthwise with a stride: zero insertion, then a depthwise convolution;
//! - other strides: one convolution that gives each phase of the polyphase
//!   decomposition as channels, which are then interleaved.

use super::polyphase::Polyphase;
use super::vjp_context::VjpContext;
use super::window_taps::{check_taps, grid_positions};
use super::zero_insertion::{AxisPadding, insert_zeros, pad_or_crop};
use crate::gradient::error::GradientError;
use crate::onnx::{TransposedWindow, Window, element_count, node, pb};

/// Weights [O, C/G, k…] of a convolution in G groups.
struct Weights<'a> {
    /// Empty for those of a pointwise convolution.
    values: Vec<f32>,
    /// The name of pointwise weights [O, C, 1, …] of one group: the branch reads them as they
    /// are stored.
    pointwise: Option<&'a str>,
    /// Input and output channels of one group.
    inputs: usize,
    outputs: usize,
    groups: usize,
    kernel: Vec<usize>,
}

impl Weights<'_> {
    fn taps(&self) -> usize {
        self.kernel.iter().product()
    }

    fn is_depthwise(&self) -> bool {
        self.inputs == 1 && self.outputs == 1 && self.groups > 1
    }

    /// The weight from one group's input to its output at a tap.
    fn at(&self, group: usize, output: usize, input: usize, tap: &[usize]) -> f32 {
        let tap =
            (tap.iter().zip(&self.kernel)).fold(0, |position, (tap, size)| position * size + tap);
        let row = (group * self.outputs + output) * self.inputs + input;
        self.values[row * self.taps() + tap]
    }

    /// Weights [C, O/G, k…] of the VJP: input and output channels exchanged, every
    /// spatial axis flipped.
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

    /// Weights [C · phases, O/G, t…] of the VJP, the flipped kernel of each phase.
    /// `sizes` is the size t of a phase's kernel on each axis.
    fn polyphase(&self, window: &Window, sizes: &[usize]) -> Vec<f32> {
        let mut weights = Vec::new();
        for group in 0..self.groups {
            for input in 0..self.inputs {
                for phase in grid_positions(&window.strides) {
                    for output in 0..self.outputs {
                        for position in grid_positions(sizes) {
                            let tap = tap_of(window, sizes, &phase, &position);
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

/// The tap at a position of a phase's flipped kernel, if there is one:
/// dilation · tap = stride · shift + phase.
fn tap_of(
    window: &Window,
    sizes: &[usize],
    phase: &[usize],
    position: &[usize],
) -> Option<Vec<usize>> {
    let along = |axis: usize| {
        let shift = sizes[axis] - 1 - position[axis];
        let distance = window.strides[axis] * shift + phase[axis];
        let whole = distance.is_multiple_of(window.dilations[axis]);
        let tap = distance / window.dilations[axis];
        (whole && tap < window.kernel[axis]).then_some(tap)
    };
    (0..sizes.len()).map(along).collect()
}

/// y = W ∗ x + b: x̄ is ȳ convolved with W flipped and transposed.
pub fn conv(context: &mut VjpContext) -> Result<(), GradientError> {
    require_constant_weights(context)?;
    let shape = context.shape(context.input(0)?)?;
    let weights = weights(context, shape)?;
    let window = Window::of(context.node, &shape[2..], &weights.kernel)?;
    let cotangent = conv_vjp(context, context.cotangent, &window, &weights, shape)?;
    context.accumulate(0, cotangent);
    Ok(())
}

/// The cotangent of a convolution's input, from that of its output. `shape` is the
/// input's, [1, C, …].
fn conv_vjp(
    context: &mut VjpContext,
    cotangent: &str,
    window: &Window,
    weights: &Weights<'_>,
    shape: &[usize],
) -> Result<String, GradientError> {
    let channels = weights.groups * weights.outputs;
    let output = [&[shape[0], channels], window.output.as_slice()].concat();
    let strides = [&[1, 1], window.strides.as_slice()].concat();
    let is_strided = window.strides.iter().any(|&stride| stride > 1);
    if is_strided && weights.taps() == 1 {
        let cotangent = PaddedInput::unpadded(cotangent, window.kernel.len());
        let coarse = flipped_convolution(context, &cotangent, window, weights);
        let coarse_shape = [&shape[..2], window.output.as_slice()].concat();
        let dilated = insert_zeros(context, &coarse, &coarse_shape, &strides);
        let geometry = dilated_cotangent(window, shape);
        let dilated_shape = [&shape[..2], &geometry.sizes].concat();
        return Ok(pad_or_crop(
            context,
            &dilated,
            &dilated_shape,
            &geometry.padding,
        ));
    }
    if is_strided && !weights.is_depthwise() {
        return polyphase_vjp(context, cotangent, window, weights, shape);
    }
    let dilated = insert_zeros(context, cotangent, &output, &strides);
    let geometry = dilated_cotangent(window, shape);
    let dilated_shape = [&output[..2], &geometry.sizes].concat();
    let padded = PaddedInput::of(context, &dilated, &dilated_shape, &geometry.padding);
    Ok(flipped_convolution(context, &padded, window, weights))
}

/// The input of a Conv node of the branch, and the node's own padding.
struct PaddedInput {
    values: String,
    pads: pb::AttributeProto,
}

impl PaddedInput {
    fn unpadded(values: &str, spatial_axes: usize) -> PaddedInput {
        PaddedInput {
            values: values.to_owned(),
            pads: ints("pads", &vec![0; 2 * spatial_axes]),
        }
    }

    /// For values of this whole shape. What `padding` crops is cropped first; the
    /// zeros it adds are left to the Conv node.
    fn of(
        context: &mut VjpContext,
        values: &str,
        shape: &[usize],
        padding: &[AxisPadding],
    ) -> PaddedInput {
        let crops: Vec<AxisPadding> = padding.iter().map(|axis| axis.crop()).collect();
        let spatial = &padding[2..];
        let is_all_cropped = (shape.iter().zip(&crops))
            .any(|(&size, crop)| size as i64 + crop.begin + crop.end <= 0);
        if is_all_cropped {
            // A Conv cannot read an empty tensor, only the zeros around it.
            let zeros = pad_or_crop(context, values, shape, padding);
            return PaddedInput::unpadded(&zeros, spatial.len());
        }
        let begin = spatial.iter().map(|axis| axis.zeros_begin());
        let end = spatial.iter().map(|axis| axis.zeros_end());
        let pads: Vec<usize> = begin.chain(end).collect();
        PaddedInput {
            values: pad_or_crop(context, values, shape, &crops),
            pads: ints("pads", &pads),
        }
    }
}

/// A cotangent after zero insertion.
struct DilatedCotangent {
    /// Its size on each spatial axis.
    sizes: Vec<usize>,
    /// For each axis of the whole tensor, the padding with which a convolution of
    /// stride 1 gives the size of the forward input.
    padding: Vec<AxisPadding>,
}

fn dilated_cotangent(window: &Window, shape: &[usize]) -> DilatedCotangent {
    let mut padding = vec![AxisPadding::NONE; 2];
    let mut sizes = Vec::new();
    for axis in 0..window.kernel.len() {
        let size = (window.output[axis] - 1) * window.strides[axis] + 1;
        padding.push(AxisPadding {
            begin: window.reach(axis) as i64 - 1 - window.pads_begin[axis] as i64,
            end: (shape[axis + 2] + window.pads_begin[axis]) as i64 - size as i64,
        });
        sizes.push(size);
    }
    DilatedCotangent { sizes, padding }
}

/// A convolution of stride 1, with the weights flipped.
fn flipped_convolution(
    context: &mut VjpContext,
    cotangent: &PaddedInput,
    window: &Window,
    weights: &Weights<'_>,
) -> String {
    let channels = weights.groups * weights.inputs;
    let dims = [&[channels, weights.outputs], weights.kernel.as_slice()].concat();
    let flipped = match weights.pointwise {
        // Engines fold a Transpose of a constant, and the file does not hold it twice.
        Some(stored) => {
            let exchanged: Vec<usize> = [1, 0].into_iter().chain(2..dims.len()).collect();
            context.builder.transpose(stored, &exchanged)
        }
        None => context.builder.floats(&dims, &weights.flipped()),
    };
    let attributes = vec![
        ints("kernel_shape", &window.kernel),
        ints("dilations", &window.dilations),
        node::int_attribute("group", weights.groups as i64),
        cotangent.pads.clone(),
    ];
    context
        .builder
        .add_node("Conv", &[&cotangent.values, &flipped], attributes)
}

/// One convolution for all phases of the stride, whose channels are interleaved.
fn polyphase_vjp(
    context: &mut VjpContext,
    cotangent: &str,
    window: &Window,
    weights: &Weights<'_>,
    shape: &[usize],
) -> Result<String, GradientError> {
    let polyphase = Polyphase::of(window, shape);
    let spatial = window.kernel.len();
    let kernel: Vec<usize> = (0..spatial)
        .map(|axis| (window.reach(axis) - 1) / window.strides[axis] + 1)
        .collect();
    let channels = weights.groups * weights.outputs;
    let output = [&[shape[0], channels], window.output.as_slice()].concat();
    // Outputs beyond the last row read padding only: their end is negative.
    let mut padding = vec![AxisPadding::NONE; 2];
    for (axis, &size) in kernel.iter().enumerate() {
        padding.push(AxisPadding {
            begin: size as i64 - 1,
            end: polyphase.rows[axis] as i64 - window.output[axis] as i64,
        });
    }
    let cotangent = PaddedInput::of(context, cotangent, &output, &padding);
    let rows = weights.groups * weights.inputs * polyphase.count();
    let dims = [&[rows, weights.outputs], kernel.as_slice()].concat();
    // Up to 16 times the weights of the file are not counted as a large constant.
    if element_count(&dims).is_none_or(|values| values / 16 > weights.values.len()) {
        context.check_constant(element_count(&dims))?;
    }
    let polyphase_weights = context
        .builder
        .floats(&dims, &weights.polyphase(window, &kernel));
    let attributes = vec![
        ints("kernel_shape", &kernel),
        node::int_attribute("group", weights.groups as i64),
        cotangent.pads,
    ];
    let phases =
        context
            .builder
            .add_node("Conv", &[&cotangent.values, &polyphase_weights], attributes);
    Ok(polyphase.interleave(context, &phases))
}

/// The cotangent of a tensor [1, C, …] whose channels were each summed over
/// windows (sum pooling), from the cotangent of the sums: the VJP of a depthwise
/// convolution with ones.
///
/// # Errors
/// [`GradientError::Unsupported`] for a branch that would be too large.
pub fn sum_pool_vjp(
    context: &mut VjpContext,
    sums: &str,
    window: &Window,
    shape: &[usize],
) -> Result<String, GradientError> {
    let channels = shape[1];
    let ones = Weights {
        values: vec![1.0; channels * window.kernel.iter().product::<usize>()],
        pointwise: None,
        inputs: 1,
        outputs: 1,
        groups: channels,
        kernel: window.kernel.clone(),
    };
    conv_vjp(context, sums, window, &ones, shape)
}

/// y = W ∗ᵀ x + b: x̄ is ȳ convolved with W as it is stored.
pub fn conv_transpose(context: &mut VjpContext) -> Result<(), GradientError> {
    require_constant_weights(context)?;
    let shape = context.shape(context.input(0)?)?;
    let dims = context.shape(context.input(1)?)?;
    if shape.len() < 3 || dims.len() != shape.len() {
        return Err(context.unsupported("weights and input differ in their number of axes"));
    }
    let window = TransposedWindow::of(context.node, &shape[2..], &dims[2..])?;
    let output = context.shape(context.output())?;
    let mut padding = vec![AxisPadding::NONE; 2];
    for axis in 0..window.kernel.len() {
        let reach = window.dilations[axis] * (window.kernel[axis] - 1) + 1;
        let whole = window.strides[axis] * (shape[axis + 2] - 1) + reach;
        let begin = window.pads_begin[axis];
        let end = whole as i64 - begin - output[axis + 2] as i64;
        padding.push(AxisPadding { begin, end });
    }
    let padded = PaddedInput::of(context, context.cotangent, output, &padding);
    let attributes = vec![
        ints("kernel_shape", &window.kernel),
        ints("strides", &window.strides),
        ints("dilations", &window.dilations),
        node::int_attribute("group", node::int(context.node, "group").unwrap_or(1)),
        padded.pads,
    ];
    let inputs = [padded.values.as_str(), context.input(1)?];
    let cotangent = context.builder.add_node("Conv", &inputs, attributes);
    context.accumulate(0, cotangent);
    Ok(())
}

fn require_constant_weights(context: &VjpContext) -> Result<(), GradientError> {
    if context.is_active(1) || context.is_active(2) {
        return Err(context.unsupported("its weights depend on the picture"));
    }
    Ok(())
}

/// The constant weights of a Conv whose input has this whole shape.
fn weights<'a>(context: &VjpContext<'a>, shape: &[usize]) -> Result<Weights<'a>, GradientError> {
    let dims = context.shape(context.input(1)?)?;
    let groups = usize::try_from(node::int(context.node, "group").unwrap_or(1)).unwrap_or(0);
    let fits = shape.len() > 2
        && dims.len() == shape.len()
        && groups > 0
        && dims[0].is_multiple_of(groups)
        && dims[1].checked_mul(groups) == Some(shape[1]);
    if !fits {
        let problem = format!("weights {dims:?} in {groups} groups do not fit {shape:?}");
        return Err(context.unsupported(problem));
    }
    let name = context.input(1)?;
    let is_pointwise = groups == 1 && dims[2..].iter().all(|&taps| taps == 1);
    let pointwise = (is_pointwise && context.index.initialiser(name).is_some()).then_some(name);
    let values = match pointwise {
        Some(_) => Vec::new(),
        None => context
            .constant(1)?
            .ok_or_else(|| context.unsupported("it has no weights"))?,
    };
    check_taps(context, &dims[2..])?;
    Ok(Weights {
        values,
        pointwise,
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
