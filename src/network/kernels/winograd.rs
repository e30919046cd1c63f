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
use super::panels::{numbers, read, space};
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
    rows >= LEAST_ROWS && channels(depth) >= LEAST_CHANNELS
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

/// The squares that a picture's windows see, row by row.
pub struct Squares {
    /// Of squares as windows.
    geometry: Geometry,
    /// Padded planes.
    channels: Vec<Scratch>,
    /// Rows and columns of the output.
    output: (usize, usize),
}

/// Some of a picture's squares, transformed.
#[derive(Debug)]
pub struct PackedSquares {
    /// For each panel of squares and each place a matrix [C, panel].
    matrices: Blob,
    /// Where they lie, for the panels' vectors in turn.
    fours: Vec<Four>,
    /// Rows and columns of the whole output.
    output: (usize, usize),
}

/// Where four squares lie that are worked on at once.
#[derive(Debug)]
struct Four {
    /// Their rows and columns, counted in squares.
    squares: [(usize, usize); LANES],
    /// How many there are; the others are the last once more.
    count: usize,
    /// Whether they are four that lie side by side.
    is_row: bool,
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
            output: windows.output,
        })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.geometry.output_len()
    }

    /// Those in `range`, for panels of a format.
    pub fn pack(&self, format: &PackedFormat, range: Range<usize>) -> PackedSquares {
        let count = range.len().next_multiple_of(format.r);
        let fours = (range.start..range.start + count).step_by(LANES);
        let fours: Vec<Four> = fours.map(|first| self.four(first, range.end)).collect();
        let mut matrices = space(format, count * PLACES * self.channels.len());
        let panels =
            numbers(&mut matrices).chunks_exact_mut(PLACES * self.channels.len() * format.r);
        for (panel, fours) in panels.zip(fours.chunks_exact(format.r / LANES)) {
            self.transform(fours, panel, format.r);
        }
        PackedSquares {
            matrices,
            fours,
            output: self.output,
        }
    }

    fn four(&self, first: usize, end: usize) -> Four {
        let across = self.geometry.output.1;
        let square = |lane: usize| (first + lane).min(end - 1);
        let count = end.saturating_sub(first).min(LANES);
        Four {
            squares: std::array::from_fn(|lane| (square(lane) / across, square(lane) % across)),
            count,
            is_row: count == LANES && first % across + LANES <= across,
        }
    }

    /// Bᵀ d B of a panel's squares, of each channel.
    fn transform(&self, fours: &[Four], panel: &mut [f32], width: usize) {
        let matrix = self.channels.len() * width;
        for (number, channel) in self.channels.iter().enumerate() {
            let taps: [usize; PLACES] = std::array::from_fn(|place| channel.taps[place]);
            for (vector, four) in fours.iter().enumerate() {
                let squares =
                    (four.squares).map(|(row, column)| &channel.row(&self.geometry, row)[column..]);
                let transformed = match four.is_row {
                    true => {
                        let from = &squares[0][..taps[PLACES - 1] + LANES];
                        // Safety: the last tap is the furthest one.
                        transformed_squares(|place| unsafe {
                            Lanes::load(from.as_ptr().add(taps[place]))
                        })
                    }
                    false => transformed_squares(|place| {
                        let four = squares.map(|square| square[taps[place]]);
                        // Safety: the array is four numbers long.
                        unsafe { Lanes::load(four.as_ptr()) }
                    }),
                };
                let to = &mut panel[number * width + vector * LANES..];
                for (place, values) in transformed.into_iter().enumerate() {
                    // Safety: the slice is four numbers long.
                    unsafe { values.store(to[place * matrix..][..LANES].as_mut_ptr()) };
                }
            }
        }
    }
}

/// y = min(max(W ∗ x + bias + z, `least`), `most`) for some squares of a picture.
#[derive(Clone, Debug)]
pub struct SquaresProduct<'a> {
    /// For each panel of rows, and each place, a matrix [C, panel].
    pub a: &'a [f32],
    pub a_panel: usize,
    pub b: &'a PackedSquares,
    pub rows: usize,
    pub channels: usize,
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
    let matrices = read(&product.b.matrices).chunks_exact(PLACES * channels * width);
    for (b, fours) in matrices.zip(product.b.fours.chunks_exact(VECTORS)) {
        for (place, sums) in sums.iter_mut().enumerate() {
            let a = &a[place * product.a_panel..][..channels * ROWS];
            let b = &b[place * channels * width..][..channels * width];
            // Safety: both panels are `channels` long.
            unsafe { multiply(&raw const zeros, a.as_ptr(), b.as_ptr(), channels, sums) };
        }
        let rows = panel * ROWS..product.rows.min((panel + 1) * ROWS);
        for (number, row) in rows.enumerate() {
            for (vector, four) in fours.iter().enumerate() {
                let windows = sums_of_windows(|place| sums[place][number][vector]);
                // Safety: the caller's.
                unsafe { store(product, row, four, windows) };
            }
        }
    }
}

/// Adds bias and z to four squares in a row of the weights, bounds them and stores them.
#[inline(always)]
unsafe fn store(product: &SquaresProduct, row: usize, four: &Four, windows: [[Lanes; 2]; 2]) {
    let ((height, width), target) = (product.b.output, &product.target);
    let (above, left) = (2 * four.squares[0].0, 2 * four.squares[0].1);
    if !four.is_row || left + 2 * LANES > width {
        // Safety: the caller's.
        return unsafe { store_each(product, row, four, windows) };
    }
    let bias = Lanes::splat(target.bias[row]);
    let bounds = (Lanes::splat(target.least), Lanes::splat(target.most));
    let mut place = row * target.stride + above * width + left;
    for (below, [even, odd]) in windows.into_iter().enumerate() {
        if above + below == height {
            return;
        }
        for (number, values) in even.zip(odd).into_iter().enumerate() {
            let mut sum = values.add(bias);
            // Safety: the caller's, for the next eight columns.
            unsafe {
                if !target.added.is_null() {
                    sum = sum.add(Lanes::load(target.added.add(place + number * LANES)));
                }
                let bounded = sum.max(bounds.0).min(bounds.1);
                bounded.store(target.output.add(place + number * LANES));
            }
        }
        place += width;
    }
}

/// The same number by number: for squares that are not all whole, or not in one row.
#[cold]
#[inline(never)]
unsafe fn store_each(product: &SquaresProduct, row: usize, four: &Four, windows: [[Lanes; 2]; 2]) {
    let ((height, width), target) = (product.b.output, &product.target);
    for (number, values) in windows.into_iter().flatten().enumerate() {
        let (below, right) = (number / 2, number % 2);
        let place = |(above, left): (usize, usize)| {
            let (above, left) = (2 * above + below, 2 * left + right);
            let is_inside = above < height && left < width;
            is_inside.then_some(row * target.stride + above * width + left)
        };
        let places = four.squares.map(place).into_iter().take(four.count);
        let mut sums = [0.0; LANES];
        // Safety: the array is four numbers long; the caller's for each place.
        unsafe {
            values.store(sums.as_mut_ptr());
            for (place, sum) in places.clone().zip(&mut sums) {
                *sum += target.bias[row];
                if let Some(place) = place.filter(|_| !target.added.is_null()) {
                    *sum += target.added.add(place).read();
                }
            }
            let bounds = (Lanes::splat(target.least), Lanes::splat(target.most));
            let bounded = Lanes::load(sums.as_ptr()).max(bounds.0).min(bounds.1);
            bounded.store(sums.as_mut_ptr());
            for (place, sum) in places.zip(sums) {
                if let Some(place) = place {
                    target.output.add(place).write(sum);
                }
            }
        }
    }
}
