//! Cases for operators that concatenate, split, slice, pad or gather values.

use super::case_generator::CaseGenerator;
use super::operator_case::OperatorCase;
use super::shape::{input, signed, start};

/// One to three parts, some constant, one perhaps twice.
pub fn concat(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let shape = generator.shape(1..=4);
    let axis = generator.number(0..=shape.len() - 1);
    let mut parts = Vec::new();
    for position in 0..generator.number(1..=3) {
        let mut own = shape.clone();
        own[axis] = generator.number(1..=3);
        let values = generator.values(own.iter().product(), -2.0, 2.0);
        let active = position == 0 || generator.number(0..=2) < 2;
        parts.push(case.operand(active, &own, values));
    }
    if generator.number(0..=3) == 3 {
        parts.push(parts[0].clone());
    }
    let order = generator.permutation(parts.len());
    let parts: Vec<&String> = order.into_iter().map(|position| &parts[position]).collect();
    case.node("Concat", &parts);
    let axis = generator.maybe_from_end(axis, shape.len(), case.opset);
    case.graph.int("axis", axis);
    case
}

/// The lengths as an attribute, as an input, or by their number. Some of the
/// parts are concatenated in another order; no node reads the others.
pub fn split(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let mut shape = generator.shape(1..=4);
    let axis = generator.number(0..=shape.len() - 1);
    let parts = generator.number(1..=3);
    let equal = generator.boolean();
    let lengths = if equal {
        vec![generator.number(1..=3); parts]
    } else {
        generator.numbers(parts, 1..=3)
    };
    shape[axis] = lengths.iter().sum();
    let uneven = equal && case.opset >= 18 && parts > 1 && lengths[0] > 1 && generator.boolean();
    if uneven {
        // The last part is shorter.
        shape[axis] -= 1;
    }
    let mut inputs = vec![input(generator, &mut case, &shape)];
    let named = !equal || (!uneven && generator.boolean());
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
    if axis > 0 || generator.boolean() {
        let axis = generator.maybe_from_end(axis, shape.len(), case.opset);
        case.graph.int("axis", axis);
    }
    let order = generator.permutation(parts);
    let read = generator.number(1..=parts);
    let joined: Vec<&String> = order[..read].iter().map(|&part| &names[part]).collect();
    case.node("Concat", &joined).int("axis", axis as i64);
    case
}

/// Bounds from either end and beyond it, steps of either sign.
pub fn slice(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let mut shape = generator.shape(1..=4);
    let axes = generator.axes(shape.len());
    let (mut starts, mut ends, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    for &axis in &axes {
        shape[axis] = generator.number(1..=6);
        let size = shape[axis] as i64;
        let first = generator.number(0..=shape[axis] - 1) as i64;
        let count = generator.number(1..=3) as i64;
        let step = if case.opset < 10 {
            1
        } else {
            generator.pick(&[1, 2, -1, 3, -2])
        };
        // One beyond the last position that may be taken.
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
        starts.push(if generator.boolean() {
            first - size
        } else {
            first
        });
        ends.push(match end {
            _ if at_border && (step < 0 || generator.boolean()) => generator.pick(&far),
            end if generator.boolean() && end < size => end - size,
            end => end,
        });
        steps.push(step);
    }
    let x = input(generator, &mut case, &shape);
    let axes: Vec<i64> = axes
        .into_iter()
        .map(|axis| generator.maybe_from_end(axis, shape.len(), case.opset))
        .collect();
    let all_from_first = axes.iter().copied().eq(0..axes.len() as i64);
    let steps_matter = steps.iter().any(|&step| step != 1) || generator.boolean();
    let without_axes = all_from_first && !steps_matter && generator.boolean();
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

/// Every mode; a negative size crops.
pub fn pad(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let shape = generator.shape(1..=4);
    let x = input(generator, &mut case, &shape);
    let mode = generator.pick(&[None, Some("constant"), Some("reflect"), Some("edge")]);
    let some_axes = case.opset >= 18 && generator.boolean();
    let axes = if some_axes {
        generator.axes(shape.len())
    } else {
        (0..shape.len()).collect()
    };
    let (mut begin, mut end) = (Vec::new(), Vec::new());
    for &axis in &axes {
        let max_padding = if mode == Some("reflect") {
            (shape[axis] - 1).min(2)
        } else {
            2
        };
        let (before, after) = (
            generator.number(0..=max_padding) as i64,
            generator.number(0..=max_padding) as i64,
        );
        let cuts = matches!(mode, None | Some("constant")) && shape[axis] > 1;
        begin.push(if cuts && generator.number(0..=3) == 3 {
            -1
        } else {
            before
        });
        end.push(after);
    }
    let pads = [begin, end].concat();
    let mut fill = generator.pick(&[None, Some(0.5), Some(-3.0)]);
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
                .map(|axis| generator.maybe_from_end(axis, shape.len(), case.opset))
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

/// Constant indices of any shape, from either end, some of them twice.
pub fn gather(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, shape) = start(generator, 9);
    let axis = generator.number(0..=shape.len() - 1);
    let rank = generator.number(0..=2);
    let indices = generator.numbers(rank, 1..=3);
    let numbers: Vec<i64> = (0..indices.iter().product())
        .map(|_| {
            let number = generator.number(0..=shape[axis] - 1);
            generator.maybe_from_end(number, shape[axis], case.opset)
        })
        .collect();
    let indices = case.shaped_ints(&indices, &numbers);
    case.node("Gather", &[x, indices]);
    if axis > 0 || generator.boolean() {
        let axis = generator.maybe_from_end(axis, shape.len(), case.opset);
        case.graph.int("axis", axis);
    }
    case
}
