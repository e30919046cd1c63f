//! A preconditioner for conjugate gradients: the modified incomplete factorisation (D + L) D⁻¹
//! (D + Lᵀ) of a symmetric matrix, with the matrix's own lower part L (Dupont, Kendall and
//! Rachford 1968; Gustafsson 1978).

/// How much of what the factorisation leaves out is added to the diagonal: with all of it, which
/// keeps the sums of rows, rounding could make the diagonal vanish.
const RELAXATION: f64 = 0.97;

/// The factorisation of a matrix on a grid with a border. Places that are no unknowns have zeros.
pub struct IncompleteCholesky {
    /// 1 / D, by place in the grid.
    inverse_diagonal: Vec<f64>,
    /// Steps to the neighbours before a place, with the negatives of the matrix's elements.
    before: Vec<(usize, f64)>,
    /// The unknowns' places, in order.
    places: Vec<usize>,
    /// Room for the result of the first half.
    half: Vec<f64>,
}

impl IncompleteCholesky {
    /// Factorises the matrix that has `diagonal` at the unknowns' `places` and −weight for the
    /// neighbours `before`, and as far behind, that are unknowns too. `cells` is the size of the
    /// grid.
    pub fn new(
        places: &[usize],
        diagonal: &[f64],
        before: &[(usize, f64)],
        cells: usize,
    ) -> IncompleteCholesky {
        let mut is_unknown = vec![false; cells];
        for &place in places {
            is_unknown[place] = true;
        }
        // Of an unknown the weights of its neighbours behind it.
        let weight_behind = |place: usize| -> f64 {
            let behind = before.iter().filter(|(step, _)| is_unknown[place + step]);
            behind.map(|(_, weight)| weight).sum()
        };
        let mut inverse_diagonal = vec![0.0; cells];
        for (&place, &own) in places.iter().zip(diagonal) {
            let taken = before.iter().map(|&(step, weight)| {
                let other = place - step;
                let inverse: f64 = inverse_diagonal[other];
                if inverse == 0.0 {
                    return 0.0;
                }
                let left_out = weight_behind(other) - weight;
                weight * (weight + RELAXATION * left_out) * inverse
            });
            inverse_diagonal[place] = 1.0 / (own - taken.sum::<f64>());
        }
        IncompleteCholesky {
            inverse_diagonal,
            before: before.to_vec(),
            places: places.to_vec(),
            half: vec![0.0; cells],
        }
    }

    /// Solves the factorised system for a right-hand side of the unknowns.
    pub fn solve(&mut self, right: &[f64], solution: &mut [f64]) {
        for (&place, value) in self.places.iter().zip(right) {
            let others: f64 = (self.before.iter())
                .map(|&(step, weight)| weight * self.half[place - step])
                .sum();
            self.half[place] = (value + others) * self.inverse_diagonal[place];
        }
        for (index, &place) in self.places.iter().enumerate().rev() {
            let others: f64 = (self.before.iter())
                .map(|&(step, weight)| weight * self.half[place + step])
                .sum();
            // Places behind this one hold the solution already.
            self.half[place] += others * self.inverse_diagonal[place];
            solution[index] = self.half[place];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_factorised_exactly() {
        // On a line nothing is left out: 2 on the diagonal, −1 beside it, places 1 to 4 of 6.
        let places = [1, 2, 3, 4];
        let mut factors = IncompleteCholesky::new(&places, &[2.0; 4], &[(1, 1.0)], 6);
        let mut solution = [0.0; 4];
        factors.solve(&[0.0, 0.0, 0.0, 5.0], &mut solution);
        for (found, wanted) in solution.iter().zip([1.0, 2.0, 3.0, 4.0]) {
            assert!((found - wanted).abs() < 1e-12, "{solution:?}");
        }
        // The room of the first call does not reach into the second.
        factors.solve(&[1.0, 0.0, 0.0, 1.0], &mut solution);
        for found in solution {
            assert!((found - 1.0).abs() < 1e-12, "{solution:?}");
        }
    }
}
