//! The random logit test (Sixt et al. 2020, "When Explanations Lie: Why Many Modified BP
//! Attributions Fail", section 4).

#[cfg(feature = "network")]
use super::likeness::Likeness;
#[cfg(feature = "network")]
use crate::evaluate::{context::MetricContext, error::EvaluateError, measurement::Measured};
use crate::evaluate::{
    metric::{Better, Group, Metric, Needs, Points},
    settings::FEW_RANDOM_MAPS,
};
#[cfg(feature = "network")]
use crate::explain::{Random, Saliency, Target};
use crate::explain::{Setting, SettingKind};

const CLASSES: &str = "classes";

pub const METRIC: Metric = Metric {
    id: "random-logit",
    name: "Random logit",
    question: "Does the map change when another class is asked about?",
    caution: "Classes that look alike may well have maps that are alike.",
    group: Group::Sanity,
    better: Better::Lower,
    needs: Needs::Method,
    cost: "one more map for each class",
    settings: &[&[
        Setting {
            id: CLASSES,
            name: "Other classes",
            summary: "How many other classes, drawn at random, are asked about.",
            kind: SettingKind::Integer {
                min: 1,
                max: 1000,
                default: 5,
                unit: "",
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

/// The mean of Spearman's rank correlation of the map and those of other classes, drawn without
/// replacement; x of the curves is the share of classes that were drawn.
#[cfg(feature = "network")]
async fn measure(
    context: &mut MetricContext<'_>,
    saliency: &Saliency,
) -> Result<Measured, EvaluateError> {
    let asked = saliency.target;
    let classes = context.network.classes();
    let is_other = |class: &usize| *class != asked.class() && Some(*class) != asked.other();
    let mut others: Vec<usize> = (0..classes).filter(is_other).collect();
    if others.is_empty() {
        return Err(EvaluateError::NotDefined {
            metric: context.metric_name,
            reason: "the model has no other class",
        });
    }
    let total = context.settings.integer(CLASSES).min(others.len());
    let mut random = Random::of_sample(context.seed, 0);
    let mut likeness = Likeness::new();
    for drawn in 0..total {
        let left = others.len() - drawn;
        let pick = drawn + (random.uniform() * left as f64) as usize;
        others.swap(drawn, pick);
        let target = Target::new(asked.kind(), others[drawn], asked.other())?;
        let map = context.map_for(saliency, target).await?;
        likeness.add((drawn + 1) as f64 / total as f64, saliency, &map);
        let goes_on = context.step(drawn + 1, total);
        context.show_early(saliency, &likeness.measured(total, WHAT));
        if !goes_on {
            break;
        }
    }
    Ok(likeness.measured(total, WHAT))
}

#[cfg(feature = "network")]
const WHAT: &str = "other classes were asked about";
