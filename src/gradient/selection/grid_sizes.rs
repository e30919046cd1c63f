//! The heights and widths that the layers of a network have.

use std::collections::HashSet;

/// Heights and widths of what convolutions and poolings make, and of what is made of those
/// by taking every second row and column again and again, as Swin's patch merging does
/// without a convolution.
#[derive(Default)]
pub struct GridSizes {
    sizes: HashSet<[usize; 2]>,
}

impl GridSizes {
    /// Adds what a convolution or pooling makes.
    pub fn insert(&mut self, size: [usize; 2]) {
        let mut size = size;
        while self.sizes.insert(size) && size.iter().all(|&side| side > 2) {
            size = size.map(|side| side.div_ceil(2));
        }
    }

    pub fn contains(&self, size: [usize; 2]) -> bool {
        self.sizes.contains(&size)
    }

    /// The size with so many places, or with some fewer: `max_skipped` at most, and as few
    /// as possible. Gives the size and the number of those that are left over.
    pub fn of_places(&self, places: usize, max_skipped: usize) -> Option<([usize; 2], usize)> {
        let left_over = |&[height, width]: &[usize; 2]| {
            let skipped = places.checked_sub(height * width)?;
            let is_grid = skipped <= max_skipped && height * width > 1;
            is_grid.then_some(([height, width], skipped))
        };
        let fitting = self.sizes.iter().filter_map(left_over);
        // Of two sizes with as many places the one that is nearer to a square.
        fitting.min_by_key(|&([height, width], skipped)| (skipped, height.abs_diff(width), height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_halved_and_tokens_find_theirs() {
        let mut sizes = GridSizes::default();
        sizes.insert([56, 40]);
        assert!(sizes.contains([28, 20]) && sizes.contains([7, 5]));
        assert!(!sizes.contains([56, 20]));
        assert_eq!(sizes.of_places(28 * 20, 8), Some(([28, 20], 0)));
        assert_eq!(sizes.of_places(36, 8), Some(([7, 5], 1)));
        assert_eq!(sizes.of_places(100, 8), None);
    }
}
