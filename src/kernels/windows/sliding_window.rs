//! Windows that slide over planes: their geometry, and padded planes.
//!
//! A plane is copied into a padded plane, whose columns are sorted by phase: their index
//! modulo the stride. So the inputs that one tap sees for neighbouring outputs are
//! contiguous at every stride, padding and dilation: the work that follows is one loop over
//! taps, without special cases at the border.

use std::mem::MaybeUninit;

use tract_onnx::tract_core::internal::*;

use super::super::common::{LANES, Lanes, parallel_chunks};

/// Windows that slide over planes of one size. Pairs are (rows, columns).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Geometry {
    pub input: (usize, usize),
    pub kernel: (usize, usize),
    pub strides: (usize, usize),
    pub dilations: (usize, usize),
    /// Rows of padding above, and columns to the left.
    pub padding: (usize, usize),
    pub output: (usize, usize),
}

/// What a padded plane holds.
#[derive(Clone, Copy, Debug)]
pub struct PlaneFill {
    /// The elements around the plane.
    pub padding: f32,
    /// The elements of the plane are raised to this, as by a ReLU.
    pub min: f32,
}

/// A padded copy of one plane, columns sorted by phase.
///
/// For output (row, column), tap t sees element `taps[t] + column` of
/// [`PaddedPlane::row`]`(row)`.
pub struct PaddedPlane {
    values: Vec<f32>,
    /// Elements from one row to the next.
    pitch: usize,
    /// Elements from a row's columns of one phase to those of the next.
    phase_width: usize,
    /// The offset of each tap, row by row of the window.
    pub taps: Vec<usize>,
    /// The greatest of `taps`, and the columns of the output in whole vectors.
    vector_row_len: usize,
}

/// The size of a padded plane.
struct PaddedSize {
    rows: usize,
    /// Columns of each phase; there are as many phases as the stride.
    phase_width: usize,
}

impl Geometry {
    /// Windows of 1 × 1 with unit stride, over planes of a size.
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

    /// Square windows over square planes, with equal padding on all sides.
    pub fn square(size: usize, kernel: usize, stride: usize, padding: usize) -> Geometry {
        let output = (size + 2 * padding - kernel) / stride + 1;
        Geometry {
            input: (size, size),
            kernel: (kernel, kernel),
            strides: (stride, stride),
            dilations: (1, 1),
            padding: (padding, padding),
            output: (output, output),
        }
    }

    /// Elements of a plane of the output.
    pub fn output_len(&self) -> usize {
        self.output.0 * self.output.1
    }

    /// The output's shape […, h', w'] for an input of shape […, h, w].
    ///
    /// # Errors
    /// If h and w are not those of `input`.
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

    /// Whether every window lies inside of its plane.
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

    /// Whether the windows are of 3 × 3, with unit stride and no dilation.
    pub fn has_unit_stride_3x3(&self) -> bool {
        (self.kernel, self.strides, self.dilations) == ((3, 3), (1, 1), (1, 1))
    }

    /// The pixels of a plane that the window of output `output` sees; none for its padding.
    pub fn window(&self, output: usize) -> impl Iterator<Item = usize> {
        let (above, left) = (
            output / self.output.1 * self.strides.0,
            output % self.output.1 * self.strides.1,
        );
        (0..self.kernel.0 * self.kernel.1).filter_map(move |tap| {
            let row = above + tap / self.kernel.1 * self.dilations.0;
            let column = left + tap % self.kernel.1 * self.dilations.1;
            let row = row.checked_sub(self.padding.0)?;
            let column = column.checked_sub(self.padding.1)?;
            let is_inside = row < self.input.0 && column < self.input.1;
            is_inside.then_some(row * self.input.1 + column)
        })
    }

    /// Elements of a plane of the input.
    pub fn input_len(&self) -> usize {
        self.input.0 * self.input.1
    }

    /// Whether a padded plane has at most `MAX_PLANE_ELEMENTS` elements. In a hostile file the
    /// dilations and padding of a small plane ask for more memory than there is.
    pub fn is_within_memory_limit(&self) -> bool {
        self.padded_elements() <= MAX_PLANE_ELEMENTS
    }

    /// The same for the padded planes of all channels at once.
    pub fn are_within_memory_limit(&self, channels: usize) -> bool {
        let all = self.padded_elements().saturating_mul(channels as u64);
        self.is_within_memory_limit() && all <= MAX_PADDED_ELEMENTS
    }

    fn padded_elements(&self) -> u64 {
        let PaddedSize { rows, phase_width } = self.padded_size();
        rows as u64 * phase_width as u64 * self.strides.1 as u64
    }

    fn padded_size(&self) -> PaddedSize {
        let reach = |kernel: usize, dilation: usize| (kernel - 1) * dilation;
        let below = (self.output.0 - 1) * self.strides.0 + reach(self.kernel.0, self.dilations.0);
        // Outputs are computed in whole vectors: the last one reads beyond the last output.
        let right = self.output.1.next_multiple_of(LANES)
            + reach(self.kernel.1, self.dilations.1) / self.strides.1;
        let columns = (self.padding.1 + self.input.1).div_ceil(self.strides.1);
        PaddedSize {
            rows: (below + 1).max(self.padding.0 + self.input.0),
            phase_width: right.max(columns) + LANES,
        }
    }

    /// A padded plane whose elements are all `padding`; [`PaddedPlane::fill`] writes those
    /// of the plane only.
    fn padded_plane(&self, padding: f32) -> PaddedPlane {
        let stride = self.strides.1;
        let PaddedSize { rows, phase_width } = self.padded_size();
        let pitch = phase_width * stride;
        let mut taps = Vec::with_capacity(self.kernel.0 * self.kernel.1);
        for row in 0..self.kernel.0 {
            for column in 0..self.kernel.1 {
                let column = column * self.dilations.1;
                let row = row * self.dilations.0 * pitch;
                taps.push(row + column % stride * phase_width + column / stride);
            }
        }
        let max_tap = taps.iter().copied().max().unwrap_or(0);
        PaddedPlane {
            values: vec![padding; rows * pitch],
            pitch,
            phase_width,
            taps,
            vector_row_len: max_tap + self.output.1.next_multiple_of(LANES),
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
            for (index, plane) in (first..).zip(planes) {
                let from = &input[index * self.input_len()..][..self.input_len()];
                let padded = plane.insert(self.padded_plane(0.0));
                padded.fill(self, from, f32::NEG_INFINITY);
            }
            Ok(())
        })?;
        Ok(planes.into_iter().flatten().collect())
    }

    /// Computes the planes of `output` in parallel: `compute` gets a plane's index, the plane
    /// to write, and the padded plane of `input` of the same index.
    ///
    /// # Errors
    /// None of its own.
    pub fn parallel_planes(
        &self,
        input: &[f32],
        output: &mut [MaybeUninit<f32>],
        PlaneFill { padding, min }: PlaneFill,
        compute: impl Fn(usize, &mut [MaybeUninit<f32>], &PaddedPlane) + Send + Sync,
    ) -> TractResult<()> {
        let len = output.len();
        parallel_chunks(output, self.output_len(), len, |first, planes| {
            let mut padded = self.padded_plane(padding);
            for (index, plane) in (first..).zip(planes.chunks_exact_mut(self.output_len())) {
                let from = &input[index * self.input_len()..][..self.input_len()];
                padded.fill(self, from, min);
                compute(index, plane, &padded);
            }
            Ok(())
        })
    }
}

/// 64 MiB.
const MAX_PLANE_ELEMENTS: u64 = 1 << 24;
/// 512 MiB: 128 channels of 1024 × 1024.
const MAX_PADDED_ELEMENTS: u64 = 1 << 27;

impl PaddedPlane {
    /// Copies a plane in, its elements raised to `min`.
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

    /// What the windows of an output row see, and all that follows.
    #[inline(always)]
    pub fn row(&self, geometry: &Geometry, row: usize) -> &[f32] {
        &self.values[row * geometry.strides.0 * self.pitch..]
    }

    /// What the windows of an output row see, to be read in whole vectors: there are
    /// [`LANES`] elements from `tap + column` on for each of `taps` and each `column` that
    /// [`write_row`] asks for.
    #[inline(always)]
    pub fn vector_row(&self, geometry: &Geometry, row: usize) -> &[f32] {
        &self.row(geometry, row)[..self.vector_row_len]
    }
}

/// Copies a row, each element raised to `min`. Its last vector overlaps the one before
/// where the row is no whole number of vectors.
#[inline(always)]
fn copy_clamped(to: &mut [f32], from: &[f32], min: f32) {
    let mins = Lanes::splat(min);
    let count = from.len().min(to.len());
    let mut copy_vector = |column: usize| {
        let values = Lanes::load_slice(&from[column..]);
        values.max(mins).store_slice(&mut to[column..]);
    };
    if count >= LANES {
        for column in (0..count - LANES).step_by(LANES) {
            copy_vector(column);
        }
        return copy_vector(count - LANES);
    }
    for (to, &value) in to.iter_mut().zip(from) {
        *to = if value < min { min } else { value };
    }
}

/// Copies a row to two phases: columns of the padded row at even indices to
/// `to[..phase_width]`, those at odd indices to what follows. The row begins at column
/// `left` of the padded row. Each element is raised to `min`.
fn deinterleave_clamped(to: &mut [f32], from: &[f32], left: usize, phase_width: usize, min: f32) {
    let (even, odd) = to.split_at_mut(phase_width);
    // Where the elements of `from` at even and at odd indices go.
    let (to_even, to_odd) = if left.is_multiple_of(2) {
        (&mut even[left / 2..], &mut odd[left / 2..])
    } else {
        (&mut odd[left / 2..], &mut even[left / 2 + 1..])
    };
    let mins = Lanes::splat(min);
    let (pairs, rest) = from.as_chunks::<{ 2 * LANES }>();
    for (index, pair) in pairs.iter().enumerate() {
        let a = Lanes::load_slice(&pair[..LANES]).max(mins);
        let b = Lanes::load_slice(&pair[LANES..]).max(mins);
        a.even(b).store_slice(&mut to_even[LANES * index..]);
        a.odd(b).store_slice(&mut to_odd[LANES * index..]);
    }
    for (column, &value) in (2 * LANES * pairs.len()..).zip(rest) {
        let value = if value < min { min } else { value };
        if column.is_multiple_of(2) {
            to_even[column / 2] = value;
        } else {
            to_odd[column / 2] = value;
        }
    }
}

/// Writes all elements of an output row; `compute(column)` returns those of the [`LANES`]
/// columns from `column` on, for columns up to the width in whole vectors. The last vector
/// overlaps the one before where the width is no multiple of [`LANES`]; of a row shorter
/// than a vector the first lanes are kept.
#[inline(always)]
pub fn write_row(to: &mut [MaybeUninit<f32>], compute: impl Fn(usize) -> Lanes) {
    let width = to.len();
    let (vectors, rest) = to.as_chunks_mut::<LANES>();
    for (index, vector) in vectors.iter_mut().enumerate() {
        compute(index * LANES).store_uninit(vector);
    }
    if rest.is_empty() {
        return;
    }
    if width >= LANES {
        let last = width - LANES;
        compute(last).store_uninit(&mut to[last..]);
        return;
    }
    for (to, value) in to.iter_mut().zip(compute(0).to_array()) {
        to.write(value);
    }
}
