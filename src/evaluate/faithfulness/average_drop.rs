//! Average drop (Chattopadhay et al. 2018, "Grad-CAM++", section 5.1; the mask as in torchcam).

#[cfg(feature = "network")]
use super::masked_answer::MaskedAnswer;
#[cfg(feature = "network")]
use crate::evaluate::measurement::Measured;
use crate::evaluate::{
    metric::{Better, Group, Metric, Needs, Points},
    settings::FEW_RANDOM_MAPS,
};

pub const METRIC: Metric = Metric {
    id: "average-drop",
    name: "Average drop",
    question: "What share of the probability is lost when only what the map marks is kept?",
    caution: "A map that marks everything loses nothing: read it beside the complexity in ADCC.",
    group: Group::Faithfulness,
    better: Better::Lower,
    needs: Needs::Nothing,
    cost: "one run",
    settings: &[&[FEW_RANDOM_MAPS]],
    is_slow: true,
    is_random: false,
    points: Points::None,
    // max(0, Y − O) / Y; the mean over pictures is the metric of the paper.
    #[cfg(feature = "network")]
    measure: |context, saliency| {
        Box::pin(async move {
            let answer = MaskedAnswer::of(context, saliency).await?;
            Ok(Measured {
                parts: answer.parts(),
                ..Measured::of(answer.drop())
            })
        })
    },
};
