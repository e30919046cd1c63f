//! Localisation accuracy with known class (Zhou et al. 2016, "Learning Deep Features for
//! Discriminative Localization", section 3.2).

use super::box_overlap::BOX_THRESHOLD;
#[cfg(feature = "network")]
use super::box_overlap::overlap;
#[cfg(feature = "network")]
use crate::evaluate::measurement::Measured;
use crate::evaluate::{
    metric::{Better, Group, Metric, Needs, Points},
    settings::MANY_RANDOM_MAPS,
};
use crate::explain::{Setting, SettingKind};

const OVERLAP: &str = "overlap";

pub const METRIC: Metric = Metric {
    id: "localisation-accuracy",
    name: "Localisation accuracy",
    question: "Is the object found, that is, does the map's box fit it at least by half?",
    caution: "It says 1 or 0 of a picture; only the mean over many pictures with boxes says \
              something.",
    group: Group::Localisation,
    better: Better::Higher,
    needs: Needs::Region,
    cost: "none",
    settings: &[&[
        BOX_THRESHOLD,
        Setting {
            id: OVERLAP,
            name: "Overlap",
            summary: "From which overlap (IoU) on the object counts as found.",
            kind: SettingKind::Real {
                min: 0.0,
                max: 1.0,
                default: 0.5,
                unit: "",
            },
        },
        MANY_RANDOM_MAPS,
    ]],
    is_slow: false,
    is_random: false,
    points: Points::None,
    // 1 if the intersection over union of the boxes is at least the overlap, else 0.
    #[cfg(feature = "network")]
    measure: |context, saliency| {
        Box::pin(async move {
            let found = overlap(context, saliency)?;
            let is_found = found >= context.settings.real(OVERLAP);
            Ok(Measured {
                parts: vec![("overlap", found)],
                ..Measured::of(f64::from(u8::from(is_found)))
            })
        })
    },
};
