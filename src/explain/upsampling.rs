//! Maps at another size.

use ndarray::{Array2, ArrayView2};

use crate::render::MapView;

/// A map at [height, width]: bilinear with half-pixel centres, or the nearest value. All zero for
/// a map without values.
pub fn upsampled(
    map: ArrayView2<f32>,
    (height, width): (usize, usize),
    is_nearest: bool,
) -> Array2<f32> {
    let (rows, columns) = map.dim();
    let values: Vec<f32> = map.iter().copied().collect();
    let view = MapView::new(&values, rows, columns);
    let pixels = view.map(|view| view.upsample(height, width, is_nearest));
    let array = pixels.and_then(|pixels| Array2::from_shape_vec((height, width), pixels).ok());
    array.unwrap_or_else(|| Array2::zeros((height, width)))
}
