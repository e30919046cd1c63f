//! The input of a Winograd convolution, cut into tiles, transformed and packed.

use std::mem::MaybeUninit;
use std::ops::Range;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::pack::PackedFormat;

use super::super::super::common::{LANES, Lanes, PackedBuffer, UninitPackedBuffer};
use super::super::sliding_window::{Geometry, PaddedPlane};
use super::transforms::{TRANSFORM_ELEMENTS, transform_input};

/// The tiles that a picture's windows see, row by row.
pub struct InputTiles {
    /// Of tiles as windows.
    geometry: Geometry,
    /// Padded planes.
    channels: Vec<PaddedPlane>,
    /// Rows and columns of the output.
    output: (usize, usize),
}

/// Some of a picture's tiles, transformed.
#[derive(Debug)]
pub struct PackedInputTiles {
    /// For each panel of tiles and each element a matrix [C, panel].
    pub matrices: PackedBuffer,
    /// Where they lie, for the panels' vectors in turn.
    pub lane_tiles: Vec<LaneTiles>,
    /// Rows and columns of the whole output.
    pub output: (usize, usize),
}

/// Where four tiles lie that are worked on at once.
#[derive(Debug)]
pub struct LaneTiles {
    /// Their rows and columns, counted in tiles.
    pub tiles: [(usize, usize); LANES],
    /// How many there are; the others are the last once more.
    pub count: usize,
    /// Whether they are four that lie side by side.
    pub is_row: bool,
}

impl InputTiles {
    /// Those of windows of 3 × 3 over planes [C, h, w].
    ///
    /// # Errors
    /// None of its own.
    pub fn new(windows: &Geometry, planes: &[f32]) -> TractResult<InputTiles> {
        let geometry = tile_geometry(windows);
        Ok(InputTiles {
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
    pub fn pack(&self, format: &PackedFormat, range: Range<usize>) -> PackedInputTiles {
        let count = range.len().next_multiple_of(format.r);
        let first_tiles = (range.start..range.start + count).step_by(LANES);
        let lane_tiles: Vec<LaneTiles> = first_tiles
            .map(|first| self.lane_tiles(first, range.end))
            .collect();
        assert!(format.r.is_multiple_of(LANES));
        let mut matrices = UninitPackedBuffer::new(
            count * TRANSFORM_ELEMENTS * self.channels.len(),
            format.alignment_bytes,
        );
        let panels = matrices
            .as_mut_slice()
            .chunks_exact_mut(TRANSFORM_ELEMENTS * self.channels.len() * format.r);
        for (panel, lane_tiles) in panels.zip(lane_tiles.chunks_exact(format.r / LANES)) {
            self.transform(lane_tiles, panel, format.r);
        }
        // Safety: there is a panel for every `format.r` tiles; of each, `transform` writes
        // all elements, since `format.r` is a multiple of LANES.
        let matrices = unsafe { matrices.assume_init() };
        PackedInputTiles {
            matrices,
            lane_tiles,
            output: self.output,
        }
    }

    fn lane_tiles(&self, first: usize, end: usize) -> LaneTiles {
        let across = self.geometry.output.1;
        let tile = |lane: usize| (first + lane).min(end - 1);
        let count = end.saturating_sub(first).min(LANES);
        LaneTiles {
            tiles: std::array::from_fn(|lane| (tile(lane) / across, tile(lane) % across)),
            count,
            is_row: count == LANES && first % across + LANES <= across,
        }
    }

    /// Bᵀ d B of a panel's tiles, of each channel.
    fn transform(&self, lane_tiles: &[LaneTiles], panel: &mut [MaybeUninit<f32>], width: usize) {
        let matrix = self.channels.len() * width;
        for (number, channel) in self.channels.iter().enumerate() {
            let taps: [usize; TRANSFORM_ELEMENTS] =
                std::array::from_fn(|place| channel.taps[place]);
            for (vector, lanes) in lane_tiles.iter().enumerate() {
                let tiles =
                    (lanes.tiles).map(|(row, column)| &channel.row(&self.geometry, row)[column..]);
                let transformed = if lanes.is_row {
                    let from = &tiles[0][..taps[TRANSFORM_ELEMENTS - 1] + LANES];
                    // Safety: the last tap is the furthest one.
                    transform_input(|element| unsafe {
                        Lanes::load(from.as_ptr().add(taps[element]))
                    })
                } else {
                    transform_input(|element| {
                        let four = tiles.map(|tile| tile[taps[element]]);
                        // Safety: the array is four numbers long.
                        unsafe { Lanes::load(four.as_ptr()) }
                    })
                };
                let to = &mut panel[number * width + vector * LANES..];
                for (place, values) in transformed.into_iter().enumerate() {
                    values.store_uninit(&mut to[place * matrix..]);
                }
            }
        }
    }
}

/// How the tiles of the input lie: one for each tile of the output.
fn tile_geometry(geometry: &Geometry) -> Geometry {
    Geometry {
        kernel: (4, 4),
        strides: (2, 2),
        output: (geometry.output.0.div_ceil(2), geometry.output.1.div_ceil(2)),
        ..geometry.clone()
    }
}
