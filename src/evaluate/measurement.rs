//! What every metric returns.

use ndarray::Array2;

use crate::explain::Settings;

/// A number with the protocol that it was measured by.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// The `id` of the metric.
    pub metric: &'static str,
    /// The `id` of the method that made the map.
    pub method: &'static str,
    /// The target's id.
    pub target: String,
    /// Of the map. NaN as long as nothing is known.
    pub value: f64,
    /// What the value was computed from, where that is a curve.
    pub curves: Vec<Curve>,
    /// What else was found on the way, by name.
    pub parts: Vec<(&'static str, f64)>,
    /// The maps that it was compared with, of its own grid, one for each point of a curve.
    pub maps: Vec<Array2<f32>>,
    /// The same metric on maps that know nothing; `None` before they were measured, or where
    /// the budget ended.
    pub chance: Option<Chance>,
    /// Every setting: steps, baseline.
    pub protocol: Settings,
    /// What random numbers began with.
    pub seed: u64,
    /// How often the network ran, for the map and for chance.
    pub runs: u32,
    /// What was not done because the budget ended.
    pub left_out: Option<String>,
}

/// What maps give that know nothing of picture and network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance {
    /// Mean of maps of independent uniform values on the map's grid.
    pub random: f64,
    /// How many those were.
    pub random_maps: usize,
    /// Standard deviation of their values; 0 for one map.
    pub random_deviation: f64,
    /// A blob at the picture's centre.
    pub centre: f64,
}

/// Points in the order of x.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub name: &'static str,
    /// x: a share of the picture, or of the network's layers, 0…1; y: what was measured there.
    pub points: Vec<(f64, f64)>,
}

impl Curve {
    /// The area under it by the trapezoidal rule; the only y of one point, NaN for none.
    pub fn area(&self) -> f64 {
        match self.points.as_slice() {
            [] => f64::NAN,
            [only] => only.1,
            points => {
                let pairs = points.windows(2);
                let part =
                    |pair: &[(f64, f64)]| 0.5 * (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1);
                pairs.map(part).sum()
            }
        }
    }

    /// The mean of the ys; NaN for none.
    pub fn mean(&self) -> f64 {
        let sum: f64 = self.points.iter().map(|point| point.1).sum();
        sum / self.points.len() as f64
    }

    /// Adds a point in its place.
    pub fn insert(&mut self, x: f64, y: f64) {
        let place = self.points.partition_point(|point| point.0 <= x);
        self.points.insert(place, (x, y));
    }
}

/// What a metric found of one map.
#[cfg(feature = "network")]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    pub value: f64,
    pub curves: Vec<Curve>,
    pub parts: Vec<(&'static str, f64)>,
    pub maps: Vec<Array2<f32>>,
    pub left_out: Option<String>,
}

#[cfg(feature = "network")]
impl Measured {
    /// A value alone.
    pub fn of(value: f64) -> Measured {
        Measured {
            value,
            ..Measured::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_trapezoids_and_points_find_their_place() {
        let mut curve = Curve {
            name: "",
            points: Vec::new(),
        };
        for (x, y) in [(1.0, 2.0), (0.0, 1.0), (0.25, 0.0)] {
            curve.insert(x, y);
        }
        assert_eq!(curve.points, [(0.0, 1.0), (0.25, 0.0), (1.0, 2.0)]);
        // 0.25 · 0.5 + 0.75 · 1.
        assert_eq!(curve.area(), 0.875);
        assert_eq!(curve.mean(), 1.0);
    }
}
