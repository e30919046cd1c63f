//! Maps that know nothing of picture and network: what a metric gives for them is chance.

use ndarray::Array2;

use crate::explain::{Random, Saliency};

/// Standard deviation of the blob, as a share of each side.
const BLOB: f64 = 0.25;
/// Streams of random numbers of maps, apart from those of noise.
const FIRST_STREAM: u64 = 1 << 40;

/// Independent values on the map's grid, uniform between its least and its greatest; between 0
/// and 1 for a flat map.
pub fn random_map(saliency: &Saliency, seed: u64, number: u64) -> Array2<f32> {
    let mut random = Random::of_sample(seed, FIRST_STREAM + number);
    let (low, high) = range(saliency);
    Array2::from_shape_simple_fn(saliency.values.dim(), || {
        (low + (high - low) * random.uniform()) as f32
    })
}

/// A Gaussian at the centre of the map's grid, from its least value to its greatest.
pub fn centre_blob(saliency: &Saliency) -> Array2<f32> {
    let (low, high) = range(saliency);
    let (height, width) = saliency.values.dim();
    let distance = |cell: usize, cells: usize| ((cell as f64 + 0.5) / cells as f64 - 0.5) / BLOB;
    Array2::from_shape_fn((height, width), |(row, column)| {
        let (down, across) = (distance(row, height), distance(column, width));
        let blob = libm::exp(-0.5 * (down * down + across * across));
        (low + (high - low) * blob) as f32
    })
}

fn range(saliency: &Saliency) -> (f64, f64) {
    let (low, high) = saliency.range();
    if low < high {
        (low.into(), high.into())
    } else {
        (0.0, 1.0)
    }
}
