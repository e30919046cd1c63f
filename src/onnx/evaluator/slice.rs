//! Slice, DepthToSpace, SpaceToDepth.

use super::call::{Call, Outputs, from_start};

/// What a slice takes along one axis.
struct Cut {
    axis: usize,
    start: i64,
    step: i64,
    count: usize,
}

/// Starts, ends, axes and steps are attributes before operator set 10 and inputs
/// since.
pub fn slice(call: &Call) -> Outputs {
    let x = call.value(0)?;
    let starts = call.list("starts", 1)?.ok_or("it has no starts")?;
    let ends = call.list("ends", 2)?.ok_or("it has no ends")?;
    let axes = call
        .list("axes", 3)?
        .unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = call
        .list("steps", 4)?
        .unwrap_or_else(|| vec![1; starts.len()]);
    let cuts: Vec<Cut> = (0..starts.len())
        .map(|number| {
            let axis = from_start(axes[number], x.shape().len());
            cut(
                axis,
                x.shape()[axis] as i64,
                starts[number],
                ends[number],
                steps[number],
            )
        })
        .collect();
    let mut shape = x.shape().to_vec();
    for cut in &cuts {
        shape[cut.axis] = cut.count;
    }
    Ok(vec![x.rearranged(&shape, |index| {
        let mut source = index.to_vec();
        for cut in &cuts {
            source[cut.axis] = (cut.start + index[cut.axis] as i64 * cut.step) as usize;
        }
        source
    })])
}

/// Negative bounds count from the end; then they are clamped to 0…`size`, or for a negative
/// step the start to 0…`size` − 1 and the end to −1…`size` − 1.
fn cut(axis: usize, size: i64, start: i64, end: i64, step: i64) -> Cut {
    let from_end = |number: i64| {
        if number < 0 {
            number.saturating_add(size)
        } else {
            number
        }
    };
    let (start, end) = if step > 0 {
        (from_end(start).clamp(0, size), from_end(end).clamp(0, size))
    } else {
        (
            from_end(start).clamp(0, size - 1),
            from_end(end).clamp(-1, size - 1),
        )
    };
    let length = if step > 0 { end - start } else { start - end };
    let count = length.max(0).unsigned_abs().div_ceil(step.unsigned_abs()) as usize;
    Cut {
        axis,
        start,
        step,
        count,
    }
}

/// Channels become blocks of pixels. The order in the channels is depth, column, row
/// from the last to the first (DCR), or column, row, depth (CRD).
pub fn depth_to_space(call: &Call) -> Outputs {
    let x = call.value(0)?;
    let block = call.int("blocksize", 1) as usize;
    let depth = x.shape()[1] / (block * block);
    let columns_last = call.text("mode", "DCR") == "CRD";
    let shape = [
        x.shape()[0],
        depth,
        x.shape()[2] * block,
        x.shape()[3] * block,
    ];
    Ok(vec![x.rearranged(&shape, |index| {
        let inside = index[2] % block * block + index[3] % block;
        let channel = if columns_last {
            index[1] * block * block + inside
        } else {
            inside * depth + index[1]
        };
        vec![index[0], channel, index[2] / block, index[3] / block]
    })])
}

/// Blocks of pixels become channels: depth is the fastest.
pub fn space_to_depth(call: &Call) -> Outputs {
    let x = call.value(0)?;
    let block = call.int("blocksize", 1) as usize;
    let depth = x.shape()[1];
    let shape = [
        x.shape()[0],
        depth * block * block,
        x.shape()[2] / block,
        x.shape()[3] / block,
    ];
    Ok(vec![x.rearranged(&shape, |index| {
        let inside = index[1] / depth;
        let (row, column) = (inside / block, inside % block);
        vec![
            index[0],
            index[1] % depth,
            index[2] * block + row,
            index[3] * block + column,
        ]
    })])
}
