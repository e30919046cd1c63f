//! Element-wise operators that broadcast: arithmetic, comparison, logic, Where.

use ndarray::ArrayD;

use super::call::{Call, Outputs, one};
use super::value::{Value, array, tabulate};

/// The outputs of an operator of this family; `None` if it belongs to another.
pub fn operator(name: &str, call: &Call) -> Option<Outputs> {
    Some(match name {
        "Add" => numbers(call, |a, b| a + b, |a, b| a + b),
        "Sub" => numbers(call, |a, b| a - b, |a, b| a - b),
        "Mul" => numbers(call, |a, b| a * b, |a, b| a * b),
        // Integers are divided towards 0.
        "Div" => numbers(call, |a, b| a / b, |a, b| a / b),
        "Pow" => pow(call),
        "PRelu" => numbers(
            call,
            |x, slope| if x < 0.0 { slope * x } else { x },
            |x, _| x,
        ),
        "Sum" => fold(call, |a, b| a + b),
        "Mean" => mean(call),
        "Max" => fold(call, f64::max),
        "Min" => fold(call, f64::min),
        "Equal" => compare(call, |a, b| a == b),
        "Less" => compare(call, |a, b| a < b),
        "LessOrEqual" => compare(call, |a, b| a <= b),
        "Greater" => compare(call, |a, b| a > b),
        "GreaterOrEqual" => compare(call, |a, b| a >= b),
        "And" => logic(call, |a, b| a && b),
        "Or" => logic(call, |a, b| a || b),
        "Xor" => logic(call, |a, b| a != b),
        "Not" => not(call),
        "Where" => choose(call),
        _ => return None,
    })
}

/// The shape that several shapes broadcast to.
pub fn common_shape(shapes: &[&[usize]]) -> Result<Vec<usize>, String> {
    let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    let mut common = vec![1; rank];
    for shape in shapes {
        let lead = rank - shape.len();
        for (axis, &size) in shape.iter().enumerate() {
            match common[lead + axis] {
                1 => common[lead + axis] = size,
                other if size == 1 || size == other => {}
                _ => return Err(format!("{shapes:?} do not go together")),
            }
        }
    }
    Ok(common)
}

/// The array repeated to a shape that it broadcasts to.
pub fn broadcast<T: Clone>(array: &ArrayD<T>, shape: &[usize]) -> ArrayD<T> {
    let lead = shape.len() - array.ndim();
    tabulate(shape, |index| {
        let own = index[lead..].iter().zip(array.shape());
        let own: Vec<usize> = own
            .map(|(&at, &size)| if size == 1 { 0 } else { at })
            .collect();
        array[own.as_slice()].clone()
    })
}

/// Combines two arrays element by element.
fn combine<A: Copy, B: Copy, T>(
    a: &ArrayD<A>,
    b: &ArrayD<B>,
    combined: impl Fn(A, B) -> T,
) -> Result<ArrayD<T>, String> {
    let shape = common_shape(&[a.shape(), b.shape()])?;
    let (a, b) = (broadcast(a, &shape), broadcast(b, &shape));
    let values = a.iter().zip(&b).map(|(&a, &b)| combined(a, b));
    Ok(array(&shape, values.collect()))
}

fn numbers(
    call: &Call,
    floats: impl Fn(f64, f64) -> f64,
    ints: impl Fn(i64, i64) -> i64,
) -> Outputs {
    Ok(vec![match (call.value(0)?, call.value(1)?) {
        (Value::Float(a), Value::Float(b)) => Value::Float(combine(a, b, floats)?),
        (Value::Int(a), Value::Int(b)) => Value::Int(combine(a, b, ints)?),
        _ => return Err("two types at once".into()),
    }])
}

/// The exponent may be of another type than the base.
fn pow(call: &Call) -> Outputs {
    let exponent = call.value(1)?.to_f64();
    one(combine(call.floats(0)?, &exponent, f64::powf)?)
}

fn fold(call: &Call, combined: impl Fn(f64, f64) -> f64) -> Outputs {
    let mut total = call.floats(0)?.clone();
    for position in 1..call.count() {
        total = combine(&total, call.floats(position)?, &combined)?;
    }
    one(total)
}

fn mean(call: &Call) -> Outputs {
    let total = fold(call, |a, b| a + b)?.remove(0);
    let count = call.count() as f64;
    one(total.as_floats()?.mapv(|value| value / count))
}

fn compare(call: &Call, holds: impl Fn(f64, f64) -> bool) -> Outputs {
    let (a, b) = (call.value(0)?.to_f64(), call.value(1)?.to_f64());
    Ok(vec![Value::Bool(combine(&a, &b, holds)?)])
}

fn bools<'a>(call: &Call<'a>, position: usize) -> Result<&'a ArrayD<bool>, String> {
    match call.value(position)? {
        Value::Bool(array) => Ok(array),
        _ => Err("truth values are wanted".into()),
    }
}

fn logic(call: &Call, combined: impl Fn(bool, bool) -> bool) -> Outputs {
    let result = combine(bools(call, 0)?, bools(call, 1)?, combined)?;
    Ok(vec![Value::Bool(result)])
}

fn not(call: &Call) -> Outputs {
    Ok(vec![Value::Bool(bools(call, 0)?.mapv(|value| !value))])
}

fn choose(call: &Call) -> Outputs {
    let (condition, yes, no) = (bools(call, 0)?, call.value(1)?, call.value(2)?);
    let shape = common_shape(&[condition.shape(), yes.shape(), no.shape()])?;
    let condition = broadcast(condition, &shape);
    Ok(vec![match (yes, no) {
        (Value::Float(yes), Value::Float(no)) => Value::Float(chosen(
            &condition,
            &broadcast(yes, &shape),
            &broadcast(no, &shape),
        )),
        (Value::Int(yes), Value::Int(no)) => Value::Int(chosen(
            &condition,
            &broadcast(yes, &shape),
            &broadcast(no, &shape),
        )),
        _ => return Err("two types at once".into()),
    }])
}

fn chosen<T: Copy>(condition: &ArrayD<bool>, yes: &ArrayD<T>, no: &ArrayD<T>) -> ArrayD<T> {
    tabulate(condition.shape(), |index| {
        if condition[index] {
            yes[index]
        } else {
            no[index]
        }
    })
}
