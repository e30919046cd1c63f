//! The input of a Winograd convolution: cut into tiles d, transformed to Bᵀ d B, packed.

use std::mem::MaybeUninit;
use std::ops::Range;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::pack::PackedFormat;

use super::super::super::common::{LANES, Lanes, PackedBuffer, UninitPackedBuffer};
use super::super::sliding_window::{Geometry, PaddedPlane};
use super::transforms::{TRANSFORM_ELEMENTS, transform_input};

/// The input tiles of one image: for each tile of its output, row by row, one of each
/// channel.
pub struct InputTiles {
    /// Of windows of 4 × 4 with stride 2: the input tiles.
    geometry: Geometry,
    /// The padded plane of each channel.
    channels: Vec<PaddedPlane>,
    /// Rows and columns of the convolution's output.
    output: (usize, usize),
}

/// Some of an image's input tiles, transformed and packed.
#[derive(Debug)]
pub struct PackedInputTiles {
    /// For each panel of tiles and each element of the transform domain a matrix
    /// [C, panel width].
    pub matrices: PackedBuffer,
    /// The positions of the tiles of each panel's vectors in turn.
    pub lane_tiles: Vec<LaneTiles>,
    /// Rows and columns of the convolution's output.
    pub output: (usize, usize),
}

/// The positions of the tiles that share a vector, one in each lane.
#[derive(Debug)]
pub struct LaneTiles {
    pub tiles: [TileIndex; LANES],
    /// Lanes that have a tile of their own; the others repeat the last tile.
    pub count: usize,
    /// Whether they are [`LANES`] consecutive tiles of one row.
    pub is_row: bool,
}

/// The position of a tile, in tiles.
#[derive(Clone, Copy, Debug)]
pub struct TileIndex {
    pub row: usize,
    pub column: usize,
}

impl InputTiles {
    /// Those of windows of 3 × 3 with unit stride over planes [C, h, w].
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

    /// Tiles of a channel.
    pub fn count(&self) -> usize {
        self.geometry.output_len()
    }

    /// Transforms and packs the tiles in `range`.
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
        // Safety: `count` is a multiple of `format.r`, so that the chunks are the whole buffer;
        // of each, `transform` writes all elements, since it has `format.r / LANES` vectors.
        let matrices = unsafe { matrices.assume_init() };
        PackedInputTiles {
            matrices,
            lane_tiles,
            output: self.output,
        }
    }

    /// Those from tile `first` on that lie before tile `end`.
    fn lane_tiles(&self, first: usize, end: usize) -> LaneTiles {
        let across = self.geometry.output.1;
        let tile = |lane: usize| {
            let tile = (first + lane).min(end - 1);
            TileIndex {
                row: tile / across,
                column: tile % across,
            }
        };
        let count = end.saturating_sub(first).min(LANES);
        LaneTiles {
            tiles: std::array::from_fn(tile),
            count,
            is_row: count == LANES && first % across + LANES <= across,
        }
    }

    /// Writes Bᵀ d B of each channel, for the tiles of a panel of `width` tiles.
    fn transform(&self, lane_tiles: &[LaneTiles], panel: &mut [MaybeUninit<f32>], width: usize) {
        let matrix_len = self.channels.len() * width;
        for (index, channel) in self.channels.iter().enumerate() {
            let taps: [usize; TRANSFORM_ELEMENTS] = std::array::from_fn(|tap| channel.taps[tap]);
            for (vector, lanes) in lane_tiles.iter().enumerate() {
                let tiles =
                    (lanes.tiles).map(|tile| &channel.row(&self.geometry, tile.row)[tile.column..]);
                let transformed = if lanes.is_row {
                    let from = &tiles[0][..taps[TRANSFORM_ELEMENTS - 1] + LANES];
                    transform_input(|element| {
                        debug_assert!(taps[element] + LANES <= from.len());
                        // Safety: the tap of the last row and column has the greatest offset,
                        // and LANES elements follow it in `from`.
                        unsafe { Lanes::load(from.as_ptr().add(taps[element])) }
                    })
                } else {
                    transform_input(|element| {
                        Lanes::load_array(&tiles.map(|tile| tile[taps[element]]))
                    })
                };
                let to = &mut panel[index * width + vector * LANES..];
                for (element, values) in transformed.into_iter().enumerate() {
                    values.store_uninit(&mut to[element * matrix_len..]);
                }
            }
        }
    }
}

/// The geometry of the input tiles: windows of 4 × 4 with stride 2, one for each output tile.
fn tile_geometry(geometry: &Geometry) -> Geometry {
    Geometry {
        kernel: (4, 4),
        strides: (2, 2),
        output: (geometry.output.0.div_ceil(2), geometry.output.1.div_ceil(2)),
        ..geometry.clone()
    }
}
