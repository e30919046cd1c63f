//! ROAD, remove and debias (Rong et al. 2022, "A Consistent and Efficient Evaluation Strategy for
//! Attribution Methods").

#[cfg(feature = "network")]
use ndarray::Array3;

#[cfg(feature = "network")]
use super::imputation::imputed;
#[cfg(feature = "network")]
use crate::evaluate::{
    context::MetricContext,
    error::EvaluateError,
    explanation_mask::{first_pixels, most_relevant_first},
    measurement::{Curve, Measured},
    metric::CurvePoint,
};
use crate::evaluate::{
    metric::{Better, Group, Metric, Needs, Points},
    settings::{FEW_RANDOM_MAPS, STEPS},
};
#[cfg(feature = "network")]
use crate::explain::{Saliency, upsampled};
use crate::explain::{Setting, SettingKind};

const NOISE: &str = "noise";

const SETTINGS: &[Setting] = &[
    Setting {
        id: STEPS,
        name: "Steps",
        summary: "How many shares of the picture are removed; with 9 these are 10 %, 20 % to 90 %.",
        kind: SettingKind::Integer {
            min: 1,
            max: 99,
            default: 9,
            unit: "",
        },
    },
    Setting {
        id: NOISE,
        name: "Noise",
        summary: "Standard deviation of the noise that imputed pixels get, as a share of the \
                  difference between white and black.",
        kind: SettingKind::Real {
            min: 0.0,
            max: 1.0,
            default: 0.01,
            unit: "of white minus black",
        },
    },
    FEW_RANDOM_MAPS,
];

/// What the three have in common.
const ROAD: Metric = Metric {
    id: "road",
    name: "ROAD",
    question: "",
    caution: "What is removed is filled in from its neighbours: of a smooth surface nothing is \
              lost, whatever it means to the network.",
    group: Group::Faithfulness,
    better: Better::Higher,
    needs: Needs::Nothing,
    cost: "one run for each step",
    settings: &[SETTINGS],
    is_slow: true,
    is_random: true,
    points: Points::Pictures {
        #[cfg(feature = "network")]
        picture: |context, saliency, point| Box::pin(picture(context, saliency, MOST_FIRST, point)),
    },
    #[cfg(feature = "network")]
    measure: |context, saliency| Box::pin(measure(context, saliency, MOST_FIRST)),
};

pub const MOST_RELEVANT_FIRST: Metric = Metric {
    id: "road-most-relevant",
    name: "ROAD, most relevant first",
    question: "How much of the answer is left when the pixels that matter most are filled in from \
               their neighbours?",
    better: Better::Lower,
    ..ROAD
};

pub const LEAST_RELEVANT_FIRST: Metric = Metric {
    id: "road-least-relevant",
    name: "ROAD, least relevant first",
    question: "How much of the answer is left when the pixels that matter least are filled in \
               from their neighbours?",
    points: Points::Pictures {
        #[cfg(feature = "network")]
        picture: |context, saliency, point| {
            Box::pin(picture(context, saliency, LEAST_FIRST, point))
        },
    },
    #[cfg(feature = "network")]
    measure: |context, saliency| Box::pin(measure(context, saliency, LEAST_FIRST)),
    ..ROAD
};

pub const COMBINED: Metric = Metric {
    id: "road-combined",
    name: "ROAD, combined",
    question: "Does filling in what matters least leave more of the answer than filling in what \
               matters most?",
    cost: "two runs for each step",
    points: Points::Pictures {
        #[cfg(feature = "network")]
        picture: |context, saliency, point| Box::pin(picture(context, saliency, BOTH, point)),
    },
    #[cfg(feature = "network")]
    measure: |context, saliency| Box::pin(measure(context, saliency, BOTH)),
    ..ROAD
};

#[cfg(feature = "network")]
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Most,
    Least,
}

#[cfg(feature = "network")]
const MOST_FIRST: &[Order] = &[Order::Most];
#[cfg(feature = "network")]
const LEAST_FIRST: &[Order] = &[Order::Least];
#[cfg(feature = "network")]
const BOTH: &[Order] = &[Order::Most, Order::Least];

#[cfg(feature = "network")]
impl Order {
    fn name(self) -> &'static str {
        match self {
            Order::Most => "most relevant first",
            Order::Least => "least relevant first",
        }
    }
}

/// The mean answer over the steps, of n steps after k / (n + 1) of the pixels were imputed. Of
/// two orders (least relevant first − most relevant first) / 2. Step k takes the samples
/// 2k and 2k + 1 of random numbers.
#[cfg(feature = "network")]
async fn measure(
    context: &mut MetricContext<'_>,
    saliency: &Saliency,
    orders: &[Order],
) -> Result<Measured, EvaluateError> {
    let score = MetricContext::score(saliency);
    let steps = context.settings.integer(STEPS);
    let removal = Removal::new(context, saliency)?;
    let curves = orders.iter().map(|order| Curve {
        name: order.name(),
        points: Vec::with_capacity(steps),
    });
    let mut curves: Vec<Curve> = curves.collect();
    let (mut done, total) = (0, steps * orders.len());
    let mut goes_on = true;
    for step in 1..=steps {
        for (curve, &order) in curves.iter_mut().zip(orders) {
            let changed = removal.picture(context, order, step, steps).await?;
            let share = share(step, steps);
            curve.insert(share, context.value_of(changed, score).await?);
            done += 1;
            goes_on = context.step(done, total);
        }
        context.show_early(saliency, &measured(&curves, done, total));
        if !goes_on {
            break;
        }
    }
    Ok(measured(&curves, done, total))
}

/// The picture of a point of a curve.
#[cfg(feature = "network")]
async fn picture(
    context: &mut MetricContext<'_>,
    saliency: &Saliency,
    orders: &[Order],
    point: CurvePoint,
) -> Result<Array3<f32>, EvaluateError> {
    let steps = context.settings.integer(STEPS);
    let step = (point.share * (steps + 1) as f64).round() as usize;
    let order = orders.get(point.curve).copied().unwrap_or(Order::Most);
    let removal = Removal::new(context, saliency)?;
    removal
        .picture(context, order, step.clamp(1, steps), steps)
        .await
}

/// The share of pixels that a step removes.
#[cfg(feature = "network")]
fn share(step: usize, steps: usize) -> f64 {
    step as f64 / (steps + 1) as f64
}

/// A picture whose pixels are removed in the order of a map.
#[cfg(feature = "network")]
struct Removal {
    /// [C, H, W].
    pixels: Array3<f32>,
    most_relevant_first: Vec<usize>,
    /// Standard deviation of the noise, in the units of the pixels.
    noise: f64,
}

#[cfg(feature = "network")]
impl Removal {
    fn new(context: &MetricContext<'_>, saliency: &Saliency) -> Result<Removal, EvaluateError> {
        let pixels = context.pixels()?;
        let (_, height, width) = pixels.dim();
        let map = upsampled(saliency.values.view(), (height, width), false);
        Ok(Removal {
            pixels,
            most_relevant_first: most_relevant_first(&map),
            noise: context.settings.real(NOISE) * f64::from(context.subject.scale.range()),
        })
    }

    /// The picture after a step in one of the orders.
    async fn picture(
        &self,
        context: &mut MetricContext<'_>,
        order: Order,
        step: usize,
        steps: usize,
    ) -> Result<Array3<f32>, EvaluateError> {
        let (_, height, width) = self.pixels.dim();
        let all = &self.most_relevant_first;
        let count = (share(step, steps) * all.len() as f64).round() as usize;
        let size = (height, width);
        let missing = if order == Order::Most {
            first_pixels(all, count, size)
        } else {
            // The last of the most relevant are the first of the least relevant.
            !first_pixels(all, all.len() - count, size)
        };
        let sample = 2 * step as u64 + u64::from(order == Order::Least);
        imputed(context, &self.pixels, &missing, self.noise, sample).await
    }
}

#[cfg(feature = "network")]
fn measured(curves: &[Curve], done: usize, total: usize) -> Measured {
    let value = match curves {
        [most, least] => (least.mean() - most.mean()) / 2.0,
        [only] => only.mean(),
        _ => f64::NAN,
    };
    Measured {
        curves: curves.to_vec(),
        left_out: (done < total).then(|| format!("{done} of {total} steps were made")),
        ..Measured::of(value)
    }
}
