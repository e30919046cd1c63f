//! How many columns of a product are packed and multiplied at once.

use std::ops::Range;

/// Bytes of columns that are packed at once: they should stay in the second cache.
const MOST_PACKED_BYTES: usize = 1000 << 10;

/// The same for weights that are so small that they stay there, too: then to read them
/// for every few columns costs nothing.
const PACKED_BYTES_BESIDE_WEIGHTS: usize = 512 << 10;

/// The sizes of a product.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Columns, and how many of them make a panel.
    pub columns: usize,
    pub width: usize,
    /// Numbers that a panel of columns takes.
    pub panel: usize,
    /// Numbers that the weights are.
    pub weights: usize,
}

/// Splits the columns in whole panels: about as many for each of `threads` threads, and
/// at each time no more than stay cached.
pub fn share_out(sizes: Sizes, threads: usize) -> Vec<Range<usize>> {
    let panels = sizes.columns.div_ceil(sizes.width);
    let are_weights_small = sizes.weights * size_of::<f32>() <= PACKED_BYTES_BESIDE_WEIGHTS;
    let most = match are_weights_small {
        true => PACKED_BYTES_BESIDE_WEIGHTS,
        false => MOST_PACKED_BYTES,
    };
    let fitting = (most / (sizes.panel * size_of::<f32>()).max(1)).max(1);
    let parts = panels.div_ceil(fitting).next_multiple_of(threads);
    let parts = parts.min(panels);
    // The first parts have a panel more where they do not go round evenly.
    let cut = |part: usize| ((panels * part).div_ceil(parts) * sizes.width).min(sizes.columns);
    (0..parts).map(|part| cut(part)..cut(part + 1)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_column_is_in_one_share_and_shares_are_about_equal(
            (columns, width) in (0_usize..900, 1_usize..17),
            panel in prop::sample::select(vec![100_usize, 20_000, 300_000]),
            (weights, threads) in (1_usize..1 << 20, 1_usize..9),
        ) {
            let sizes = Sizes { columns, width, panel, weights };
            let shares = share_out(sizes, threads);
            let mut next = 0;
            for share in &shares {
                prop_assert_eq!(share.start, next);
                prop_assert!(!share.is_empty() && share.start.is_multiple_of(width));
                next = share.end;
            }
            prop_assert_eq!(next, columns);
            let panels = shares.iter().map(|share| share.len().div_ceil(width));
            let (least, most) = (panels.clone().min(), panels.max());
            prop_assert!(most <= least.map(|least| least + 1), "{shares:?}");
            let is_shared = shares.len().is_multiple_of(threads);
            prop_assert!(is_shared || shares.len() == columns.div_ceil(width));
        }
    }

    #[test]
    fn more_threads_or_more_columns_make_more_shares() {
        let sizes = Sizes {
            columns: 15,
            width: 1,
            panel: 50_000,
            weights: 1 << 20,
        };
        assert_eq!(share_out(sizes, 1), [0..5, 5..10, 10..15]);
        assert_eq!(share_out(sizes, 2), [0..4, 4..8, 8..12, 12..15]);
        let few = Sizes {
            columns: 5,
            ..sizes
        };
        assert_eq!(share_out(few, 1), vec![0..5]);
        assert_eq!(share_out(few, 2), [0..3, 3..5]);
    }
}
