//! What the user says about a model, against its file or what was guessed.

use serde::{Deserialize, Serialize};

use crate::picture::Fit;
use crate::protocol::OutputActivation;

/// Sides of an input in pixels that are believed.
pub const INPUT_SIDES_PIXELS: std::ops::RangeInclusive<usize> = 8..=4096;

/// What the user said about one file; what is `None` is as the file says or as
/// was assumed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserOverrides {
    /// One of `picture::SCALINGS`.
    pub scaling: Option<String>,
    /// The text of a `picture::Fit`.
    pub fit: Option<String>,
    /// The activation that makes probabilities of the logits.
    #[serde(rename = "ending")]
    pub output_activation: Option<OutputActivation>,
    pub labels: Option<LabelOverride>,
    /// Height and width in pixels, where the file leaves them open.
    pub size: Option<[usize; 2]>,
    /// Whether channels come last, where the file leaves it open.
    pub channels_last: Option<bool>,
    /// The tensor that is explained.
    pub logits: Option<String>,
    pub layer: Option<String>,
    /// Values of inputs besides the picture, by name; those of others are zero.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<(String, Vec<f32>)>,
}

impl UserOverrides {
    /// How the user wants pictures fitted; `None` also for what is no fit.
    pub fn fit(&self) -> Option<Fit> {
        self.fit.as_deref()?.parse().ok()
    }
}

/// Where the classes' names come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "StoredLabels", into = "StoredLabels")]
pub enum LabelOverride {
    /// "class 17"
    Numbers,
    ImageNet,
    /// A list of the user's.
    File {
        name: String,
        names: Vec<String>,
    },
}

/// [`LabelOverride`] as the browser keeps it. An enum whose tag stands among its fields
/// would say the same, but serde reads it with several times the code.
#[derive(Serialize, Deserialize)]
struct StoredLabels {
    from: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    names: Option<Vec<String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Source {
    Numbers,
    ImageNet,
    File,
}

impl From<StoredLabels> for LabelOverride {
    fn from(kept: StoredLabels) -> Self {
        match kept.from {
            Source::Numbers => LabelOverride::Numbers,
            Source::ImageNet => LabelOverride::ImageNet,
            Source::File => LabelOverride::File {
                name: kept.name.unwrap_or_default(),
                names: kept.names.unwrap_or_default(),
            },
        }
    }
}

impl From<LabelOverride> for StoredLabels {
    fn from(labels: LabelOverride) -> Self {
        let (from, name, names) = match labels {
            LabelOverride::Numbers => (Source::Numbers, None, None),
            LabelOverride::ImageNet => (Source::ImageNet, None, None),
            // The browser keeps no names of a person's files.
            LabelOverride::File { names, .. } => (Source::File, None, Some(names)),
        };
        Self { from, name, names }
    }
}

/// A change of one override.
#[derive(Clone, Debug)]
pub enum OverrideChange {
    /// One of `picture::SCALINGS`; `None` for as the file says or as was assumed.
    Scaling(Option<&'static str>),
    /// `None` for as the file says.
    Fit(Option<Fit>),
    OutputActivation(Option<OutputActivation>),
    Labels(Option<LabelOverride>),
    /// A tensor of the file; `None` for the one that is found by itself.
    Logits(Option<String>),
    Size([usize; 2]),
    /// Values of an input besides the picture; none for zeros.
    Input(String, Vec<f32>),
    /// Whether channels come last; `None` for as was assumed.
    ChannelsLast(Option<bool>),
    /// Takes every override back, except the size, without which there is no model.
    Reset,
}
