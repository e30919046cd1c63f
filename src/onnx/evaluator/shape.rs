//! Other shapes for the same values, Concat and Split, and values made from shapes.

use super::arithmetic::common_shape;
use super::call::{Call, Outputs, from_start, one};
use super::value::{Value, array, each_type, multi_indices, tabulate};
use crate::onnx::node;

pub fn identity(call: &Call) -> Outputs {
    let value = call.value(0)?.clone();
    // The mask of Dropout, which drops nothing outside of training.
    let everything = Value::Bool(array(value.shape(), vec![true; value.to_f64().len()]));
    Ok(vec![value, everything])
}

pub fn flatten(call: &Call) -> Outputs {
    let x = call.value(0)?;
    // The axis may be the rank itself.
    let axis = call.int("axis", 1);
    let axis = if axis < 0 {
        from_start(axis, x.shape().len())
    } else {
        axis as usize
    };
    let (rows, columns) = x.shape().split_at(axis);
    Ok(vec![x.reshaped(&[
        rows.iter().product(),
        columns.iter().product(),
    ])])
}

/// 0 takes the size of that axis, unless `allowzero`; −1 takes what is left.
pub fn reshape(call: &Call) -> Outputs {
    let x = call.value(0)?;
    let count: usize = x.shape().iter().product();
    let mut wanted = call.value(1)?.as_ints()?;
    for (axis, size) in wanted.iter_mut().enumerate() {
        if *size == 0 && call.int("allowzero", 0) == 0 {
            *size = x.shape()[axis] as i64;
        }
    }
    let known: i64 = wanted.iter().filter(|&&size| size != -1).product();
    let size = |&size: &i64| {
        if size == -1 {
            count / known as usize
        } else {
            size as usize
        }
    };
    let shape: Vec<usize> = wanted.iter().map(size).collect();
    if shape.iter().product::<usize>() == count {
        Ok(vec![x.reshaped(&shape)])
    } else {
        Err(format!("{:?} cannot become {shape:?}", x.shape()))
    }
}

pub fn squeeze(call: &Call) -> Outputs {
    let x = call.value(0)?;
    let rank = x.shape().len();
    let gone: Vec<usize> = match call.list("axes", 1)? {
        Some(axes) => axes.iter().map(|&axis| from_start(axis, rank)).collect(),
        None => (0..rank).filter(|&axis| x.shape()[axis] == 1).collect(),
    };
    let kept = (0..rank).filter(|axis| !gone.contains(axis));
    Ok(vec![x.reshaped(
        &kept.map(|axis| x.shape()[axis]).collect::<Vec<_>>(),
    )])
}

/// The axes count in the result.
pub fn unsqueeze(call: &Call) -> Outputs {
    let x = call.value(0)?;
    let axes = call.list("axes", 1)?.ok_or("it has no axes")?;
    let rank = x.shape().len() + axes.len();
    let added: Vec<usize> = axes.iter().map(|&axis| from_start(axis, rank)).collect();
    let mut sizes = x.shape().iter();
    let size = |axis| {
        if added.contains(&axis) {
            1
        } else {
            *sizes.next().unwrap()
        }
    };
    Ok(vec![x.reshaped(&(0..rank).map(size).collect::<Vec<_>>())])
}

pub fn transpose(call: &Call) -> Outputs {
    let x = call.value(0)?;
    let rank = x.shape().len();
    let order: Vec<usize> = match call.ints("perm") {
        Some(order) => order.iter().map(|&axis| axis as usize).collect(),
        None => (0..rank).rev().collect(),
    };
    let shape: Vec<usize> = order.iter().map(|&axis| x.shape()[axis]).collect();
    Ok(vec![x.rearranged(&shape, |index| {
        let mut source = vec![0; rank];
        for (&axis, &at) in order.iter().zip(index) {
            source[axis] = at;
        }
        source
    })])
}

pub fn concat(call: &Call) -> Outputs {
    let parts = (0..call.count()).map(|index| call.value(index));
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    let axis = call.axis(0, parts[0].shape().len());
    let mut shape = parts[0].shape().to_vec();
    shape[axis] = parts.iter().map(|part| part.shape()[axis]).sum();
    // Part and place within it, for each number along the axis.
    let numbers: Vec<(usize, usize)> = parts
        .iter()
        .enumerate()
        .flat_map(|(part, value)| (0..value.shape()[axis]).map(move |at| (part, at)))
        .collect();
    let source = |index: &[usize]| {
        let (part, at) = numbers[index[axis]];
        let mut inside = index.to_vec();
        inside[axis] = at;
        (part, inside)
    };
    Ok(vec![match parts[0] {
        Value::Float(_) => {
            let parts = parts.iter().map(|part| part.as_floats());
            let parts = parts.collect::<Result<Vec<_>, _>>()?;
            let value = |index: Vec<usize>| {
                let (part, inside) = source(&index);
                parts[part][inside.as_slice()]
            };
            Value::floats(&shape, multi_indices(&shape).map(value).collect())
        }
        // Only lists of integers are ever joined.
        Value::Int(_) if shape.len() == 1 => {
            let lists = parts.iter().map(|part| part.as_ints());
            Value::ints(&shape, lists.collect::<Result<Vec<_>, _>>()?.concat())
        }
        _ => return Err("this type is not covered".into()),
    }])
}

pub fn split(call: &Call) -> Outputs {
    let x = call.value(0)?;
    let axis = call.axis(0, x.shape().len());
    let size = x.shape()[axis];
    let count = call.node.output.len();
    let lengths: Vec<usize> = match call.list("split", 1)? {
        Some(lengths) => lengths.iter().map(|&length| length as usize).collect(),
        None => {
            // All of one length, but for the last, which may be shorter.
            let length = size.div_ceil(count);
            (0..count)
                .map(|part| length.min(size - part * length))
                .collect()
        }
    };
    let mut start = 0;
    let part = |&length: &usize| {
        let mut shape = x.shape().to_vec();
        shape[axis] = length;
        let from = start;
        start += length;
        x.rearranged(&shape, |index| {
            let mut source = index.to_vec();
            source[axis] += from;
            source
        })
    };
    Ok(lengths.iter().map(part).collect())
}

pub fn expand(call: &Call) -> Outputs {
    let x = call.value(0)?;
    let asked: Vec<usize> = call
        .value(1)?
        .as_ints()?
        .iter()
        .map(|&size| size as usize)
        .collect();
    let shape = common_shape(&[x.shape(), &asked])?;
    let lead = shape.len() - x.shape().len();
    Ok(vec![x.rearranged(&shape, |index| {
        let axes = index[lead..].iter().zip(x.shape());
        axes.map(|(&at, &size)| if size == 1 { 0 } else { at })
            .collect()
    })])
}

pub fn tile(call: &Call) -> Outputs {
    let x = call.value(0)?;
    let repeats = call.value(1)?.as_ints()?;
    let sizes = x.shape().iter().zip(&repeats);
    let shape: Vec<usize> = sizes.map(|(&size, &times)| size * times as usize).collect();
    Ok(vec![x.rearranged(&shape, |index| {
        index
            .iter()
            .zip(x.shape())
            .map(|(&at, &size)| at % size)
            .collect()
    })])
}

/// Floats stay as they are, whatever their width: nothing is rounded here.
pub fn cast(call: &Call) -> Outputs {
    use tract_onnx::pb::tensor_proto::DataType;
    let x = call.value(0)?;
    let to = DataType::try_from(call.int("to", 1) as i32).map_err(|_| "an unknown type")?;
    Ok(vec![match to {
        DataType::Float | DataType::Double | DataType::Float16 => Value::Float(x.to_f64()),
        DataType::Int32 | DataType::Int64 => Value::Int(x.to_f64().mapv(|value| value as i64)),
        DataType::Bool => Value::Bool(x.to_f64().mapv(|value| value != 0.0)),
        other => return Err(format!("the type {other:?} is not covered")),
    }])
}

pub fn shape(call: &Call) -> Outputs {
    let sizes: Vec<i64> = call
        .value(0)?
        .shape()
        .iter()
        .map(|&size| size as i64)
        .collect();
    let rank = sizes.len() as i64;
    let bound = |number: i64| (if number < 0 { number + rank } else { number }).clamp(0, rank);
    let (start, end) = (bound(call.int("start", 0)), bound(call.int("end", rank)));
    let part = &sizes[start as usize..end.max(start) as usize];
    Ok(vec![Value::ints(&[part.len()], part.to_vec())])
}

pub fn size(call: &Call) -> Outputs {
    let count: usize = call.value(0)?.shape().iter().product();
    Ok(vec![Value::ints(&[], vec![count as i64])])
}

pub fn constant(call: &Call) -> Outputs {
    let node = call.node;
    let tensor = node::tensor(node, "value")
        .map(Value::from_proto)
        .transpose()?;
    let float = || node::float(node, "value_float").map(|x| Value::floats(&[], vec![x.into()]));
    let int = || node::int(node, "value_int").map(|x| Value::ints(&[], vec![x]));
    let ints =
        || node::ints(node, "value_ints").map(|list| Value::ints(&[list.len()], list.to_vec()));
    let value = tensor.or_else(float).or_else(int).or_else(ints);
    Ok(vec![value.ok_or("this kind of value is not covered")?])
}

pub fn constant_of_shape(call: &Call) -> Outputs {
    let sizes = call.value(0)?.as_ints()?;
    let shape: Vec<usize> = sizes.iter().map(|&size| size as usize).collect();
    let value = node::tensor(call.node, "value")
        .map(Value::from_proto)
        .transpose()?;
    let value = value.unwrap_or(Value::floats(&[1], vec![0.0]));
    let count = shape.iter().product();
    Ok(vec![
        each_type!(value, one => array(&shape, vec![one[[0].as_slice()]; count])),
    ])
}

pub fn range(call: &Call) -> Outputs {
    let number = |index| call.value(index).map(|value| value.to_f64().sum());
    let (start, limit, step) = (number(0)?, number(1)?, number(2)?);
    let count = ((limit - start) / step).ceil().max(0.0) as usize;
    let values: Vec<f64> = (0..count).map(|n| start + n as f64 * step).collect();
    Ok(vec![match call.value(0)? {
        Value::Int(_) => Value::ints(&[count], values.iter().map(|&value| value as i64).collect()),
        _ => Value::floats(&[count], values),
    }])
}

/// The values on and above (below) the diagonal number k of each matrix, 0 elsewhere.
pub fn trilu(call: &Call) -> Outputs {
    let x = call.floats(0)?;
    let k = call.value(1).map_or(Ok(0), |k| k.as_ints().map(|k| k[0]))?;
    let is_upper = call.int("upper", 1) != 0;
    one(tabulate(x.shape(), |index| {
        let [.., row, column] = index else { return 0.0 };
        let beyond = *column as i64 - *row as i64 - k;
        let stays = if is_upper { beyond >= 0 } else { beyond <= 0 };
        if stays { x[index] } else { 0.0 }
    }))
}
