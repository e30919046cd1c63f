//! Cache blocking (Goto and van de Geijn, 2008): how many columns of B are packed and
//! multiplied at once.

use std::ops::Range;

/// Bytes of a block of packed columns, so that it stays in the second-level cache.
const MAX_PACKED_BYTES: usize = 1000 << 10;

/// The same if the weights are no larger than that: they stay in the cache, too, and
/// reading them once more for every block costs little.
const MAX_PACKED_BYTES_BESIDE_WEIGHTS: usize = 512 << 10;

/// The size of a product A · B of weights A.
#[derive(Clone, Copy, Debug)]
pub struct ProductSize {
    /// Of B.
    pub columns: usize,
    /// Columns of a panel.
    pub width: usize,
    /// Elements of a panel of columns.
    pub panel: usize,
    /// Elements of A.
    pub weights: usize,
}

/// Splits the columns into blocks of whole panels, as equal as can be, none larger than the
/// cache allows; a multiple of `threads` blocks, if there are enough panels.
pub fn column_blocks(size: ProductSize, threads: usize) -> Vec<Range<usize>> {
    let panels = size.columns.div_ceil(size.width);
    let are_weights_small = size.weights * size_of::<f32>() <= MAX_PACKED_BYTES_BESIDE_WEIGHTS;
    let max_bytes = if are_weights_small {
        MAX_PACKED_BYTES_BESIDE_WEIGHTS
    } else {
        MAX_PACKED_BYTES
    };
    let max_panels = (max_bytes / (size.panel * size_of::<f32>()).max(1)).max(1);
    let blocks = panels.div_ceil(max_panels).next_multiple_of(threads);
    let blocks = blocks.min(panels);
    // Sizes of blocks differ by one panel at most.
    let start = |block: usize| ((panels * block).div_ceil(blocks) * size.width).min(size.columns);
    (0..blocks)
        .map(|block| start(block)..start(block + 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_column_is_in_one_block_and_blocks_are_about_equal(
            (columns, width) in (0_usize..900, 1_usize..17),
            panel in prop::sample::select(vec![100_usize, 20_000, 300_000]),
            (weights, threads) in (1_usize..1 << 20, 1_usize..9),
        ) {
            let size = ProductSize { columns, width, panel, weights };
            let blocks = column_blocks(size, threads);
            let mut next = 0;
            for block in &blocks {
                prop_assert_eq!(block.start, next);
                prop_assert!(!block.is_empty() && block.start.is_multiple_of(width));
                next = block.end;
            }
            prop_assert_eq!(next, columns);
            let panels = blocks.iter().map(|block| block.len().div_ceil(width));
            let (min, max) = (panels.clone().min(), panels.max());
            prop_assert!(max <= min.map(|min| min + 1), "{blocks:?}");
            let is_even = blocks.len().is_multiple_of(threads);
            prop_assert!(is_even || blocks.len() == columns.div_ceil(width));
        }
    }

    #[test]
    fn more_threads_or_more_columns_make_more_blocks() {
        let size = ProductSize {
            columns: 15,
            width: 1,
            panel: 50_000,
            weights: 1 << 20,
        };
        assert_eq!(column_blocks(size, 1), [0..5, 5..10, 10..15]);
        assert_eq!(column_blocks(size, 2), [0..4, 4..8, 8..12, 12..15]);
        let few = ProductSize { columns: 5, ..size };
        assert_eq!(column_blocks(few, 1), vec![0..5]);
        assert_eq!(column_blocks(few, 2), [0..3, 3..5]);
    }
}
