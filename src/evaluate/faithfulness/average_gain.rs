//! Average gain (Zhang et al. 2024, "Opti-CAM: Optimizing saliency maps for interpretability").

#[cfg(feature = "network")]
use super::masked_answer::MaskedAnswer;
#[cfg(feature = "network")]
use crate::evaluate::measurement::Measured;
use crate::evaluate::{
    metric::{Better, Group, Metric, Needs, Points},
    settings::FEW_RANDOM_MAPS,
};

pub const METRIC: Metric = Metric {
    id: "average-gain",
    name: "Average gain",
    question: "What share of the missing probability is won when only what the map marks is kept?",
    caution: "A picture that is certain already has nothing to win.",
    group: Group::Faithfulness,
    better: Better::Higher,
    needs: Needs::Nothing,
    cost: "one run",
    settings: &[&[FEW_RANDOM_MAPS]],
    is_slow: true,
    is_random: false,
    points: Points::None,
    // max(0, O − Y) / (1 − Y); the mean over pictures is the metric of the paper.
    #[cfg(feature = "network")]
    measure: |context, saliency| {
        Box::pin(async move {
            let answer = MaskedAnswer::of(context, saliency).await?;
            Ok(Measured {
                parts: answer.parts(),
                ..Measured::of(answer.gain())
            })
        })
    },
};
