//! Increase in confidence (Chattopadhay et al. 2018, "Grad-CAM++", section 5.1; the mask as in torchcam).

#[cfg(feature = "network")]
use super::masked_answer::MaskedAnswer;
#[cfg(feature = "network")]
use crate::evaluate::measurement::Measured;
use crate::evaluate::{
    metric::{Better, Group, Metric, Needs, Points},
    settings::FEW_RANDOM_MAPS,
};

pub const METRIC: Metric = Metric {
    id: "average-increase",
    name: "Increase in confidence",
    question: "Is the class more probable when only what the map marks is kept?",
    caution: "It says 1 or 0 of a picture; only the mean over many pictures says something.",
    group: Group::Faithfulness,
    better: Better::Higher,
    needs: Needs::Nothing,
    cost: "one run",
    settings: &[&[FEW_RANDOM_MAPS]],
    is_slow: true,
    is_random: false,
    points: Points::None,
    // 1 if Y < O, else 0; the mean over pictures is the metric of the paper.
    #[cfg(feature = "network")]
    measure: |context, saliency| {
        Box::pin(async move {
            let answer = MaskedAnswer::of(context, saliency).await?;
            Ok(Measured {
                parts: answer.parts(),
                ..Measured::of(answer.increase())
            })
        })
    },
};
