//! Cases for convolutions.

use super::case::Case;
use super::dice::Dice;

/// Sizes and attributes that Conv and ConvTranspose share.
struct Geometry {
    images: usize,
    groups: usize,
    /// Of each group, before and after the forward convolution.
    channels: usize,
    maps: usize,
    input: Vec<usize>,
    kernel: Vec<usize>,
    strides: Vec<usize>,
    dilations: Vec<usize>,
}

fn geometry(dice: &mut Dice) -> Geometry {
    let axes = dice.pick(&[2, 1, 2, 3]);
    // Depthwise is the common case of groups.
    let (groups, channels, maps) = match dice.number(0..=3) {
        0 | 1 => (1, dice.number(1..=3), dice.number(1..=3)),
        2 => (dice.number(2..=3), 1, dice.number(1..=2)),
        _ => (2, 2, dice.number(1..=2)),
    };
    let most = [9, 5, 3][axes - 1];
    Geometry {
        images: dice.number(1..=2),
        groups,
        channels,
        maps,
        input: dice.numbers(axes, 1..=most),
        kernel: dice.numbers(axes, 1..=3),
        strides: dice.numbers(axes, 1..=3),
        dilations: dice.numbers(axes, 1..=2),
    }
}

impl Geometry {
    fn extent(&self, axis: usize) -> usize {
        (self.kernel[axis] - 1) * self.dilations[axis] + 1
    }

    /// Adds the attributes; those with their default value only sometimes.
    fn write(&self, dice: &mut Dice, case: &mut Case) {
        for (name, sizes) in [("strides", &self.strides), ("dilations", &self.dilations)] {
            if sizes.iter().any(|&size| size != 1) || dice.coin() {
                case.graph.ints(name, &list(sizes));
            }
        }
        if dice.coin() {
            case.graph.ints("kernel_shape", &list(&self.kernel));
        }
        if self.groups > 1 || dice.coin() {
            case.graph.int("group", self.groups as i64);
        }
    }
}

/// x, the weights of this shape, and perhaps a bias.
fn operands(
    dice: &mut Dice,
    case: &mut Case,
    geometry: &Geometry,
    weights: [usize; 2],
    maps: usize,
) -> Vec<String> {
    let shape = [
        &[geometry.images, geometry.groups * geometry.channels],
        geometry.input.as_slice(),
    ];
    let shape = shape.concat();
    let values = dice.values(shape.iter().product(), -2.0, 2.0);
    let x = case.active(&shape, values);
    let shape = [&weights, geometry.kernel.as_slice()].concat();
    let values = dice.values(shape.iter().product(), -1.0, 1.0);
    let mut inputs = vec![x, case.constant(&shape, &values)];
    if dice.coin() {
        let values = dice.values(maps, -1.0, 1.0);
        inputs.push(case.constant(&[maps], &values));
    }
    inputs
}

pub fn conv(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let mut geometry = geometry(dice);
    let axes = geometry.input.len();
    let padding = dice.pick(&[
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
        dice.numbers(2 * axes, 0..=2)
    } else {
        vec![0; 2 * axes]
    };
    if !padding.starts_with("SAME") {
        // The window must fit.
        for axis in 0..axes {
            let least = geometry
                .extent(axis)
                .saturating_sub(pads[axis] + pads[axes + axis]);
            geometry.input[axis] = geometry.input[axis].max(least);
        }
    }
    let maps = geometry.groups * geometry.maps;
    let inputs = operands(dice, &mut case, &geometry, [maps, geometry.channels], maps);
    case.node("Conv", &inputs);
    geometry.write(dice, &mut case);
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

pub fn conv_transpose(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let geometry = geometry(dice);
    let axes = geometry.input.len();
    let weights = [geometry.groups * geometry.channels, geometry.maps];
    let maps = geometry.groups * geometry.maps;
    let inputs = operands(dice, &mut case, &geometry, weights, maps);
    case.node("ConvTranspose", &inputs);
    geometry.write(dice, &mut case);
    let mut decided_by = dice.pick(&[Size::Pads, Size::Pads, Size::Asked, Size::Same, Size::Whole]);
    let fits_same = (0..axes).all(|axis| geometry.extent(axis) >= geometry.strides[axis]);
    if decided_by == Size::Same && (case.opset < 11 || !fits_same) {
        decided_by = Size::Whole;
    }
    // With SAME the checker and the specification differ about output_padding.
    let with_extra = decided_by != Size::Same && dice.coin();
    let most = |axis: usize| {
        if with_extra {
            geometry.strides[axis] - 1
        } else {
            0
        }
    };
    let extra: Vec<usize> = (0..axes).map(|axis| dice.number(0..=most(axis))).collect();
    if extra.iter().any(|&size| size > 0) {
        case.graph.ints("output_padding", &list(&extra));
    }
    let steps = |axis: usize| geometry.strides[axis] * (geometry.input[axis] - 1);
    let whole = (0..axes).map(|axis| steps(axis) + extra[axis] + geometry.extent(axis));
    decide_size(
        dice,
        &mut case,
        decided_by,
        &whole.collect::<Vec<_>>(),
        &geometry.input,
    );
    case
}

/// Adds the attributes that make the output smaller than `whole`.
fn decide_size(dice: &mut Dice, case: &mut Case, by: Size, whole: &[usize], input: &[usize]) {
    let axes = whole.len();
    match by {
        Size::Pads => {
            let mut pads = dice.numbers(2 * axes, 0..=2);
            for axis in 0..axes {
                // Something must be left.
                if pads[axis] + pads[axes + axis] >= whole[axis] {
                    (pads[axis], pads[axes + axis]) = (0, 0);
                }
            }
            case.graph.ints("pads", &list(&pads));
        }
        Size::Asked => {
            // The checker wants no less than the input's size.
            let most = |axis: usize| (whole[axis] - input[axis]).min(2);
            let asked = (0..axes).map(|axis| whole[axis] - dice.number(0..=most(axis)));
            let asked: Vec<usize> = asked.collect();
            case.graph.ints("output_shape", &list(&asked));
            if case.opset >= 11 && dice.coin() {
                case.graph
                    .text("auto_pad", dice.pick(&["SAME_UPPER", "SAME_LOWER"]));
            }
        }
        Size::Same => {
            case.graph
                .text("auto_pad", dice.pick(&["SAME_UPPER", "SAME_LOWER"]));
        }
        Size::Whole if dice.coin() => {
            case.graph.text("auto_pad", "VALID");
        }
        Size::Whole => {}
    }
}
