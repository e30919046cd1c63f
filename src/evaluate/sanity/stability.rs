//! Stability under small noise (Alvarez-Melis and Jaakkola 2018, "On the Robustness of
//! Interpretability Methods", with a rank correlation in place of a distance).

#[cfg(feature = "network")]
use super::likeness::Likeness;
#[cfg(feature = "network")]
use crate::evaluate::{context::MetricContext, error::EvaluateError, measurement::Measured};
use crate::evaluate::{
    metric::{Better, Group, Metric, Needs, Points},
    settings::FEW_RANDOM_MAPS,
};
#[cfg(feature = "network")]
use crate::explain::{Random, Saliency};
use crate::explain::{Setting, SettingKind};

const COPIES: &str = "copies";
const NOISE: &str = "noise";

pub const METRIC: Metric = Metric {
    id: "stability",
    name: "Stability",
    question: "Does the map stay the same when the picture gets a little noise?",
    caution: "A map that is the same for every picture is the most stable of all.",
    group: Group::Sanity,
    better: Better::Higher,
    needs: Needs::Method,
    cost: "one run and one more map for each copy",
    settings: &[&[
        Setting {
            id: COPIES,
            name: "Copies",
            summary: "How many noisy copies of the picture are explained.",
            kind: SettingKind::Integer {
                min: 1,
                max: 1000,
                default: 5,
                unit: "",
            },
        },
        Setting {
            id: NOISE,
            name: "Noise",
            summary: "Standard deviation of the noise, as a share of the difference between white \
                      and black.",
            kind: SettingKind::Real {
                min: 0.0,
                max: 1.0,
                default: 0.02,
                unit: "of white minus black",
            },
        },
        FEW_RANDOM_MAPS,
    ]],
    is_slow: true,
    is_random: true,
    points: Points::Maps,
    #[cfg(feature = "network")]
    measure: |context, saliency| Box::pin(measure(context, saliency)),
};

/// The mean of Spearman's rank correlation of the map and those of noisy copies; x of the curves
/// is the share of copies.
#[cfg(feature = "network")]
async fn measure(
    context: &mut MetricContext<'_>,
    saliency: &Saliency,
) -> Result<Measured, EvaluateError> {
    let pixels = context.pixels()?;
    let total = context.settings.integer(COPIES);
    let noise = context.settings.real(NOISE) * f64::from(context.subject.scale.range());
    let mut likeness = Likeness::new();
    for copy in 0..total {
        let mut random = Random::of_sample(context.seed, copy as u64);
        let noisy = pixels.mapv(|value| (f64::from(value) + noise * random.normal()) as f32);
        let map = context.map_of(saliency, noisy).await?;
        likeness.add((copy + 1) as f64 / total as f64, saliency, &map);
        let goes_on = context.step(copy + 1, total);
        context.show_early(saliency, &likeness.measured(total, WHAT));
        if !goes_on {
            break;
        }
    }
    Ok(likeness.measured(total, WHAT))
}

#[cfg(feature = "network")]
const WHAT: &str = "noisy copies were explained";
