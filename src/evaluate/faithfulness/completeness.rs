//! Completeness (Sundararajan et al. 2017, "Axiomatic Attribution for Deep Networks", section 3).

#[cfg(feature = "network")]
use crate::evaluate::{error::EvaluateError, measurement::Measured};
use crate::evaluate::{
    metric::{Better, Group, Metric, Needs, Points},
    settings::MANY_RANDOM_MAPS,
};

pub const METRIC: Metric = Metric {
    id: "completeness",
    name: "Completeness gap",
    question: "Do the values of the map add up to what they explain?",
    caution: "Only some methods promise it, on some networks; and a map that adds up can still \
              lie in the wrong place.",
    group: Group::Faithfulness,
    better: Better::Lower,
    needs: Needs::Nothing,
    cost: "none",
    settings: &[&[MANY_RANDOM_MAPS]],
    is_slow: false,
    is_random: false,
    points: Points::None,
    // |Σ map − what it should be|, in the unit of the map.
    #[cfg(feature = "network")]
    measure: |context, saliency| {
        Box::pin(async move {
            let Some(completeness) = &saliency.completeness else {
                return Err(EvaluateError::NotDefined {
                    metric: context.metric_name,
                    reason: "this method does not promise on this network that its map adds up; \
                             Integrated Gradients does",
                });
            };
            let sum: f64 = saliency.values.iter().map(|&value| f64::from(value)).sum();
            Ok(Measured {
                parts: vec![("sum", sum), ("expected", completeness.expected)],
                ..Measured::of((sum - completeness.expected).abs())
            })
        })
    },
};
