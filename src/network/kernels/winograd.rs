//! Convolutions with windows of 3 × 3 side by side, with four ninths of the
//! multiplications.
//!
//! Winograd's F(2×2, 3×3) in the form of A. Lavin and S. Gray ("Fast Algorithms for
//! Convolutional Neural Networks", 2015): the output is cut into squares of 2 × 2, each
//! of which sees a square d of 4 × 4 of the padded input. With a window g,
//!
//! ```text
//! Y = Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A      Bᵀ = │1  0 −1  0│  G = │1  0  0│  Aᵀ = │1 1  1  0│
//!                                          │0  1  1  0│      │½  ½  ½│       │0 1 −1 −1│
//!                                          │0 −1  1  0│      │½ −½  ½│
//!                                          │0  1  0 −1│      │0  0  1│
//! ```
//!
//! and the sum over channels is one product of matrices for each of the 16 places of a
//! square. Windows are transformed once, squares while they are packed, and sums while
//! they are in the first cache.

use std::ops::Range;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::pack::PackedFormat;

use super::lanes::{LANES, Lanes};
use super::panels::{numbers, space};
use super::planes::{Geometry, Scratch};
use super::product::Target;
use super::stored::Stored;
use super::tile::{Sums, multiply};

/// Of a square of the input.
pub const PLACES: usize = 16;

const TAPS: usize = 9;

/// Channels and rows from which on transforming costs less than it saves.
const LEAST_CHANNELS: usize = 16;
const LEAST_ROWS: usize = 16;

/// Whether a convolution with a matrix [rows, C·9] should be done so.
pub fn pays(rows: usize, depth: usize) -> bool {
    is_of_windows(depth) && rows >= LEAST_ROWS && channels(depth) >= LEAST_CHANNELS
}

/// Whether a matrix's depth can be that of windows of 3 × 3.
pub fn is_of_windows(depth: usize) -> bool {
    depth.is_multiple_of(TAPS)
}

/// Of such windows.
pub fn channels(depth: usize) -> usize {
    depth / TAPS
}

/// How the squares of the input lie: one for each square of the output.
fn squares(geometry: &Geometry) -> Geometry {
    Geometry {
        kernel: (4, 4),
        strides: (2, 2),
        output: (geometry.output.0.div_ceil(2), geometry.output.1.div_ceil(2)),
        ..geometry.clone()
    }
}

/// Writes the transformed windows of some rows of a matrix [M, C·9] into a panel of
/// `width` rows for each place, channel by channel.
pub fn transform_windows(
    matrix: &Stored,
    factors: Option<&[f32]>,
    rows: Range<usize>,
    panels: &mut [f32],
    width: usize,
) {
    let panel_len = panels.len() / PLACES;
    for (number, row) in rows.enumerate() {
        let factor = factors.map_or(1.0, |factors| factors[row]);
        for channel in 0..channels(matrix.columns) {
            let first = row * matrix.columns + channel * TAPS;
            let window = std::array::from_fn(|tap| matrix.one(first + tap) * factor);
            for (place, value) in transformed(window).into_iter().enumerate() {
                panels[place * panel_len + channel * width + number] = value;
            }
        }
    }
}

/// G g Gᵀ.
fn transformed(window: [f32; TAPS]) -> [f32; PLACES] {
    let ends = |[a, b, c]: [f32; 3]| {
        let (outer, inner) = (0.5 * (a + c), 0.5 * b);
        [a, outer + inner, outer - inner, c]
    };
    let columns: [[f32; 4]; 3] =
        std::array::from_fn(|column| ends([0, 3, 6].map(|row| window[row + column])));
    let rows: [[f32; 4]; 4] = std::array::from_fn(|row| ends(columns.map(|column| column[row])));
    std::array::from_fn(|place| rows[place / 4][place % 4])
}

/// Bᵀ d B of four squares at once.
#[inline(always)]
fn transformed_squares(square: impl Fn(usize) -> Lanes) -> [Lanes; PLACES] {
    let differences = |[a, b, c, d]: [Lanes; 4]| [a.sub(c), b.add(c), c.sub(b), b.sub(d)];
    let columns: [[Lanes; 4]; 4] = std::array::from_fn(|column| {
        differences(std::array::from_fn(|row| square(4 * row + column)))
    });
    let rows: [[Lanes; 4]; 4] =
        std::array::from_fn(|row| differences(columns.map(|column| column[row])));
    std::array::from_fn(|place| rows[place / 4][place % 4])
}

/// Aᵀ m A of four squares at once: both rows of each.
#[inline(always)]
fn sums_of_windows(sum: impl Fn(usize) -> Lanes) -> [[Lanes; 2]; 2] {
    let two = |[a, b, c, d]: [Lanes; 4]| [a.add(b).add(c), b.sub(c).sub(d)];
    let columns: [[Lanes; 2]; 4] =
        std::array::from_fn(|column| two(std::array::from_fn(|row| sum(4 * row + column))));
    std::array::from_fn(|row| two(columns.map(|column| column[row])))
}

/// The squares that a picture's windows see.
pub struct Squares {
    /// Of squares as windows.
    geometry: Geometry,
    /// Padded planes.
    channels: Vec<Scratch>,
}

impl Squares {
    /// Those of windows of 3 × 3 over planes [C, h, w].
    ///
    /// # Errors
    /// None of its own.
    pub fn new(windows: &Geometry, planes: &[f32]) -> TractResult<Squares> {
        let geometry = squares(windows);
        Ok(Squares {
            channels: geometry.padded(planes)?,
            geometry,
        })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.geometry.output_len()
    }

    /// Those in `range`, transformed: for each panel of them and each place a matrix
    /// [C, panel].
    pub fn pack(&self, format: &PackedFormat, range: Range<usize>) -> Blob {
        let width = format.r;
        let panel = self.channels.len() * width;
        let count = range.len().next_multiple_of(width);
        let mut blob = space(format, count * PLACES * self.channels.len());
        // Four squares are written at once, at the end of a row, too.
        let line_len = count + LANES;
        let mut lines = vec![0.0; PLACES * line_len];
        for (number, channel) in self.channels.iter().enumerate() {
            transform(&self.geometry, channel, range.clone(), &mut lines, line_len);
            let panels = numbers(&mut blob).chunks_exact_mut(panel);
            for (matrix, panel) in panels.enumerate() {
                let (from, place) = (matrix / PLACES * width, matrix % PLACES);
                let line = &lines[place * line_len + from..][..width];
                let to = &mut panel[number * width..][..width];
                for (to, from) in to.chunks_exact_mut(LANES).zip(line.chunks_exact(LANES)) {
                    // Safety: both are four numbers long.
                    unsafe { Lanes::load(from.as_ptr()).store(to.as_mut_ptr()) };
                }
            }
        }
        blob
    }
}

/// Writes a line for each place.
fn transform(
    geometry: &Geometry,
    channel: &Scratch,
    range: Range<usize>,
    lines: &mut [f32],
    line_len: usize,
) {
    let taps: [usize; PLACES] = std::array::from_fn(|place| channel.taps[place]);
    let across = geometry.output.1;
    let mut next = range.start;
    while next < range.end {
        let (row, from) = (next / across, next % across);
        let count = (across - from).min(range.end - next);
        let values = channel.row(geometry, row);
        for column in (0..count).step_by(LANES) {
            let at = next - range.start + column;
            // Safety: the scratch plane holds every tap of a whole vector.
            let square = |place: usize| unsafe {
                Lanes::load(values.as_ptr().add(taps[place] + from + column))
            };
            for (place, values) in transformed_squares(square).into_iter().enumerate() {
                let to = &mut lines[place * line_len + at..][..LANES];
                // Safety: the slice is four numbers long.
                unsafe { values.store(to.as_mut_ptr()) };
            }
        }
        next += count;
    }
}

/// y = min(max(W ∗ x + bias + z, `least`), `most`) for some squares of a picture.
#[derive(Clone, Debug)]
pub struct SquaresProduct<'a> {
    /// For each panel of rows, and each place, a matrix [C, panel].
    pub a: &'a [f32],
    pub a_panel: usize,
    /// As [`pack`] makes it.
    pub b: &'a [f32],
    pub rows: usize,
    pub channels: usize,
    /// Which squares.
    pub squares: Range<usize>,
    /// Of the whole output: rows and columns.
    pub output: (usize, usize),
    /// For the whole output.
    pub target: Target<'a>,
}

/// Multiplies panel `panel` of the rows with all squares, in tiles of ROWS × 4·VECTORS.
///
/// # Safety
/// The target's `output`, and `added` unless it is null, must be good for what the
/// squares are in the panel's rows, and nobody else may use those places of `output`.
pub unsafe fn run<const ROWS: usize, const VECTORS: usize>(product: &SquaresProduct, panel: usize) {
    let (width, channels) = (LANES * VECTORS, product.channels);
    let zeros: Sums<ROWS, VECTORS> = [[Lanes::splat(0.0); VECTORS]; ROWS];
    let mut sums = [zeros; PLACES];
    let a = &product.a[panel * PLACES * product.a_panel..][..PLACES * product.a_panel];
    let matrices = product.b.chunks_exact(PLACES * channels * width);
    for (first, b) in product.squares.clone().step_by(width).zip(matrices) {
        for (place, sums) in sums.iter_mut().enumerate() {
            let a = &a[place * product.a_panel..][..channels * ROWS];
            let b = &b[place * channels * width..][..channels * width];
            // Safety: both panels are `channels` long.
            unsafe { multiply(&raw const zeros, a.as_ptr(), b.as_ptr(), channels, sums) };
        }
        let rows = panel * ROWS..product.rows.min((panel + 1) * ROWS);
        for (vector, first) in (first..first + width).step_by(LANES).enumerate() {
            let inside = first..product.squares.end.min(first + LANES);
            for (number, row) in rows.clone().enumerate() {
                let windows = sums_of_windows(|place| sums[place][number][vector]);
                // Safety: the caller's.
                unsafe { store(product, row, inside.clone(), windows) };
            }
        }
    }
}

/// Finishes and stores up to four squares of a row of the weights.
#[inline(always)]
unsafe fn store(
    product: &SquaresProduct,
    row: usize,
    squares: Range<usize>,
    windows: [[Lanes; 2]; 2],
) {
    let (height, width) = product.output;
    let across = width.div_ceil(2);
    let (above, left) = (2 * (squares.start / across), 2 * (squares.start % across));
    let is_whole = squares.len() == LANES && left + 2 * LANES <= width;
    if !is_whole {
        // Safety: the caller's.
        return unsafe { store_each(product, row, squares, windows) };
    }
    let start = row * product.target.stride;
    for (below, [even, odd]) in windows.into_iter().enumerate() {
        if above + below >= height {
            continue;
        }
        let place = start + (above + below) * width + left;
        for (number, values) in even.zip(odd).into_iter().enumerate() {
            // Safety: the caller's, for the next eight columns.
            unsafe { finish(&product.target, row, place + number * LANES, values) };
        }
    }
}

/// Adds bias and z to four numbers, bounds them and stores them.
#[inline(always)]
unsafe fn finish(target: &Target, row: usize, place: usize, mut values: Lanes) {
    values = values.add(Lanes::splat(target.bias[row]));
    // Safety: the caller's.
    unsafe {
        if !target.added.is_null() {
            values = values.add(Lanes::load(target.added.add(place)));
        }
        let bounds = (Lanes::splat(target.least), Lanes::splat(target.most));
        values
            .max(bounds.0)
            .min(bounds.1)
            .store(target.output.add(place));
    }
}

/// The same number by number: for squares that are not all whole or in one row.
#[cold]
#[inline(never)]
unsafe fn store_each(
    product: &SquaresProduct,
    row: usize,
    squares: Range<usize>,
    windows: [[Lanes; 2]; 2],
) {
    let (height, width) = product.output;
    let across = width.div_ceil(2);
    let target = &product.target;
    for (place, values) in windows.into_iter().flatten().enumerate() {
        let mut four = [0.0; LANES];
        // Safety: the array is four numbers long.
        unsafe { values.store(four.as_mut_ptr()) };
        for (square, value) in squares.clone().zip(four) {
            let row_of_output = 2 * (square / across) + place / 2;
            let column = 2 * (square % across) + place % 2;
            if row_of_output >= height || column >= width {
                continue;
            }
            let place = row * target.stride + row_of_output * width + column;
            // Safety: the caller's, for this place.
            unsafe {
                let mut sum = value + target.bias[row];
                if !target.added.is_null() {
                    sum += target.added.add(place).read();
                }
                target.output.add(place).write(bounded(sum, target));
            }
        }
    }
}

/// One number as [`finish`] bounds four.
fn bounded(value: f32, target: &Target) -> f32 {
    let raised = if value < target.least {
        target.least
    } else {
        value
    };
    if target.most < raised {
        target.most
    } else {
        raised
    }
}
