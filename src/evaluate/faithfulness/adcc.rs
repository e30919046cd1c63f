//! ADCC (Poppi et al. 2021, "Revisiting The Evaluation of Class Activation Mapping for
//! Explainability: A Novel Metric and Experimental Analysis").

#[cfg(feature = "network")]
use super::masked_answer::MaskedAnswer;
#[cfg(feature = "network")]
use crate::evaluate::{
    context::MetricContext,
    correlation::correlation,
    error::EvaluateError,
    explanation_mask::{explanation_mask, masked},
    measurement::Measured,
};
use crate::evaluate::{
    metric::{Better, Group, Metric, Needs, Points},
    settings::FEW_RANDOM_MAPS,
};
#[cfg(feature = "network")]
use crate::explain::Saliency;

pub const METRIC: Metric = Metric {
    id: "adcc",
    name: "ADCC",
    question: "Does the map keep the class probable, mark little, and stay the same for what it marks?",
    caution: "One number of three that can make up for each other: read its parts.",
    group: Group::Faithfulness,
    better: Better::Higher,
    needs: Needs::Method,
    cost: "one run, and one more map",
    settings: &[&[FEW_RANDOM_MAPS]],
    is_slow: true,
    is_random: false,
    points: Points::None,
    #[cfg(feature = "network")]
    measure: |context, saliency| Box::pin(measure(context, saliency)),
};

/// 3 / (1/coherency + 1/(1 − complexity) + 1/(1 − drop)); 0 where one of the three is 0.
/// Coherency is (r + 1)/2, r being Pearson's correlation of the map of x and that of x ⊙ E;
/// complexity the mean of E; both of maps as masks of 0…1 at the input's size.
#[cfg(feature = "network")]
async fn measure(
    context: &mut MetricContext<'_>,
    saliency: &Saliency,
) -> Result<Measured, EvaluateError> {
    let answer = MaskedAnswer::of(context, saliency).await?;
    let pixels = context.pixels()?;
    let (_, height, width) = pixels.dim();
    let mask = explanation_mask(saliency.values.view(), height, width);
    let kept = masked(&pixels, &mask);
    let again = context.map_of(saliency, kept).await?;
    let again = explanation_mask(again.view(), height, width);
    let coherency = (correlation(mask.view(), again.view()) + 1.0) / 2.0;
    let sum: f64 = mask.iter().map(|&value| f64::from(value)).sum();
    let complexity = sum / mask.len().max(1) as f64;
    let drop = answer.drop();
    Ok(Measured {
        parts: vec![
            ("average drop", drop),
            ("coherency", coherency),
            ("complexity", complexity),
        ],
        ..Measured::of(harmonic_mean([coherency, 1.0 - complexity, 1.0 - drop]))
    })
}

#[cfg(feature = "network")]
fn harmonic_mean(values: [f64; 3]) -> f64 {
    if values.iter().any(|&value| value <= 0.0) {
        return 0.0;
    }
    3.0 / values.iter().map(|value| 1.0 / value).sum::<f64>()
}
