//! The energy-based pointing game (Wang et al. 2020, "Score-CAM: Score-Weighted Visual
//! Explanations for Convolutional Neural Networks", section 4.3).

#[cfg(feature = "network")]
use crate::evaluate::{
    context::MetricContext, error::EvaluateError, explanation_mask::explanation_mask,
    measurement::Measured,
};
use crate::evaluate::{
    metric::{Better, Group, Metric, Needs, Points},
    settings::MANY_RANDOM_MAPS,
};
#[cfg(feature = "network")]
use crate::explain::Saliency;

pub const METRIC: Metric = Metric {
    id: "energy-pointing-game",
    name: "Energy-based pointing game",
    question: "What share of the map's evidence lies on the object?",
    caution: "It grows with the object: a random map gets the object's share of the picture.",
    group: Group::Localisation,
    better: Better::Higher,
    needs: Needs::Region,
    cost: "none",
    settings: &[&[MANY_RANDOM_MAPS]],
    is_slow: false,
    is_random: false,
    points: Points::None,
    #[cfg(feature = "network")]
    measure: |context, saliency| Box::pin(async move { measure(context, saliency) }),
};

/// Σ_object E / Σ E, E being the map as a mask of 0…1 at the input's size; 0 where nothing
/// speaks for the class.
#[cfg(feature = "network")]
fn measure(context: &MetricContext, saliency: &Saliency) -> Result<Measured, EvaluateError> {
    let Some(region) = context.region else {
        let metric = context.metric_name;
        return Err(EvaluateError::NoRegion { metric });
    };
    let (_, height, width) = context.pixels()?.dim();
    let object = region.at_input(height, width)?;
    let mask = explanation_mask(saliency.values.view(), height, width);
    let (mut inside, mut whole) = (0.0f64, 0.0f64);
    for (&value, &is_object) in mask.iter().zip(&object) {
        whole += f64::from(value);
        inside += if is_object { f64::from(value) } else { 0.0 };
    }
    let covered = object.iter().filter(|&&is_object| is_object).count();
    Ok(Measured {
        parts: vec![(
            "the object's share of the picture",
            covered as f64 / object.len().max(1) as f64,
        )],
        ..Measured::of(if whole > 0.0 { inside / whole } else { 0.0 })
    })
}
