//! Cascading randomisation of the network's weights (Adebayo et al. 2018, "Sanity Checks for
//! Saliency Maps", section 3.1).

#[cfg(feature = "network")]
use super::likeness::Likeness;
#[cfg(feature = "network")]
use crate::evaluate::{
    context::{MetricContext, Source},
    error::EvaluateError,
    measurement::Measured,
};
use crate::evaluate::{
    metric::{Better, Group, Metric, Needs, Points},
    settings::FEW_RANDOM_MAPS,
};
#[cfg(feature = "network")]
use crate::explain::{Random, Saliency};
use crate::explain::{Setting, SettingKind};

const STAGES: &str = "stages";

pub const METRIC: Metric = Metric {
    id: "cascading-randomisation",
    name: "Cascading randomisation",
    question: "Is the map lost when the network's weights are lost, layer by layer from the top?",
    caution: "Two maps of one picture can be alike because both show its edges; and each stage \
              makes the model ready anew, which takes long.",
    group: Group::Sanity,
    better: Better::Lower,
    needs: Needs::Method,
    cost: "one more model, run and map for each stage",
    settings: &[&[
        Setting {
            id: STAGES,
            name: "Stages",
            summary: "In how many stages all layers with weights lose them.",
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

/// The mean over the stages of Spearman's rank correlation of the map and that of the network
/// whose topmost layers have random weights: normal, with the mean and standard deviation of the
/// layer's own. x of the curves is the share of layers that have lost theirs.
#[cfg(feature = "network")]
async fn measure(
    context: &mut MetricContext<'_>,
    saliency: &Saliency,
) -> Result<Measured, EvaluateError> {
    let layers = context.network.weighted_layers();
    if layers == 0 {
        return Err(EvaluateError::NotDefined {
            metric: context.metric_name,
            reason: "the model has no layer with weights that can be replaced",
        });
    }
    let total = context.settings.integer(STAGES).min(layers);
    let pixels = context.pixels()?;
    let mut likeness = Likeness::new();
    for stage in 1..=total {
        let replaced = (layers * stage).div_ceil(total);
        let map = if context.source == Source::Method {
            let seed = context.seed;
            let mut normals = |layer: usize| {
                let mut random = Random::of_sample(seed, layer as u64);
                Box::new(move || random.normal()) as Box<dyn FnMut() -> f64>
            };
            let mut other = context
                .network
                .with_random_weights(replaced, &mut normals)?;
            let mut other = context.on_network(&mut *other);
            let map = other.map_of(saliency, pixels.clone()).await;
            let runs = other.runs;
            context.runs = runs;
            map?
        } else {
            context.map_for(saliency, saliency.target).await?
        };
        likeness.add(replaced as f64 / layers as f64, saliency, &map);
        let goes_on = context.step(stage, total);
        context.show_early(saliency, &likeness.measured(total, WHAT));
        if !goes_on {
            break;
        }
    }
    Ok(likeness.measured(total, WHAT))
}

#[cfg(feature = "network")]
const WHAT: &str = "stages were made";
