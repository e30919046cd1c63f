//! The answer along the order of a map's pixels.

use ndarray::Array3;

use crate::evaluate::context::MetricContext;
use crate::evaluate::error::EvaluateError;
use crate::evaluate::explanation_mask::{first_pixels, mixed, most_relevant_first};
use crate::evaluate::measurement::{Curve, Measured};
use crate::evaluate::settings::STEPS;
use crate::explain::{Saliency, upsampled};

/// How the picture changes from the first pixel to the last.
pub struct Change {
    pub name: &'static str,
    /// Before any pixel is changed, [C, H, W].
    pub from: Array3<f32>,
    /// What pixels become, [C, H, W].
    pub to: Array3<f32>,
    /// Whether `to` is the picture itself, and not `from`.
    pub ends_with_picture: bool,
}

/// Changes the pixels in equal steps, the most relevant first, and measures the answer after
/// each. The value is the area under the curve, by the trapezoidal rule over the share of
/// changed pixels. Points are measured from coarse to fine, so that a budget that ends leaves a
/// coarse curve of the whole.
pub async fn measure(
    context: &mut MetricContext<'_>,
    saliency: &Saliency,
    change: Change,
) -> Result<Measured, EvaluateError> {
    let score = MetricContext::score(saliency);
    let (_, height, width) = change.from.dim();
    let order = most_relevant_first(&upsampled(saliency.values.view(), (height, width), false));
    let counts = counts(order.len(), context.settings.integer(STEPS));
    let picture = if change.ends_with_picture {
        order.len()
    } else {
        0
    };
    let mut curve = Curve {
        name: change.name,
        points: Vec::with_capacity(counts.len()),
    };
    let share = |count: usize| count as f64 / order.len().max(1) as f64;
    curve.insert(share(picture), context.value(score));
    let total = counts.len() - 1;
    let mut done = 0;
    for index in coarse_to_fine(counts.len()) {
        let count = counts[index];
        if count == picture {
            continue;
        }
        let changed = first_pixels(&order, count, (height, width));
        let pixels = mixed(&changed, &change.to, &change.from);
        curve.insert(share(count), context.value_of(pixels, score).await?);
        done += 1;
        let goes_on = context.step(done, total);
        context.show_early(saliency, &measured(&curve, done, total));
        if !goes_on {
            break;
        }
    }
    Ok(measured(&curve, done, total))
}

/// The picture after a share of the pixels is changed, [C, H, W].
pub fn picture(change: Change, saliency: &Saliency, share: f64) -> Array3<f32> {
    let (_, height, width) = change.from.dim();
    let order = most_relevant_first(&upsampled(saliency.values.view(), (height, width), false));
    let count = (share.clamp(0.0, 1.0) * order.len() as f64).round() as usize;
    let changed = first_pixels(&order, count, (height, width));
    mixed(&changed, &change.to, &change.from)
}

fn measured(curve: &Curve, done: usize, total: usize) -> Measured {
    Measured {
        value: curve.area(),
        curves: vec![curve.clone()],
        left_out: (done < total).then(|| format!("{done} of {total} steps were made")),
        ..Measured::default()
    }
}

/// How many pixels are changed after each step: 0, then equal numbers more, at last all, which
/// can be fewer more.
fn counts(pixels: usize, steps: usize) -> Vec<usize> {
    let step = pixels.div_ceil(steps.max(1)).max(1);
    (0..pixels).step_by(step).chain([pixels]).collect()
}

/// 0…count − 1: the ends, then the middles of what is between.
fn coarse_to_fine(count: usize) -> Vec<usize> {
    let last = count.saturating_sub(1);
    let mut order = vec![last, 0];
    order.dedup();
    let mut gaps = std::collections::VecDeque::from([(0usize, last)]);
    while let Some((low, high)) = gaps.pop_front() {
        let middle = low.midpoint(high);
        if middle > low {
            order.push(middle);
            gaps.extend([(low, middle), (middle, high)]);
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_equal_and_each_point_is_measured_once() {
        assert_eq!(counts(10, 4), [0, 3, 6, 9, 10]);
        assert_eq!(counts(3, 20), [0, 1, 2, 3]);
        for count in 1..40 {
            let mut order = coarse_to_fine(count);
            order.sort_unstable();
            assert!(order.into_iter().eq(0..count), "{count}");
        }
        assert_eq!(coarse_to_fine(5), [4, 0, 2, 1, 3]);
    }
}
