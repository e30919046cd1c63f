//! Pixels that are made from those around them: noisy linear imputation (Rong et al. 2022, "A
//! Consistent and Efficient Evaluation Strategy for Attribution Methods", section 4).

use ndarray::{Array2, Array3, ArrayView2};

use super::incomplete_cholesky::IncompleteCholesky;
use crate::evaluate::context::MetricContext;
use crate::evaluate::error::EvaluateError;
use crate::explain::Random;

/// The neighbours of a pixel and their weights: the four at its edges, and the four at its
/// corners.
const NEIGHBOURS: [(isize, isize, f64); 8] = [
    (-1, -1, 1.0 / 12.0),
    (-1, 0, 1.0 / 6.0),
    (-1, 1, 1.0 / 12.0),
    (0, -1, 1.0 / 6.0),
    (0, 1, 1.0 / 6.0),
    (1, -1, 1.0 / 12.0),
    (1, 0, 1.0 / 6.0),
    (1, 1, 1.0 / 12.0),
];

/// The residual at which the solver ends, as a share of the right-hand side.
const RESIDUAL: f64 = 1e-7;
/// More steps than any picture needs whose pixels are not almost all missing.
const MAX_STEPS: usize = 20_000;

/// The pixels [C, H, W] with the missing ones [H, W] replaced: each is the weighted mean of its
/// neighbours inside the picture, missing ones among them, which is a system of linear
/// equations; then normal noise of this standard deviation is added to each. The noise of a
/// missing pixel comes channel by channel, row by row, from the sample's random numbers.
///
/// # Errors
/// If somebody said stop.
pub async fn imputed(
    context: &mut MetricContext<'_>,
    pixels: &Array3<f32>,
    missing: &Array2<bool>,
    noise: f64,
    sample: u64,
) -> Result<Array3<f32>, EvaluateError> {
    let system = System::new(missing);
    let mut factors = system.factorise();
    let mut random = Random::of_sample(context.seed, sample);
    let mut imputed = pixels.clone();
    for mut channel in imputed.outer_iter_mut() {
        let solution = system.solve(&mut factors, context, channel.view()).await?;
        let places = missing
            .indexed_iter()
            .filter(|(_, is_missing)| **is_missing);
        for ((place, _), value) in places.zip(solution) {
            channel[place] = (value + noise * random.normal()) as f32;
        }
    }
    Ok(imputed)
}

/// (Σ_n w_n) x − Σ_missing w_n x_n = Σ_known w_n x_n for each missing pixel x: symmetric and
/// positive definite as long as one pixel is known. Sums over neighbours are taken on a grid with
/// a border of zeros, so that those outside the picture count nothing.
struct System {
    /// Of each missing pixel its place in the grid, row by row.
    places: Vec<usize>,
    /// Of each missing pixel the sum of its neighbours' weights.
    diagonal: Vec<f64>,
    /// Height and width of the grid.
    grid: (usize, usize),
}

impl System {
    fn new(missing: &Array2<bool>) -> System {
        let (height, width) = missing.dim();
        let mut system = System {
            places: Vec::new(),
            diagonal: Vec::new(),
            grid: (height + 2, width + 2),
        };
        let is_missing = missing
            .indexed_iter()
            .filter(|(_, is_missing)| **is_missing);
        system.places = is_missing.map(|(place, _)| system.place(place)).collect();
        let ones = Array2::<f32>::ones((height, width));
        system.diagonal = system.neighbours(&system.gridded(ones.view()));
        system
    }

    /// The place in the grid of a pixel, by its row and column.
    fn place(&self, (row, column): (usize, usize)) -> usize {
        (row + 1) * self.grid.1 + column + 1
    }

    /// A channel in the grid.
    fn gridded(&self, channel: ArrayView2<f32>) -> Vec<f64> {
        let mut grid = vec![0.0; self.grid.0 * self.grid.1];
        for (place, &value) in channel.indexed_iter() {
            grid[self.place(place)] = f64::from(value);
        }
        grid
    }

    /// Of each missing pixel the weighted sum of its neighbours in the grid.
    fn neighbours(&self, grid: &[f64]) -> Vec<f64> {
        let around =
            NEIGHBOURS.map(|(down, across, weight)| (down * self.grid.1 as isize + across, weight));
        let sum = |&place: &usize| -> f64 {
            let terms = around.iter();
            let value = |step: isize| grid[place.wrapping_add_signed(step)];
            terms.map(|&(step, weight)| weight * value(step)).sum()
        };
        self.places.iter().map(sum).collect()
    }

    /// The matrix times a vector. `grid` holds zeros but at missing pixels.
    fn times(&self, vector: &[f64], grid: &mut [f64]) -> Vec<f64> {
        for (&place, &value) in self.places.iter().zip(vector) {
            grid[place] = value;
        }
        let others = self.neighbours(grid);
        let rows = self.diagonal.iter().zip(vector).zip(others);
        rows.map(|((diagonal, value), others)| diagonal * value - others)
            .collect()
    }

    /// The factorisation that conjugate gradients are preconditioned by.
    fn factorise(&self) -> IncompleteCholesky {
        let cells = self.grid.0 * self.grid.1;
        let before = NEIGHBOURS.iter().filter_map(|&(down, across, weight)| {
            let step = down * self.grid.1 as isize + across;
            usize::try_from(-step).ok().map(|step| (step, weight))
        });
        let before: Vec<(usize, f64)> = before.collect();
        IncompleteCholesky::new(&self.places, &self.diagonal, &before, cells)
    }

    /// The missing values of a channel, by preconditioned conjugate gradients (Hestenes and
    /// Stiefel 1952; Meijerink and van der Vorst 1977).
    async fn solve(
        &self,
        factors: &mut IncompleteCholesky,
        context: &mut MetricContext<'_>,
        channel: ArrayView2<'_, f32>,
    ) -> Result<Vec<f64>, EvaluateError> {
        let mut known = self.gridded(channel);
        for &place in &self.places {
            known[place] = 0.0;
        }
        let right = self.neighbours(&known);
        let mut grid = vec![0.0; known.len()];
        let limit = dot(&right, &right) * RESIDUAL * RESIDUAL;
        let mut solution = vec![0.0; right.len()];
        let mut residual = right;
        let mut preconditioned = vec![0.0; residual.len()];
        factors.solve(&residual, &mut preconditioned);
        let mut direction = preconditioned.clone();
        let mut product = dot(&residual, &preconditioned);
        for _ in 0..MAX_STEPS {
            if dot(&residual, &residual) <= limit {
                break;
            }
            context.breathe().await?;
            let moved = self.times(&direction, &mut grid);
            let along = dot(&direction, &moved);
            if along <= 0.0 {
                break;
            }
            let step = product / along;
            add(&mut solution, step, &direction);
            add(&mut residual, -step, &moved);
            factors.solve(&residual, &mut preconditioned);
            let before = std::mem::replace(&mut product, dot(&residual, &preconditioned));
            let share = product / before;
            for (direction, preconditioned) in direction.iter_mut().zip(&preconditioned) {
                *direction = preconditioned + share * *direction;
            }
        }
        Ok(solution)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(values: &mut [f64], factor: f64, others: &[f64]) {
    for (value, other) in values.iter_mut().zip(others) {
        *value += factor * other;
    }
}
