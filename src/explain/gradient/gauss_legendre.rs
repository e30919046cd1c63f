//! Gauss–Legendre quadrature.

/// A node of an integral over 0…1, and its weight. The weights sum to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuadraturePoint {
    pub place: f64,
    pub weight: f64,
}

/// Newton steps for a root: each doubles the correct digits.
const STEPS: usize = 100;

/// The nodes and weights of `count` points, in ascending order: the roots of the Legendre
/// polynomial by Newton's method (Press et al. 2007, section 4.6).
pub fn gauss_legendre(count: usize) -> Vec<QuadraturePoint> {
    let points = (0..count).map(|number| {
        let angle = std::f64::consts::PI * (number as f64 + 0.75) / (count as f64 + 0.5);
        let mut root = -libm::cos(angle);
        let mut slope = 1.0;
        for _ in 0..STEPS {
            let (value, derivative) = legendre(count, root);
            slope = derivative;
            let step = value / derivative;
            root -= step;
            if step.abs() < 1e-15 {
                break;
            }
        }
        QuadraturePoint {
            place: 0.5 * (root + 1.0),
            // On −1…1 it is 2 / ((1 − x²) P′²).
            weight: 1.0 / ((1.0 - root * root) * slope * slope),
        }
    });
    points.collect()
}

/// The Legendre polynomial of this degree and its derivative.
fn legendre(degree: usize, x: f64) -> (f64, f64) {
    let (mut value, mut before) = (1.0, 0.0);
    for n in 0..degree {
        let n = n as f64;
        let next = ((2.0 * n + 1.0) * x * value - n * before) / (n + 1.0);
        before = value;
        value = next;
    }
    let derivative = degree as f64 * (x * value - before) / (x * x - 1.0);
    (value, derivative)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_points_are_those_of_the_textbook() {
        let points = gauss_legendre(3);
        let wanted = [0.112_701_665_379_258_3, 0.5, 0.887_298_334_620_741_7];
        for (point, wanted) in points.iter().zip(wanted) {
            assert!((point.place - wanted).abs() < 1e-14);
        }
        assert!((points[1].weight - 4.0 / 9.0).abs() < 1e-14);
    }

    #[test]
    fn polynomials_up_to_degree_2n_minus_1_are_integrated_exactly() {
        for count in [1, 2, 5, 50] {
            let degree = 2 * count - 1;
            let points = gauss_legendre(count);
            let sum: f64 = points
                .iter()
                .map(|point| point.weight * point.place.powi(degree as i32))
                .sum();
            assert!((sum - 1.0 / (degree + 1) as f64).abs() < 1e-13, "{count}");
        }
    }
}
