//! How alike maps are to one map.

use ndarray::Array2;

use crate::evaluate::correlation::rank_correlation;
use crate::evaluate::measurement::{Curve, Measured};
use crate::evaluate::structural_similarity::structural_similarity;
use crate::explain::Saliency;

/// Rank correlations and structural similarities of other maps with one.
pub struct Likeness {
    ranks: Curve,
    structure: Curve,
    /// In the order in which they were added.
    maps: Vec<Array2<f32>>,
}

impl Likeness {
    pub fn new() -> Likeness {
        let curve = |name| Curve {
            name,
            points: Vec::new(),
        };
        Likeness {
            ranks: curve("rank correlation"),
            structure: curve("structural similarity"),
            maps: Vec::new(),
        }
    }

    /// Adds another map at x, which is greater than those before.
    pub fn add(&mut self, x: f64, saliency: &Saliency, other: &Array2<f32>) {
        let (map, values) = (saliency.values.view(), other.view());
        self.ranks.insert(x, rank_correlation(map, values));
        self.structure.insert(x, structural_similarity(map, values));
        self.maps.push(other.clone());
    }

    /// The mean rank correlation, with both curves. `what` says what the other maps are of:
    /// "noisy copies were explained".
    pub fn measured(&self, total: usize, what: &str) -> Measured {
        let done = self.ranks.points.len();
        Measured {
            parts: vec![("mean structural similarity", self.structure.mean())],
            maps: self.maps.clone(),
            curves: vec![self.ranks.clone(), self.structure.clone()],
            left_out: (done < total).then(|| format!("{done} of {total} {what}")),
            ..Measured::of(self.ranks.mean())
        }
    }
}
