//! Who multiplies which part of a product, and how much of it at once.
//!
//! The columns of a product are shared out between the threads. Each packs its own,
//! as many at a time as stay in the second cache. Where columns do not go round
//! evenly, threads share the rows of some.

use std::ops::Range;

/// Bytes of columns that are packed at once: they should stay in the second cache.
const MOST_PACKED_BYTES: usize = 768 << 10;

/// From so many panels of columns a thread on, nobody waits long for one who got a
/// panel more; and threads that are quicker than others may take over a share.
const MANY_PANELS: usize = 32;

/// Panels of rows a thread from which on one more is little.
const ENOUGH_ROWS: usize = 16;

/// The sizes of a product in panels.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Columns, and how many of them make a panel.
    pub columns: usize,
    pub width: usize,
    /// Numbers that a panel of columns takes.
    pub panel: usize,
    /// Panels of rows; 1 if rows are not to be shared.
    pub row_panels: usize,
    /// More work that goes to who has the last columns, in panels of rows.
    pub extra: usize,
}

/// What is packed and multiplied at once: these columns by these panels of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub columns: Range<usize>,
    pub row_panels: Range<usize>,
}

/// Splits a product in about equal parts for `threads` threads; each part in shares
/// that are done one after the other.
pub fn share_out(sizes: Sizes, threads: usize) -> Vec<Vec<Share>> {
    let panels = sizes.columns.div_ceil(sizes.width);
    let fitting = MOST_PACKED_BYTES / (sizes.panel * size_of::<f32>()).max(1);
    let rows = sizes.row_panels;
    if panels == 0 {
        return Vec::new();
    }
    if threads > 1 && panels <= fitting && rows >= ENOUGH_ROWS * threads {
        let cut = |part: usize| rows * part / threads;
        let part = |part| Share {
            columns: 0..sizes.columns,
            row_panels: cut(part)..cut(part + 1),
        };
        return (0..threads).map(|number| vec![part(number)]).collect();
    }
    let is_many = threads > 1 && panels >= MANY_PANELS * threads;
    let parts = if is_many { 2 * threads } else { threads };
    // Panels of columns, each as many steps long as it is worth cutting.
    let steps = if is_many { 1 } else { rows };
    let extra = if is_many { 0 } else { sizes.extra };
    let cut = |part: usize| ((panels * steps + extra) * part / parts).min(panels * steps);
    (0..parts)
        .map(|part| part_of(sizes, cut(part)..cut(part + 1), steps, fitting))
        .collect()
}

/// The shares of one part: of a first panel of columns the last rows, then whole
/// panels, then of another the first rows.
fn part_of(sizes: Sizes, part: Range<usize>, steps: usize, fitting: usize) -> Vec<Share> {
    let columns = |panels: Range<usize>| {
        panels.start * sizes.width..(panels.end * sizes.width).min(sizes.columns)
    };
    let piece = |panel: usize, row_panels: Range<usize>| Share {
        columns: columns(panel..panel + 1),
        row_panels,
    };
    let (first, last) = (part.start / steps, part.end / steps);
    let (from, to) = (part.start % steps, part.end % steps);
    if first == last && from < to {
        return vec![piece(first, from..to)];
    }
    let mut shares = Vec::new();
    if from > 0 {
        shares.push(piece(first, from..steps));
    }
    let whole = part.start.div_ceil(steps)..last;
    let blocks = whole.len().div_ceil(fitting.max(1)).max(1);
    let at_once = whole.len().div_ceil(blocks).max(1);
    for start in whole.clone().step_by(at_once) {
        shares.push(Share {
            columns: columns(start..(start + at_once).min(whole.end)),
            row_panels: 0..sizes.row_panels,
        });
    }
    if to > 0 {
        shares.push(piece(last, 0..to));
    }
    shares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn everything_is_multiplied_once(
            (columns, width) in (0_usize..900, 1_usize..17),
            panel in prop::sample::select(vec![100_usize, 20_000, 300_000]),
            (row_panels, extra, threads) in (1_usize..60, 0_usize..20, 1_usize..9),
        ) {
            let sizes = Sizes { columns, width, panel, row_panels, extra };
            let mut times = vec![0; columns * row_panels];
            for share in share_out(sizes, threads).into_iter().flatten() {
                prop_assert!(share.columns.start.is_multiple_of(width));
                for column in share.columns {
                    for row in share.row_panels.clone() {
                        times[column * row_panels + row] += 1;
                    }
                }
            }
            prop_assert!(times.iter().all(|&times| times == 1));
        }

        #[test]
        fn nobody_has_much_more_than_another(
            (columns, row_panels) in (1_usize..900, 20_usize..60),
            panel in prop::sample::select(vec![100_usize, 20_000, 300_000]),
            threads in 1_usize..9,
        ) {
            let sizes = Sizes { columns, width: 1, panel, row_panels, extra: 0 };
            let work = |shares: &Vec<Share>| -> usize {
                shares.iter().map(|share| share.columns.len() * share.row_panels.len()).sum()
            };
            let parts = share_out(sizes, threads);
            let most = parts.iter().map(work).max().unwrap_or(0);
            let fair = columns * row_panels / parts.len();
            prop_assert!(most <= fair + fair / 16 + columns.min(row_panels) + 1, "{most}, {fair}");
        }
    }

    #[test]
    fn a_few_columns_are_shared_by_rows_and_many_by_columns() {
        let sizes = Sizes {
            columns: 15,
            width: 1,
            panel: 30_000,
            row_panels: 40,
            extra: 0,
        };
        let share = |columns, row_panels| Share {
            columns,
            row_panels,
        };
        assert_eq!(
            share_out(sizes, 2),
            [
                vec![share(0..4, 0..40), share(4..7, 0..40), share(7..8, 0..20)],
                vec![
                    share(7..8, 20..40),
                    share(8..12, 0..40),
                    share(12..15, 0..40)
                ],
            ]
        );
        assert_eq!(
            share_out(
                Sizes {
                    columns: 5,
                    ..sizes
                },
                2
            ),
            [vec![share(0..5, 0..20)], vec![share(0..5, 20..40)]]
        );
        assert_eq!(share_out(sizes, 1).concat().len(), 3);
    }
}
