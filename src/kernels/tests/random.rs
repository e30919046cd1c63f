//! Random cases. The tests of `gradcam::network::kernel_tests` use them, too.

use proptest::prelude::*;
use tract_onnx::prelude::*;

/// Random cases of a test: a few under Miri, which takes a thousand times as long.
pub fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(if cfg!(miri) { 3 } else { count })
    }
}

/// A pseudorandom tensor between −2 and 2; of even seeds in multiples of a half, so that
/// ties and zeros occur.
pub fn random_tensor(shape: &[usize], seed: u64) -> Tensor {
    let mut state = seed | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let unit = (state >> 40) as f32 / (1 << 24) as f32;
        let number = 4.0 * unit - 2.0;
        if seed.is_multiple_of(2) {
            (2.0 * number).round() / 2.0
        } else {
            number
        }
    };
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| next()).collect();
    Tensor::from_shape(shape, &values).unwrap()
}
