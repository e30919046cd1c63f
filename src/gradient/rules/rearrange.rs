//! Operators that concatenate, split, slice, pad, gather or permute values.

use super::vjp_context::VjpContext;
use super::zero_insertion::{AxisPadding, insert_zeros, pad_or_crop};
use crate::gradient::error::GradientError;
use crate::onnx::{node, padding, slices, split_sizes};

/// y = the x_i concatenated: each x̄_i is its part of ȳ.
pub fn concat(context: &mut VjpContext) -> Result<(), GradientError> {
    let rank = context.shape(context.output())?.len();
    let axis = context.axis(node::int(context.node, "axis").unwrap_or(1), rank)?;
    let mut start = 0;
    for position in 0..context.node.input.len() {
        let shape = context.shape(context.input(position)?)?;
        let &count = (shape.get(axis))
            .ok_or_else(|| context.unsupported(format!("{shape:?} has no axis {axis}")))?;
        if context.is_active(position) {
            let part = context
                .builder
                .slice(context.cotangent, axis, start, count, 1);
            context.accumulate(position, part);
        }
        start += count;
    }
    Ok(())
}

/// y_i = parts of x: x̄ is the ȳ_i concatenated, 0 for a part that no active
/// node reads.
pub fn split(context: &mut VjpContext) -> Result<(), GradientError> {
    let shape = context.shape(context.input(0)?)?;
    let axis = context.axis(node::int(context.node, "axis").unwrap_or(0), shape.len())?;
    let listed = context.int_list("split", 1)?;
    let sizes = split_sizes(context.node, shape[axis], listed)?;
    let mut parts = Vec::new();
    for (size, cotangent) in sizes.into_iter().zip(context.cotangents) {
        match cotangent {
            Some(cotangent) => parts.push(cotangent.clone()),
            None => {
                let mut part = shape.to_vec();
                part[axis] = size;
                parts.push(context.builder.zeros(&part));
            }
        }
    }
    let inputs: Vec<&str> = parts.iter().map(String::as_str).collect();
    let attributes = vec![node::int_attribute("axis", axis as i64)];
    let cotangent = context.builder.add_node("Concat", &inputs, attributes);
    context.accumulate(0, cotangent);
    Ok(())
}

/// y = some positions of x: x̄ is ȳ at those, 0 elsewhere.
pub fn slice(context: &mut VjpContext) -> Result<(), GradientError> {
    let shape = context.shape(context.input(0)?)?;
    let lists = [("starts", 1), ("ends", 2), ("axes", 3), ("steps", 4)];
    let [starts, ends, axes, steps] =
        lists.map(|(name, position)| context.int_list(name, position));
    let missing = || context.unsupported("it has no starts or no ends");
    let (starts, ends) = (starts?.ok_or_else(missing)?, ends?.ok_or_else(missing)?);
    let mut cotangent = context.cotangent.to_owned();
    let mut part = context.shape(context.output())?.to_vec();
    let mut strides = vec![1; shape.len()];
    let mut padding = vec![AxisPadding::NONE; shape.len()];
    for range in slices(context.node, shape, &starts, &ends, axes?, steps?)? {
        let stride = range.step.unsigned_abs() as usize;
        if range.count == 0 {
            return Err(context.unsupported("it takes nothing"));
        }
        let length = (range.count - 1) * stride + 1;
        let mut start = range.start;
        if range.step < 0 {
            cotangent = reversed(context, &cotangent, range.axis, range.count);
            start += 1;
            start -= length;
        }
        strides[range.axis] = stride;
        part[range.axis] = range.count;
        padding[range.axis] = AxisPadding {
            begin: start as i64,
            end: (shape[range.axis] - start - length) as i64,
        };
    }
    let cotangent = insert_zeros(context, &cotangent, &part, &strides);
    for (size, stride) in part.iter_mut().zip(&strides) {
        *size = (*size - 1) * stride + 1;
    }
    let cotangent = pad_or_crop(context, &cotangent, &part, &padding);
    context.accumulate(0, cotangent);
    Ok(())
}

/// The positions of an axis in reverse order.
fn reversed(context: &mut VjpContext, tensor: &str, axis: usize, count: usize) -> String {
    let positions: Vec<i64> = (0..count as i64).rev().collect();
    context.builder.gather(tensor, axis, &positions)
}

/// y = x with a margin: x̄ is ȳ without it; in the modes that copy values into the
/// margin, their cotangents are added where they were copied from.
pub fn pad(context: &mut VjpContext) -> Result<(), GradientError> {
    let shape = context.shape(context.input(0)?)?;
    let missing = || context.unsupported("it has no pads");
    let pads = context.int_list("pads", 1)?.ok_or_else(missing)?;
    let axes = context.int_list("axes", 3)?;
    let pads = padding(context.node, shape.len(), &pads, axes)?;
    let mode = node::text(context.node, "mode").unwrap_or_else(|| "constant".into());
    let is_cut = pads.iter().any(|&(before, after)| before < 0 || after < 0);
    if mode == "constant" {
        let back: Vec<AxisPadding> = (pads.iter())
            .map(|&(begin, end)| AxisPadding { begin, end }.reversed())
            .collect();
        let padded = context.shape(context.output())?;
        let cotangent = pad_or_crop(context, context.cotangent, padded, &back);
        context.accumulate(0, cotangent);
        return Ok(());
    }
    if is_cut || !matches!(mode.as_str(), "reflect" | "edge") {
        return Err(
            context.unsupported(format!("mode '{mode}' with pads {pads:?} is not supported"))
        );
    }
    let mut cotangent = context.cotangent.to_owned();
    let mut part = context.shape(context.output())?.to_vec();
    for (axis, &(before, after)) in pads.iter().enumerate() {
        part[axis] = shape[axis];
        if (before, after) != (0, 0) {
            let margins = [(false, before), (true, after)].map(|(is_end, count)| Margin {
                is_end,
                count: count as usize,
            });
            cotangent = unpad(context, &cotangent, axis, &part, margins, &mode)?;
        }
    }
    context.accumulate(0, cotangent);
    Ok(())
}

/// Copied values that Pad added at one end of an axis.
struct Margin {
    is_end: bool,
    count: usize,
}

/// The VJP of Pad along one axis, `shape` being the result's: takes the margins
/// away and adds them where they were copied from.
fn unpad(
    context: &mut VjpContext,
    cotangent: &str,
    axis: usize,
    shape: &[usize],
    margins: [Margin; 2],
    mode: &str,
) -> Result<String, GradientError> {
    let size = shape[axis];
    let before = margins[0].count;
    let is_reflect = mode == "reflect";
    if is_reflect && margins.iter().any(|margin| margin.count >= size) {
        return Err(context.unsupported("it reflects more than there is"));
    }
    let mut parts = vec![context.builder.slice(cotangent, axis, before, size, 1)];
    for Margin { is_end, count } in margins {
        if count == 0 {
            continue;
        }
        let start = if is_end { before + size } else { 0 };
        let margin = context.builder.slice(cotangent, axis, start, count, 1);
        let (source, source_count) = if is_reflect {
            (reversed(context, &margin, axis, count), count)
        } else {
            (context.builder.reduce_sum(&margin, &[axis]), 1)
        };
        // The first position that was copied.
        let first = match (is_reflect, is_end) {
            (true, false) => 1,
            (true, true) => size - 1 - count,
            (false, false) => 0,
            (false, true) => size - 1,
        };
        let mut part = shape.to_vec();
        part[axis] = source_count;
        let mut padding = vec![AxisPadding::NONE; shape.len()];
        padding[axis] = AxisPadding {
            begin: first as i64,
            end: (size - first - source_count) as i64,
        };
        parts.push(pad_or_crop(context, &source, &part, &padding));
    }
    Ok(context.builder.sum(&parts))
}

/// y = the listed positions of an axis: x̄ at a position is the sum of ȳ
/// wherever it was taken.
pub fn gather(context: &mut VjpContext) -> Result<(), GradientError> {
    let shape = context.shape(context.input(0)?)?;
    let axis = context.axis(node::int(context.node, "axis").unwrap_or(0), shape.len())?;
    let positions = context
        .int_input(1)?
        .ok_or_else(|| context.unsupported("it has no indices"))?;
    let size = shape[axis];
    let from_start = |position: &i64| {
        if *position < 0 {
            position + size as i64
        } else {
            *position
        }
    };
    let positions: Vec<i64> = positions.iter().map(from_start).collect();
    if positions
        .iter()
        .any(|position| !(0..size as i64).contains(position))
    {
        return Err(context.unsupported(format!("its indices do not fit an axis of {size}")));
    }
    let outer: usize = shape[..axis].iter().product();
    let inner: usize = shape[axis + 1..].iter().product();
    context.check_constant(positions.len().checked_mul(size))?;
    let rows = [outer, positions.len(), inner];
    let cotangent = context.builder.reshape(context.cotangent, &rows);
    let mut choices = vec![0.0; size * positions.len()];
    for (column, &position) in positions.iter().enumerate() {
        choices[position as usize * positions.len() + column] = 1.0;
    }
    let choices = context.builder.floats(&[size, positions.len()], &choices);
    let sums = context
        .builder
        .add_node("MatMul", &[&choices, &cotangent], vec![]);
    let cotangent = context.builder.reshape(&sums, shape);
    context.accumulate(0, cotangent);
    Ok(())
}

/// Blocks of channels that became pixels become channels again.
pub fn depth_to_space(context: &mut VjpContext) -> Result<(), GradientError> {
    let (shape, block) = blocks(context)?;
    let [batch, channels, height, width] = shape;
    let fine = channels / (block * block);
    let is_column_first = node::text(context.node, "mode").as_deref() == Some("CRD");
    let order = if is_column_first {
        [0, 1, 3, 5, 2, 4]
    } else {
        [0, 3, 5, 1, 2, 4]
    };
    let separated = [batch, fine, height, block, width, block];
    let cotangent = context.builder.reshape(context.cotangent, &separated);
    let cotangent = context.builder.transpose(&cotangent, &order);
    let cotangent = context.builder.reshape(&cotangent, &shape);
    context.accumulate(0, cotangent);
    Ok(())
}

/// Blocks of pixels that became channels become pixels again.
pub fn space_to_depth(context: &mut VjpContext) -> Result<(), GradientError> {
    let (shape, block) = blocks(context)?;
    let [batch, channels, height, width] = shape;
    let separated = [batch, block, block, channels, height / block, width / block];
    let cotangent = context.builder.reshape(context.cotangent, &separated);
    let cotangent = context.builder.transpose(&cotangent, &[0, 3, 4, 1, 5, 2]);
    let cotangent = context.builder.reshape(&cotangent, &shape);
    context.accumulate(0, cotangent);
    Ok(())
}

fn blocks(context: &VjpContext) -> Result<([usize; 4], usize), GradientError> {
    let shape = context.shape(context.input(0)?)?;
    let block = node::int(context.node, "blocksize").unwrap_or(0);
    match (<[usize; 4]>::try_from(shape), usize::try_from(block)) {
        (Ok(shape), Ok(block @ 1..)) => Ok((shape, block)),
        _ => Err(context.unsupported(format!("blocks of {block} pixels in {shape:?}"))),
    }
}
