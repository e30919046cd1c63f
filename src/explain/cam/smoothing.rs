//! Smoothing, a setting of every method that weighs activations by one gradient.

use crate::explain::setting::{Choice, Setting, SettingKind};

pub const NONE: &str = "none";
/// The projection of the weighed activations on their first principal component, in place
/// of their sum (`eigen_smooth` of pytorch-grad-cam).
pub const PRINCIPAL_COMPONENT: &str = "principal-component";
/// The mean of the maps of six pictures: upright and mirrored, each at 0.9, 1 and 1.1 times its
/// input values (`aug_smooth` of pytorch-grad-cam). Maps keep their scale in the mean, where
/// pytorch-grad-cam makes each as large as the others first: a variant in which nothing
/// speaks for the class would count as much as one in which much does.
pub const AUGMENTATION: &str = "augmentation";

/// The settings of smoothing.
pub const SMOOTHING: &[Setting] = &[Setting {
    id: "smoothing",
    name: "Smoothing",
    summary: "Takes noise out of the map: by the first principal component of the weighed \
              activations, or as the mean over mirrored, darker and brighter pictures.",
    kind: SettingKind::Choice(&[
        Choice {
            id: NONE,
            name: "none",
        },
        Choice {
            id: PRINCIPAL_COMPONENT,
            name: "first principal component",
        },
        Choice {
            id: AUGMENTATION,
            name: "mean over changed pictures",
        },
    ]),
}];
