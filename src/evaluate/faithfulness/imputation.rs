//! Pixels that are made from those around them: noisy linear imputation (Rong et al. 2022, "A
//! Consistent and Efficient Evaluation Strategy for Attribution Methods", section 4).

use ndarray::{Array2, Array3, ArrayView2};

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
const RESIDUAL: f64 = 1e-10;
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
    let mut random = Random::of_sample(context.seed, sample);
    let mut imputed = pixels.clone();
    for mut channel in imputed.outer_iter_mut() {
        let solution = system.solve(context, channel.view()).await?;
        for (&(row, column), value) in system.places.iter().zip(solution) {
            channel[[row, column]] = (value + noise * random.normal()) as f32;
        }
    }
    Ok(imputed)
}

/// (Σ_n w_n) x − Σ_missing w_n x_n = Σ_known w_n x_n for each missing pixel x: symmetric and
/// positive definite as long as one pixel is known.
struct System {
    /// Row and column of each missing pixel.
    places: Vec<(usize, usize)>,
    /// Of each missing pixel the sum of its neighbours' weights.
    diagonal: Vec<f64>,
    /// Of each missing pixel its missing neighbours, by their number, and their weights.
    missing: Vec<Vec<(usize, f64)>>,
    /// Of each missing pixel its known neighbours, and their weights.
    known: Vec<Vec<((usize, usize), f64)>>,
}

impl System {
    fn new(missing: &Array2<bool>) -> System {
        let (height, width) = missing.dim();
        let is_missing = missing
            .indexed_iter()
            .filter(|(_, is_missing)| **is_missing);
        let places: Vec<(usize, usize)> = is_missing.map(|(place, _)| place).collect();
        let mut numbers = Array2::from_elem((height, width), usize::MAX);
        for (number, &place) in places.iter().enumerate() {
            numbers[place] = number;
        }
        let mut system = System {
            diagonal: Vec::with_capacity(places.len()),
            missing: Vec::with_capacity(places.len()),
            known: Vec::with_capacity(places.len()),
            places,
        };
        for &(row, column) in &system.places {
            let inside = NEIGHBOURS.iter().filter_map(|&(down, across, weight)| {
                let row = row.checked_add_signed(down).filter(|&row| row < height)?;
                let column = column.checked_add_signed(across);
                let column = column.filter(|&column| column < width)?;
                Some(((row, column), weight))
            });
            let (missing, known): (Vec<_>, Vec<_>) = inside.partition(|(place, _)| missing[*place]);
            let weights = missing.iter().chain(&known).map(|(_, weight)| weight);
            system.diagonal.push(weights.sum());
            let numbered = missing.into_iter();
            let numbered = numbered.map(|(place, weight)| (numbers[place], weight));
            system.missing.push(numbered.collect());
            system.known.push(known);
        }
        system
    }

    /// The matrix times a vector.
    fn times(&self, vector: &[f64]) -> Vec<f64> {
        let rows = self.missing.iter().zip(&self.diagonal).zip(vector);
        rows.map(|((neighbours, diagonal), value)| {
            let others = neighbours.iter();
            let others = others.map(|&(number, weight)| weight * vector[number]);
            diagonal * value - others.sum::<f64>()
        })
        .collect()
    }

    /// The missing values of a channel, by conjugate gradients (Hestenes and Stiefel 1952).
    async fn solve(
        &self,
        context: &mut MetricContext<'_>,
        channel: ArrayView2<'_, f32>,
    ) -> Result<Vec<f64>, EvaluateError> {
        let right: Vec<f64> = (self.known.iter())
            .map(|known| {
                let known = known.iter();
                let values = known.map(|&(place, weight)| weight * f64::from(channel[place]));
                values.sum()
            })
            .collect();
        let limit = dot(&right, &right) * RESIDUAL * RESIDUAL;
        let mut solution = vec![0.0; right.len()];
        let mut residual = right;
        let mut direction = residual.clone();
        let mut squared = dot(&residual, &residual);
        for _ in 0..MAX_STEPS {
            if squared <= limit {
                break;
            }
            context.breathe().await?;
            let moved = self.times(&direction);
            let along = dot(&direction, &moved);
            if along <= 0.0 {
                break;
            }
            let step = squared / along;
            add(&mut solution, step, &direction);
            add(&mut residual, -step, &moved);
            let before = std::mem::replace(&mut squared, dot(&residual, &residual));
            let share = squared / before;
            for (direction, residual) in direction.iter_mut().zip(&residual) {
                *direction = residual + share * *direction;
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
