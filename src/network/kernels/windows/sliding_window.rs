//! Windows that slide over planes: what depthwise convolution and pooling share.
//!
//! A channel's plane is first copied into a padded plane, with its columns
//! sorted by their remainder modulo the stride. There the windows of neighbouring
//! outputs lie side by side, whatever the stride, padding and dilation: the work
//! that follows is one loop over taps without a case at the border.

use tract_onnx::tract_core::internal::*;

use super::super::common::{LANES, Lanes, parallel_chunks};

/// ProductSize of windows that slide over planes of one size. Pairs are (rows, columns).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Geometry {
    pub input: (usize, usize),
    pub kernel: (usize, usize),
    pub strides: (usize, usize),
    pub dilations: (usize, usize),
    /// Zeros, or what else pads, above and to the left.
    pub padding: (usize, usize),
    pub output: (usize, usize),
}

/// What a padded plane holds.
#[derive(Clone, Copy, Debug)]
pub struct PlaneFill {
    /// The value of the padding.
    pub padding: f32,
    /// Each value of the plane is raised to this, as by a ReLU.
    pub min: f32,
}

/// A padded copy of one plane and how to walk over it.
pub struct PaddedPlane {
    values: Vec<f32>,
    /// From one row to the next.
    pitch: usize,
    /// From a row's columns of one remainder to those of the next.
    phase_width: usize,
    /// Where each tap of a window lies, counted from the window's place.
    pub taps: Vec<usize>,
}

impl Geometry {
    /// Windows of single pixels of planes of a size.
    pub fn pointwise(size: (usize, usize)) -> Geometry {
        Geometry {
            input: size,
            kernel: (1, 1),
            strides: (1, 1),
            dilations: (1, 1),
            padding: (0, 0),
            output: size,
        }
    }

    /// Length of a plane of the output.
    pub fn output_len(&self) -> usize {
        self.output.0 * self.output.1
    }

    /// Shape of what planes […, h, w] become.
    ///
    /// # Errors
    /// If the planes have another size.
    pub fn output_shape(&self, input: &[usize]) -> TractResult<TVec<usize>> {
        let [before @ .., rows, columns] = input else {
            bail!("a plane has two axes, not {}", input.len());
        };
        ensure!(
            (*rows, *columns) == self.input,
            "planes of {input:?}, not {:?}",
            self.input
        );
        Ok(before
            .iter()
            .copied()
            .chain([self.output.0, self.output.1])
            .collect())
    }

    /// Whether no window reaches beyond its plane.
    pub fn reads_no_padding(&self) -> bool {
        let last = |output: usize, stride: usize, kernel: usize, dilation: usize| {
            (output - 1) * stride + (kernel - 1) * dilation
        };
        let below = last(
            self.output.0,
            self.strides.0,
            self.kernel.0,
            self.dilations.0,
        );
        let right = last(
            self.output.1,
            self.strides.1,
            self.kernel.1,
            self.dilations.1,
        );
        self.padding == (0, 0) && below < self.input.0 && right < self.input.1
    }

    /// Whether the windows are of 3 × 3, and those of neighbouring outputs lie side by
    /// side in both directions.
    pub fn has_unit_stride_3x3(&self) -> bool {
        (self.kernel, self.strides, self.dilations) == ((3, 3), (1, 1), (1, 1))
    }

    /// Length of a plane of the input.
    pub fn input_len(&self) -> usize {
        self.input.0 * self.input.1
    }

    /// Whether a padded plane stays small. A hostile file can spread few numbers
    /// by dilations and padding over more memory than there is.
    pub fn is_within_memory_limit(&self) -> bool {
        self.padded_values() <= MAX_PLANE_VALUES
    }

    /// The same for the padded planes of all channels at once.
    pub fn are_within_memory_limit(&self, channels: usize) -> bool {
        let all = self.padded_values().saturating_mul(channels as u64);
        self.is_within_memory_limit() && all <= MAX_PADDED_VALUES
    }

    fn padded_values(&self) -> u64 {
        let (rows, phase_width) = self.padded_size();
        rows as u64 * phase_width as u64 * self.strides.1 as u64
    }

    /// Rows of the padded plane, and columns of each remainder.
    fn padded_size(&self) -> (usize, usize) {
        let reach = |kernel: usize, dilation: usize| (kernel - 1) * dilation;
        let below = (self.output.0 - 1) * self.strides.0 + reach(self.kernel.0, self.dilations.0);
        // A whole last vector may be read beyond the last output.
        let right = self.output.1.next_multiple_of(LANES)
            + reach(self.kernel.1, self.dilations.1) / self.strides.1;
        let columns = (self.padding.1 + self.input.1).div_ceil(self.strides.1);
        let rows = (below + 1).max(self.padding.0 + self.input.0);
        (rows, right.max(columns) + LANES)
    }

    /// A padded plane full of `padding`; [`PaddedPlane::fill`] never writes its border.
    fn padded_plane(&self, filler: f32) -> PaddedPlane {
        let stride = self.strides.1;
        let (rows, phase_width) = self.padded_size();
        let pitch = phase_width * stride;
        let mut taps = Vec::with_capacity(self.kernel.0 * self.kernel.1);
        for row in 0..self.kernel.0 {
            for column in 0..self.kernel.1 {
                let column = column * self.dilations.1;
                let row = row * self.dilations.0 * pitch;
                taps.push(row + column % stride * phase_width + column / stride);
            }
        }
        PaddedPlane {
            values: vec![filler; rows * pitch],
            pitch,
            phase_width,
            taps,
        }
    }

    /// A padded plane for each plane of `input`, padded with zeros.
    ///
    /// # Errors
    /// None of its own.
    pub fn padded(&self, input: &[f32]) -> TractResult<Vec<PaddedPlane>> {
        let count = input.len() / self.input_len();
        let mut planes: Vec<Option<PaddedPlane>> = (0..count).map(|_| None).collect();
        parallel_chunks(&mut planes, 1, input.len(), |first, planes| {
            for (number, plane) in (first..).zip(planes) {
                let from = &input[number * self.input_len()..][..self.input_len()];
                let padded = plane.insert(self.padded_plane(0.0));
                padded.fill(self, from, f32::NEG_INFINITY);
            }
            Ok(())
        })?;
        Ok(planes.into_iter().flatten().collect())
    }

    /// Computes the planes of `input` in turn, on all cores: `work` gets a plane's
    /// number, its output, and its padded plane, in which each value is no less
    /// than `min`.
    ///
    /// # Errors
    /// None of its own.
    pub fn parallel_planes(
        &self,
        input: &[f32],
        output: &mut [f32],
        PlaneFill { padding, min }: PlaneFill,
        work: impl Fn(usize, &mut [f32], &PaddedPlane) + Send + Sync,
    ) -> TractResult<()> {
        let len = output.len();
        parallel_chunks(output, self.output_len(), len, |first, planes| {
            let mut padded = self.padded_plane(padding);
            for (number, plane) in (first..).zip(planes.chunks_exact_mut(self.output_len())) {
                let from = &input[number * self.input_len()..][..self.input_len()];
                padded.fill(self, from, min);
                work(number, plane, &padded);
            }
            Ok(())
        })
    }
}

/// 64 MiB.
const MAX_PLANE_VALUES: u64 = 1 << 24;
/// 512 MiB: 128 channels of 1024 × 1024.
const MAX_PADDED_VALUES: u64 = 1 << 27;

impl PaddedPlane {
    /// Copies a plane in, each value no less than `min`.
    fn fill(&mut self, geometry: &Geometry, plane: &[f32], min: f32) {
        let (above, left) = geometry.padding;
        let width = geometry.input.1;
        let rows = self.values.chunks_exact_mut(self.pitch).skip(above);
        for (to, from) in rows.zip(plane.chunks_exact(width)) {
            match geometry.strides.1 {
                1 => copy_clamped(&mut to[left..left + width], from, min),
                2 => deinterleave_clamped(to, from, left, self.phase_width, min),
                stride => {
                    for (column, &value) in (left..).zip(from) {
                        let value = if value < min { min } else { value };
                        to[column % stride * self.phase_width + column / stride] = value;
                    }
                }
            }
        }
    }

    /// Where the windows of an output row begin.
    #[inline(always)]
    pub fn row(&self, geometry: &Geometry, row: usize) -> &[f32] {
        &self.values[row * geometry.strides.0 * self.pitch..]
    }
}

/// Copies numbers, each raised to `min`, four at a time; a last short piece overlaps
/// the one before it.
#[inline(always)]
fn copy_clamped(to: &mut [f32], from: &[f32], min: f32) {
    let lowest = Lanes::splat(min);
    let count = from.len().min(to.len());
    let mut four = |place: usize| {
        // Safety: both slices are long enough.
        unsafe {
            let values = Lanes::load(from[place..][..LANES].as_ptr());
            values.max(lowest).store(to[place..][..LANES].as_mut_ptr());
        }
    };
    if count >= LANES {
        for place in (0..count - LANES).step_by(LANES) {
            four(place);
        }
        return four(count - LANES);
    }
    for (to, &value) in to.iter_mut().zip(from) {
        *to = if value < min { min } else { value };
    }
}

/// Copies a row whose even columns go to one half of `to` and the odd ones to the
/// other, counted from `left` columns before the row.
fn deinterleave_clamped(to: &mut [f32], from: &[f32], left: usize, half: usize, min: f32) {
    let (even, odd) = to.split_at_mut(half);
    // The row's own even columns are odd ones of the padded row if `left` is odd.
    let (first, second) = match left % 2 {
        0 => (&mut even[left / 2..], &mut odd[left / 2..]),
        _ => (&mut odd[left / 2..], &mut even[left / 2 + 1..]),
    };
    let lowest = Lanes::splat(min);
    let fours = from.len() / (2 * LANES);
    for four in 0..fours {
        // Safety: `from` has 2 · LANES numbers left, and both halves are longer
        // than half of it.
        unsafe {
            let pair = from.as_ptr().add(2 * LANES * four);
            let (a, b) = (
                Lanes::load(pair).max(lowest),
                Lanes::load(pair.add(LANES)).max(lowest),
            );
            a.even(b).store(first[LANES * four..][..LANES].as_mut_ptr());
            a.odd(b).store(second[LANES * four..][..LANES].as_mut_ptr());
        }
    }
    for column in 2 * LANES * fours..from.len() {
        let value = if from[column] < min {
            min
        } else {
            from[column]
        };
        match column % 2 {
            0 => first[column / 2] = value,
            _ => second[column / 2] = value,
        }
    }
}

/// Writes one output row, four numbers at a time; a last short piece overlaps the
/// one before it, or goes through a buffer where the row is shorter than a vector.
#[inline(always)]
pub fn write_row(to: &mut [f32], four_at: impl Fn(usize) -> Lanes) {
    let width = to.len();
    let mut column = 0;
    while column + LANES <= width {
        // Safety: LANES numbers fit from `column` on.
        unsafe { four_at(column).store(to[column..].as_mut_ptr()) };
        column += LANES;
    }
    if column == width {
        return;
    }
    if width >= LANES {
        let last = width - LANES;
        // Safety: LANES numbers fit from `last` on.
        unsafe { four_at(last).store(to[last..].as_mut_ptr()) };
        return;
    }
    let mut four = [0.0; LANES];
    // Safety: the buffer holds LANES numbers.
    unsafe { four_at(column).store(four.as_mut_ptr()) };
    to.copy_from_slice(&four[..width]);
}
