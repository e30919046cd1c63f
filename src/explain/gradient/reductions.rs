//! From channels to a map.

use ndarray::{Array2, Array3};

/// max_c |x_c| of channels [C, H, W]: how much, not in which direction (Simonyan et al. 2014,
/// section 3.1).
pub fn greatest_magnitude(channels: &Array3<f32>) -> Array2<f32> {
    let (_, height, width) = channels.dim();
    let mut map = Array2::zeros((height, width));
    for channel in channels.outer_iter() {
        map.zip_mut_with(&channel, |max: &mut f32, &value| {
            // A NaN stays, so that it is seen.
            if value.abs() > *max || value.is_nan() {
                *max = value.abs();
            }
        });
    }
    map
}
