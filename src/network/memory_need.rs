//! How much memory a network takes, before it takes it.

use super::load_error::LoadError;
use crate::onnx::Model;

/// Weights lie in memory as the file has them while they are packed for the kernels.
const COPIES_OF_WEIGHTS: u64 = 2;
const BYTES_OF_VALUE: u64 = size_of::<f32>() as u64;

/// Number of values of a model's weights.
pub fn weight_values(model: &Model) -> u64 {
    // No dimension is negative once a file is decoded.
    let length = |dim: &i64| u64::try_from(*dim).unwrap_or(0);
    let weights = model.graph().initializer.iter();
    let values = weights.map(|one| one.dims.iter().map(length).fold(1, u64::saturating_mul));
    values.fold(0, u64::saturating_add)
}

/// Whether a network with so many values in its weights, and in the largest inputs and outputs
/// of one node, may be made ready.
///
/// # Errors
/// [`LoadError::Memory`] where it would take more than `limit` bytes.
pub fn check_memory(weights: u64, activations: usize, limit: Option<u64>) -> Result<(), LoadError> {
    let values = weights
        .saturating_mul(COPIES_OF_WEIGHTS)
        .saturating_add(activations as u64);
    let needed = values.saturating_mul(BYTES_OF_VALUE);
    match limit {
        Some(limit) if needed > limit => Err(LoadError::Memory { needed, limit }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::Limits;

    #[test]
    fn weights_count_twice_and_the_largest_layer_once() {
        assert!(check_memory(10, 5, None).is_ok());
        assert!(check_memory(10, 5, Some(100)).is_ok());
        let error = check_memory(10, 5, Some(99)).unwrap_err();
        assert!(matches!(
            error,
            LoadError::Memory {
                needed: 100,
                limit: 99
            }
        ));
        assert!(check_memory(u64::MAX, usize::MAX, Some(u64::MAX - 1)).is_err());
    }

    #[test]
    fn the_weights_of_a_file_are_counted() {
        let file = include_bytes!("../../models/xception-tiny.onnx");
        let model = Model::decode(file, Limits::default()).unwrap();
        let values = weight_values(&model);
        assert!((20_000..80_000).contains(&values), "{values}");
    }
}
