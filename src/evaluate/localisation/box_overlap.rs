//! The overlap of the map's box and the object's (Zhou et al. 2016, "Learning Deep Features for
//! Discriminative Localization", section 3.2, and Selvaraju et al. 2017, "Grad-CAM", section 4.1,
//! whose share of the maximum is 15 %).

#[cfg(feature = "network")]
use crate::evaluate::{
    context::MetricContext,
    error::EvaluateError,
    explanation_mask::explanation_mask,
    localisation::map_box::{PixelBox, map_box},
    measurement::Measured,
};
use crate::evaluate::{
    metric::{Better, Group, Metric, Needs, Points},
    settings::MANY_RANDOM_MAPS,
};
#[cfg(feature = "network")]
use crate::explain::Saliency;
use crate::explain::{Setting, SettingKind};

#[cfg(feature = "network")]
const THRESHOLD: &str = "threshold";

/// Where the box of a map ends.
pub(super) const BOX_THRESHOLD: Setting = Setting {
    id: "threshold",
    name: "Threshold",
    summary: "What share of its maximum the map has inside its box.",
    kind: SettingKind::Real {
        min: 0.0,
        max: 1.0,
        default: 0.15,
        unit: "of the maximum",
    },
};

pub const METRIC: Metric = Metric {
    id: "box-overlap",
    name: "Overlap of boxes (IoU)",
    question: "How well does a box around what the map marks fit the object?",
    caution: "The threshold decides much, and one stray pixel of the map can stretch its box.",
    group: Group::Localisation,
    better: Better::Higher,
    needs: Needs::Region,
    cost: "none",
    settings: &[&[BOX_THRESHOLD, MANY_RANDOM_MAPS]],
    is_slow: false,
    is_random: false,
    points: Points::None,
    #[cfg(feature = "network")]
    measure: |context, saliency| {
        Box::pin(async move { Ok(Measured::of(overlap(context, saliency)?)) })
    },
};

/// Intersection over union of the object's box and that around the largest connected part of the
/// map that reaches the threshold; 0 where nothing speaks for the class.
#[cfg(feature = "network")]
pub(super) fn overlap(context: &MetricContext, saliency: &Saliency) -> Result<f64, EvaluateError> {
    let Some(region) = context.region else {
        let metric = context.metric_name;
        return Err(EvaluateError::NoRegion { metric });
    };
    let (_, height, width) = context.pixels()?.dim();
    let object = region.at_input(height, width)?;
    let object = object.indexed_iter().filter(|(_, is_object)| **is_object);
    let object = PixelBox::around(object.map(|(place, _)| place));
    let mask = explanation_mask(saliency.values.view(), height, width);
    let found = map_box(&mask, context.settings.real(THRESHOLD));
    let overlap = object.zip(found);
    Ok(overlap.map_or(0.0, |(object, found)| object.overlap(found)))
}
