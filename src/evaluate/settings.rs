//! What several metrics let be set.

use crate::explain::{BLACK, BLURRED, Choice, GREY, MEAN_COLOUR, Setting, SettingKind, ZERO};

pub const STEPS: &str = "steps";
pub const BASELINE: &str = "baseline";
pub const RANDOM_MAPS: &str = "random-maps";

/// How many points a curve has.
pub const CURVE_STEPS: Setting = Setting {
    id: STEPS,
    name: "Steps",
    summary: "In how many steps the whole picture is changed.",
    kind: SettingKind::Integer {
        min: 1,
        max: 1000,
        default: 20,
        unit: "",
    },
};

/// What deleted pixels become: values of 0 unless another is chosen, as in torchcam and in the
/// program of the RISE paper.
pub const DELETED: Setting = Setting {
    id: BASELINE,
    name: "Baseline",
    summary: "What a deleted pixel becomes.",
    kind: SettingKind::Choice(&[
        choice(ZERO, "values of 0"),
        choice(GREY, "grey"),
        choice(BLACK, "black"),
        choice(BLURRED, "the picture blurred"),
        choice(MEAN_COLOUR, "its mean colour"),
    ]),
};

/// What pixels are before they are inserted: blurred unless another is chosen, as in the program
/// of the RISE paper.
pub const BEFORE_INSERTION: Setting = Setting {
    id: BASELINE,
    name: "Baseline",
    summary: "What a pixel is before it is inserted.",
    kind: SettingKind::Choice(&[
        choice(BLURRED, "the picture blurred"),
        choice(ZERO, "values of 0"),
        choice(GREY, "grey"),
        choice(BLACK, "black"),
        choice(MEAN_COLOUR, "its mean colour"),
    ]),
};

const fn choice(id: &'static str, name: &'static str) -> Choice {
    Choice { id, name }
}

/// Random maps of a metric that runs the network for each.
pub const FEW_RANDOM_MAPS: Setting = Setting {
    id: RANDOM_MAPS,
    name: "Random maps",
    summary: "How many random maps the map is compared with; each takes as long as the map.",
    kind: SettingKind::Integer {
        min: 0,
        max: 1000,
        default: 1,
        unit: "",
    },
};

/// Random maps of a metric that runs no network.
pub const MANY_RANDOM_MAPS: Setting = Setting {
    id: RANDOM_MAPS,
    name: "Random maps",
    summary: "How many random maps the map is compared with.",
    kind: SettingKind::Integer {
        min: 0,
        max: 10_000,
        default: 100,
        unit: "",
    },
};
