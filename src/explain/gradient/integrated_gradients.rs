//! Integrated Gradients (Sundararajan et al. 2017, "Axiomatic Attribution for Deep Networks").

#[cfg(feature = "network")]
use ndarray::Array3;

#[cfg(feature = "network")]
use super::{baselines::baseline, gauss_legendre::gauss_legendre};
use crate::explain::method::{Family, Method};
use crate::explain::setting::{BASELINE, Setting, SettingKind};
#[cfg(feature = "network")]
use crate::explain::{
    cam::channel_sum,
    context::Context,
    error::ExplainError,
    method::Explain,
    saliency::{Completeness, Saliency},
};

pub const METHOD: Method = Method {
    id: "integrated-gradients",
    name: "Integrated Gradients",
    plain_name: "how much each pixel adds on the way from nothing to the picture",
    summary: "Adds up the gradients along the straight line from a baseline to the picture, so that all pixels together make up the change of the answer.",
    caution: "Depends on the baseline: pixels that look like it do not count.",
    family: Family::Gradient,
    cost: "one run forward and backward for each step",
    settings: &[SETTINGS],
    is_slow: true,
    is_random: false,
    has_unit: true,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

const SETTINGS: &[Setting] = &[
    Setting {
        id: "steps",
        name: "Steps",
        summary: "How many points of the line are used; more of them make the sum more exact.",
        kind: SettingKind::Integer {
            min: 1,
            max: 1000,
            default: 50,
            unit: "",
        },
    },
    BASELINE,
];

/// A map is shown after each of so many steps.
#[cfg(feature = "network")]
const SHOWN_EVERY: usize = 10;

/// Σ_c (x − x′)_c · ∫₀¹ ∂y/∂x_c(x′ + t(x − x′)) dt by Gauss–Legendre quadrature, as captum does.
/// Where the budget ends early the points done stand for all.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let start = baseline(context, context.settings.choice("baseline"))?;
    let difference = context.subject.pixels()? - &start;
    // From both ends and the middle in turns: what is done is spread over the line.
    let points = gauss_legendre(context.settings.integer("steps"));
    let mut integral = Array3::<f32>::zeros(difference.dim());
    let (mut done, mut weight) = (0, 0.0);
    for number in spread_order(points.len()) {
        let point = points[number];
        let pixels = &start + &(&difference * point.place as f32);
        let gradient = context.input_gradient_of(pixels).await?;
        integral.scaled_add(point.weight as f32, &gradient);
        (done, weight) = (done + 1, weight + point.weight);
        if done % SHOWN_EVERY == 0 && done < points.len() {
            let channels = &integral * &difference / weight as f32;
            let early = context.input_map(channel_sum(&channels), Some(channels));
            context.show(&early.of_steps(done, points.len(), STEPS));
        }
        if !context.step(done, points.len()) {
            break;
        }
    }
    let channels = &integral * &difference / weight as f32;
    let expected = context.value() - context.value_of(start, context.target).await?;
    let sum = channels.iter().map(|&value| f64::from(value)).sum();
    let saliency = Saliency {
        completeness: Some(Completeness {
            sum,
            expected,
            meaning: "The map adds up to the answer for the picture less that for the baseline.",
        }),
        ..context.input_map(channel_sum(&channels), Some(channels))
    };
    Ok(saliency.of_steps(done, points.len(), STEPS))
}

/// What [`Saliency::of_steps`] calls a step.
#[cfg(feature = "network")]
const STEPS: &str = "steps were done";

/// 0…count in an order whose beginnings are spread over the whole: every `stride`-th, with a
/// stride near the golden section that has no divisor in common with `count`.
#[cfg(feature = "network")]
fn spread_order(count: usize) -> Vec<usize> {
    let divides = |a: usize, b: usize| {
        let (mut a, mut b) = (a, b);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a == 1
    };
    let first = (count * 618 / 1000).max(1);
    let stride = (first..)
        .find(|&stride| divides(stride, count))
        .unwrap_or(1);
    (0..count).map(|number| number * stride % count).collect()
}

#[cfg(all(test, feature = "network"))]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_done_once() {
        for count in 1..60 {
            let mut order = spread_order(count);
            order.sort_unstable();
            assert!(order.into_iter().eq(0..count), "{count}");
        }
    }
}
