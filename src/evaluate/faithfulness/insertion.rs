//! Insertion (Petsiuk et al. 2018, "RISE: Randomized Input Sampling for Explanation of Black-box
//! Models", section 4.3).

#[cfg(feature = "network")]
use super::pixel_curve::{self, Change};
#[cfg(feature = "network")]
use crate::evaluate::{context::MetricContext, error::EvaluateError, settings::BASELINE};
use crate::evaluate::{
    metric::{Better, Group, Metric, Needs, Points},
    settings::{BEFORE_INSERTION, CURVE_STEPS, FEW_RANDOM_MAPS},
};

pub const METRIC: Metric = Metric {
    id: "insertion",
    name: "Insertion",
    question: "How fast does the answer rise when the pixels that matter most are shown first?",
    caution: "A large object shows early whatever the map; compare with the centre blob.",
    group: Group::Faithfulness,
    better: Better::Higher,
    needs: Needs::Nothing,
    cost: "one run for each step",
    settings: &[&[CURVE_STEPS, BEFORE_INSERTION, FEW_RANDOM_MAPS]],
    is_slow: true,
    is_random: false,
    points: Points::Pictures {
        #[cfg(feature = "network")]
        picture: |context, saliency, point| {
            Box::pin(async move {
                Ok(pixel_curve::picture(
                    change(context)?,
                    saliency,
                    point.share,
                ))
            })
        },
    },
    #[cfg(feature = "network")]
    measure: |context, saliency| {
        Box::pin(async move {
            let change = change(context)?;
            pixel_curve::measure(context, saliency, change).await
        })
    },
};

#[cfg(feature = "network")]
fn change(context: &mut MetricContext<'_>) -> Result<Change, EvaluateError> {
    let baseline = context.baseline(context.settings.choice(BASELINE))?;
    Ok(Change {
        name: "insertion",
        from: baseline,
        to: context.pixels()?,
        ends_with_picture: true,
    })
}
