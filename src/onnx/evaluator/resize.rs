//! Resize and Upsample: nearest, linear and cubic, one axis at a time.

use ndarray::ArrayD;

use super::call::{Call, Outputs, from_start, one};
use super::value::tabulate;

/// How the pixels along one axis of the output lie in the input.
struct AxisScaling {
    input: usize,
    output: usize,
    /// output / input, as the file has it: output may be rounded down.
    scale: f64,
}

pub fn resize(call: &Call) -> Outputs {
    let x = call.floats(0)?;
    // Operator set 10 knows scales alone, and one way to transform coordinates.
    let old = call.opset < 11;
    let sizes = call.optional(3).filter(|sizes| sizes.shape() != [0]);
    let scalings = match sizes {
        Some(sizes) => by_sizes(call, x.shape(), &sizes.as_ints()?),
        None => {
            let scales = call.floats(if old { 1 } else { 2 })?;
            by_scales(call, x.shape(), &scales.iter().copied().collect::<Vec<_>>())
        }
    };
    let transformation = if old {
        "asymmetric".to_owned()
    } else {
        call.text("coordinate_transformation_mode", "half_pixel")
    };
    let nearest = if old {
        "floor".to_owned()
    } else {
        call.text("nearest_mode", "round_prefer_floor")
    };
    interpolated(call, x, &scalings, &transformation, &nearest)
}

pub fn upsample(call: &Call) -> Outputs {
    let x = call.floats(0)?;
    let scales: Vec<f64> = call.floats(1)?.iter().copied().collect();
    let scalings = by_scales(call, x.shape(), &scales);
    interpolated(call, x, &scalings, "asymmetric", "floor")
}

/// The axes that sizes or scales speak about; all if none are named.
fn axes(call: &Call, rank: usize) -> Vec<usize> {
    call.ints("axes").map_or((0..rank).collect(), |axes| {
        axes.iter().map(|&axis| from_start(axis, rank)).collect()
    })
}

fn unchanged(shape: &[usize]) -> Vec<AxisScaling> {
    let same = |&size: &usize| AxisScaling {
        input: size,
        output: size,
        scale: 1.0,
    };
    shape.iter().map(same).collect()
}

fn by_scales(call: &Call, shape: &[usize], scales: &[f64]) -> Vec<AxisScaling> {
    let mut scalings = unchanged(shape);
    for (axis, &scale) in axes(call, shape.len()).into_iter().zip(scales) {
        let input = shape[axis];
        let output = (input as f64 * scale).floor() as usize;
        scalings[axis] = AxisScaling {
            input,
            output,
            scale,
        };
    }
    scalings
}

/// With a keep_aspect_ratio_policy all axes share one scale.
fn by_sizes(call: &Call, shape: &[usize], sizes: &[i64]) -> Vec<AxisScaling> {
    let mut scalings = unchanged(shape);
    let axes = axes(call, shape.len());
    let ratios: Vec<f64> = axes
        .iter()
        .zip(sizes)
        .map(|(&axis, &size)| size as f64 / shape[axis] as f64)
        .collect();
    let shared = match call.text("keep_aspect_ratio_policy", "stretch").as_str() {
        "not_larger" => Some(ratios.iter().copied().fold(f64::INFINITY, f64::min)),
        "not_smaller" => Some(ratios.iter().copied().fold(0.0, f64::max)),
        _ => None,
    };
    for (number, axis) in axes.into_iter().enumerate() {
        let input = shape[axis];
        let output = match shared {
            Some(scale) => (scale * input as f64 + 0.5).floor() as usize,
            None => sizes[number] as usize,
        };
        let scale = shared.unwrap_or(ratios[number]);
        scalings[axis] = AxisScaling {
            input,
            output,
            scale,
        };
    }
    scalings
}

impl AxisScaling {
    /// The coordinate in the input of the pixel `x` of the output.
    fn original(&self, x: usize, transformation: &str) -> Result<f64, String> {
        let (input, output, x) = (self.input as f64, self.output as f64, x as f64);
        let half_pixel = (x + 0.5) / self.scale - 0.5;
        Ok(match transformation {
            "half_pixel" => half_pixel,
            "pytorch_half_pixel" if self.output > 1 => half_pixel,
            "pytorch_half_pixel" => 0.0,
            "half_pixel_symmetric" => {
                let adjustment = output / (self.scale * input);
                half_pixel + input / 2.0 * (1.0 - adjustment)
            }
            "align_corners" if self.output == 1 => 0.0,
            "align_corners" => x * (input - 1.0) / (output - 1.0),
            "asymmetric" => x / self.scale,
            other => return Err(format!("the coordinates {other} are not covered")),
        })
    }

    /// The pixels of the input that the pixel `x` of the output mixes, and their weights.
    fn sources(
        &self,
        x: usize,
        call: &Call,
        transformation: &str,
        nearest: &str,
    ) -> Result<Vec<(usize, f64)>, String> {
        if self.input == self.output && self.scale == 1.0 {
            return Ok(vec![(x, 1.0)]);
        }
        let original = self.original(x, transformation)?;
        let mode = call.text("mode", "nearest");
        let border = |coordinate: f64| coordinate.clamp(0.0, self.input as f64 - 1.0) as usize;
        Ok(match mode.as_str() {
            "nearest" => vec![(border(rounded(original, nearest)?), 1.0)],
            "linear" => {
                let share = original - original.floor();
                let left = border(original.floor());
                vec![(left, 1.0 - share), (border(original.floor() + 1.0), share)]
            }
            "cubic" => self.cubic(call, original),
            other => return Err(format!("the mode {other} is not covered")),
        })
    }
}

impl AxisScaling {
    /// Weights by the cubic of the specification, written out in powers of the fraction.
    fn cubic(&self, call: &Call, original: f64) -> Vec<(usize, f64)> {
        let a = call.float("cubic_coeff_a", -0.75);
        let s = original - original.floor();
        let weights = [
            ((a * (s + 1.0) - 5.0 * a) * (s + 1.0) + 8.0 * a) * (s + 1.0) - 4.0 * a,
            ((a + 2.0) * s - (a + 3.0)) * s * s + 1.0,
            ((a + 2.0) * (1.0 - s) - (a + 3.0)) * (1.0 - s) * (1.0 - s) + 1.0,
            ((a * (2.0 - s) - 5.0 * a) * (2.0 - s) + 8.0 * a) * (2.0 - s) - 4.0 * a,
        ];
        let size = self.input as f64;
        let places: Vec<f64> = (-1..3)
            .map(|step| original.floor() + f64::from(step))
            .collect();
        let counts =
            |place: f64| call.int("exclude_outside", 0) == 0 || (0.0..size).contains(&place);
        let sum: f64 = (places.iter().zip(weights))
            .map(|(&place, weight)| if counts(place) { weight } else { 0.0 })
            .sum();
        let norm = if call.int("exclude_outside", 0) == 0 {
            1.0
        } else {
            sum
        };
        (places.iter().zip(weights))
            .filter(|(place, _)| counts(**place))
            .map(|(place, weight)| (place.clamp(0.0, size - 1.0) as usize, weight / norm))
            .collect()
    }
}

fn rounded(coordinate: f64, mode: &str) -> Result<f64, String> {
    Ok(match mode {
        "round_prefer_floor" => (coordinate - 0.5).ceil(),
        "round_prefer_ceil" => (coordinate + 0.5).floor(),
        "floor" => coordinate.floor(),
        "ceil" => coordinate.ceil(),
        other => return Err(format!("the nearest_mode {other} is not covered")),
    })
}

/// Interpolates along one axis after the other.
fn interpolated(
    call: &Call,
    x: &ArrayD<f64>,
    scalings: &[AxisScaling],
    transformation: &str,
    nearest: &str,
) -> Outputs {
    let mut result = x.clone();
    for (axis, scaling) in scalings.iter().enumerate() {
        let sources = (0..scaling.output)
            .map(|index| scaling.sources(index, call, transformation, nearest))
            .collect::<Result<Vec<_>, _>>()?;
        let mut shape = result.shape().to_vec();
        shape[axis] = scaling.output;
        result = tabulate(&shape, |index| {
            let part = |&(source, share): &(usize, f64)| {
                let mut at = index.to_vec();
                at[axis] = source;
                share * result[at.as_slice()]
            };
            sources[index[axis]].iter().map(part).sum()
        });
    }
    one(result)
}
