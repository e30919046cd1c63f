//! The pointing game (Zhang et al. 2016, "Top-down Neural Attention by Excitation Backprop",
//! section 4.1; the tolerance as in TorchRay).

#[cfg(feature = "network")]
use crate::evaluate::{context::MetricContext, error::EvaluateError, measurement::Measured};
use crate::evaluate::{
    metric::{Better, Group, Metric, Needs, Points},
    settings::MANY_RANDOM_MAPS,
};
#[cfg(feature = "network")]
use crate::explain::{Saliency, upsampled};
use crate::explain::{Setting, SettingKind};

const TOLERANCE: &str = "tolerance";

pub const METRIC: Metric = Metric {
    id: "pointing-game",
    name: "Pointing game",
    question: "Is the map's highest point on the object?",
    caution: "A centre blob wins it where objects are large and in the middle: compare.",
    group: Group::Localisation,
    better: Better::Higher,
    needs: Needs::Region,
    cost: "none",
    settings: &[&[
        Setting {
            id: TOLERANCE,
            name: "Tolerance",
            summary: "How far beside the object still counts.",
            kind: SettingKind::Integer {
                min: 0,
                max: 4096,
                default: 15,
                unit: "pixels of the network's input",
            },
        },
        MANY_RANDOM_MAPS,
    ]],
    is_slow: false,
    is_random: false,
    points: Points::None,
    #[cfg(feature = "network")]
    measure: |context, saliency| Box::pin(async move { measure(context, saliency) }),
};

/// 1 if a pixel of the object is within the tolerance of the greatest value, else 0; the mean
/// over pictures is the metric of the paper. Of several greatest values the first counts.
#[cfg(feature = "network")]
fn measure(context: &MetricContext, saliency: &Saliency) -> Result<Measured, EvaluateError> {
    let Some(region) = context.region else {
        let metric = context.metric_name;
        return Err(EvaluateError::NoRegion { metric });
    };
    let (_, height, width) = context.pixels()?.dim();
    let object = region.at_input(height, width)?;
    let map = upsampled(saliency.values.view(), (height, width), false);
    let mut peak = ((0, 0), f32::NEG_INFINITY);
    for (place, &value) in map.indexed_iter() {
        if value > peak.1 {
            peak = (place, value);
        }
    }
    let (row, column) = peak.0;
    let tolerance = context.settings.integer(TOLERANCE);
    let mut object = object.indexed_iter();
    let is_hit = object.any(|((y, x), &is_object)| {
        let (down, across) = (y.abs_diff(row), x.abs_diff(column));
        is_object && down * down + across * across <= tolerance * tolerance
    });
    Ok(Measured {
        parts: vec![
            ("row of the highest point", row as f64),
            ("column of the highest point", column as f64),
        ],
        ..Measured::of(f64::from(u8::from(is_hit)))
    })
}
