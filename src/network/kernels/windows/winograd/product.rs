//! The products of transformed tiles and windows, and the transform of their sums.

use super::super::super::common::{LANES, Lanes};
use super::super::super::matmul::{
    Accumulators, Epilogue, KernelShape, PackedPanels, dispatch_on_shape, multiply_accumulate,
};
use super::input_tiles::{LaneTiles, PackedInputTiles};
use super::transforms::{TRANSFORM_ELEMENTS, transform_output};

/// y = min(max(W ∗ x + bias + z, min), max) for some tiles of a picture.
#[derive(Clone, Debug)]
pub struct WinogradProduct<'a> {
    /// For each panel of rows, and each element, a matrix [C, panel].
    pub a: PackedPanels<'a>,
    pub b: &'a PackedInputTiles,
    pub rows: usize,
    pub channels: usize,
    /// For the whole output.
    pub epilogue: Epilogue<'a>,
}

impl WinogradProduct<'_> {
    /// Multiplies panel `panel` of the rows with all tiles, in matrix tiles of a shape.
    ///
    /// # Safety
    /// The epilogue's `output`, and `added` unless it is null, must be good for what the
    /// tiles are in the panel's rows, and nobody else may use those places of `output`.
    pub unsafe fn multiply_panel(&self, shape: KernelShape, panel: usize) {
        let multiply_panel = dispatch_on_shape!(shape, multiply_panel);
        // Safety: the caller's.
        unsafe { multiply_panel(self, panel) };
    }
}

/// # Safety
/// As [`WinogradProduct::multiply_panel`].
#[inline(never)]
unsafe fn multiply_panel<const ROWS: usize, const VECTORS: usize>(
    product: &WinogradProduct,
    panel: usize,
) {
    let (width, channels) = (LANES * VECTORS, product.channels);
    let zeros: Accumulators<ROWS, VECTORS> = [[Lanes::splat(0.0); VECTORS]; ROWS];
    let mut sums = [zeros; TRANSFORM_ELEMENTS];
    let a = product.a.skip(panel * TRANSFORM_ELEMENTS);
    let matrices = product.b.matrices.as_slice();
    let matrices = matrices.chunks_exact(TRANSFORM_ELEMENTS * channels * width);
    for (b, lane_tiles) in matrices.zip(product.b.lane_tiles.chunks_exact(VECTORS)) {
        for (element, sums) in sums.iter_mut().enumerate() {
            let a = a.panel(element, channels * ROWS);
            let b = &b[element * channels * width..][..channels * width];
            // Safety: both panels are `channels` long.
            unsafe {
                multiply_accumulate(&raw const zeros, a.as_ptr(), b.as_ptr(), channels, sums)
            };
        }
        let rows = panel * ROWS..product.rows.min((panel + 1) * ROWS);
        for (number, row) in rows.enumerate() {
            for (vector, lanes) in lane_tiles.iter().enumerate() {
                let windows = transform_output(|element| sums[element][number][vector]);
                // Safety: the caller's.
                unsafe { store(product, row, lanes, windows) };
            }
        }
    }
}

/// Adds bias and z to four tiles in a row of the weights, bounds them and stores them.
#[inline(always)]
unsafe fn store(
    product: &WinogradProduct,
    row: usize,
    lanes: &LaneTiles,
    windows: [[Lanes; 2]; 2],
) {
    let ((height, width), epilogue) = (product.b.output, &product.epilogue);
    let (above, left) = (2 * lanes.tiles[0].0, 2 * lanes.tiles[0].1);
    if !lanes.is_row || left + 2 * LANES > width {
        // Safety: the caller's.
        return unsafe { store_each(product, row, lanes, windows) };
    }
    let bias = Lanes::splat(epilogue.bias[row]);
    let clamp = epilogue.clamp.splat();
    let mut place = row * epilogue.stride + above * width + left;
    for (below, [even, odd]) in windows.into_iter().enumerate() {
        if above + below == height {
            return;
        }
        for (number, values) in even.zip(odd).into_iter().enumerate() {
            let mut sum = values.add(bias);
            // Safety: the caller's, for the next eight columns.
            unsafe {
                if !epilogue.added.is_null() {
                    sum = sum.add(Lanes::load(epilogue.added.add(place + number * LANES)));
                }
                clamp
                    .apply(sum)
                    .store(epilogue.output.add(place + number * LANES));
            }
        }
        place += width;
    }
}

/// The same number by number: for tiles that are not all whole, or not in one row.
#[cold]
#[inline(never)]
unsafe fn store_each(
    product: &WinogradProduct,
    row: usize,
    lanes: &LaneTiles,
    windows: [[Lanes; 2]; 2],
) {
    let ((height, width), epilogue) = (product.b.output, &product.epilogue);
    for (number, values) in windows.into_iter().flatten().enumerate() {
        let (below, right) = (number / 2, number % 2);
        let place = |(above, left): (usize, usize)| {
            let (above, left) = (2 * above + below, 2 * left + right);
            let reads_no_padding = above < height && left < width;
            reads_no_padding.then_some(row * epilogue.stride + above * width + left)
        };
        let places = lanes.tiles.map(place).into_iter().take(lanes.count);
        let mut sums = [0.0; LANES];
        // Safety: the array is four numbers long; the caller's for each place.
        unsafe {
            values.store(sums.as_mut_ptr());
            for (place, sum) in places.clone().zip(&mut sums) {
                *sum += epilogue.bias[row];
                if let Some(place) = place.filter(|_| !epilogue.added.is_null()) {
                    *sum += epilogue.added.add(place).read();
                }
            }
            let clamp = epilogue.clamp.splat();
            let clamped = clamp.apply(Lanes::load(sums.as_ptr()));
            clamped.store(sums.as_mut_ptr());
            for (place, sum) in places.zip(sums) {
                if let Some(place) = place {
                    epilogue.output.add(place).write(sum);
                }
            }
        }
    }
}
