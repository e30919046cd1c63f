//! The part of the state that is about comparing.

use crate::app::state::explanation::MapKey;

/// What differs between the maps side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CompareAxis {
    /// The method.
    #[default]
    Methods,
    /// The layer, from the first of the network to the last.
    Layers,
    /// The class, the most probable first.
    Classes,
}

impl CompareAxis {
    /// Every axis, in the order in which they are offered.
    pub const ALL: [CompareAxis; 3] = [
        CompareAxis::Methods,
        CompareAxis::Layers,
        CompareAxis::Classes,
    ];
}

/// Methods that are compared unless somebody chooses: none takes long.
const FIRST_METHODS: [&str; 8] = [
    "grad-cam",
    "hirescam",
    "layer-cam",
    "grad-cam++",
    "eigen-cam",
    "saliency",
    "guided-backprop",
    "guided-grad-cam",
];

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareState {
    pub axis: CompareAxis,
    /// Ids of methods.
    pub methods: Vec<&'static str>,
    /// The id of the metric that all maps are measured and sorted by.
    pub metric: Option<&'static str>,
    /// The user stopped what was still missing.
    pub is_stopped: bool,
    /// The maps that are laid over each other, at most two.
    pub pair: Vec<MapKey>,
    /// Where the second begins, in percent of the width.
    pub split: u8,
}

impl Default for CompareState {
    fn default() -> Self {
        Self {
            axis: CompareAxis::default(),
            methods: FIRST_METHODS.to_vec(),
            metric: None,
            is_stopped: false,
            pair: Vec::new(),
            split: 50,
        }
    }
}
