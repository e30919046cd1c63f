//! The gradient of max pooling whose windows have two or three rows and columns and lie two
//! columns apart: four neighbouring windows at once.

use std::mem::MaybeUninit;

use super::super::super::common::{LANES, Lanes};
use super::planes::{Planes, PoolWindows};

/// Neighbouring columns of equal parity.
type Columns = [f32; LANES];

/// A plane and its gradient with the padding around them. Even and odd columns lie apart, so
/// that equal taps of neighbouring windows are neighbours, too.
pub struct SplitPlane {
    windows: PoolWindows,
    pixels: Parities,
    gradient: Parities,
    /// Vectors of windows in a row: more windows than there are, so that the third column of the
    /// last one, an even column of the next, is in one of them.
    blocks: usize,
}

/// The even columns of a plane and the odd ones, each row-major, of as many columns.
struct Parities {
    even: Vec<Columns>,
    odd: Vec<Columns>,
    /// Vectors in a row.
    width: usize,
    /// Columns to the left that are padding: 0 or 1.
    padding: usize,
}

/// Maxima of the windows of a row, and their cotangent.
struct Outputs<'a> {
    maxima: &'a [f32],
    cotangent: &'a [f32],
}

impl SplitPlane {
    /// Whether it can be used for these windows.
    pub fn is_for(windows: &PoolWindows) -> bool {
        let are_small = windows.kernel.iter().all(|size| (2..=3).contains(size));
        are_small && windows.strides[1] == 2 && windows.padding[1] < 2
    }

    pub fn new(windows: PoolWindows, size: [usize; 2], output: [usize; 2]) -> SplitPlane {
        let [height, width] = windows.padded(size, output);
        let blocks = output[1] / LANES + 1;
        // One more, of which the third columns of the last vector's windows are read.
        let width = width.div_ceil(2 * LANES).max(blocks) + 1;
        let plane = |value| Parities::new(height, width, windows.padding[1], value);
        SplitPlane {
            windows,
            pixels: plane(f32::MIN),
            gradient: plane(0.0),
            blocks,
        }
    }

    /// Writes the gradient of a plane to `to`. From the last window to the first: so a pixel's
    /// summands come in the order of the taps, as in a sum over taps.
    pub fn route(&mut self, planes: &Planes, to: &mut [MaybeUninit<f32>]) {
        let (columns, above) = (planes.size[1], self.windows.padding[0]);
        for (row, pixels) in planes.pixels.chunks_exact(columns).enumerate() {
            self.pixels.split(above + row, pixels);
        }
        self.gradient.clear();
        let maxima = planes.maxima.chunks_exact(planes.output[1]);
        let cotangent = planes.cotangent.chunks_exact(planes.output[1]);
        for (row, (maxima, cotangent)) in maxima.zip(cotangent).enumerate().rev() {
            let first = row * self.windows.strides[0];
            let outputs = Outputs { maxima, cotangent };
            match self.windows.kernel[0] {
                2 => self.route_row::<2>(first, &outputs),
                _ => self.route_row::<3>(first, &outputs),
            }
        }
        for (row, to) in to.chunks_exact_mut(columns).enumerate() {
            self.gradient.interleave(above + row, to);
        }
    }

    /// Gives the cotangent of a row of windows to the pixels that are their maxima, in `ROWS` rows
    /// from `first` on.
    fn route_row<const ROWS: usize>(&mut self, first: usize, outputs: &Outputs) {
        let SplitPlane {
            pixels, gradient, ..
        } = self;
        let (blocks, width, has_third) = (self.blocks, pixels.width, self.windows.kernel[1] == 3);
        let rows: [_; ROWS] = std::array::from_fn(|row| {
            let from = (first + row) * width;
            let (even, odd) = (&pixels.even[from..], &pixels.odd[from..]);
            (&even[..blocks], &even[1..=blocks], &odd[..blocks])
        });
        let all = first * width..(first + ROWS) * width;
        let mut even = gradient.even[all.clone()].chunks_exact_mut(width);
        let mut odd = gradient.odd[all].chunks_exact_mut(width);
        let mut gradients: [_; ROWS] = std::array::from_fn(|_| {
            let (even, odd) = (
                even.next().unwrap_or_default(),
                odd.next().unwrap_or_default(),
            );
            (&mut even[..blocks], &mut odd[..blocks])
        });
        // What the third columns of the windows before got.
        let mut before = [Lanes::splat(0.0); ROWS];
        for block in 0..blocks {
            let (max, mut rest) = outputs.block(block);
            for row in 0..ROWS {
                let (even, next_even, odd) = rows[row];
                let (to_even, to_odd) = &mut gradients[row];
                let pixels = Lanes::load_array(&even[block]);
                let [less, first] = rest.split_by_less(pixels, max);
                let [less, second] = less.split_by_less(Lanes::load_array(&odd[block]), max);
                let mut sum = Lanes::load_array(&to_even[block]).add(first);
                rest = less;
                if has_third {
                    let pixels = pixels.extract_from_1(Lanes::load_array(&next_even[block]));
                    let [less, third] = rest.split_by_less(pixels, max);
                    sum = sum.add(before[row].extract_from_3(third));
                    (before[row], rest) = (third, less);
                }
                sum.store_array(&mut to_even[block]);
                let sum = Lanes::load_array(&to_odd[block]).add(second);
                sum.store_array(&mut to_odd[block]);
            }
        }
    }
}

impl Outputs<'_> {
    /// Maxima and cotangent of [`LANES`] windows; the cotangent of those that are none is 0.
    #[inline(always)]
    fn block(&self, block: usize) -> (Lanes, Lanes) {
        let first = block * LANES;
        let load = |from: &[f32]| match from[first..].first_chunk() {
            Some(columns) => Lanes::load_array(columns),
            None => {
                let mut columns = [0.0; LANES];
                for (column, &value) in columns.iter_mut().zip(&from[first..]) {
                    *column = value;
                }
                Lanes::load_array(&columns)
            }
        };
        (load(self.maxima), load(self.cotangent))
    }
}

impl Parities {
    fn new(height: usize, width: usize, padding: usize, value: f32) -> Parities {
        let columns = vec![[value; LANES]; height * width];
        Parities {
            even: columns.clone(),
            odd: columns,
            width,
            padding,
        }
    }

    fn clear(&mut self) {
        self.even.fill([0.0; LANES]);
        self.odd.fill([0.0; LANES]);
    }

    /// Writes a row from its columns behind the padding, which lie side by side.
    fn split(&mut self, row: usize, from: &[f32]) {
        let row = row * self.width..(row + 1) * self.width;
        let (even, odd) = (&mut self.even[row.clone()], &mut self.odd[row]);
        let blocks = from.chunks_exact(2 * LANES);
        let whole = from.len() - blocks.remainder().len();
        let mut before = Lanes::splat(f32::MIN);
        for ((columns, even), odd) in blocks.zip(even.iter_mut()).zip(odd.iter_mut()) {
            let low = Lanes::load_slice(columns);
            let high = Lanes::load_slice(&columns[LANES..]);
            let (first, second) = (low.even(high), low.odd(high));
            if self.padding == 0 {
                first.store_array(even);
                second.store_array(odd);
            } else {
                before.extract_from_3(second).store_array(even);
                first.store_array(odd);
                before = second;
            }
        }
        let (even, odd) = (even.as_flattened_mut(), odd.as_flattened_mut());
        // With padding the last of the whole blocks goes to the next vector of even columns.
        let start = whole.saturating_sub(self.padding);
        for (column, &pixel) in (self.padding + start..).zip(&from[start..]) {
            if column % 2 == 0 {
                even[column / 2] = pixel
            } else {
                odd[column / 2] = pixel
            }
        }
    }

    /// Reads a row's columns behind the padding to where they lie side by side.
    fn interleave(&self, row: usize, to: &mut [MaybeUninit<f32>]) {
        let row = row * self.width..(row + 1) * self.width;
        let (even, odd) = (&self.even[row.clone()], &self.odd[row]);
        let (even, odd) = (even.as_flattened(), odd.as_flattened());
        let (first, second) = if self.padding == 0 {
            (even, odd)
        } else {
            (odd, &even[1..])
        };
        let mut blocks = to.chunks_exact_mut(2 * LANES);
        let pairs = first.chunks_exact(LANES).zip(second.chunks_exact(LANES));
        let mut whole = 0;
        for (columns, (first, second)) in blocks.by_ref().zip(pairs) {
            let [low, high] = Lanes::load_slice(first).zip(Lanes::load_slice(second));
            low.store_uninit(columns);
            high.store_uninit(&mut columns[LANES..]);
            whole += LANES;
        }
        for (column, to) in blocks.into_remainder().iter_mut().enumerate() {
            let from = if column % 2 == 0 { first } else { second };
            to.write(from[whole + column / 2]);
        }
    }
}
