//! Values picked and placed by index.

use super::call::{Call, Outputs, from_start};
use super::value::{Value, array, multi_indices};

/// Whole slices at the indices, whose axes stand in place of `axis`.
pub fn gather(call: &Call) -> Outputs {
    let (x, indices) = (call.value(0)?, call.value(1)?);
    let axis = call.axis(0, x.shape().len());
    let (before, after) = (&x.shape()[..axis], &x.shape()[axis + 1..]);
    let shape = [before, indices.shape(), after].concat();
    let rank = indices.shape().len();
    let numbers = array(indices.shape(), indices.as_ints()?);
    Ok(vec![x.rearranged(&shape, |place| {
        let number = from_start(numbers[&place[axis..axis + rank]], x.shape()[axis]);
        [&place[..axis], &[number], &place[axis + rank..]].concat()
    })])
}

/// For each place of the indices, the value whose place along `axis` is the index.
pub fn gather_elements(call: &Call) -> Outputs {
    let (x, indices) = (call.value(0)?, call.value(1)?);
    let axis = call.axis(0, x.shape().len());
    let numbers = array(indices.shape(), indices.as_ints()?);
    Ok(vec![x.rearranged(indices.shape(), |place| {
        let mut source = place.to_vec();
        source[axis] = from_start(numbers[place], x.shape()[axis]);
        source
    })])
}

/// Puts or adds each update at its own place, but for the index along `axis`.
pub fn scatter_elements(call: &Call) -> Outputs {
    let mut result = call.floats(0)?.clone();
    let axis = call.axis(0, result.ndim());
    let numbers = array(call.value(1)?.shape(), call.value(1)?.as_ints()?);
    let updates = call.floats(2)?;
    let reduction = call.text("reduction", "none");
    for place in multi_indices(updates.shape()) {
        let mut to = place.clone();
        to[axis] = from_start(numbers[place.as_slice()], result.shape()[axis]);
        update(
            &mut result[to.as_slice()],
            updates[place.as_slice()],
            &reduction,
        )?;
    }
    Ok(vec![Value::Float(result)])
}

/// The last axis of the indices holds the start of a place; the updates hold the
/// slice for each.
pub fn scatter_nd(call: &Call) -> Outputs {
    let mut result = call.floats(0)?.clone();
    let indices = call.value(1)?;
    let updates = call.floats(2)?;
    let reduction = call.text("reduction", "none");
    let (count, depth) = indices.shape().split_at(indices.shape().len() - 1);
    let numbers = array(indices.shape(), indices.as_ints()?);
    for place in multi_indices(updates.shape()) {
        let (row, rest) = place.split_at(count.len());
        let start = (0..depth[0]).map(|axis| {
            let number = numbers[[row, &[axis]].concat().as_slice()];
            from_start(number, result.shape()[axis])
        });
        let to: Vec<usize> = start.chain(rest.iter().copied()).collect();
        update(
            &mut result[to.as_slice()],
            updates[place.as_slice()],
            &reduction,
        )?;
    }
    Ok(vec![Value::Float(result)])
}

fn update(place: &mut f64, value: f64, reduction: &str) -> Result<(), String> {
    match reduction {
        "none" => *place = value,
        "add" => *place += value,
        _ => return Err(format!("the reduction {reduction} is not covered")),
    }
    Ok(())
}

/// A new axis that is `on` at the index and `off` elsewhere.
pub fn one_hot(call: &Call) -> Outputs {
    let indices = call.value(0)?;
    let depth = call.value(1)?.widened().sum() as usize;
    let values = call.floats(2)?;
    let (off, on) = (values[[0].as_slice()], values[[1].as_slice()]);
    let axis = call.axis(-1, indices.shape().len() + 1);
    let numbers = indices.widened();
    let mut shape = indices.shape().to_vec();
    shape.insert(axis, depth);
    let value = |place: Vec<usize>| {
        let index = [&place[..axis], &place[axis + 1..]].concat();
        let number = numbers[index.as_slice()] as i64;
        let hit = from_start(number, depth) == place[axis];
        if hit { on } else { off }
    };
    Ok(vec![Value::floats(
        &shape,
        multi_indices(&shape).map(value).collect(),
    )])
}
