//! What the page, and a file beside a map, are told of it.

use crate::explain::{ChannelImportance, Saliency};
use crate::protocol::{ChannelSummary, CompletenessSummary, MapSummary};

impl From<&Saliency> for MapSummary {
    fn from(saliency: &Saliency) -> MapSummary {
        let (height, width) = saliency.values.dim();
        let (min, max) = saliency.range();
        let settings = saliency.settings.iter();
        let completeness = saliency.completeness.as_ref();
        let others = saliency.coincides_with.iter();
        MapSummary {
            class: saliency.target.class(),
            target: saliency.target.to_string(),
            value: saliency.value,
            method: saliency.method.into(),
            settings: settings
                .map(|(id, value)| (id.to_owned(), value.to_string()))
                .collect(),
            seed: saliency.seed.and_then(|seed| u32::try_from(seed).ok()),
            layer: saliency.layer.clone(),
            further_layers: saliency.further_layers.clone(),
            is_at_layer: saliency.is_at_layer,
            height,
            width,
            min,
            max,
            state: saliency.state(),
            unit: saliency.unit,
            runs: saliency.runs,
            left_out: saliency.left_out.clone(),
            completeness: completeness.map(|found| CompletenessSummary {
                sum: found.sum,
                expected: found.expected,
                meaning: found.meaning.into(),
            }),
            coincides_with: others.map(|&id| id.to_owned()).collect(),
            channels: saliency.channels_of_layer.iter().map(channel).collect(),
        }
    }
}

fn channel(found: &ChannelImportance) -> ChannelSummary {
    ChannelSummary {
        channel: found.channel,
        weight: found.weight,
        contribution: found.contribution,
    }
}
