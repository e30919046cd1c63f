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
        let list = |sizes: &[usize]| sizes.iter().map(|&size| size as i64).collect::<Vec<_>>();
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

/// The output's size follows from pads, or is named, or is that of SAME.
pub fn conv_transpose(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let geometry = geometry(dice);
    let axes = geometry.input.len();
    let weights = [geometry.groups * geometry.channels, geometry.maps];
    let maps = geometry.groups * geometry.maps;
    let inputs = operands(dice, &mut case, &geometry, weights, maps);
    case.node("ConvTranspose", &inputs);
    geometry.write(dice, &mut case);
    let extra: Vec<usize> = (0..axes)
        .map(|axis| {
            if dice.coin() {
                dice.number(0..=geometry.strides[axis] - 1)
            } else {
                0
            }
        })
        .collect();
    let whole: Vec<usize> = (0..axes)
        .map(|axis| {
            let steps = geometry.strides[axis] * (geometry.input[axis] - 1);
            steps + extra[axis] + geometry.extent(axis)
        })
        .collect();
    let list = |sizes: &[usize]| sizes.iter().map(|&size| size as i64).collect::<Vec<_>>();
    let fits_same =
        (0..axes).all(|axis| whole[axis] >= geometry.input[axis] * geometry.strides[axis]);
    match dice.number(0..=4) {
        0 | 1 => {
            let mut pads = dice.numbers(2 * axes, 0..=2);
            for axis in 0..axes {
                // Something must be left.
                if pads[axis] + pads[axes + axis] >= whole[axis] {
                    (pads[axis], pads[axes + axis]) = (0, 0);
                }
            }
            case.graph.ints("pads", &list(&pads));
        }
        2 => {
            let cut: Vec<usize> = whole
                .iter()
                .map(|&size| dice.number(0..=2.min(size - 1)))
                .collect();
            let asked: Vec<usize> = whole
                .iter()
                .zip(cut)
                .map(|(size, cut)| size - cut)
                .collect();
            case.graph.ints("output_shape", &list(&asked));
            if case.opset >= 11 && dice.coin() {
                case.graph
                    .text("auto_pad", dice.pick(&["SAME_UPPER", "SAME_LOWER"]));
            }
        }
        3 if case.opset >= 11 && fits_same => {
            case.graph
                .text("auto_pad", dice.pick(&["SAME_UPPER", "SAME_LOWER"]));
        }
        _ => {
            if dice.coin() {
                case.graph.text("auto_pad", "VALID");
            }
        }
    }
    if extra.iter().any(|&size| size > 0) {
        case.graph.ints("output_padding", &list(&extra));
    }
    case
}
