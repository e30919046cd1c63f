//! Output shapes of data movement: values joined, cut, padded, repeated, given
//! another shape.

use super::output_shapes::{OutputShapes, declared, single};
use crate::onnx::attributes::{
    broadcast, flattened, padding, reshaped, slices, split_sizes, squeezed, transpose_order,
    unsqueezed,
};
use crate::onnx::error::OnnxError;
use crate::onnx::node;
use crate::onnx::node_context::NodeContext;
use crate::onnx::shapes::Shape;

pub fn flatten(context: &NodeContext, input: &[usize]) -> OutputShapes {
    single(flattened(context.node, input)?)
}

pub fn reshape(context: &NodeContext, input: &[usize]) -> OutputShapes {
    match context.int_list("shape", 1)? {
        Some(target) => single(reshaped(context.node, input, &target)?),
        None => declared(context),
    }
}

pub fn squeeze(context: &NodeContext, input: &[usize]) -> OutputShapes {
    match (context.int_list("axes", 1)?, node::input(context.node, 1)) {
        (None, Some(_)) => declared(context),
        (axes, _) => single(squeezed(context.node, input, axes)?),
    }
}

pub fn unsqueeze(context: &NodeContext, input: &[usize]) -> OutputShapes {
    match context.int_list("axes", 1)? {
        Some(axes) => single(unsqueezed(context.node, input, &axes)?),
        None => declared(context),
    }
}

pub fn transpose(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let order = transpose_order(context.node, input.len())?;
    single(order.into_iter().map(|axis| input[axis]).collect())
}

pub fn concat(context: &NodeContext, first: &[usize]) -> OutputShapes {
    let axis = context.axis(1, first.len())?;
    let mut shape = first.to_vec();
    for position in 1..context.node.input.len() {
        let Some(other) = context.input_shape(position) else {
            return declared(context);
        };
        let fits = |along: usize| along == axis || other[along] == first[along];
        if other.len() != shape.len() || !(0..shape.len()).all(fits) {
            let problem = format!("its parts {first:?} and {other:?} do not go together");
            return Err(context.problem(problem));
        }
        shape[axis] = shape[axis].saturating_add(other[axis]);
    }
    single(shape)
}

pub fn split(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let axis = context.axis(0, input.len())?;
    let listed = context.int_list("split", 1)?;
    if listed.is_none() && node::input(context.node, 1).is_some() {
        return declared(context);
    }
    let part = |size: usize| {
        let mut shape = input.to_vec();
        shape[axis] = size;
        shape
    };
    let sizes = split_sizes(context.node, input[axis], listed)?;
    Ok(Some(sizes.into_iter().map(part).collect()))
}

pub fn slice(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let (starts, ends) = (context.int_list("starts", 1)?, context.int_list("ends", 2)?);
    let (Some(starts), Some(ends)) = (starts, ends) else {
        return declared(context);
    };
    let (axes, steps) = (context.int_list("axes", 3)?, context.int_list("steps", 4)?);
    let mut shape = input.to_vec();
    for range in slices(context.node, input, &starts, &ends, axes, steps)? {
        shape[range.axis] = range.count;
    }
    single(shape)
}

pub fn pad(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let Some(pads) = context.int_list("pads", 1)? else {
        return declared(context);
    };
    let axes = context.int_list("axes", 3)?;
    let pads = padding(context.node, input.len(), &pads, axes)?;
    let size = |(&size, (before, after)): (&usize, (i64, i64))| {
        usize::try_from(size as i64 + before + after).unwrap_or(0)
    };
    single(input.iter().zip(pads).map(size).collect())
}

pub fn expand(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let Some(target) = context.int_input(1)? else {
        return declared(context);
    };
    match sizes(&target).and_then(|target| broadcast(input, &target)) {
        Some(shape) => single(shape),
        None => Err(context.problem(format!("{input:?} cannot be expanded so"))),
    }
}

/// Of one that is too large to be folded: that it is too large is said of this node.
pub fn constant_of_shape(context: &NodeContext, _input: &[usize]) -> OutputShapes {
    match context.int_input(0)? {
        Some(shape) => Ok(sizes(&shape).map(|shape| vec![shape])),
        None => declared(context),
    }
}

pub fn tile(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let Some(repeats) = context.int_input(1)? else {
        return declared(context);
    };
    let repeats = sizes(&repeats).filter(|repeats| repeats.len() == input.len());
    let Some(repeats) = repeats else {
        return Err(context.problem("it needs one number for each axis"));
    };
    let sizes = input.iter().zip(repeats);
    single(sizes.map(|(&size, n)| size.saturating_mul(n)).collect())
}

pub fn gather(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let Some(indices) = context.input_shape(1) else {
        return declared(context);
    };
    let axis = context.axis(0, input.len())?;
    single([&input[..axis], indices, &input[axis + 1..]].concat())
}

pub fn depth_to_space(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let &[batch, channels, height, width] = input else {
        return Ok(None);
    };
    let block = block_size(context, input)?;
    let area = block * block;
    let sides = (height.checked_mul(block), width.checked_mul(block));
    match sides {
        (Some(height), Some(width)) if channels % area == 0 => {
            single(vec![batch, channels / area, height, width])
        }
        _ => Err(wrong_block_size(context, block, input)),
    }
}

pub fn space_to_depth(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let &[batch, channels, height, width] = input else {
        return Ok(None);
    };
    let block = block_size(context, input)?;
    match channels.checked_mul(block * block) {
        Some(channels) if height % block == 0 && width % block == 0 => {
            single(vec![batch, channels, height / block, width / block])
        }
        _ => Err(wrong_block_size(context, block, input)),
    }
}

/// The attribute `blocksize`, small enough to be squared.
fn block_size(context: &NodeContext, input: &[usize]) -> Result<usize, OnnxError> {
    let block = node::int(context.node, "blocksize").unwrap_or(0);
    let block = usize::try_from(block).unwrap_or(0);
    if !(1..1 << 12).contains(&block) {
        return Err(wrong_block_size(context, block, input));
    }
    Ok(block)
}

fn wrong_block_size(context: &NodeContext, block: usize, input: &[usize]) -> OnnxError {
    context.problem(format!("blocks of {block} pixels do not fit {input:?}"))
}

fn sizes(values: &[i64]) -> Option<Shape> {
    values
        .iter()
        .map(|&size| usize::try_from(size).ok())
        .collect()
}
