//! Who multiplies which part of a product, and how much of it at once.
//!
//! The columns of a product are shared out between the threads. Each packs its own,
//! as many at a time as stay in the second cache. Where columns do not go round
//! evenly, threads share the rows of some.

use std::ops::Range;

/// Bytes of columns that are packed at once: they should stay in the second cache.
const MOST_PACKED_BYTES: usize = 1000 << 10;

/// The same for weights that are so small that they stay there, too: then to read them
/// for every few columns costs nothing.
const PACKED_BYTES_BESIDE_WEIGHTS: usize = 512 << 10;

/// From so many panels of columns a thread on, nobody waits long for one who got a
/// panel more; and threads that are quicker than others may take over some shares.
const MANY_PANELS: usize = 64;

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
    /// Numbers that the weights are.
    pub weights: usize,
    /// Panels of rows; 1 if rows are not to be shared.
    pub row_panels: usize,
    /// More work that goes to who has the last columns, in panels of rows.
    pub extra: usize,
}

/// What is packed and multiplied at once: these columns by these panels of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub columns: Range<usize>,
    pub rows: Rows,
}

/// Panels of rows that are multiplied with some panels of columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    pub panels: Range<usize>,
    /// The first panel of columns is multiplied only from this panel of rows on: another
    /// share has those before.
    pub first_from: usize,
    /// The last panel of columns is multiplied only up to this panel of rows.
    pub last_until: usize,
}

impl Rows {
    /// All of these, with all columns.
    pub fn all(panels: Range<usize>) -> Rows {
        Rows {
            first_from: panels.start,
            last_until: panels.end,
            panels,
        }
    }

    /// Whether a panel of rows is multiplied with panel `number` of `count` of columns.
    #[inline(always)]
    pub fn meet(&self, panel: usize, number: usize, count: usize) -> bool {
        (number > 0 || panel >= self.first_from) && (number + 1 < count || panel < self.last_until)
    }
}

/// Splits a product in about equal parts for `threads` threads; each part in shares
/// that are done one after the other.
pub fn share_out(sizes: Sizes, threads: usize) -> Vec<Vec<Share>> {
    if sizes.columns == 0 {
        return Vec::new();
    }
    let panels = sizes.columns.div_ceil(sizes.width);
    let are_weights_small = sizes.weights * size_of::<f32>() <= PACKED_BYTES_BESIDE_WEIGHTS;
    let most = match are_weights_small {
        true => PACKED_BYTES_BESIDE_WEIGHTS,
        false => MOST_PACKED_BYTES,
    };
    let fitting = most / (sizes.panel * size_of::<f32>()).max(1);
    let rows = sizes.row_panels;
    if threads > 1 && panels <= fitting && rows >= ENOUGH_ROWS * threads {
        let cut = |part: usize| rows * part / threads;
        let part = |part| Share {
            columns: 0..sizes.columns,
            rows: Rows::all(cut(part)..cut(part + 1)),
        };
        return (0..threads).map(|number| vec![part(number)]).collect();
    }
    let is_many = threads > 1 && panels >= MANY_PANELS * threads;
    let parts = if is_many { 4 * threads } else { threads };
    // Panels of columns, each as many steps long as it is worth cutting.
    let steps = if is_many { 1 } else { rows };
    let extra = if is_many { 0 } else { sizes.extra };
    let cut = |part: usize| ((panels * steps + extra) * part / parts).min(panels * steps);
    (0..parts)
        .map(|part| part_of(sizes, cut(part)..cut(part + 1), steps, fitting))
        .collect()
}

/// The shares of one part: of its first panel of columns the last rows, of its last one
/// the first rows, and all of those between.
fn part_of(sizes: Sizes, part: Range<usize>, steps: usize, fitting: usize) -> Vec<Share> {
    let panels = part.start / steps..part.end.div_ceil(steps);
    let blocks = panels.len().div_ceil(fitting.max(1)).max(1);
    let at_once = panels.len().div_ceil(blocks).max(1);
    let share = |start: usize| {
        let end = (start + at_once).min(panels.end);
        let mut rows = Rows::all(0..sizes.row_panels);
        if start == panels.start && !part.start.is_multiple_of(steps) {
            rows.first_from = part.start % steps;
        }
        if end == panels.end && !part.end.is_multiple_of(steps) {
            rows.last_until = part.end % steps;
        }
        Share {
            columns: start * sizes.width..(end * sizes.width).min(sizes.columns),
            rows,
        }
    };
    match part.is_empty() {
        true => Vec::new(),
        false => panels.clone().step_by(at_once).map(share).collect(),
    }
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
            let weights = panel * row_panels;
            let sizes = Sizes { columns, width, panel, weights, row_panels, extra };
            let mut times = vec![0; columns * row_panels];
            for share in share_out(sizes, threads).into_iter().flatten() {
                prop_assert!(share.columns.start.is_multiple_of(width));
                let count = share.columns.len().div_ceil(width);
                for (place, column) in share.columns.enumerate() {
                    let panels = share.rows.panels.clone();
                    for row in panels.filter(|&row| share.rows.meet(row, place / width, count)) {
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
            let weights = panel * row_panels;
            let sizes = Sizes { columns, width: 1, panel, weights, row_panels, extra: 0 };
            let work = |shares: &Vec<Share>| -> usize {
                let missing = |rows: &Rows| rows.first_from + rows.panels.end - rows.last_until;
                let all = |share: &Share| share.columns.len() * share.rows.panels.len();
                let shared = shares.iter().map(|share| match share.rows.panels.start {
                    0 => all(share) - missing(&share.rows),
                    _ => all(share),
                });
                shared.sum()
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
            panel: 50_000,
            weights: 1 << 20,
            row_panels: 40,
            extra: 0,
        };
        let share = |columns, first_from, last_until| Share {
            columns,
            rows: Rows {
                panels: 0..40,
                first_from,
                last_until,
            },
        };
        assert_eq!(
            share_out(sizes, 2),
            [
                vec![share(0..4, 0, 40), share(4..8, 0, 20)],
                vec![share(7..11, 20, 40), share(11..15, 0, 40)],
            ]
        );
        let half = |rows| Share {
            columns: 0..5,
            rows: Rows::all(rows),
        };
        assert_eq!(
            share_out(
                Sizes {
                    columns: 5,
                    ..sizes
                },
                2
            ),
            [vec![half(0..20)], vec![half(20..40)]]
        );
        assert_eq!(share_out(sizes, 1).concat().len(), 3);
    }
}
