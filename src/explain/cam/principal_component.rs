//! The first principal component of channels.

use ndarray::{Array1, Array2, Array3};

/// Steps of the power iteration. It ends earlier where nothing moves any more.
const MAX_STEPS: usize = 5000;
/// A step that moves the unit vector by less is the last.
const TOLERANCE: f64 = 1e-12;

/// The projection of the cells' channel vectors, centred, on their first principal component:
/// [C, h, w] to [h, w]. The sign, which is arbitrary, is chosen so that the value farthest
/// from 0 is positive.
pub fn first_principal_component(channels: &Array3<f32>) -> Array2<f32> {
    let (count, height, width) = channels.dim();
    let cells = height * width;
    // X is cells × channels, centred by channel: the formula of pytorch-grad-cam's
    // `get_2d_projection`, X·v₁ with v₁ the first right singular vector.
    let flat = channels.to_shape((count, cells));
    let Ok(flat) = flat else {
        return Array2::zeros((height, width));
    };
    let mut centred: Array2<f64> = flat.mapv(f64::from);
    for mut row in centred.outer_iter_mut() {
        let mean = row.sum() / cells.max(1) as f64;
        row -= mean;
    }
    // The smaller of X·Xᵀ and Xᵀ·X: either gives X·v₁.
    let projection = if cells <= count {
        let (vector, value) = first_eigenvector(&centred.t().dot(&centred));
        vector * value.max(0.0).sqrt()
    } else {
        let (vector, _) = first_eigenvector(&centred.dot(&centred.t()));
        vector.dot(&centred)
    };
    let fold = |pick: fn(f64, f64) -> f64| projection.iter().copied().fold(0.0, pick);
    let sign = if fold(f64::min).abs() > fold(f64::max) {
        -1.0
    } else {
        1.0
    };
    let values: Vec<f32> = projection
        .iter()
        .map(|value| (sign * value) as f32)
        .collect();
    Array2::from_shape_vec((height, width), values).unwrap_or_default()
}

/// The unit eigenvector of the greatest eigenvalue of a positive semidefinite matrix, and
/// that value, by power iteration (Golub and Van Loan 2013, section 7.3.1). Zero for a
/// matrix of zeros.
fn first_eigenvector(matrix: &Array2<f64>) -> (Array1<f64>, f64) {
    let size = matrix.nrows();
    // The greatest column is not orthogonal to the eigenvector.
    let squares = |column: usize| matrix.column(column).mapv(|value| value * value).sum();
    let first = (0..size).max_by(|&a, &b| squares(a).total_cmp(&squares(b)));
    let Some(mut vector) = first.map(|column| matrix.column(column).to_owned()) else {
        return (Array1::zeros(0), 0.0);
    };
    let mut value = 0.0;
    for _ in 0..MAX_STEPS {
        let length = vector.dot(&vector).sqrt();
        if length <= 0.0 || !length.is_finite() {
            return (Array1::zeros(size), 0.0);
        }
        let unit = vector / length;
        vector = matrix.dot(&unit);
        value = unit.dot(&vector);
        let moved = (&vector - &(&unit * value)).mapv(f64::abs).sum();
        if moved <= TOLERANCE * value {
            return (unit, value);
        }
    }
    let length = vector.dot(&vector).sqrt().max(f64::MIN_POSITIVE);
    (vector / length, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr3;

    #[test]
    fn the_toy_of_captum() {
        // By NumPy's singular value decomposition.
        let activations = arr3(&[[[0.0, 4.0], [31.0, 40.0]], [[0.0, 0.0], [6.0, 15.0]]]);
        let found = first_principal_component(&activations);
        let wanted = [-19.441_9, -15.654_904, 11.839_155, 23.257_649];
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-4, "{found} and {wanted}");
        }
    }

    #[test]
    fn more_cells_than_channels_and_fewer_give_the_same() {
        let value = |n: usize| ((n * 37 + 11) % 101) as f32 / 50.0 - 1.0;
        let wide = Array3::from_shape_fn((3, 4, 5), |(c, y, x)| value(c * 20 + y * 5 + x));
        let found = first_principal_component(&wide);
        // Channels of zeros change nothing but which matrix is smaller.
        let zeros = Array3::zeros((30, 4, 5));
        let wide = ndarray::concatenate![ndarray::Axis(0), wide, zeros];
        let off = (&first_principal_component(&wide) - &found).mapv(f32::abs);
        assert!(off.iter().all(|&off| off < 1e-5), "{off}");
    }

    #[test]
    fn channels_without_a_difference_have_none() {
        assert!(
            first_principal_component(&Array3::ones((2, 3, 3)))
                .iter()
                .all(|&v| v == 0.0)
        );
    }
}
