//! Cases for convolutions.

use super::case_generator::CaseGenerator;
use super::operator_case::OperatorCase;

/// Sizes and attributes that Conv and ConvTranspose share.
struct Geometry {
    images: usize,
    groups: usize,
    /// Input channels of a group.
    channels: usize,
    /// Output channels of a group.
    maps: usize,
    input: Vec<usize>,
    kernel: Vec<usize>,
    strides: Vec<usize>,
    dilations: Vec<usize>,
}

fn geometry(generator: &mut CaseGenerator) -> Geometry {
    let axes = generator.pick(&[2, 1, 2, 3]);
    // One input channel in a group is depthwise, the common case.
    let (groups, channels, maps) = match generator.number(0..=3) {
        0 | 1 => (1, generator.number(1..=3), generator.number(1..=3)),
        2 => (generator.number(2..=3), 1, generator.number(1..=2)),
        _ => (2, 2, generator.number(1..=2)),
    };
    let max_size = [9, 5, 3][axes - 1];
    Geometry {
        images: generator.number(1..=2),
        groups,
        channels,
        maps,
        input: generator.numbers(axes, 1..=max_size),
        kernel: generator.numbers(axes, 1..=3),
        strides: generator.numbers(axes, 1..=3),
        dilations: generator.numbers(axes, 1..=2),
    }
}

impl Geometry {
    fn extent(&self, axis: usize) -> usize {
        (self.kernel[axis] - 1) * self.dilations[axis] + 1
    }

    /// Adds the attributes; those at their default value only sometimes.
    fn write(&self, generator: &mut CaseGenerator, case: &mut OperatorCase) {
        for (name, sizes) in [("strides", &self.strides), ("dilations", &self.dilations)] {
            if sizes.iter().any(|&size| size != 1) || generator.boolean() {
                case.graph.ints(name, &list(sizes));
            }
        }
        if generator.boolean() {
            case.graph.ints("kernel_shape", &list(&self.kernel));
        }
        if self.groups > 1 || generator.boolean() {
            case.graph.int("group", self.groups as i64);
        }
    }
}

/// x, the weights of this shape, and perhaps a bias.
fn operands(
    generator: &mut CaseGenerator,
    case: &mut OperatorCase,
    geometry: &Geometry,
    weights: [usize; 2],
    maps: usize,
) -> Vec<String> {
    let shape = [
        &[geometry.images, geometry.groups * geometry.channels],
        geometry.input.as_slice(),
    ];
    let shape = shape.concat();
    let values = generator.values(shape.iter().product(), -2.0, 2.0);
    let x = case.active(&shape, values);
    let shape = [&weights, geometry.kernel.as_slice()].concat();
    let values = generator.values(shape.iter().product(), -1.0, 1.0);
    let mut inputs = vec![x, case.constant(&shape, &values)];
    if generator.boolean() {
        let values = generator.values(maps, -1.0, 1.0);
        inputs.push(case.constant(&[maps], &values));
    }
    inputs
}

pub fn conv(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let mut geometry = geometry(generator);
    let axes = geometry.input.len();
    let padding = generator.pick(&[
        "pads",
        "",
        "SAME_UPPER",
        "SAME_LOWER",
        "VALID",
        "NOTSET",
        "pads",
    ]);
    let explicit = matches!(padding, "pads" | "NOTSET");
    let pads = if explicit {
        generator.numbers(2 * axes, 0..=2)
    } else {
        vec![0; 2 * axes]
    };
    if !padding.starts_with("SAME") {
        // The window must not be larger than the padded input.
        for axis in 0..axes {
            let min_size = geometry
                .extent(axis)
                .saturating_sub(pads[axis] + pads[axes + axis]);
            geometry.input[axis] = geometry.input[axis].max(min_size);
        }
    }
    let maps = geometry.groups * geometry.maps;
    let inputs = operands(
        generator,
        &mut case,
        &geometry,
        [maps, geometry.channels],
        maps,
    );
    case.node("Conv", &inputs);
    geometry.write(generator, &mut case);
    if explicit {
        let pads: Vec<i64> = pads.iter().map(|&size| size as i64).collect();
        case.graph.ints("pads", &pads);
    }
    if !matches!(padding, "pads" | "") {
        case.graph.text("auto_pad", padding);
    }
    case
}

/// What decides the size of a transposed convolution's output.
#[derive(Clone, Copy, PartialEq)]
enum Size {
    Pads,
    Asked,
    Same,
    Whole,
}

fn list(sizes: &[usize]) -> Vec<i64> {
    sizes.iter().map(|&size| size as i64).collect()
}

pub fn conv_transpose(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let geometry = geometry(generator);
    let axes = geometry.input.len();
    let weights = [geometry.groups * geometry.channels, geometry.maps];
    let maps = geometry.groups * geometry.maps;
    let inputs = operands(generator, &mut case, &geometry, weights, maps);
    case.node("ConvTranspose", &inputs);
    geometry.write(generator, &mut case);
    let mut decided_by =
        generator.pick(&[Size::Pads, Size::Pads, Size::Asked, Size::Same, Size::Whole]);
    let fits_same = (0..axes).all(|axis| geometry.extent(axis) >= geometry.strides[axis]);
    if decided_by == Size::Same && (case.opset < 11 || !fits_same) {
        decided_by = Size::Whole;
    }
    // With SAME the checker and the specification differ about output_padding.
    let with_extra = decided_by != Size::Same && generator.boolean();
    let max_padding = |axis: usize| {
        if with_extra {
            geometry.strides[axis] - 1
        } else {
            0
        }
    };
    let extra: Vec<usize> = (0..axes)
        .map(|axis| generator.number(0..=max_padding(axis)))
        .collect();
    if extra.iter().any(|&size| size > 0) {
        case.graph.ints("output_padding", &list(&extra));
    }
    let steps = |axis: usize| geometry.strides[axis] * (geometry.input[axis] - 1);
    let whole = (0..axes).map(|axis| steps(axis) + extra[axis] + geometry.extent(axis));
    decide_size(
        generator,
        &mut case,
        decided_by,
        &whole.collect::<Vec<_>>(),
        &geometry.input,
    );
    case
}

/// Adds the attributes that make the output smaller than `whole`.
fn decide_size(
    generator: &mut CaseGenerator,
    case: &mut OperatorCase,
    by: Size,
    whole: &[usize],
    input: &[usize],
) {
    let axes = whole.len();
    match by {
        Size::Pads => {
            let mut pads = generator.numbers(2 * axes, 0..=2);
            for axis in 0..axes {
                // The output must not be empty.
                if pads[axis] + pads[axes + axis] >= whole[axis] {
                    (pads[axis], pads[axes + axis]) = (0, 0);
                }
            }
            case.graph.ints("pads", &list(&pads));
        }
        Size::Asked => {
            // The checker refuses a size below the input's.
            let max_crop = |axis: usize| (whole[axis] - input[axis]).min(2);
            let asked = (0..axes).map(|axis| whole[axis] - generator.number(0..=max_crop(axis)));
            let asked: Vec<usize> = asked.collect();
            case.graph.ints("output_shape", &list(&asked));
            if case.opset >= 11 && generator.boolean() {
                case.graph
                    .text("auto_pad", generator.pick(&["SAME_UPPER", "SAME_LOWER"]));
            }
        }
        Size::Same => {
            case.graph
                .text("auto_pad", generator.pick(&["SAME_UPPER", "SAME_LOWER"]));
        }
        Size::Whole if generator.boolean() => {
            case.graph.text("auto_pad", "VALID");
        }
        Size::Whole => {}
    }
}
