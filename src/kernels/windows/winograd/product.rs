//! The 16 products of a Winograd convolution, and the transform of their sums.

use super::super::super::common::{LANES, Lanes};
use super::super::super::matmul::{
    Accumulators, Epilogue, KernelShape, PackedPanels, dispatch_on_shape, multiply_accumulate,
};
use super::input_tiles::{LaneTiles, PackedInputTiles, TileIndex};
use super::transforms::{TRANSFORM_ELEMENTS, transform_output};

/// y = min(max(W ∗ x + bias + z, min), max) for some output tiles of an image.
#[derive(Clone, Debug)]
pub struct WinogradProduct<'a> {
    /// For each panel of rows and each element of the transform domain a panel [C, ROWS].
    pub a: PackedPanels<'a>,
    pub b: &'a PackedInputTiles,
    /// Channels of the output.
    pub rows: usize,
    /// Channels of the input.
    pub channels: usize,
    /// Its offset 0 is row 0, column 0 of the output's first channel.
    pub epilogue: Epilogue<'a>,
}

impl WinogradProduct<'_> {
    /// Multiplies panel `panel` of the weights with all tiles of `b`, in matrix tiles of
    /// `shape`.
    ///
    /// # Safety
    /// With height and width of `b.output`, the epilogue's stride must be `height · width`.
    /// The elements of its `output` that the tiles have in rows `panel · ROWS` up to `rows` or
    /// the panel's end must lie below its `len`, be valid to write, and be used by no other
    /// thread; those of `added`, unless it is null, be valid to read.
    pub unsafe fn multiply_panel(&self, shape: KernelShape, panel: usize) {
        let multiply_panel = dispatch_on_shape!(shape, multiply_panel);
        // Safety: the same contract, for the ROWS of `shape`.
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
    debug_assert_eq!(
        product.epilogue.stride,
        product.b.output.0 * product.b.output.1
    );
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
            // Safety: `a` has channels · ROWS elements, `b` channels · 4 · VECTORS; `zeros`
            // and `sums` are local variables.
            unsafe {
                multiply_accumulate(&raw const zeros, a.as_ptr(), b.as_ptr(), channels, sums)
            };
        }
        let rows = panel * ROWS..product.rows.min((panel + 1) * ROWS);
        for (panel_row, row) in rows.enumerate() {
            for (vector, lanes) in lane_tiles.iter().enumerate() {
                let tiles = transform_output(|element| sums[element][panel_row][vector]);
                // Safety: `row` is one of the panel, and the tiles are some of `b`.
                unsafe { store_tiles(product, row, lanes, tiles) };
            }
        }
    }
}

/// Adds bias and z to the output tiles of one vector, in row `row` of the product, clamps and
/// stores them.
///
/// # Safety
/// The elements of the epilogue's `output` that these tiles have in row `row` must be as
/// [`WinogradProduct::multiply_panel`] asks.
#[inline(always)]
unsafe fn store_tiles(
    product: &WinogradProduct,
    row: usize,
    lanes: &LaneTiles,
    tiles: [[Lanes; 2]; 2],
) {
    let ((height, width), epilogue) = (product.b.output, &product.epilogue);
    let (above, left) = (2 * lanes.tiles[0].row, 2 * lanes.tiles[0].column);
    if !lanes.is_row || left + 2 * LANES > width {
        // Safety: the same contract.
        return unsafe { store_tiles_by_element(product, row, lanes, tiles) };
    }
    let bias = Lanes::splat(epilogue.bias[row]);
    let clamp = epilogue.clamp.splat();
    let mut row_offset = row * epilogue.stride + above * width + left;
    for (below, [even, odd]) in tiles.into_iter().enumerate() {
        if above + below == height {
            return;
        }
        debug_assert!(row_offset + 2 * LANES <= epilogue.len);
        for (half, values) in even.zip(odd).into_iter().enumerate() {
            let mut sum = values.add(bias);
            let offset = row_offset + half * LANES;
            // Safety: the tiles are consecutive ones of one row, so that the 2 · LANES
            // elements from `row_offset` on are theirs: `left + 2 · LANES <= width`, and
            // `above + below < height`.
            unsafe {
                if !epilogue.added.is_null() {
                    sum = sum.add(Lanes::load(epilogue.added.add(offset)));
                }
                clamp.apply(sum).store(epilogue.output.add(offset));
            }
        }
        row_offset += width;
    }
}

/// The same element by element: for tiles at the right border, or not in one row.
///
/// # Safety
/// As [`store_tiles`].
#[cold]
#[inline(never)]
unsafe fn store_tiles_by_element(
    product: &WinogradProduct,
    row: usize,
    lanes: &LaneTiles,
    tiles: [[Lanes; 2]; 2],
) {
    let ((height, width), epilogue) = (product.b.output, &product.epilogue);
    let clamp = epilogue.clamp.splat();
    for (element, values) in tiles.into_iter().flatten().enumerate() {
        let (below, right) = (element / 2, element % 2);
        // Nothing where the output ends before this element of the tile.
        let offset = |tile: TileIndex| {
            let (above, left) = (2 * tile.row + below, 2 * tile.column + right);
            let is_inside = above < height && left < width;
            is_inside.then_some(row * epilogue.stride + above * width + left)
        };
        let offsets = lanes.tiles.map(offset).into_iter().take(lanes.count);
        let mut sums = values.to_array();
        for (offset, sum) in offsets.clone().zip(&mut sums) {
            *sum += epilogue.bias[row];
            if let Some(offset) = offset.filter(|_| !epilogue.added.is_null()) {
                debug_assert!(offset < epilogue.len);
                // Safety: an element of one of the tiles, inside of the output.
                *sum += unsafe { epilogue.added.add(offset).read() };
            }
        }
        let clamped = clamp.apply(Lanes::load_array(&sums)).to_array();
        for (offset, value) in offsets.zip(clamped) {
            if let Some(offset) = offset {
                debug_assert!(offset < epilogue.len);
                // Safety: an element of one of the tiles, inside of the output.
                unsafe { epilogue.output.add(offset).write(value) };
            }
        }
    }
}
