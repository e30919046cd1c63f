//! A map as a mask of the picture, and the order of its pixels.

use ndarray::{Array2, Array3, ArrayView2};

use crate::explain::upsampled;

/// A map at [height, width] as a mask of 0…1: without its negative part, least to greatest,
/// then upsampled, as in torchcam. All zero where nothing speaks for the class; all one for a
/// flat map above zero.
pub fn explanation_mask(map: ArrayView2<f32>, height: usize, width: usize) -> Array2<f32> {
    let positive = map.mapv(|value| value.max(0.0));
    let greatest = positive.iter().copied().fold(0.0f32, f32::max);
    let least = positive.iter().copied().fold(f32::INFINITY, f32::min);
    let scaled = if greatest <= 0.0 {
        Array2::zeros(map.dim())
    } else if greatest > least {
        positive.mapv(|value| (value - least) / (greatest - least))
    } else {
        Array2::ones(map.dim())
    };
    upsampled(scaled.view(), (height, width), false)
}

/// Pixels [C, H, W] times a mask [H, W].
pub fn masked(pixels: &Array3<f32>, mask: &Array2<f32>) -> Array3<f32> {
    let mut masked = pixels.clone();
    for mut channel in masked.outer_iter_mut() {
        channel *= mask;
    }
    masked
}

/// The pixels of a map, row-major numbers, the greatest first; equal ones in the order of the
/// picture, as a stable sort has them.
pub fn most_relevant_first(map: &Array2<f32>) -> Vec<usize> {
    let values: Vec<f32> = map.iter().copied().collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    // Of two zeros neither is greater, whatever their sign.
    order.sort_by(|&a, &b| (values[b] + 0.0).total_cmp(&(values[a] + 0.0)));
    order
}

/// The first `count` pixels of an order, as a mask of [height, width].
pub fn first_pixels(
    order: &[usize],
    count: usize,
    (height, width): (usize, usize),
) -> Array2<bool> {
    let mut chosen = Array2::from_elem((height, width), false);
    for &pixel in order.iter().take(count) {
        chosen[[pixel / width, pixel % width]] = true;
    }
    chosen
}

/// Pixels [C, H, W] that are `chosen`'s where the mask says so, and `others`' elsewhere.
pub fn mixed(mask: &Array2<bool>, chosen: &Array3<f32>, others: &Array3<f32>) -> Array3<f32> {
    let mut mixed = others.clone();
    for (mut channel, chosen) in mixed.outer_iter_mut().zip(chosen.outer_iter()) {
        let values = ndarray::Zip::from(&mut channel).and(&chosen).and(mask);
        values.for_each(|value, &chosen, &is_chosen| {
            if is_chosen {
                *value = chosen;
            }
        });
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr2;

    #[test]
    fn masks_are_zero_where_nothing_speaks_for_the_class() {
        let map = arr2(&[[-4.0f32, 2.0], [1.0, 0.0]]);
        let mask = explanation_mask(map.view(), 2, 2);
        assert_eq!(mask, arr2(&[[0.0, 1.0], [0.5, 0.0]]));
        let none = arr2(&[[-1.0f32, -2.0]]);
        assert_eq!(explanation_mask(none.view(), 1, 2), arr2(&[[0.0, 0.0]]));
        let flat = arr2(&[[3.0f32, 3.0]]);
        assert_eq!(explanation_mask(flat.view(), 1, 2), arr2(&[[1.0, 1.0]]));
    }

    #[test]
    fn equal_pixels_keep_the_order_of_the_picture() {
        let map = arr2(&[[0.0f32, 2.0, -0.0], [2.0, -1.0, 5.0]]);
        assert_eq!(most_relevant_first(&map), [5, 1, 3, 0, 2, 4]);
    }
}
