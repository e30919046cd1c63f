//! Pad: a border of a constant or of the tensor's own values.

use super::call::{Call, Outputs, from_start};
use super::value::{Value, tabulate};

pub fn pad(call: &Call) -> Outputs {
    let x = call.value(0)?;
    let rank = x.shape().len();
    let (begin, end) = borders(call, rank)?;
    let size = |axis: usize| (x.shape()[axis] as i64 + begin[axis] + end[axis]) as usize;
    let shape: Vec<usize> = (0..rank).map(size).collect();
    let mode = call.text("mode", "constant");
    let source = |index: &[usize]| -> Option<Vec<usize>> {
        (0..rank)
            .map(|axis| {
                inside(
                    index[axis] as i64 - begin[axis],
                    x.shape()[axis] as i64,
                    &mode,
                )
            })
            .collect()
    };
    if mode != "constant" {
        return Ok(vec![x.rearranged(&shape, |index| source(index).unwrap())]);
    }
    let fill = match call.opset {
        ..11 => call.float("value", 0.0),
        _ => call.optional_floats(2)?.map_or(0.0, |fill| fill.sum()),
    };
    let x = x.as_floats()?;
    let value = |index: &[usize]| source(index).map_or(fill, |source| x[source.as_slice()]);
    Ok(vec![Value::Float(tabulate(&shape, value))])
}

/// Sizes of the border before and after each axis; negative ones cut off.
fn borders(call: &Call, rank: usize) -> Result<(Vec<i64>, Vec<i64>), String> {
    let pads = call.list("pads", 1)?.ok_or("it has no pads")?;
    let axes: Vec<usize> = match call.optional(3) {
        Some(axes) => axes
            .as_ints()?
            .iter()
            .map(|&axis| from_start(axis, rank))
            .collect(),
        None => (0..rank).collect(),
    };
    let (mut begin, mut end) = (vec![0; rank], vec![0; rank]);
    for (number, &axis) in axes.iter().enumerate() {
        begin[axis] = pads[number];
        end[axis] = pads[axes.len() + number];
    }
    Ok((begin, end))
}

/// The index along one axis of the element that stands at `at`, which may lie in the
/// border; `None` if a constant stands there.
fn inside(at: i64, size: i64, mode: &str) -> Option<usize> {
    let index = match mode {
        _ if (0..size).contains(&at) => at,
        "edge" => at.clamp(0, size - 1),
        "wrap" => at.rem_euclid(size),
        "reflect" if size == 1 => 0,
        // Back and forth between the first and the last, which stand once.
        "reflect" => {
            let round = at.rem_euclid(2 * (size - 1));
            round.min(2 * (size - 1) - round)
        }
        _ => return None,
    };
    Some(index as usize)
}
