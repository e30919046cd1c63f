//! Cases for operators that only move values.

use super::case::{Case, Y};
use super::dice::Dice;
use crate::onnx::pb::tensor_proto::DataType;

fn input(dice: &mut Dice, case: &mut Case, shape: &[usize]) -> String {
    let values = dice.values(shape.iter().product(), -2.0, 2.0);
    case.active(shape, values)
}

/// A case with one input of a random shape.
fn start(dice: &mut Dice, since: i64) -> (Case, String, Vec<usize>) {
    let mut case = Case::new(dice.opset(since));
    let shape = dice.shape(1..=4);
    let x = input(dice, &mut case, &shape);
    (case, x, shape)
}

fn signed(sizes: &[usize]) -> Vec<i64> {
    sizes.iter().map(|&size| size as i64).collect()
}

pub fn identity(dice: &mut Dice) -> Case {
    let (mut case, x, _) = start(dice, 9);
    case.node("Identity", &[x]);
    case
}

/// Outside of training nothing is dropped.
pub fn dropout(dice: &mut Dice) -> Case {
    let (mut case, x, _) = start(dice, 9);
    let mut inputs = vec![x];
    if case.opset >= 12 && dice.coin() {
        inputs.push(case.constant(&[], &[0.3]));
        if dice.coin() {
            inputs.push(case.bools(&[], &[false]));
        }
    }
    case.node("Dropout", &inputs);
    if case.opset < 12 && dice.coin() {
        case.graph.float("ratio", 0.3);
    }
    if dice.coin() {
        case.graph.last().output.push("mask".into());
    }
    case
}

/// To float32 itself, or to float64 and back.
pub fn cast(dice: &mut Dice) -> Case {
    let (mut case, mut x, _) = start(dice, 9);
    if dice.coin() {
        case.node_to("Cast", &[x], "wide")
            .int("to", DataType::Double as i64);
        x = "wide".into();
    }
    case.node("Cast", &[x]).int("to", DataType::Float as i64);
    case
}

pub fn flatten(dice: &mut Dice) -> Case {
    let (mut case, x, shape) = start(dice, 9);
    case.node("Flatten", &[x]);
    if shape.len() == 1 || dice.coin() {
        let axis = dice.number(0..=shape.len());
        // The rank itself has no way to be counted from the end.
        let from_end = case.opset >= 11 && axis < shape.len() && dice.coin();
        let axis = axis as i64 - if from_end { shape.len() as i64 } else { 0 };
        case.graph.int("axis", axis);
    }
    case
}

/// Sizes in another order, joined or apart, with 0 and −1 among them.
pub fn reshape(dice: &mut Dice) -> Case {
    let (mut case, x, shape) = start(dice, 9);
    let mut wanted: Vec<i64> = signed(&shape);
    match dice.number(0..=3) {
        0 => wanted = vec![shape.iter().product::<usize>() as i64],
        1 => {
            wanted = dice
                .order(shape.len())
                .into_iter()
                .map(|axis| shape[axis] as i64)
                .collect()
        }
        2 => wanted.insert(dice.number(0..=shape.len()), 1),
        _ => {
            let last = wanted.pop().unwrap();
            match wanted.last_mut() {
                Some(size) => *size *= last,
                None => wanted.push(last),
            }
        }
    }
    let allow_zero = case.opset >= 14 && dice.number(0..=3) == 3;
    for (axis, size) in wanted.iter_mut().enumerate() {
        let same = shape.get(axis).is_some_and(|&own| own as i64 == *size);
        if same && !allow_zero && dice.coin() {
            *size = 0;
        }
    }
    if dice.coin() {
        let axis = dice.number(0..=wanted.len() - 1);
        wanted[axis] = -1;
    }
    let wanted = case.ints(&wanted);
    case.node("Reshape", &[x, wanted]);
    if allow_zero {
        case.graph.int("allowzero", 1);
    }
    case
}

/// Axes as an attribute before operator set 13, as an input since.
fn with_axes(case: &mut Case, operator: &str, x: String, axes: &[i64]) {
    if case.opset < 13 {
        case.node(operator, &[x]).ints("axes", axes);
    } else {
        let axes = case.ints(axes);
        case.node(operator, &[x, axes]);
    }
}

pub fn squeeze(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let mut shape = dice.shape(1..=4);
    let axis = dice.number(0..=shape.len());
    shape.insert(axis, 1);
    let x = input(dice, &mut case, &shape);
    if dice.number(0..=3) == 3 {
        case.node("Squeeze", &[x]);
        return case;
    }
    let ones = (0..shape.len()).filter(|&other| shape[other] == 1);
    let chosen = ones
        .filter(|&other| other == axis || dice.coin())
        .collect::<Vec<_>>();
    let axes: Vec<i64> = chosen
        .into_iter()
        .map(|axis| dice.signed(axis, shape.len(), case.opset))
        .collect();
    with_axes(&mut case, "Squeeze", x, &axes);
    case
}

pub fn unsqueeze(dice: &mut Dice) -> Case {
    let (mut case, x, shape) = start(dice, 9);
    let count = dice.number(1..=2);
    let rank = shape.len() + count;
    let mut axes = dice.order(rank);
    axes.truncate(count);
    if dice.coin() {
        axes.sort_unstable();
    }
    let axes: Vec<i64> = axes
        .into_iter()
        .map(|axis| dice.signed(axis, rank, case.opset))
        .collect();
    with_axes(&mut case, "Unsqueeze", x, &axes);
    case
}

pub fn transpose(dice: &mut Dice) -> Case {
    let (mut case, x, shape) = start(dice, 9);
    case.node("Transpose", &[x]);
    if dice.number(0..=3) > 0 {
        let order = dice.order(shape.len());
        case.graph.ints("perm", &signed(&order));
    }
    case
}

/// One to three parts, some constant, one perhaps twice.
pub fn concat(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let shape = dice.shape(1..=4);
    let axis = dice.number(0..=shape.len() - 1);
    let mut parts = Vec::new();
    for place in 0..dice.number(1..=3) {
        let mut own = shape.clone();
        own[axis] = dice.number(1..=3);
        let values = dice.values(own.iter().product(), -2.0, 2.0);
        let active = place == 0 || dice.number(0..=2) < 2;
        parts.push(case.operand(active, &own, values));
    }
    if dice.number(0..=3) == 3 {
        parts.push(parts[0].clone());
    }
    let order = dice.order(parts.len());
    let parts: Vec<&String> = order.into_iter().map(|place| &parts[place]).collect();
    case.node("Concat", &parts);
    let axis = dice.signed(axis, shape.len(), case.opset);
    case.graph.int("axis", axis);
    case
}

/// The lengths as an attribute, as an input, or by their number. Some of the
/// parts are joined in another order; the others nobody reads.
pub fn split(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let mut shape = dice.shape(1..=4);
    let axis = dice.number(0..=shape.len() - 1);
    let parts = dice.number(1..=3);
    let equal = dice.coin();
    let lengths = match equal {
        true => vec![dice.number(1..=3); parts],
        false => dice.numbers(parts, 1..=3),
    };
    shape[axis] = lengths.iter().sum();
    let uneven = equal && case.opset >= 18 && parts > 1 && lengths[0] > 1 && dice.coin();
    if uneven {
        // The last part is shorter.
        shape[axis] -= 1;
    }
    let mut inputs = vec![input(dice, &mut case, &shape)];
    let named = !equal || (!uneven && dice.coin());
    if named && case.opset >= 13 {
        inputs.push(case.ints(&signed(&lengths)));
    }
    case.node_to("Split", &inputs, "part0");
    let names: Vec<String> = (0..parts).map(|part| format!("part{part}")).collect();
    case.graph.last().output = names.clone();
    if named && case.opset < 13 {
        case.graph.ints("split", &signed(&lengths));
    }
    if !named && case.opset >= 18 {
        case.graph.int("num_outputs", parts as i64);
    }
    if axis > 0 || dice.coin() {
        let axis = dice.signed(axis, shape.len(), case.opset);
        case.graph.int("axis", axis);
    }
    let order = dice.order(parts);
    let read = dice.number(1..=parts);
    let joined: Vec<&String> = order[..read].iter().map(|&part| &names[part]).collect();
    case.node("Concat", &joined).int("axis", axis as i64);
    case
}

/// Bounds from either end and beyond it, steps of either sign.
pub fn slice(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let mut shape = dice.shape(1..=4);
    let axes = dice.axes(shape.len());
    let (mut starts, mut ends, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    for &axis in &axes {
        shape[axis] = dice.number(1..=6);
        let size = shape[axis] as i64;
        let first = dice.number(0..=shape[axis] - 1) as i64;
        let count = dice.number(1..=3) as i64;
        let step = if case.opset < 10 {
            1
        } else {
            dice.pick(&[1, 2, -1, 3, -2])
        };
        // One beyond the last place that may be taken.
        let end = if step > 0 {
            (first + count * step).min(size)
        } else {
            (first + count * step).max(-1)
        };
        let far = if step > 0 {
            [size + 3, i64::MAX]
        } else {
            [-size - 1, i64::MIN]
        };
        let at_border = end == if step > 0 { size } else { -1 };
        starts.push(if dice.coin() { first - size } else { first });
        ends.push(match end {
            _ if at_border && (step < 0 || dice.coin()) => dice.pick(&far),
            end if dice.coin() && end < size => end - size,
            end => end,
        });
        steps.push(step);
    }
    let x = input(dice, &mut case, &shape);
    let axes: Vec<i64> = axes
        .into_iter()
        .map(|axis| dice.signed(axis, shape.len(), case.opset))
        .collect();
    let all_from_first = axes.iter().copied().eq(0..axes.len() as i64);
    let steps_matter = steps.iter().any(|&step| step != 1) || dice.coin();
    let without_axes = all_from_first && !steps_matter && dice.coin();
    if case.opset < 10 {
        case.node("Slice", &[x])
            .ints("starts", &starts)
            .ints("ends", &ends);
        if !without_axes {
            case.graph.ints("axes", &axes);
        }
        return case;
    }
    let mut inputs = vec![x, case.ints(&starts), case.ints(&ends)];
    if !without_axes {
        inputs.push(case.ints(&axes));
        if steps_matter {
            inputs.push(case.ints(&steps));
        }
    }
    case.node("Slice", &inputs);
    case
}

/// Every mode; a negative size cuts off.
pub fn pad(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let shape = dice.shape(1..=4);
    let x = input(dice, &mut case, &shape);
    let mode = dice.pick(&[None, Some("constant"), Some("reflect"), Some("edge")]);
    let some_axes = case.opset >= 18 && dice.coin();
    let axes = if some_axes {
        dice.axes(shape.len())
    } else {
        (0..shape.len()).collect()
    };
    let (mut begin, mut end) = (Vec::new(), Vec::new());
    for &axis in &axes {
        let most = if mode == Some("reflect") {
            (shape[axis] - 1).min(2)
        } else {
            2
        };
        let (before, after) = (dice.number(0..=most) as i64, dice.number(0..=most) as i64);
        let cuts = matches!(mode, None | Some("constant")) && shape[axis] > 1;
        begin.push(if cuts && dice.number(0..=3) == 3 {
            -1
        } else {
            before
        });
        end.push(after);
    }
    let pads = [begin, end].concat();
    let mut fill = dice.pick(&[None, Some(0.5), Some(-3.0)]);
    if !matches!(mode, None | Some("constant")) {
        fill = None;
    }
    if case.opset < 11 {
        case.node("Pad", &[x]).ints("pads", &pads);
        if let Some(fill) = fill {
            case.graph.float("value", fill);
        }
    } else {
        let mut inputs = vec![x, case.ints(&pads)];
        if fill.is_some() || some_axes {
            inputs.push(fill.map_or(String::new(), |fill| case.constant(&[], &[fill])));
        }
        if some_axes {
            let axes: Vec<i64> = axes
                .into_iter()
                .map(|axis| dice.signed(axis, shape.len(), case.opset))
                .collect();
            inputs.push(case.ints(&axes));
        }
        case.node("Pad", &inputs);
    }
    if let Some(mode) = mode {
        case.graph.text("mode", mode);
    }
    case
}

pub fn depth_to_space(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let block = dice.number(1..=3);
    let mut shape = dice.shape(4..=4);
    shape[1] = block * block * dice.number(1..=2);
    let x = input(dice, &mut case, &shape);
    case.node("DepthToSpace", &[x])
        .int("blocksize", block as i64);
    if case.opset >= 11
        && let Some(mode) = dice.pick(&[None, Some("DCR"), Some("CRD")])
    {
        case.graph.text("mode", mode);
    }
    case
}

pub fn space_to_depth(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let block = dice.number(1..=3);
    let mut shape = dice.shape(4..=4);
    shape[2] *= block;
    shape[3] *= block;
    let x = input(dice, &mut case, &shape);
    case.node("SpaceToDepth", &[x])
        .int("blocksize", block as i64);
    case
}

/// Either the input or the shape that is asked for may have the longer axes.
pub fn expand(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let whole = dice.shape(1..=4);
    let mut own = dice.narrower(&whole);
    if own.is_empty() {
        own = vec![1];
    }
    let x = input(dice, &mut case, &own);
    let lead = whole.len() - own.len();
    let asked = (0..whole.len()).map(|axis| {
        let has_it = axis >= lead && own[axis - lead] == whole[axis];
        if has_it && dice.coin() {
            1
        } else {
            whole[axis] as i64
        }
    });
    let asked: Vec<i64> = asked.collect();
    let asked = case.ints(&asked);
    case.node("Expand", &[x, asked]);
    case
}

/// Constant indices of any shape, from either end, some of them twice.
pub fn gather(dice: &mut Dice) -> Case {
    let (mut case, x, shape) = start(dice, 9);
    let axis = dice.number(0..=shape.len() - 1);
    let rank = dice.number(0..=2);
    let indices = dice.numbers(rank, 1..=3);
    let numbers: Vec<i64> = (0..indices.iter().product())
        .map(|_| {
            let number = dice.number(0..=shape[axis] - 1);
            dice.signed(number, shape[axis], case.opset)
        })
        .collect();
    let indices = case.shaped_ints(&indices, &numbers);
    case.node("Gather", &[x, indices]);
    if axis > 0 || dice.coin() {
        let axis = dice.signed(axis, shape.len(), case.opset);
        case.graph.int("axis", axis);
    }
    debug_assert_eq!(case.graph.last().output[0], Y);
    case
}
