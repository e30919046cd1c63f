//! Exact cases where a function has no derivative, so that differences say nothing:
//! corners of activations and ties of maxima. Also the policies for rectifiers.

use super::evaluated_case::EvaluatedCase;
use super::operator_case::OperatorCase;
use super::tract;
use crate::gradient::relu_policy::ReluPolicy;

/// The gradients of a case for this cotangent, by the evaluator; tract must agree.
fn gradients(case: &OperatorCase, policy: ReluPolicy, cotangent: &[f32]) -> Vec<Vec<f64>> {
    let evaluated = EvaluatedCase::new(case, policy, |_| cotangent.to_vec()).unwrap();
    tract::check(&evaluated).unwrap().unwrap();
    let gradients = evaluated.gradients.iter();
    gradients
        .map(|name| evaluated.value(name).iter().copied().collect())
        .collect()
}

/// The gradient of the only input.
fn gradient(case: &OperatorCase, cotangent: &[f32]) -> Vec<f64> {
    gradients(case, ReluPolicy::Plain, cotangent).remove(0)
}

fn function(operator: &str, opset: i64, values: &[f32]) -> OperatorCase {
    let mut case = OperatorCase::new(opset);
    let x = case.active(&[values.len()], values.to_vec());
    case.node(operator, &[x]);
    case
}

#[test]
fn a_rectifier_is_closed_at_zero() {
    let case = function("Relu", 17, &[-1.0, -0.0, 0.0, 1e-30, 1.0]);
    assert_eq!(gradient(&case, &[1.0; 5]), [0.0, 0.0, 0.0, 1.0, 1.0]);
}

#[test]
fn a_leaky_rectifier_leaks_at_zero() {
    let mut case = function("LeakyRelu", 17, &[-1.0, 0.0, 1.0]);
    case.graph.float("alpha", 0.25);
    assert_eq!(gradient(&case, &[1.0; 3]), [0.25, 0.25, 1.0]);
}

/// A Clip in either of its forms; the bounds are exact.
fn clip(opset: i64, low: Option<f32>, high: Option<f32>, values: &[f32]) -> OperatorCase {
    let mut case = OperatorCase::new(opset);
    let x = case.active(&[values.len()], values.to_vec());
    if opset < 11 {
        case.node("Clip", &[x]);
        for (name, bound) in [("min", low), ("max", high)] {
            if let Some(bound) = bound {
                case.graph.float(name, bound);
            }
        }
    } else {
        let bounds = [low, high].map(|bound| match bound {
            Some(bound) => case.constant(&[], &[bound]),
            None => String::new(),
        });
        case.node("Clip", &[&x, &bounds[0], &bounds[1]]);
        while case.graph.last().input.last().is_some_and(String::is_empty) {
            case.graph.last().input.pop();
        }
    }
    case
}

#[test]
fn a_clip_from_zero_is_a_rectifier_closed_at_both_bounds() {
    for opset in [9, 11, 17] {
        let case = clip(opset, Some(0.0), Some(6.0), &[-1.0, 0.0, 3.0, 6.0, 7.0]);
        assert_eq!(gradient(&case, &[1.0; 5]), [0.0, 0.0, 1.0, 0.0, 0.0]);
        let case = clip(opset, Some(0.0), None, &[-1.0, 0.0, 3.0]);
        assert_eq!(gradient(&case, &[1.0; 3]), [0.0, 0.0, 1.0]);
    }
}

#[test]
fn any_other_clip_is_open_at_its_bounds() {
    for opset in [9, 11, 17] {
        let case = clip(opset, Some(-1.0), Some(2.0), &[-2.0, -1.0, 0.0, 2.0, 3.0]);
        assert_eq!(gradient(&case, &[1.0; 5]), [0.0, 1.0, 1.0, 1.0, 0.0]);
        let case = clip(opset, None, Some(2.0), &[-2.0, 0.0, 2.0, 3.0]);
        assert_eq!(gradient(&case, &[1.0; 4]), [1.0, 1.0, 1.0, 0.0]);
    }
}

#[test]
fn a_window_s_first_maximum_gets_all() {
    let mut case = OperatorCase::new(17);
    let x = case.active(
        &[1, 1, 3, 3],
        vec![1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 0.0, 2.0, 1.0],
    );
    case.node("MaxPool", &[x]).ints("kernel_shape", &[2, 2]);
    // The windows' first maxima: positions 1, 1, 3 and 4.
    let wanted = [0.0, 3.0, 0.0, 4.0, 8.0, 0.0, 0.0, 0.0, 0.0];
    assert_eq!(gradient(&case, &[1.0, 2.0, 4.0, 8.0]), wanted);
}

#[test]
fn padding_is_never_the_maximum() {
    let mut case = OperatorCase::new(17);
    let x = case.active(&[1, 1, 2, 2], vec![-3.0, -3.0, -3.0, -4.0]);
    case.node("MaxPool", &[x])
        .ints("kernel_shape", &[2, 2])
        .ints("pads", &[1, 1, 0, 0]);
    // The windows end at (0, 0), (0, 1), (1, 0) and (1, 1).
    assert_eq!(
        gradient(&case, &[1.0, 2.0, 4.0, 8.0]),
        [15.0, 0.0, 0.0, 0.0]
    );
}

#[test]
fn of_several_maxima_over_everything_the_first_gets_all() {
    let values = vec![1.0, 5.0, 5.0, 2.0, 3.0, 3.0, 3.0, 3.0];
    let mut case = OperatorCase::new(17);
    let x = case.active(&[2, 1, 2, 2], values.clone());
    case.node("GlobalMaxPool", &[x]);
    let wanted = [0.0, 1.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0];
    assert_eq!(gradient(&case, &[1.0, 2.0]), wanted);

    for keep in [0, 1] {
        let mut case = OperatorCase::new(17);
        let x = case.active(&[2, 1, 2, 2], values.clone());
        case.node("ReduceMax", &[x])
            .ints("axes", &[-1, 2])
            .int("keepdims", keep);
        assert_eq!(gradient(&case, &[1.0, 2.0]), wanted);
    }
}

#[test]
fn the_first_maximum_of_axes_apart_is_the_first_in_row_major_order() {
    let mut case = OperatorCase::new(13);
    let x = case.active(&[2, 2, 2], vec![1.0, 4.0, 7.0, 0.0, 4.0, 4.0, 7.0, 7.0]);
    // For each position of the middle axis: 1 4 4 4 and 7 0 7 7.
    case.node("ReduceMax", &[x])
        .ints("axes", &[0, 2])
        .int("keepdims", 0);
    let wanted = [0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    assert_eq!(gradient(&case, &[1.0, 2.0]), wanted);
}

#[test]
fn of_equal_operands_the_first_gets_all() {
    for operator in ["Max", "Min"] {
        let mut case = OperatorCase::new(13);
        let names = [0, 1, 2].map(|_| case.active(&[1], vec![2.0]));
        case.node(operator, &names);
        let found = gradients(&case, ReluPolicy::Plain, &[3.0]);
        assert_eq!(found, [[3.0], [0.0], [0.0]]);

        let mut case = OperatorCase::new(13);
        let x = case.active(&[1], vec![2.0]);
        case.node(operator, &[&x, &x]);
        assert_eq!(gradient(&case, &[3.0]), [3.0]);
    }
}

#[test]
fn the_policies_of_a_rectifier() {
    let values = [-1.0, -1.0, 2.0, 2.0];
    let cotangent = [-5.0, 5.0, -5.0, 5.0];
    let wanted = [
        (ReluPolicy::Plain, [0.0, 0.0, -5.0, 5.0]),
        (ReluPolicy::Guided, [0.0, 0.0, 0.0, 5.0]),
        (ReluPolicy::Deconvnet, [0.0, 5.0, 0.0, 5.0]),
    ];
    for (policy, wanted) in wanted {
        for case in [
            function("Relu", 17, &values),
            clip(17, Some(0.0), Some(6.0), &values),
            clip(9, Some(0.0), Some(6.0), &values),
        ] {
            assert_eq!(
                gradients(&case, policy, &cotangent)[0],
                wanted,
                "{policy:?}\n{case}"
            );
        }
    }
}

#[test]
fn the_policies_change_nothing_else() {
    for operator in ["Sigmoid", "Tanh", "Softplus", "LeakyRelu", "Elu"] {
        let case = function(operator, 17, &[-1.0, 0.5, 2.0]);
        let cotangent = [-5.0, 5.0, -2.0];
        let plain = gradients(&case, ReluPolicy::Plain, &cotangent);
        for policy in [ReluPolicy::Guided, ReluPolicy::Deconvnet] {
            assert_eq!(gradients(&case, policy, &cotangent), plain, "{operator}");
        }
    }
    let case = clip(17, Some(-1.0), Some(1.0), &[-0.5, 0.5]);
    assert_eq!(
        gradients(&case, ReluPolicy::Guided, &[-1.0, 1.0])[0],
        [-1.0, 1.0]
    );
}

#[test]
fn a_power_of_exponent_zero_is_flat_also_at_zero() {
    let mut case = OperatorCase::new(17);
    let x = case.active(&[4], vec![0.0, 2.0, 0.0, 3.0]);
    let exponents = case.constant(&[4], &[0.0, 0.0, 1.0, 2.0]);
    case.node("Pow", &[x, exponents]);
    assert_eq!(gradient(&case, &[1.0; 4]), [0.0, 0.0, 1.0, 6.0]);
}
