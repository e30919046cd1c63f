//! The channels that carry a map.

use ndarray::{Array3, Axis};

use crate::explain::saliency::ChannelImportance;

/// Channels that are kept of a map.
const KEPT: usize = 10;

/// Of a map Σ_k w_k A_k: the channels that add most to its sum, the greatest first, whatever
/// their sign. Neuron importance is the weight (Selvaraju et al. 2018, "Choose your Neuron").
/// `weighed` holds w_k A_k.
pub fn important_channels(
    activations: &Array3<f32>,
    weighed: &Array3<f32>,
) -> Vec<ChannelImportance> {
    let sum = |channels: &Array3<f32>, channel: usize| -> f64 {
        let values = channels.index_axis(Axis(0), channel);
        values.iter().map(|&value| f64::from(value)).sum()
    };
    let mut sums: Vec<(usize, f64)> = (0..weighed.len_of(Axis(0)))
        .map(|channel| (channel, sum(weighed, channel)))
        .filter(|(_, contribution)| contribution.abs() > 0.0)
        .collect();
    sums.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let kept = sums.into_iter().take(KEPT);
    kept.map(|(channel, contribution)| ChannelImportance {
        channel,
        weight: contribution / sum(activations, channel),
        contribution,
        activation: activations.index_axis(Axis(0), channel).to_owned(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_channels_of_captums_toy() {
        let activations = ndarray::arr3(&[[[0.0, 4.0], [31.0, 40.0]], [[0.0, 0.0], [6.0, 15.0]]]);
        let mut weighed = activations.clone();
        weighed
            .index_axis_mut(Axis(0), 1)
            .mapv_inplace(|value| value * -0.5);
        let found = important_channels(&activations, &weighed);
        let listed: Vec<(usize, f64, f64)> = found
            .iter()
            .map(|found| (found.channel, found.weight, found.contribution))
            .collect();
        assert_eq!(listed, [(0, 1.0, 75.0), (1, -0.5, -10.5)]);
        assert_eq!(found[1].activation[[1, 1]], 15.0);
        // A silent channel carries nothing.
        assert!(important_channels(&activations, &(activations.clone() * 0.0)).is_empty());
    }
}
