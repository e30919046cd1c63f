//! Gather, Scatter and OneHot.

use super::call::{Call, Outputs, from_start};
use super::value::{Value, array, multi_indices};

/// Whole slices at the indices; the axes of the indices replace `axis`.
pub fn gather(call: &Call) -> Outputs {
    let (x, indices) = (call.value(0)?, call.value(1)?);
    let axis = call.axis(0, x.shape().len());
    let (before, after) = (&x.shape()[..axis], &x.shape()[axis + 1..]);
    let shape = [before, indices.shape(), after].concat();
    let rank = indices.shape().len();
    let numbers = array(indices.shape(), indices.as_ints()?);
    Ok(vec![x.rearranged(&shape, |index| {
        let number = from_start(numbers[&index[axis..axis + rank]], x.shape()[axis]);
        [&index[..axis], &[number], &index[axis + rank..]].concat()
    })])
}

/// y[i, j, k] = x[i, indices[i, j, k], k] for axis 1.
pub fn gather_elements(call: &Call) -> Outputs {
    let (x, indices) = (call.value(0)?, call.value(1)?);
    let axis = call.axis(0, x.shape().len());
    let numbers = array(indices.shape(), indices.as_ints()?);
    Ok(vec![x.rearranged(indices.shape(), |index| {
        let mut source = index.to_vec();
        source[axis] = from_start(numbers[index], x.shape()[axis]);
        source
    })])
}

/// y[i, …] = x[indices[i, …], …]: the last axis of the indices holds the first numbers of
/// a multi-index.
pub fn gather_nd(call: &Call) -> Outputs {
    let (x, indices) = (call.value(0)?, call.value(1)?);
    let (count, depth) = indices.shape().split_at(indices.shape().len() - 1);
    let numbers = array(indices.shape(), indices.as_ints()?);
    let shape = [count, &x.shape()[depth[0]..]].concat();
    Ok(vec![x.rearranged(&shape, |index| {
        let (row, rest) = index.split_at(count.len());
        let start = (0..depth[0]).map(|axis| {
            let number = numbers[[row, &[axis]].concat().as_slice()];
            from_start(number, x.shape()[axis])
        });
        start.chain(rest.iter().copied()).collect()
    })])
}

/// y[i, indices[i, j, k], k] = updates[i, j, k] for axis 1, or the sum with it.
pub fn scatter_elements(call: &Call) -> Outputs {
    let mut result = call.floats(0)?.clone();
    let axis = call.axis(0, result.ndim());
    let numbers = array(call.value(1)?.shape(), call.value(1)?.as_ints()?);
    let updates = call.floats(2)?;
    let reduction = call.text("reduction", "none");
    for index in multi_indices(updates.shape()) {
        let mut to = index.clone();
        to[axis] = from_start(numbers[index.as_slice()], result.shape()[axis]);
        update(
            &mut result[to.as_slice()],
            updates[index.as_slice()],
            &reduction,
        )?;
    }
    Ok(vec![Value::Float(result)])
}

/// y[indices[i, …], …] = updates[i, …]: the last axis of the indices holds the first
/// numbers of a multi-index.
pub fn scatter_nd(call: &Call) -> Outputs {
    let mut result = call.floats(0)?.clone();
    let indices = call.value(1)?;
    let updates = call.floats(2)?;
    let reduction = call.text("reduction", "none");
    let (count, depth) = indices.shape().split_at(indices.shape().len() - 1);
    let numbers = array(indices.shape(), indices.as_ints()?);
    for index in multi_indices(updates.shape()) {
        let (row, rest) = index.split_at(count.len());
        let start = (0..depth[0]).map(|axis| {
            let number = numbers[[row, &[axis]].concat().as_slice()];
            from_start(number, result.shape()[axis])
        });
        let to: Vec<usize> = start.chain(rest.iter().copied()).collect();
        update(
            &mut result[to.as_slice()],
            updates[index.as_slice()],
            &reduction,
        )?;
    }
    Ok(vec![Value::Float(result)])
}

fn update(target: &mut f64, value: f64, reduction: &str) -> Result<(), String> {
    match reduction {
        "none" => *target = value,
        "add" => *target += value,
        _ => return Err(format!("the reduction {reduction} is not covered")),
    }
    Ok(())
}

/// A new axis, with `on` at the index and `off` elsewhere.
pub fn one_hot(call: &Call) -> Outputs {
    let indices = call.value(0)?;
    let depth = call.value(1)?.to_f64().sum() as usize;
    let values = call.floats(2)?;
    let (off, on) = (values[[0].as_slice()], values[[1].as_slice()]);
    let axis = call.axis(-1, indices.shape().len() + 1);
    let numbers = indices.to_f64();
    let mut shape = indices.shape().to_vec();
    shape.insert(axis, depth);
    let value = |index: Vec<usize>| {
        let of_number = [&index[..axis], &index[axis + 1..]].concat();
        let number = numbers[of_number.as_slice()] as i64;
        let hit = from_start(number, depth) == index[axis];
        if hit { on } else { off }
    };
    Ok(vec![Value::floats(
        &shape,
        multi_indices(&shape).map(value).collect(),
    )])
}
