//! The order of classes, and the word for values that are no numbers.

/// What stands for a value that is not finite.
pub const NOT_A_NUMBER: &str = "not a number";

/// Classes, the most probable first; equal ones by logit, then by number. What is not a
/// number comes last.
pub fn rank_classes(probabilities: &[f32], logits: &[f32]) -> Vec<usize> {
    let rank = |values: &[f32], class: usize| {
        let value = values.get(class).copied().filter(|value| !value.is_nan());
        value.unwrap_or(f32::NEG_INFINITY)
    };
    let mut order: Vec<usize> = (0..probabilities.len().min(logits.len())).collect();
    order.sort_by(|&a, &b| {
        let by_probability = rank(probabilities, b).total_cmp(&rank(probabilities, a));
        by_probability.then_with(|| rank(logits, b).total_cmp(&rank(logits, a)))
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_comes_last() {
        let nan = f32::NAN;
        assert_eq!(
            rank_classes(&[nan; 4], &[1.0, nan, 3.0, f32::INFINITY]),
            [3, 2, 0, 1]
        );
        assert_eq!(
            rank_classes(&[0.2, nan, 0.6, 0.2], &[1.0, nan, 3.0, 2.0]),
            [2, 3, 0, 1]
        );
        assert_eq!(rank_classes(&[nan; 3], &[nan; 3]), [0, 1, 2]);
    }
}
