//! Operators that join, cut, pad or reorder values.

use super::Step;
use super::windows::{pad_or_cut, spread};
use crate::gradient::GradientError;
use crate::onnx::{node, padding, slices, split_sizes};

/// y = the x_i one after the other: each x̄_i is its part of ȳ.
pub fn concat(step: &mut Step) -> Result<(), GradientError> {
    let rank = step.shape(step.output())?.len();
    let axis = step.axis(node::int(step.node, "axis").unwrap_or(1), rank)?;
    let mut start = 0;
    for place in 0..step.node.input.len() {
        let shape = step.shape(step.input(place)?)?;
        let &count = (shape.get(axis))
            .ok_or_else(|| step.unsupported(format!("{shape:?} has no axis {axis}")))?;
        if step.is_active(place) {
            let part = step.builder.slice(step.cotangent, axis, start, count, 1);
            step.give(place, part);
        }
        start += count;
    }
    Ok(())
}

/// y_i = parts of x: x̄ is the ȳ_i one after the other, 0 where nobody reads one.
pub fn split(step: &mut Step) -> Result<(), GradientError> {
    let shape = step.shape(step.input(0)?)?;
    let axis = step.axis(node::int(step.node, "axis").unwrap_or(0), shape.len())?;
    let listed = step.int_list("split", 1)?;
    let sizes = split_sizes(step.node, shape[axis], listed)?;
    let mut parts = Vec::new();
    for (size, cotangent) in sizes.into_iter().zip(step.cotangents) {
        match cotangent {
            Some(cotangent) => parts.push(cotangent.clone()),
            None => {
                let zero = step.builder.number(0.0);
                let mut part = shape.to_vec();
                part[axis] = size;
                parts.push(step.builder.expand(&zero, &part));
            }
        }
    }
    let inputs: Vec<&str> = parts.iter().map(String::as_str).collect();
    let attributes = vec![node::int_attribute("axis", axis as i64)];
    let cotangent = step.builder.add("Concat", &inputs, attributes);
    step.give(0, cotangent);
    Ok(())
}

/// y = some positions of x: x̄ is ȳ at those, 0 elsewhere.
pub fn slice(step: &mut Step) -> Result<(), GradientError> {
    let shape = step.shape(step.input(0)?)?;
    let lists = [("starts", 1), ("ends", 2), ("axes", 3), ("steps", 4)];
    let [starts, ends, axes, steps] = lists.map(|(name, place)| step.int_list(name, place));
    let missing = || step.unsupported("it has no starts or no ends");
    let (starts, ends) = (starts?.ok_or_else(missing)?, ends?.ok_or_else(missing)?);
    let mut cotangent = step.cotangent.to_owned();
    let mut part = step.shape(step.output())?.to_vec();
    let mut strides = vec![1; shape.len()];
    let mut sides = vec![(0, 0); shape.len()];
    for range in slices(step.node, shape, &starts, &ends, axes?, steps?)? {
        let stride = range.step.unsigned_abs() as usize;
        if range.count == 0 {
            return Err(step.unsupported("it takes nothing"));
        }
        let length = (range.count - 1) * stride + 1;
        let mut start = range.start;
        if range.step < 0 {
            cotangent = reversed(step, &cotangent, range.axis, range.count);
            start += 1;
            start -= length;
        }
        strides[range.axis] = stride;
        part[range.axis] = range.count;
        let end = shape[range.axis] - start - length;
        sides[range.axis] = (start as i64, end as i64);
    }
    let cotangent = spread(step, &cotangent, &part, &strides);
    for (size, stride) in part.iter_mut().zip(&strides) {
        *size = (*size - 1) * stride + 1;
    }
    let cotangent = pad_or_cut(step, &cotangent, &part, &sides);
    step.give(0, cotangent);
    Ok(())
}

/// The positions of an axis in reverse order.
fn reversed(step: &mut Step, tensor: &str, axis: usize, count: usize) -> String {
    let places: Vec<i64> = (0..count as i64).rev().collect();
    step.builder.gather(tensor, axis, &places)
}

/// y = x with something around it: x̄ is ȳ without that, and what was copied
/// there is added where it came from.
pub fn pad(step: &mut Step) -> Result<(), GradientError> {
    let shape = step.shape(step.input(0)?)?;
    let missing = || step.unsupported("it has no pads");
    let pads = step.int_list("pads", 1)?.ok_or_else(missing)?;
    let axes = step.int_list("axes", 3)?;
    let pads = padding(step.node, shape.len(), &pads, axes)?;
    let mode = node::text(step.node, "mode").unwrap_or_else(|| "constant".into());
    let is_cut = pads.iter().any(|&(before, after)| before < 0 || after < 0);
    if mode == "constant" {
        let back: Vec<(i64, i64)> = pads
            .iter()
            .map(|(before, after)| (-before, -after))
            .collect();
        let padded = step.shape(step.output())?;
        let cotangent = pad_or_cut(step, step.cotangent, padded, &back);
        step.give(0, cotangent);
        return Ok(());
    }
    if is_cut || !matches!(mode.as_str(), "reflect" | "edge") {
        return Err(step.unsupported(format!("mode '{mode}' with pads {pads:?} is not supported")));
    }
    let mut cotangent = step.cotangent.to_owned();
    let mut part = step.shape(step.output())?.to_vec();
    for (axis, &(before, after)) in pads.iter().enumerate() {
        let sides = (before as usize, after as usize);
        part[axis] = shape[axis];
        if sides != (0, 0) {
            cotangent = unpad(step, &cotangent, axis, &part, sides, &mode)?;
        }
    }
    step.give(0, cotangent);
    Ok(())
}

/// Takes the padding of one axis away and adds it where it was copied from.
/// `shape` is the result's.
fn unpad(
    step: &mut Step,
    cotangent: &str,
    axis: usize,
    shape: &[usize],
    (before, after): (usize, usize),
    mode: &str,
) -> Result<String, GradientError> {
    let size = shape[axis];
    if mode == "reflect" && before.max(after) >= size {
        return Err(step.unsupported("it reflects more than there is"));
    }
    let mut parts = vec![step.builder.slice(cotangent, axis, before, size, 1)];
    for (count, start, is_end) in [(before, 0, false), (after, before + size, true)] {
        if count == 0 {
            continue;
        }
        let copied = step.builder.slice(cotangent, axis, start, count, 1);
        // Where the copies came from: the first position, and how many.
        let (copied, first, length) = match (mode, is_end) {
            ("reflect", false) => (reversed(step, &copied, axis, count), 1, count),
            ("reflect", true) => (
                reversed(step, &copied, axis, count),
                size - 1 - count,
                count,
            ),
            (_, false) => (step.builder.reduce_sum(&copied, &[axis]), 0, 1),
            (_, true) => (step.builder.reduce_sum(&copied, &[axis]), size - 1, 1),
        };
        let mut part = shape.to_vec();
        part[axis] = length;
        let mut sides = vec![(0, 0); shape.len()];
        sides[axis] = (first as i64, (size - first - length) as i64);
        parts.push(pad_or_cut(step, &copied, &part, &sides));
    }
    Ok(step.builder.sum(&parts))
}

/// y = the listed positions of an axis: x̄ at a position is the sum of ȳ
/// wherever it was taken.
pub fn gather(step: &mut Step) -> Result<(), GradientError> {
    let shape = step.shape(step.input(0)?)?;
    let axis = step.axis(node::int(step.node, "axis").unwrap_or(0), shape.len())?;
    let places = step
        .int_list("", 1)?
        .ok_or_else(|| step.unsupported("it has no indices"))?;
    let size = shape[axis];
    let from_start = |place: &i64| {
        if *place < 0 {
            place + size as i64
        } else {
            *place
        }
    };
    let places: Vec<i64> = places.iter().map(from_start).collect();
    if places.iter().any(|place| !(0..size as i64).contains(place)) {
        return Err(step.unsupported(format!("its indices do not fit an axis of {size}")));
    }
    let outer: usize = shape[..axis].iter().product();
    let inner: usize = shape[axis + 1..].iter().product();
    step.check_constant(places.len().checked_mul(size))?;
    let rows = [outer, places.len(), inner];
    let cotangent = step.builder.reshape(step.cotangent, &rows);
    let mut choices = vec![0.0; size * places.len()];
    for (column, &place) in places.iter().enumerate() {
        choices[place as usize * places.len() + column] = 1.0;
    }
    let choices = step.builder.floats(&[size, places.len()], &choices);
    let sums = step.builder.add("MatMul", &[&choices, &cotangent], vec![]);
    let cotangent = step.builder.reshape(&sums, shape);
    step.give(0, cotangent);
    Ok(())
}

/// Blocks of channels that became pixels become channels again.
pub fn depth_to_space(step: &mut Step) -> Result<(), GradientError> {
    let (shape, block) = blocks(step)?;
    let [batch, channels, height, width] = shape;
    let fine = channels / (block * block);
    let is_column_first = node::text(step.node, "mode").as_deref() == Some("CRD");
    let order = if is_column_first {
        [0, 1, 3, 5, 2, 4]
    } else {
        [0, 3, 5, 1, 2, 4]
    };
    let apart = [batch, fine, height, block, width, block];
    let cotangent = step.builder.reshape(step.cotangent, &apart);
    let cotangent = step.builder.transpose(&cotangent, &order);
    let cotangent = step.builder.reshape(&cotangent, &shape);
    step.give(0, cotangent);
    Ok(())
}

/// Blocks of pixels that became channels become pixels again.
pub fn space_to_depth(step: &mut Step) -> Result<(), GradientError> {
    let (shape, block) = blocks(step)?;
    let [batch, channels, height, width] = shape;
    let apart = [batch, block, block, channels, height / block, width / block];
    let cotangent = step.builder.reshape(step.cotangent, &apart);
    let cotangent = step.builder.transpose(&cotangent, &[0, 3, 4, 1, 5, 2]);
    let cotangent = step.builder.reshape(&cotangent, &shape);
    step.give(0, cotangent);
    Ok(())
}

fn blocks(step: &Step) -> Result<([usize; 4], usize), GradientError> {
    let shape = step.shape(step.input(0)?)?;
    let block = node::int(step.node, "blocksize").unwrap_or(0);
    match (<[usize; 4]>::try_from(shape), usize::try_from(block)) {
        (Ok(shape), Ok(block @ 1..)) => Ok((shape, block)),
        _ => Err(step.unsupported(format!("blocks of {block} pixels in {shape:?}"))),
    }
}
